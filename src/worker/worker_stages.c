#include "worker_stage.h"

#include <string.h>

#include "analyse.h"
#include "av.h"
#include "card.h"
#include "json.h"
#include "media.h"
#include "mem.h"
#include "picture.h"
#include "picture_graph.h"
#include "poster.h"
#include "probe.h"
#include "reader.h"
#include "segment.h"
#include "storyboard.h"
#include "workdir.h"

static int report_frames(void *opaque, int64_t frames)
{
    const struct worker *w = opaque;
    return worker_report((double)(w->before + frames) / (double)w->frames);
}

static int report_probed(void *opaque, double fraction)
{
    (void)opaque;
    return worker_report(WORKER_PROBED * fraction);
}

int worker_probe(struct worker *w, struct err *err)
{
    const char *path = NULL;
    AUTO_JSON *result = NULL;
    if (worker_recording_path(&path, w, err) < 0 ||
        probe_files(&result, path, w->files.more, w->files.nb_more, report_probed, NULL, err) < 0)
        return err->code;
    return worker_deliver(w, w->spec->key, result, err);
}

int worker_analyse(struct worker *w, struct err *err)
{
    const char *path = NULL;
    AUTO_JSON *result = NULL;
    AUTO_FREE char *blocks = worker_made_file(w, w->spec->key);
    if (worker_recording_path(&path, w, err) < 0 ||
        analyse_recording(&result, path, &w->files, w->spec->probe, w->spec->audio_stream, blocks,
                          worker_report_fraction, NULL, err) < 0)
        return err->code;
    return worker_deliver(w, w->spec->key, result, err);
}

/* The outputs of a card or cell job. A new list. */
static struct segment_output *segment_outputs(const struct worker *w)
{
    struct segment_output *list = mem_zalloc(w->spec->nb_outputs, sizeof *list);
    for (size_t i = 0; i < w->spec->nb_outputs; i++) {
        const struct job_output *o = &w->spec->outputs[i];
        list[i] = (struct segment_output){
            .video = o->settings, .width = o->width, .height = o->height, .path = w->made[i]};
    }
    return list;
}

static int deliver_segments(const struct worker *w, const struct segment_output *outputs,
                            const struct damage *damage, struct err *err)
{
    for (size_t i = 0; i < w->spec->nb_outputs; i++) {
        const struct track_summary *s = &outputs[i].summary;
        AUTO_JSON *result =
            json_pack("{s:I, s:I, s:s, s:s}", "frames", (json_int_t)s->nb_packets, "bytes",
                      (json_int_t)s->nb_bytes, "hash", s->hash, "header", s->header);
        if (damage)
            worker_add_damage(result, damage);
        if (worker_deliver(w, w->spec->outputs[i].key, result, err) < 0)
            return err->code;
    }
    return 0;
}

struct cell_source {
    struct picture_reader *reader;
    int64_t begin;
};

static int next_of_cell(void *opaque, AVFrame *frame, struct err *err)
{
    const struct cell_source *s = opaque;
    const int got = picture_reader_next(s->reader, frame, err);
    if (got > 0)
        frame->pts -= s->begin;
    return got;
}

static int encode_cell(struct worker *w, struct segment_output *outputs, struct err *err)
{
    const struct job_spec *s = w->spec;
    const char *path = NULL;
    if (worker_recording_path(&path, w, err) < 0)
        return err->code;
    const json_t *video = json_object_get(s->probe, "video");
    AUTO_MEDIA *media = NULL;
    AUTO_PICTURES *pictures = NULL;
    const struct picture_range range = {
        .stream = (int)json_get_int(video, "stream", -1),
        .grid = s->grid,
        .begin = s->range.begin,
        .end = s->range.end,
        .key_frame = s->cell.key_frame,
        .key_pts = s->cell.key_pts,
    };
    if (media_open(&media, path, &w->files, err) < 0 ||
        picture_reader_open(&pictures, media, &range, err) < 0)
        return err->code;
    struct cell_source source = {pictures, range.begin};
    w->frames = range.end - range.begin;
    struct segment_params params = {
        .fps = range.grid.fps,
        .nb_frames = w->frames,
        .goes_on = true,
        .progress = report_frames,
        .opaque = w,
    };
    picture_traits_read(&params.traits, video, s->cell.fields);
    if (segment_encode(outputs, s->nb_outputs, &params,
                       &(struct picture_source){next_of_cell, &source}, err) < 0)
        return err_prefix(err, "'%s': ", path);
    return deliver_segments(w, outputs, picture_reader_damage(pictures), err);
}

int worker_cell(struct worker *w, struct err *err)
{
    AUTO_FREE struct segment_output *outputs = segment_outputs(w);
    return encode_cell(w, outputs, err);
}

struct card_source {
    struct card *card;
    AVFrame *still; /* in the pixel format of the encoders */
    AVRational fps;
    int64_t at, nb;
};

