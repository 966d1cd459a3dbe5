#include "interlace.h"

#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <stdio.h>
#include <string.h>

#include "av.h"
#include "frame_grid.h"
#include "json.h"
#include "media.h"
#include "probe.h"
#include "reader.h"

enum {
    RUNS = 6,
    FRAMES = 300,      /* looked at in all */
    LEAST_LINES = 400, /* interlaced pictures have 480, 576 or 1080 lines at 25 or 30 a second */
    LEAST = 24,        /* with movement: still slides show nothing */
    CLEARLY =
        10, /* times as many of one order as of all else: fine lines that move look like both */
};

struct counts {
    int top, bottom, progressive;
    int silent; /* of this run, before the first one that showed something */
    int most_silent;
    int left; /* pictures that may still be counted */
};

/* Whether so many of one order are clearly more than all else. */
static bool clearly(int nb, int others)
{
    return nb >= LEAST && nb > CLEARLY * others;
}

/* Whether the pictures left over cannot make either order clear: few of a progressive recording's
 * are looked at. */
static bool decided(const struct counts *c)
{
    return !clearly(c->top + c->left, c->progressive + c->bottom) &&
           !clearly(c->bottom + c->left, c->progressive + c->top);
}

static void count(struct counts *c, const AVFrame *frame)
{
    const AVDictionaryEntry *e =
        av_dict_get(frame->metadata, "lavfi.idet.multiple.current_frame", NULL, 0);
    if (!e)
        return;
    c->left--;
    c->top += strcmp(e->value, "tff") == 0;
    c->bottom += strcmp(e->value, "bff") == 0;
    c->progressive += strcmp(e->value, "progressive") == 0;
    c->silent += strcmp(e->value, "undetermined") == 0;
}

static int open_graph(AVFilterGraph **graph, AVFilterContext **src, AVFilterContext **sink,
                      const AVFrame *frame, struct err *err)
{
    AVFilterContext *idet = NULL;
    char args[120];
    snprintf(args, sizeof args, "video_size=%dx%d:pix_fmt=%d:time_base=1/25", frame->width,
             frame->height, frame->format);
    *graph = avfilter_graph_alloc();
    if (!*graph)
        return av_fail_nomem(err);
    (*graph)->nb_threads = 1;
    const struct {
        AVFilterContext **ctx;
        const char *filter, *args;
    } chain[] = {{src, "buffer", args},
                 {NULL, "format", "yuv420p"},
                 {&idet, "idet", NULL},
                 {sink, "buffersink", NULL}};
    AVFilterContext *before = NULL;
    int ret = 0;
    for (size_t i = 0; ret >= 0 && i < sizeof chain / sizeof *chain; i++) {
        AVFilterContext *ctx = NULL;
        ret = avfilter_graph_create_filter(&ctx, avfilter_get_by_name(chain[i].filter),
                                           chain[i].filter, chain[i].args, NULL, *graph);
        if (ret >= 0 && before)
            ret = avfilter_link(before, 0, ctx, 0);
        before = ctx;
        if (chain[i].ctx)
            *chain[i].ctx = ctx;
    }
    if (ret >= 0)
        ret = avfilter_graph_config(*graph, NULL);
    return ret < 0 ? av_fail(err, ret, "interlacing cannot be looked for") : 0;
}

static int drain(struct counts *c, AVFilterContext *sink, AVFrame *frame)
{
    int ret;
    while ((ret = av_buffersink_get_frame(sink, frame)) >= 0) {
        count(c, frame);
        av_frame_unref(frame);
    }
    return ret == AVERROR(EAGAIN) || ret == AVERROR_EOF ? 0 : ret;
}

/* One run of pictures through idet. Its sizes do not change within a second, or it tells less. */
static int look_at_run(struct counts *c, struct picture_reader *pictures, AVFilterGraph **graph,
                       struct err *err)
{
    AVFilterContext *src = NULL, *sink = NULL;
    AUTO_FRAME *frame = av_frame_alloc();
    int got = 0, width = 0, height = 0, format = -1;
    if (!frame)
        return av_fail_nomem(err);
    while (!decided(c) && c->silent < c->most_silent &&
           (got = picture_reader_next(pictures, frame, err)) > 0) {
        if (!*graph) {
            width = frame->width;
            height = frame->height;
            format = frame->format;
            if (open_graph(graph, &src, &sink, frame, err) < 0)
                return err->code;
        }
        if (frame->width != width || frame->height != height || frame->format != format)
            break;
        int ret = av_buffersrc_add_frame(src, frame);
        if (ret >= 0)
            ret = drain(c, sink, frame);
        if (ret < 0)
            return av_fail(err, ret, "interlacing cannot be looked for");
    }
    if (got < 0 || !*graph)
        return got;
    return av_buffersrc_add_frame(src, NULL) >= 0 && drain(c, sink, frame) >= 0
               ? 0
               : err_set(err, ERR_EXTERNAL, "interlacing cannot be looked for");
}

static int look_at_cell(struct counts *c, struct media *media, const json_t *probe,
                        const struct frame_grid *grid, const json_t *cell, int64_t nb_frames,
                        struct err *err)
{
    AUTO_PICTURES *pictures = NULL;
    AVFilterGraph *graph = NULL;
    const int64_t begin = json_integer_value(json_array_get(cell, 0));
    const struct picture_range range = {
        .stream = (int)json_get_int(json_object_get(probe, "video"), "stream", -1),
        .grid = *grid,
        .begin = begin,
        .end = begin + nb_frames,
        .key_frame = begin,
        .key_pts = json_integer_value(json_array_get(cell, 1)),
    };
    if (picture_reader_open(&pictures, media, &range, err) < 0)
        return err->code;
    const int ret = look_at_run(c, pictures, &graph, err);
    avfilter_graph_free(&graph);
    return ret;
}

int interlace_detect(const char **out, const char *path, const struct media_params *files,
                     const json_t *probe, struct err *err)
{
    const json_t *cells = json_object_get(probe, "cells");
    const size_t nb = json_array_size(cells), runs = nb < RUNS ? nb : RUNS;
    AUTO_MEDIA *media = NULL;
    struct counts c = {.left = FRAMES};
    struct frame_grid grid;
    *out = "progressive";
    if (probe_grid(&grid, probe, err) < 0)
        return err->code;
    const double fps = av_q2d(grid.fps);
    if (json_get_int(json_object_get(probe, "video"), "height", 0) < LEAST_LINES || fps < 24 ||
        fps > 31)
        return 0;
    if (media_open(&media, path, files, err) < 0)
        return err->code;
    for (size_t i = 0; i < runs && !decided(&c); i++) {
        const int of_run = FRAMES / (int)runs;
        c.left = of_run * (int)(runs - i);
        c.silent = 0;
        c.most_silent = of_run / 4; /* a still slide may show for long */
        if (look_at_cell(&c, media, probe, &grid, json_array_get(cells, i * nb / runs), of_run,
                         err) < 0)
            return err->code;
    }
    if (clearly(c.top, c.progressive + c.bottom))
        *out = "top";
    else if (clearly(c.bottom, c.progressive + c.top))
        *out = "bottom";
    return 0;
}
