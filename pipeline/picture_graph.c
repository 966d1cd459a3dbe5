#include "picture_graph.h"

#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavutil/pixdesc.h>
#include <stdlib.h>

#include "av.h"
#include "mem.h"
#include "str.h"

enum { MAX_SIZES = 8, MAX_QUEUED = 8 };

struct picture_graph {
    struct picture_size sizes[MAX_SIZES];
    size_t nb_sizes;
    AVRational fps;
    struct orientation orientation;
    AVFilterGraph *graph;
    AVFilterContext *src, *sinks[MAX_SIZES];
    /* Pictures that a graph still held when the source changed and another one was made. */
    AVFrame *queued[MAX_SIZES][MAX_QUEUED];
    int nb_queued[MAX_SIZES];
    int width, height, format; /* of the pictures that the graph takes */
    enum AVColorSpace colorspace;
    enum AVColorRange range;
};

int picture_graph_create(struct picture_graph **out, const struct picture_size *sizes,
                         size_t nb_sizes, AVRational fps, const struct orientation *orientation,
                         struct err *err)
{
    if (nb_sizes > MAX_SIZES)
        return err_set(err, ERR_INVALID, "%zu picture sizes at once, %d are possible", nb_sizes,
                       MAX_SIZES);
    struct picture_graph *g = mem_zalloc(1, sizeof *g);
    for (size_t i = 0; i < nb_sizes; i++)
        g->sizes[i] = sizes[i];
    g->nb_sizes = nb_sizes;
    g->fps = fps;
    g->orientation = *orientation;
    *out = g;
    return 0;
}

void picture_graph_destroy_p(struct picture_graph **graph)
{
    struct picture_graph *g = *graph;
    if (!g)
        return;
    for (size_t i = 0; i < g->nb_sizes; i++)
        while (g->nb_queued[i])
            av_frame_free(&g->queued[i][--g->nb_queued[i]]);
    avfilter_graph_free(&g->graph);
    free(g);
}

/* Untagged material: standard-definition cameras use BT.601, all others BT.709. */
static enum AVColorSpace colorspace_of(const AVFrame *f)
{
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(f->format);
    if (desc && desc->flags & AV_PIX_FMT_FLAG_RGB)
        return AVCOL_SPC_RGB;
    if (f->colorspace != AVCOL_SPC_UNSPECIFIED && f->colorspace != AVCOL_SPC_RESERVED &&
        f->colorspace != AVCOL_SPC_RGB)
        return f->colorspace;
    return f->height <= 576 ? AVCOL_SPC_SMPTE170M : AVCOL_SPC_BT709;
}

static enum AVColorRange range_of(const AVFrame *f)
{
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(f->format);
    if (f->color_range != AVCOL_RANGE_UNSPECIFIED)
        return f->color_range;
    const bool full = desc && (desc->flags & AV_PIX_FMT_FLAG_RGB || str_starts(desc->name, "yuvj"));
    return full ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
}

/* The filter chain in libavfilter's language. rgb carries no matrix of its own. */
static char *describe(const struct picture_graph *g)
{
    static const char *const turns[] = {"", "transpose=clock,", "hflip,vflip,",
                                        "transpose=cclock,"};
    AUTO_STR text = {0};
    str_addf(&text, "[in]%s%s%ssplit=%zu",
             g->orientation.deinterlace ? "bwdif=mode=send_frame:deint=interlaced," : "",
             g->orientation.flip ? "hflip," : "", turns[g->orientation.rotation / 90 % 4],
             g->nb_sizes);
    for (size_t i = 0; i < g->nb_sizes; i++)
        str_addf(&text, "[s%zu]", i);
    for (size_t i = 0; i < g->nb_sizes; i++) {
        str_addf(&text, ";[s%zu]scale=w=%d:h=%d:flags=bicubic+accurate_rnd+full_chroma_int", i,
                 g->sizes[i].width, g->sizes[i].height);
        if (g->colorspace != AVCOL_SPC_RGB)
            str_addf(&text, ":in_color_matrix=%s:in_range=%s", av_color_space_name(g->colorspace),
                     g->range == AVCOL_RANGE_JPEG ? "pc" : "tv");
        str_addf(&text, ":out_color_matrix=bt709:out_range=tv,format=yuv420p,setsar=1[out%zu]", i);
    }
    return str_take(&text);
}

static int add_source(struct picture_graph *g, struct err *err)
{
    char args[200];
    snprintf(args, sizeof args, "video_size=%dx%d:pix_fmt=%d:time_base=%d/%d:pixel_aspect=1/1",
             g->width, g->height, g->format, g->fps.den, g->fps.num);
    const int ret = avfilter_graph_create_filter(&g->src, avfilter_get_by_name("buffer"), "in",
                                                 args, NULL, g->graph);
    return ret < 0 ? av_fail(err, ret, "no filter can take pictures of %dx%d, format %d", g->width,
                             g->height, g->format)
                   : 0;
}

