#include "worker_stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyse.h"
#include "av.h"
#include "card.h"
#include "fs.h"
#include "json.h"
#include "media.h"
#include "mem.h"
#include "picture.h"
#include "picture_graph.h"
#include "poster.h"
#include "probe.h"
#include "reader.h"
#include "rendition.h"
#include "segment.h"
#include "sha256.h"
#include "workdir.h"

static int tell_frames(void *opaque, int64_t frames)
{
    const struct worker *w = opaque;
    return worker_tell((double)frames / (double)w->frames);
}

int worker_probe(struct worker *w, struct err *err)
{
    const char *path = NULL;
    AUTO_JSON *result = NULL;
    if (worker_recording_path(&path, w, err) < 0 ||
        probe_files(&result, path, w->files->more, w->files->nb_more, err) < 0)
        return err->code;
    return worker_deliver(w, w->key, NULL, NULL, result, err);
}

int worker_analyse(struct worker *w, struct err *err)
{
    const char *path = NULL;
    AUTO_JSON *result = NULL;
    AUTO_FREE char *blocks = worker_tmp_file(w, "blocks.bin");
    json_t *probe = NULL;
    if (worker_recording_path(&path, w, err) < 0 ||
        json_need_object(&probe, w->spec, "probe", "the job", err) < 0 ||
        analyse_recording(&result, path, w->files, probe,
                          (int)json_get_int(w->spec, "audio_stream", -1), blocks,
                          worker_tell_fraction, NULL, err) < 0)
        return err->code;
    return worker_deliver(w, w->key, blocks, "bin", result, err);
}

/* The outputs that a segment job asks for, and the paths of their files in our folder. */
struct outputs {
    struct segment_output *of;
    char **paths;
    size_t nb;
};

static void outputs_finish(struct outputs *o)
{
    mem_free_strings(o->paths, o->nb);
    free(o->of);
}
#define AUTO_OUTPUTS ATTR_CLEANUP(outputs_finish) struct outputs

static int segment_outputs(struct outputs *out, const struct worker *w, struct err *err)
{
    json_t *list, *item;
    size_t i;
    if (json_need_array(&list, w->spec, "outputs", "the job", err) < 0)
        return err->code;
    out->nb = json_array_size(list);
    out->of = mem_zalloc(out->nb, sizeof *out->of);
    out->paths = mem_zalloc(out->nb, sizeof *out->paths);
    json_array_foreach(list, i, item)
    {
        struct segment_output *o = &out->of[i];
        AUTO_FREE char *name = mem_printf("%zu.mp4", i);
        json_t *video;
        int64_t width, height;
        if (json_need_object(&video, item, "video", "the job", err) < 0 ||
            rendition_check_video(video, "the job", err) < 0 ||
            json_need_number(&width, item, "width", 2, RENDITION_MAX_SIDE, "the job", err) < 0 ||
            json_need_number(&height, item, "height", 2, RENDITION_MAX_SIDE, "the job", err) < 0)
            return err->code;
        o->video = video;
        o->width = (int)width;
        o->height = (int)height;
        o->path = out->paths[i] = worker_tmp_file(w, name);
    }
    return 0;
}

