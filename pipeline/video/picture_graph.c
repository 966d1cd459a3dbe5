#include "picture_graph.h"

#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavutil/pixdesc.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "av.h"
#include "av_versions.h"
#include "json.h"
#include "mem.h"
#include "str.h"

enum { MAX_SIZES = 8, MAX_QUEUED = 8 };

struct picture_graph {
    struct picture_size sizes[MAX_SIZES];
    size_t nb_sizes;
    AVRational fps;
    struct picture_traits traits;
    AVFilterGraph *graph;
    AVFilterContext *src, *sinks[MAX_SIZES];
    /* Pictures that the old graph still held when the source changed and a new graph was made. */
    AVFrame *queued[MAX_SIZES][MAX_QUEUED];
    int nb_queued[MAX_SIZES];
    struct AVFrame *like; /* the properties of the pictures that the graph takes */
};

/* Quarter turns from 0 to 3, even if the stored rotation is not one of the four. */
static int quarter_turns(const json_t *video)
{
    const int turns = (int)(json_get_int(video, "rotation", 0) / 90 % 4);
    return turns < 0 ? turns + 4 : turns;
}

void picture_traits_read(struct picture_traits *out, const json_t *video, const char *fields)
{
    static const char *const names[] = {"progressive", "flagged", "top", "bottom"};
    const json_t *first = json_object_get(video, "first");
    const json_t *sar = json_object_get(first, "sar");
    *out = (struct picture_traits){
        .rotation = quarter_turns(video) * 90,
        .flip = json_get_bool(video, "flip", false),
        .width = (int)json_get_int(first, "width", 0),
        .height = (int)json_get_int(first, "height", 0),
        .sar = {(int)json_integer_value(json_array_get(sar, 0)),
                (int)json_integer_value(json_array_get(sar, 1))},
    };
    for (int i = 0; i < 4; i++)
        if (fields && strcmp(fields, names[i]) == 0)
            out->fields = (enum picture_fields)i;
}