static int parse(struct picture_graph *g, struct err *err)
{
    AUTO_FREE char *text = describe(g);
    AVFilterInOut *source = avfilter_inout_alloc(), *sinks = NULL;
    int ret = source ? 0 : AVERROR(ENOMEM);
    if (source)
        *source = (AVFilterInOut){.name = av_strdup("in"), .filter_ctx = g->src};
    for (size_t i = g->nb_sizes; ret >= 0 && i-- > 0;) {
        AVFilterInOut *sink = avfilter_inout_alloc();
        char name[32];
        snprintf(name, sizeof name, "out%zu", i);
        ret = sink ? avfilter_graph_create_filter(&g->sinks[i], avfilter_get_by_name("buffersink"),
                                                  name, NULL, NULL, g->graph)
                   : AVERROR(ENOMEM);
        if (!sink)
            break;
        *sink = (AVFilterInOut){.name = av_strdup(name), .filter_ctx = g->sinks[i], .next = sinks};
        sinks = sink;
    }
    if (ret >= 0)
        ret = avfilter_graph_parse_ptr(g->graph, text, &sinks, &source, NULL);
    avfilter_inout_free(&source);
    avfilter_inout_free(&sinks);
    if (ret >= 0)
        ret = avfilter_graph_config(g->graph, NULL);
    return ret < 0 ? av_fail(err, ret, "pictures of %dx%d cannot be converted (filters: %s)",
                             g->width, g->height, text)
                   : 0;
}

static int build(struct picture_graph *g, const AVFrame *frame, struct err *err)
{
    avfilter_graph_free(&g->graph);
    g->width = frame->width;
    g->height = frame->height;
    g->format = frame->format;
    g->colorspace = colorspace_of(frame);
    g->range = range_of(frame);
    g->graph = avfilter_graph_alloc();
    if (!g->graph)
        return av_fail_nomem(err);
    g->graph->nb_threads = 1;
    return add_source(g, err) < 0 || parse(g, err) < 0 ? err->code : 0;
}

static bool takes(const struct picture_graph *g, const AVFrame *f)
{
    return g->graph && g->width == f->width && g->height == f->height && g->format == f->format &&
           g->colorspace == colorspace_of(f) && g->range == range_of(f);
}

static int receive_from_sink(struct picture_graph *g, size_t i, AVFrame *frame, struct err *err)
{
    const int ret = av_buffersink_get_frame(g->sinks[i], frame);
    if (ret == AVERROR(EAGAIN) || ret == AVERROR_EOF)
        return 0;
    return ret < 0 ? av_fail(err, ret, "a picture cannot be converted") : 1;
}

/* Takes out what the old graph still holds (a deinterlacer keeps one picture back). */
static int drain(struct picture_graph *g, struct err *err)
{
    if (!g->graph)
        return 0;
    const int ret = av_buffersrc_add_frame(g->src, NULL);
    if (ret < 0)
        return av_fail(err, ret, "the picture filters cannot be ended");
    for (size_t i = 0; i < g->nb_sizes; i++) {
        while (g->nb_queued[i] < MAX_QUEUED) {
            AUTO_FRAME *frame = av_frame_alloc();
            if (!frame)
                return av_fail_nomem(err);
            const int got = receive_from_sink(g, i, frame, err);
            if (got < 0)
                return got;
            if (!got)
                break;
            g->queued[i][g->nb_queued[i]++] = mem_take(&frame);
        }
    }
    return 0;
}

int picture_graph_send(struct picture_graph *g, AVFrame *frame, struct err *err)
{
    if (frame && !takes(g, frame) && (drain(g, err) < 0 || build(g, frame, err) < 0))
        return err->code;
    if (!frame)
        return drain(g, err);
    frame->sample_aspect_ratio = (AVRational){1, 1}; /* sizes are given: pixels end up square */
    frame->colorspace = g->colorspace;
    frame->color_range = g->range;
    const int ret = av_buffersrc_add_frame(g->src, frame);
    return ret < 0 ? av_fail(err, ret, "a picture cannot be converted") : 0;
}

int picture_graph_receive(struct picture_graph *g, size_t i, AVFrame *frame, struct err *err)
{
    if (g->nb_queued[i]) {
        av_frame_move_ref(frame, g->queued[i][0]);
        av_frame_free(&g->queued[i][0]);
        g->nb_queued[i]--;
        for (int k = 0; k < g->nb_queued[i]; k++)
            g->queued[i][k] = g->queued[i][k + 1];
        return 1;
    }
    return g->graph ? receive_from_sink(g, i, frame, err) : 0;
}