static int next_of_card(void *opaque, AVFrame *frame, struct err *err)
{
    struct card_source *s = opaque;
    if (s->at == s->nb)
        return 0;
    /* The middle of the frame's time, so that fading in and fading out are symmetric. */
    const int light = card_light(s->card, (2 * s->at + 1) * 500 * s->fps.den / s->fps.num);
    AUTO_FRAME *faded = NULL;
    if (light < 255 && picture_fade(&faded, s->still, light, err) < 0)
        return err->code;
    if (av_frame_ref(frame, faded ? faded : s->still) < 0)
        return av_fail_nomem(err);
    frame->pts = s->at++;
    return 1;
}

/* Opens the card in one size. Each size has its own layout, so that text is sharp. */
static int open_card(struct card_source *source, const struct job_card *c, int width, int height,
                     struct err *err)
{
    *source = (struct card_source){.fps = c->fps, .nb = c->nb_frames};
    const struct card_params params = {
        .template_path = c->template_path,
        .logo_path = c->logo_path,
        .background_path = c->background_path,
        .width = width,
        .height = height,
        .duration_ms = c->nb_frames * 1000 * c->fps.den / c->fps.num,
        .fade_in_ms = c->fade_in_ms,
        .fade_out_ms = c->fade_out_ms,
    };
    return card_create(&source->card, &c->text, &params, err);
}

static int encode_card(struct worker *w, struct segment_output *output, struct err *err)
{
    struct card_source source;
    if (open_card(&source, &w->spec->card, output->width, output->height, err) < 0)
        return err->code;
    const struct segment_params segment = {
        .fps = source.fps, .nb_frames = source.nb, .progress = report_frames, .opaque = w};
    const struct picture_source pictures = {next_of_card, &source};
    /* Converted once: fading the converted picture costs less than converting each faded one. */
    int ret = picture_graph_convert(&source.still, card_picture(source.card), output->width,
                                    output->height, err);
    if (ret == 0)
        ret = segment_encode(output, 1, &segment, &pictures, err);
    av_frame_free(&source.still);
    card_destroy(source.card);
    w->before += source.nb;
    return ret;
}

int worker_card(struct worker *w, struct err *err)
{
    const size_t nb = w->spec->nb_outputs;
    AUTO_FREE struct segment_output *outputs = segment_outputs(w);
    int ret = 0;
    w->frames = (int64_t)nb * w->spec->card.nb_frames;
    for (size_t i = 0; ret == 0 && i < nb; i++)
        ret = encode_card(w, &outputs[i], err);
    return ret == 0 ? deliver_segments(w, outputs, NULL, err) : ret;
}

static int poster_from_card(const struct worker *w, const char *tmp, struct err *err)
{
    struct card_source source;
    if (open_card(&source, &w->spec->card, POSTER_WIDTH, POSTER_HEIGHT, err) < 0)
        return err->code;
    const int ret = poster_of_picture(tmp, card_picture(source.card), err);
    card_destroy(source.card);
    return ret;
}

static int poster_from_recording(int64_t *frame, struct worker *w, const char *tmp, struct err *err)
{
    const struct job_spec *s = w->spec;
    const char *path = NULL;
    if (worker_recording_path(&path, w, err) < 0)
        return err->code;
    const struct poster_spec spec = {
        .recording = path,
        .files = &w->files,
        .video = json_object_get(s->probe, "video"),
        .cells = json_object_get(s->probe, "cells"),
        .fields = s->cell.fields,
        .grid = s->grid,
        .begin = s->range.begin,
        .end = s->range.end,
        .drops = s->range.drops,
        .nb_drops = s->range.nb_drops,
    };
    return poster_make(frame, tmp, &spec, err);
}

int worker_poster(struct worker *w, struct err *err)
{
    AUTO_FREE char *tmp = worker_made_file(w, w->spec->key);
    int64_t frame = 0;
    const int made = w->spec->has_card ? poster_from_card(w, tmp, err)
                                       : poster_from_recording(&frame, w, tmp, err);
    if (made < 0)
        return err->code;
    AUTO_JSON *report = json_pack("{s:I}", "frame", (json_int_t)frame);
    return worker_deliver(w, w->spec->key, report, err);
}

int worker_storyboard(struct worker *w, struct err *err)
{
    const struct job_storyboard *b = &w->spec->storyboard;
    AUTO_FREE char *sheet = worker_made_file(w, w->spec->key),
                   *file = workdir_path(w->spec->work, b->file, b->container);
    const struct storyboard_spec spec = {
        .file = file,
        .duration_ms = b->duration_ms,
        .sheet = b->sheet,
        .progress = worker_report_fraction,
    };
    json_t *changes = NULL;
    if (storyboard_make(&changes, sheet, &spec, err) < 0)
        return err->code;
    AUTO_JSON *report = json_pack("{s:o}", "changes", changes);
    return worker_deliver(w, w->spec->key, report, err);
}
