/* The stages that make what the review shows of a recording, and the checks of their files. */
#include <string.h>

#include "err.h"
#include "fragment_check.h"
#include "json.h"
#include "media.h"
#include "mem.h"
#include "picture_graph.h"
#include "probe.h"
#include "reader.h"
#include "segment.h"
#include "sound_fragment.h"
#include "thumbs.h"
#include "worker_stage.h"

/* --- the picture ------------------------------------------------------------------------------ */

/* Whether the same time may be in the recording twice. */
static bool goes_back(const json_t *probe)
{
    const json_t *gaps = json_object_get(probe, "gaps");
    size_t i;
    json_t *gap;
    json_array_foreach(gaps, i, gap) {
        if (json_get_int(gap, "length_ms", 0) < 0)
            return true;
    }
    return json_get_int(probe, "nb_gaps", 0) > (int64_t)json_array_size(gaps);
}

struct source {
    struct picture_reader *reader;
    int64_t begin;
};

static int next_picture(void *opaque, AVFrame *frame, struct err *err)
{
    const struct source *s = opaque;
    const int got = picture_reader_next(s->reader, frame, err);
    if (got > 0)
        frame->pts -= s->begin;
    return got;
}

static int report_frames(void *opaque, int64_t frames)
{
    const struct worker *w = opaque;
    return worker_report((double)frames / (double)w->frames);
}

static int encode_picture(struct damage *damage, struct worker *w, const char *path,
                          struct err *err)
{
    const struct job_spec *s = w->spec;
    const json_t *video = json_object_get(s->probe, "video");
    AUTO_MEDIA *media = NULL;
    AUTO_PICTURES *pictures = NULL;
    struct picture_range range = {
        .stream = (int)json_get_int(video, "stream", -1),
        .grid = s->grid,
        .begin = s->preview.begin,
        .end = s->preview.end,
        .near = !goes_back(s->probe),
    };
    picture_range_find_key(&range, json_object_get(s->probe, "cells"));
    if (media_open(&media, path, &w->files, err) < 0 ||
        picture_reader_open(&pictures, media, &range, err) < 0)
        return err->code;
    w->frames = range.end - range.begin;
    struct source source = {pictures, range.begin};
    struct segment_output output = {.video = s->outputs[0].settings,
                                    .width = s->outputs[0].width,
                                    .height = s->outputs[0].height,
                                    .path = w->made[0],
                                    .fragment = true,
                                    .first = range.begin};
    struct segment_params params = {
        .fps = range.grid.fps, .nb_frames = w->frames, .progress = report_frames, .opaque = w};
    picture_traits_read(&params.traits, video, s->cell.fields);
    if (segment_encode(&output, 1, &params, &(struct picture_source){next_picture, &source}, err) <
        0)
        return err_prefix(err, "'%s': ", path);
    *damage = *picture_reader_damage(pictures);
    return 0;
}

/* --- the sound -------------------------------------------------------------------------------- */

static int encode_sound(json_t **peaks, struct damage *damage, struct worker *w, const char *path,
                        struct err *err)
{
    const struct job_spec *s = w->spec;
    struct sound_fragment_spec spec = {
        .recording = path,
        .files = &w->files,
        .stream = s->sound.audio_stream,
        .clock = probe_sound_clock(s->probe, s->sound.audio_stream),
        .grid = s->grid,
        .audio = s->outputs[0].settings,
        .channels = s->preview.channels,
        .first = s->preview.first_packet,
        .nb = s->preview.nb_packets,
        .progress = worker_report_fraction,
    };
    return sound_use_parse(&spec.use, &spec.pair, s->sound.use)
               ? sound_fragment_encode(peaks, damage, w->made[0], &spec, err)
               : err_set(err, ERR_INVALID, "the job: 'use' names no channels");
}

int worker_preview(struct worker *w, struct err *err)
{
    const char *path = NULL;
    struct damage damage = {0};
    json_t *peaks = NULL;
    if (worker_recording_path(&path, w, err) < 0 ||
        (w->spec->preview.sound ? encode_sound(&peaks, &damage, w, path, err)
                                : encode_picture(&damage, w, path, err)) < 0)
        return err->code;
    AUTO_JSON *report = json_object();
    if (peaks)
        json_object_set_new(report, "peaks", peaks);
    worker_add_damage(report, &damage);
    return worker_deliver(w, w->spec->key, report, err);
}

int worker_check_preview(json_t *found, struct worker *w, struct err *err)
{
    const struct job_spec *s = w->spec;
    const struct job_preview *p = &s->preview;
    const struct fragment_expected expected = {
        .sound = p->sound,
        .width = s->outputs[0].width,
        .height = s->outputs[0].height,
        .fps = s->grid.fps,
        .channels = p->channels,
        .first = p->sound ? p->first_packet : p->begin,
        .nb = p->sound ? p->nb_packets : p->end - p->begin,
    };
    struct fragment_found what;
    if (fragment_check(&what, w->file, &expected, err) < 0)
        return err->code;
    json_object_set_new(found, "init_bytes", json_integer(what.init_bytes));
    json_object_set_new(found, "codecs", json_string(what.codecs));
    return 0;
}

/* --- thumbnails ------------------------------------------------------------------------------- */

static struct thumbs_spec thumbs_of(const struct worker *w)
{
    const struct job_thumbs *t = &w->spec->thumbs;
    return (struct thumbs_spec){
        .files = &w->files,
        .video = json_object_get(w->spec->probe, "video"),
        .cells = json_object_get(w->spec->probe, "cells"),
        .fields = w->spec->cell.fields,
        .grid = w->spec->grid,
        .frames = t->frames,
        .nb = t->nb_frames,
        .exact = t->exact,
        .columns = t->columns,
        .width = t->width,
        .height = t->height,
        .progress = worker_report_fraction,
    };
}

int worker_thumbs(struct worker *w, struct err *err)
{
    AUTO_FREE char *sheet = worker_made_file(w, w->spec->key);
    json_t *changes = NULL;
    struct thumbs_spec spec = thumbs_of(w);
    if (worker_recording_path(&spec.recording, w, err) < 0 ||
        thumbs_make(&changes, sheet, &spec, err) < 0)
        return err->code;
    AUTO_JSON *report = json_pack("{s:o}", "changes", changes);
    return worker_deliver(w, w->spec->key, report, err);
}

int worker_check_thumbs(const struct worker *w, struct err *err)
{
    const struct thumbs_spec spec = thumbs_of(w);
    return thumbs_check(w->file, &spec, err);
}