int picture_graph_create(struct picture_graph **out, const struct picture_size *sizes,
                         size_t nb_sizes, AVRational fps, const struct picture_traits *traits,
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
    g->traits = *traits;
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
    av_frame_free(&g->like);
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

static bool is_hdr(const AVFrame *f)
{
    return f->color_trc == AVCOL_TRC_SMPTE2084 || f->color_trc == AVCOL_TRC_ARIB_STD_B67;
}

/* The colour space that pictures have in the graph. From libavfilter 10 on the scaler takes those
 * alone that it has a matrix for; before, it took others for one of these. Tone mapping knows all.
 */
static enum AVColorSpace graph_colorspace(const AVFrame *f)
{
    const enum AVColorSpace space = colorspace_of(f);
    switch ((int)space) {
    case AVCOL_SPC_RGB:
    case AVCOL_SPC_BT709:
    case AVCOL_SPC_FCC:
    case AVCOL_SPC_BT470BG:
    case AVCOL_SPC_SMPTE170M:
    case AVCOL_SPC_SMPTE240M:
    case AVCOL_SPC_BT2020_NCL:
        return space;
    default:
        return is_hdr(f)                      ? space
               : space == AVCOL_SPC_BT2020_CL ? AVCOL_SPC_BT2020_NCL
                                              : AVCOL_SPC_SMPTE170M;
    }
}

/* The scaler's name of it, which is not always av_color_space_name()'s. */
static const char *scaler_matrix(enum AVColorSpace space)
{
    switch ((int)space) {
    case AVCOL_SPC_BT709:
        return "bt709";
    case AVCOL_SPC_FCC:
        return "fcc";
    case AVCOL_SPC_SMPTE240M:
        return "smpte240m";
    case AVCOL_SPC_BT2020_NCL:
        return "bt2020";
    default:
        return "bt601";
    }
}

static enum AVColorRange range_of(const AVFrame *f)
{
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(f->format);
    if (f->color_range != AVCOL_RANGE_UNSPECIFIED)
        return f->color_range;
    const bool full = desc && (desc->flags & AV_PIX_FMT_FLAG_RGB || str_starts(desc->name, "yuvj"));
    return full ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
}

static bool valid(AVRational sar)
{
    return sar.num > 0 && sar.den > 0;
}

/* Whether a picture has the shape that fills the output. */
static bool fills(const struct picture_traits *t, const AVFrame *f)
{
    if (t->width == 0)
        return true;
    const bool same_sar = valid(f->sample_aspect_ratio) == valid(t->sar) &&
                          (!valid(t->sar) || av_cmp_q(f->sample_aspect_ratio, t->sar) == 0);
    return f->width == t->width && f->height == t->height && same_sar;
}

/* The size of a picture of another shape, upright, fitted into an output. */
static struct picture_size fitted(const struct picture_graph *g, const struct picture_size *out)
{
    const AVFrame *f = g->like;
    const AVRational sar = f->sample_aspect_ratio;
    double w = f->width * (valid(sar) ? av_q2d(sar) : 1), h = f->height;
    if (g->traits.rotation % 180) {
        const double turned = w;
        w = h;
        h = turned;
    }
    const double scale = fmin(out->width / w, out->height / h);
    return (struct picture_size){FFMAX(2, (int)(w * scale / 2 + 0.5) * 2),
                                 FFMAX(2, (int)(h * scale / 2 + 0.5) * 2)};
}

/* Whether pictures need no conversion for the encoder. */
static bool as_it_is(const struct picture_graph *g, const struct picture_size *out)
{
    const AVFrame *f = g->like;
    return f->width == out->width && f->height == out->height && g->traits.rotation % 180 == 0 &&
           f->format == AV_PIX_FMT_YUV420P && colorspace_of(f) == AVCOL_SPC_BT709 &&
           range_of(f) == AVCOL_RANGE_MPEG && !is_hdr(f);
}

static void describe_size(struct str *text, const struct picture_graph *g, size_t i)
{
    const struct picture_size *out = &g->sizes[i];
    const bool whole = fills(&g->traits, g->like);
    if (whole && as_it_is(g, out)) {
        str_addf(text, ";[s%zu]setsar=1[out%zu]", i, i);
        return;
    }
    const struct picture_size s = whole ? *out : fitted(g, out);
    str_addf(text, ";[s%zu]scale=w=%d:h=%d:flags=bicubic+accurate_rnd+full_chroma_int", i, s.width,
             s.height);
    /* RGB has no matrix; tone-mapped pictures are BT.709 already. */
    if (colorspace_of(g->like) != AVCOL_SPC_RGB && !is_hdr(g->like))
        str_addf(text, ":in_color_matrix=%s:in_range=%s", scaler_matrix(graph_colorspace(g->like)),
                 range_of(g->like) == AVCOL_RANGE_JPEG ? "pc" : "tv");
    str_add(text, ":out_color_matrix=bt709:out_range=tv,format=yuv420p,");
    if (!whole)
        str_addf(text, "pad=%d:%d:-1:-1,", out->width, out->height);
    str_addf(text, "setsar=1[out%zu]", i);
}

/* The filter chain in libavfilter's language. */
static char *describe(const struct picture_graph *g)
{
    static const char *const turns[] = {"", "transpose=clock,", "hflip,vflip,",
                                        "transpose=cclock,"};
    static const char *const fields[] = {
        [PICTURE_PROGRESSIVE] = "",
        [PICTURE_FLAGGED] = "bwdif=mode=send_frame:deint=interlaced,",
        [PICTURE_TOP_FIRST] = "bwdif=mode=send_frame:parity=tff:deint=all,",
        [PICTURE_BOTTOM_FIRST] = "bwdif=mode=send_frame:parity=bff:deint=all,",
    };
    AUTO_STR text = {0};
    str_addf(&text, "[in]%s", fields[g->traits.fields]);
    /* Diffuse white at 203 cd/m² (ITU-R BT.2408); brighter light is rolled off. */
    if (is_hdr(g->like))
        str_add(&text, "zscale=t=linear:npl=203,format=gbrpf32le,zscale=p=bt709,"
                       "tonemap=hable:desat=0,zscale=t=bt709:m=bt709:r=tv,format=yuv444p,");
    str_addf(&text, "%s%ssplit=%zu", g->traits.flip ? "hflip," : "", turns[g->traits.rotation / 90],
             g->nb_sizes);
    for (size_t i = 0; i < g->nb_sizes; i++)
        str_addf(&text, "[s%zu]", i);
    for (size_t i = 0; i < g->nb_sizes; i++)
        describe_size(&text, g, i);
    return str_take(&text);
}

static int add_source(struct picture_graph *g, struct err *err)
{
    char args[200], colours[100];
    av_versions_source_colours(colours, sizeof colours, graph_colorspace(g->like),
                               range_of(g->like));
    snprintf(args, sizeof args, "video_size=%dx%d:pix_fmt=%d:time_base=%d/%d:pixel_aspect=1/1%s",
             g->like->width, g->like->height, g->like->format, g->fps.den, g->fps.num, colours);
    const int ret = avfilter_graph_create_filter(&g->src, avfilter_get_by_name("buffer"), "in",
                                                 args, NULL, g->graph);
    return ret < 0 ? av_fail(err, ret, "no filter can take pictures of %dx%d, format %d",
                             g->like->width, g->like->height, g->like->format)
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
                             g->like->width, g->like->height, text)
                   : 0;
}