static int deliver_segments(const struct worker *w, const struct segment_output *outputs, size_t nb,
                            const struct damage *damage, struct err *err)
{
    for (size_t i = 0; i < nb; i++) {
        const struct track_summary *s = &outputs[i].summary;
        AUTO_JSON *result =
            json_pack("{s:I, s:I, s:s, s:s}", "frames", (json_int_t)s->nb_packets, "bytes",
                      (json_int_t)s->nb_bytes, "hash", s->hash, "header", s->header);
        if (damage)
            worker_add_damage(result, damage);
        if (worker_deliver(w, worker_output_key(w, i), outputs[i].path, "mp4", result, err) < 0)
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

static int encode_cell(struct worker *w, struct segment_output *outputs, size_t nb, struct err *err)
{
    const char *path = NULL;
    json_t *probe = NULL;
    if (worker_recording_path(&path, w, err) < 0 ||
        json_need_object(&probe, w->spec, "probe", "the job", err) < 0)
        return err->code;
    const json_t *video = json_object_get(probe, "video");
    AUTO_MEDIA *media = NULL;
    AUTO_PICTURES *pictures = NULL;
    struct picture_range range = {
        .stream = (int)json_get_int(video, "stream", -1),
        .key_frame = json_get_int(w->spec, "key_frame", 0),
        .key_pts = json_get_int(w->spec, "key_pts", 0),
    };
    struct worker_range frames;
    if (probe_grid(&range.grid, probe, err) < 0 ||
        worker_need_range(&frames, w, &range.grid, err) < 0)
        return err->code;
    range.begin = frames.begin;
    range.end = frames.end;
    if (media_open(&media, path, w->files, err) < 0 ||
        picture_reader_open(&pictures, media, &range, err) < 0)
        return err->code;
    struct cell_source source = {pictures, range.begin};
    w->frames = range.end - range.begin;
    struct segment_params params = {
        .fps = range.grid.fps,
        .nb_frames = w->frames,
        .goes_on = true,
        .progress = tell_frames,
        .opaque = w,
    };
    picture_traits_read(&params.traits, video, json_get_string(w->spec, "fields", "progressive"));
    if (segment_encode(outputs, nb, &params, &(struct picture_source){next_of_cell, &source}, err) <
        0)
        return err_prefix(err, "'%s': ", path);
    return deliver_segments(w, outputs, nb, picture_reader_damage(pictures), err);
}

int worker_cell(struct worker *w, struct err *err)
{
    AUTO_OUTPUTS outputs = {0};
    if (segment_outputs(&outputs, w, err) == 0)
        (void)encode_cell(w, outputs.of, outputs.nb, err);
    return err->code;
}

struct card_source {
    struct card *card;
    AVFrame *still; /* as encoders take it */
    AVRational fps;
    int64_t at, nb;
};

static int next_of_card(void *opaque, AVFrame *frame, struct err *err)
{
    struct card_source *s = opaque;
    if (s->at == s->nb)
        return 0;
    /* The middle of the time that the frame shows: fading in and out are mirror images. */
    const int light = card_light(s->card, (2 * s->at + 1) * 500 * s->fps.den / s->fps.num);
    AUTO_FRAME *faded = NULL;
    if (light < 255 && picture_fade(&faded, s->still, light, err) < 0)
        return err->code;
    if (av_frame_ref(frame, faded ? faded : s->still) < 0)
        return av_fail_nomem(err);
    frame->pts = s->at++;
    return 1;
}

/* The job's card in a size. Each size is laid out for itself, so that text is sharp in each. */
static int open_card(struct card_source *source, const struct worker *w, int width, int height,
                     struct err *err)
{
    const json_t *spec = json_object_get(w->spec, "card"), *t = json_object_get(spec, "text");
    const json_t *files = json_object_get(w->spec, "files");
    const char *template_path;
    AVRational fps;
    int64_t nb_frames;
    if (json_need_string(&template_path, files, "template", "the job", err) < 0 ||
        worker_need_fps(&fps, spec, err) < 0 ||
        json_need_number(&nb_frames, spec, "frames", 1, WORKER_MAX_CARD_FRAMES, "the job", err) < 0)
        return err->code;
    const struct card_text text = {
        .event = json_get_string(t, "event", NULL),
        .section = json_get_string(t, "section", NULL),
        .title = json_get_string(t, "title", NULL),
        .speakers = json_get_string(t, "speakers", NULL),
        .part = json_get_string(t, "part", NULL),
        .date = json_get_string(t, "date", NULL),
        .place = json_get_string(t, "place", NULL),
    };
    *source = (struct card_source){.fps = fps, .nb = nb_frames};
    const struct card_params params = {
        .template_path = template_path,
        .logo_path = json_get_string(files, "logo", NULL),
        .background_path = json_get_string(files, "background", NULL),
        .width = width,
        .height = height,
        .duration_ms = source->nb * 1000 * source->fps.den / source->fps.num,
        .fade_in_ms = json_get_int(spec, "fade_in_ms", 0),
        .fade_out_ms = json_get_int(spec, "fade_out_ms", 0),
    };
    return card_create(&source->card, &text, &params, err);
}

static int encode_card(struct worker *w, struct segment_output *output, struct err *err)
{
    struct card_source source;
    if (open_card(&source, w, output->width, output->height, err) < 0)
        return err->code;
    w->frames = source.nb;
    const struct segment_params segment = {
        .fps = source.fps, .nb_frames = source.nb, .progress = tell_frames, .opaque = w};
    const struct picture_source pictures = {next_of_card, &source};
    /* Converted once: fading what encoders take costs less than converting each faded picture. */
    int ret = picture_graph_convert(&source.still, card_picture(source.card), output->width,
                                    output->height, err);
    if (ret == 0)
        ret = segment_encode(output, 1, &segment, &pictures, err);
    av_frame_free(&source.still);
    card_destroy(source.card);
    return ret;
}

int worker_card(struct worker *w, struct err *err)
{
    AUTO_OUTPUTS outputs = {0};
    int ret = segment_outputs(&outputs, w, err);
    for (size_t i = 0; ret == 0 && i < outputs.nb; i++)
        ret = encode_card(w, &outputs.of[i], err);
    if (ret == 0)
        (void)deliver_segments(w, outputs.of, outputs.nb, NULL, err);
    return err->code;
}

static int poster_from_card(const struct worker *w, const char *tmp, struct err *err)
{
    struct card_source source;
    if (open_card(&source, w, POSTER_WIDTH, POSTER_HEIGHT, err) < 0)
        return err->code;
    const int ret = poster_of_picture(tmp, card_picture(source.card), err);
    card_destroy(source.card);
    return ret;
}

static int poster_from_recording(int64_t *frame, struct worker *w, const char *tmp, struct err *err)
{
    const char *path = NULL;
    json_t *probe = NULL;
    if (worker_recording_path(&path, w, err) < 0 ||
        json_need_object(&probe, w->spec, "probe", "the job", err) < 0)
        return err->code;
    struct poster_spec spec = {
        .recording = path,
        .files = w->files,
        .video = json_object_get(probe, "video"),
        .cells = json_object_get(probe, "cells"),
        .fields = json_get_string(w->spec, "fields", "progressive"),
    };
    struct worker_range range;
    if (probe_grid(&spec.grid, probe, err) < 0 || worker_need_range(&range, w, &spec.grid, err) < 0)
        return err->code;
    spec.begin = range.begin;
    spec.end = range.end;
    return poster_make(frame, tmp, &spec, err);
}

int worker_poster(struct worker *w, struct err *err)
{
    AUTO_FREE char *tmp = worker_tmp_file(w, "p.jpg");
    int64_t frame = 0;
    char sha256[SHA256_BYTES];
    const int made = json_object_get(w->spec, "card") ? poster_from_card(w, tmp, err)
                                                      : poster_from_recording(&frame, w, tmp, err);
    if (made < 0 || sha256_file(sha256, tmp, err) < 0)
        return err->code;
    AUTO_JSON *result = json_pack("{s:I, s:I, s:s}", "frame", (json_int_t)frame, "bytes",
                                  (json_int_t)fs_size(tmp), "sha256", sha256);
    return worker_deliver(w, w->key, tmp, "jpg", result, err);
}