static int build(struct picture_graph *g, const AVFrame *frame, struct err *err)
{
    avfilter_graph_free(&g->graph);
    av_frame_free(&g->like);
    g->like = av_frame_alloc();
    g->graph = avfilter_graph_alloc();
    if (!g->graph || !g->like || av_frame_copy_props(g->like, frame) < 0)
        return av_fail_nomem(err);
    g->like->width = frame->width;
    g->like->height = frame->height;
    g->like->format = frame->format;
    g->graph->nb_threads = 1;
    return add_source(g, err) < 0 || parse(g, err) < 0 ? err->code : 0;
}

static bool takes(const struct picture_graph *g, const AVFrame *f)
{
    const AVFrame *like = g->like;
    return g->graph && like->width == f->width && like->height == f->height &&
           like->format == f->format && like->color_trc == f->color_trc &&
           av_cmp_q(like->sample_aspect_ratio, f->sample_aspect_ratio) == 0 &&
           colorspace_of(like) == colorspace_of(f) && range_of(like) == range_of(f);
}

static int receive_from_sink(struct picture_graph *g, size_t i, AVFrame *frame, struct err *err)
{
    const int ret = av_buffersink_get_frame(g->sinks[i], frame);
    if (ret == AVERROR(EAGAIN) || ret == AVERROR_EOF)
        return 0;
    if (ret < 0)
        return av_fail(err, ret, "a picture cannot be converted");
    /* A deinterlacer counts in halves of frames. */
    frame->pts =
        av_rescale_q(frame->pts, av_buffersink_get_time_base(g->sinks[i]), av_inv_q(g->fps));
    return 1;
}

/* Takes the pictures that the old graph still holds (a deinterlacer keeps one). */
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
    frame->colorspace = graph_colorspace(g->like);
    frame->color_range = range_of(g->like);
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

int picture_graph_convert(AVFrame **out, const AVFrame *picture, int width, int height,
                          struct err *err)
{
    const struct picture_size size = {width, height};
    const struct picture_traits upright = {0};
    AUTO_PICTURE_GRAPH *graph = NULL;
    AUTO_FRAME *frame = av_frame_clone(picture), *converted = av_frame_alloc();
    if (!frame || !converted)
        return av_fail_nomem(err);
    frame->pts = 0;
    if (picture_graph_create(&graph, &size, 1, (AVRational){25, 1}, &upright, err) < 0 ||
        picture_graph_send(graph, frame, err) < 0 || picture_graph_send(graph, NULL, err) < 0 ||
        picture_graph_receive(graph, 0, converted, err) < 0)
        return err->code;
    converted->colorspace = AVCOL_SPC_BT709;
    converted->color_range = AVCOL_RANGE_MPEG;
    *out = mem_take(&converted);
    return 0;
}
