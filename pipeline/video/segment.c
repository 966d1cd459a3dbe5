#include "segment.h"

#include <assert.h>
#include <libavutil/imgutils.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <stdlib.h>
#include <string.h>

#include "av.h"
#include "av_versions.h"
#include "encoder.h"
#include "json.h"
#include "mem.h"
#include "picture_graph.h"

/* Pictures are queued, so that encoders that take turns do not evict each other's data from the
 * processor's caches with every picture: with 16 they take 2 % less processor time than with one;
 * more do not help. A single encoder, a card's, needs no queue. */
enum { PROGRESS_FRAMES = 10, MAX_QUEUED = 16, MAX_QUEUED_BYTES = 24 << 20 };

struct output {
    struct segment_output *out;
    size_t size; /* which of the graph's sizes it takes */
    AVCodecContext *enc;
    int nb_lead; /* see encoder_lead_frames */
    struct track_writer *writer;
};

/* A picture, and the frames that it shows for: [begin, end). */
struct shown {
    AVFrame *frame;
    int64_t begin, end;
};

/* The pictures of one size that wait to be encoded, and the one that shows now. */
struct queue {
    struct shown shown[MAX_QUEUED];
    size_t nb, most;
    AVFrame *now;
    int64_t upto; /* frames below it are queued or encoded */
};

struct encode {
    const struct segment_params *params;
    struct output *outputs;
    size_t nb_outputs;
    struct picture_size *sizes;
    size_t nb_sizes;
    struct queue *queues; /* per size */
    int64_t nb_encoded;   /* in all outputs */
    struct picture_graph *graph;
    AVFrame *last; /* the last picture sent to the graph */
};

/* --- one output ------------------------------------------------------------------------------ */

static int open_encoder(struct output *o, const struct segment_params *p, struct err *err)
{
    const json_t *video = o->out->video;
    const AVCodec *codec = NULL;
    if (encoder_find(&codec, video, err) < 0)
        return err->code;
    AVCodecContext *enc = o->enc = avcodec_alloc_context3(codec);
    if (!enc)
        return av_fail_nomem(err);
    enc->width = o->out->width;
    enc->height = o->out->height;
    enc->pix_fmt = AV_PIX_FMT_YUV420P;
    enc->time_base = av_inv_q(p->fps);
    enc->framerate = p->fps;
    enc->sample_aspect_ratio = (AVRational){1, 1};
    enc->color_range = AVCOL_RANGE_MPEG;
    enc->colorspace = AVCOL_SPC_BT709;
    enc->color_primaries = AVCOL_PRI_BT709;
    enc->color_trc = AVCOL_TRC_BT709;
    enc->chroma_sample_location = AVCHROMA_LOC_LEFT;
    const int gop = (int)((double)json_get_int(video, "key_frame_s", 4) * av_q2d(p->fps));
    enc->gop_size = gop > 1 ? gop : 1;
    o->nb_lead = p->goes_on ? encoder_lead_frames(codec) : 0;
    if (o->nb_lead) /* no later frame may refer to them */
        av_opt_set_int(enc->priv_data, "forced-idr", 1, 0);
    return encoder_open(enc, video, err);
}

static int open_output(struct output *o, const struct segment_params *p, struct err *err)
{
    if (open_encoder(o, p, err) < 0)
        return err->code;
    return o->out->fragment ? track_writer_open_fragment(&o->writer, o->out->path, o->enc,
                                                         o->out->first, p->nb_frames, err)
                            : track_writer_open(&o->writer, o->out->path, o->enc, o->nb_lead, err);
}

static int finish_output(struct output *o, int64_t nb_frames, struct err *err)
{
    if (track_writer_encode(o->writer, o->enc, NULL, err) < 0 ||
        track_writer_finish(o->writer, err) < 0 ||
        track_summarise(&o->out->summary, o->out->path, err) < 0)
        return err->code;
    if (o->out->summary.nb_packets != nb_frames)
        return err_set(err, ERR_EXTERNAL, "encoder '%s' made %lld frames of %lld",
                       o->enc->codec->name, (long long)o->out->summary.nb_packets,
                       (long long)nb_frames);
    return 0;
}

/* --- all of them ----------------------------------------------------------------------------- */

static size_t size_index(struct encode *e, const struct segment_output *out)
{
    size_t i = 0;
    while (i < e->nb_sizes &&
           (e->sizes[i].width != out->width || e->sizes[i].height != out->height))
        i++;
    if (i == e->nb_sizes)
        e->sizes[e->nb_sizes++] = (struct picture_size){out->width, out->height};
    return i;
}

static int queue_begin(struct queue *q, const struct picture_size *size, bool alone,
                       struct err *err)
{
    const int64_t most = MAX_QUEUED_BYTES / ((int64_t)size->width * size->height * 3 / 2);
    q->most = most < 1 || alone ? 1 : most < MAX_QUEUED ? (size_t)most : MAX_QUEUED;
    q->now = av_frame_alloc();
    return q->now ? 0 : av_fail_nomem(err);
}

static void queue_finish(struct queue *q)
{
    for (size_t i = 0; i < MAX_QUEUED; i++)
        av_frame_free(&q->shown[i].frame);
    av_frame_free(&q->now);
}

static int begin(struct encode *e, struct segment_output *outputs, struct err *err)
{
    for (size_t i = 0; i < e->nb_outputs; i++) {
        e->outputs[i].out = &outputs[i];
        e->outputs[i].size = size_index(e, &outputs[i]);
        if (open_output(&e->outputs[i], e->params, err) < 0)
            return err->code;
    }
    if (!(e->last = av_frame_alloc()))
        return av_fail_nomem(err);
    for (size_t i = 0; i < e->nb_sizes; i++)
        if (queue_begin(&e->queues[i], &e->sizes[i], e->nb_outputs == 1, err) < 0)
            return err->code;
    return picture_graph_create(&e->graph, e->sizes, e->nb_sizes, e->params->fps,
                                &e->params->traits, err);
}

static void end(struct encode *e)
{
    for (size_t i = 0; i < e->nb_outputs; i++) {
        track_writer_close_p(&e->outputs[i].writer);
        avcodec_free_context(&e->outputs[i].enc);
    }
    for (size_t i = 0; i < e->nb_sizes; i++)
        queue_finish(&e->queues[i]);
    av_frame_free(&e->last);
    picture_graph_destroy_p(&e->graph);
    free(e->outputs);
    free(e->sizes);
    free(e->queues);
}

static int encode_one(struct encode *e, const struct output *o, const struct shown *s,
                      struct err *err)
{
    AVFrame *frame = s->frame;
    for (int64_t at = s->begin > 0 ? s->begin : -o->nb_lead; at < s->end; at++) {
        frame->pts = at;
        frame->pict_type = at == 0 && o->nb_lead ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
        if (track_writer_encode(o->writer, o->enc, frame, err) < 0)
            return err->code;
        if (at >= 0 && ++e->nb_encoded % PROGRESS_FRAMES == 0 && e->params->progress &&
            e->params->progress(e->params->opaque, e->nb_encoded / (int64_t)e->nb_outputs))
            return err_set(err, ERR_CANCELLED, "stopped");
    }
    return 0;
}

/* One encoder after the other, so that each has its own data in the processor's caches. */
static int encode_queue(struct encode *e, size_t size, struct err *err)
{
    struct queue *q = &e->queues[size];
    for (size_t k = 0; k < e->nb_outputs; k++)
        for (size_t i = 0; e->outputs[k].size == size && i < q->nb; i++)
            if (encode_one(e, &e->outputs[k], &q->shown[i], err) < 0)
                return err->code;
    for (size_t i = 0; i < q->nb; i++)
        av_frame_unref(q->shown[i].frame);
    q->nb = 0;
    return 0;
}

/* Queues the picture that shows in a size for all frames below until. */
static int show_until(struct encode *e, size_t size, int64_t until, struct err *err)
{
    struct queue *q = &e->queues[size];
    if (until <= q->upto)
        return 0;
    if (q->nb == q->most && encode_queue(e, size, err) < 0)
        return err->code;
    struct shown *s = &q->shown[q->nb++];
    if (!s->frame && !(s->frame = av_frame_alloc()))
        return av_fail_nomem(err);
    if (av_frame_ref(s->frame, q->now) < 0)
        return av_fail_nomem(err);
    s->begin = q->upto;
    s->end = q->upto = until;
    return 0;
}

/* Takes every picture that the graph has ready. */
static int take_pictures(struct encode *e, struct err *err)
{
    AUTO_FRAME *frame = av_frame_alloc();
    if (!frame)
        return av_fail_nomem(err);
    for (size_t i = 0; i < e->nb_sizes; i++) {
        int got;
        while ((got = picture_graph_receive(e->graph, i, frame, err)) > 0) {
            const int64_t at =
                frame->pts < e->params->nb_frames ? frame->pts : e->params->nb_frames;
            if (e->queues[i].now->buf[0] && show_until(e, i, at, err) < 0)
                return err->code;
            av_frame_unref(e->queues[i].now);
            av_frame_move_ref(e->queues[i].now, frame);
        }
        if (got < 0)
            return got;
    }
    return 0;
}

/* Whether a picture equals the one before, as with slides for minutes: then it needs no conversion,
 * and the one before is repeated. Not for interlaced pictures, since a deinterlacer uses their
 * neighbours. */
static bool shows_on(const AVFrame *last, const AVFrame *f)
{
    const AVPixFmtDescriptor *d = av_pix_fmt_desc_get(f->format);
    if (!last->buf[0] || !d || av_versions_interlaced(f) || av_versions_interlaced(last) ||
        d->flags & (AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_PAL) || last->width != f->width ||
        last->height != f->height || last->format != f->format ||
        last->colorspace != f->colorspace || last->color_range != f->color_range ||
        last->color_trc != f->color_trc ||
        av_cmp_q(last->sample_aspect_ratio, f->sample_aspect_ratio) != 0)
        return false;
    for (int p = 0; p < av_pix_fmt_count_planes(f->format); p++) {
        if (last->data[p] == f->data[p] && last->linesize[p] == f->linesize[p])
            continue; /* a card's picture between its fades */
        const bool chroma = p == 1 || p == 2;
        const int bytes = av_image_get_linesize(f->format, f->width, p);
        const int height = chroma ? AV_CEIL_RSHIFT(f->height, d->log2_chroma_h) : f->height;
        for (int y = 0; y < height; y++)
            if (memcmp(last->data[p] + (ptrdiff_t)y * last->linesize[p],
                       f->data[p] + (ptrdiff_t)y * f->linesize[p], (size_t)bytes) != 0)
                return false;
    }
    return true;
}

static int convert(struct encode *e, AVFrame *frame, struct err *err)
{
    const enum picture_fields fields = e->params->traits.fields;
    const bool unmarked_fields = fields == PICTURE_TOP_FIRST || fields == PICTURE_BOTTOM_FIRST;
    assert(e->last); /* since begin() */
    if (!unmarked_fields && shows_on(e->last, frame))
        return 0;
    av_frame_unref(e->last);
    if (av_frame_ref(e->last, frame) < 0)
        return av_fail_nomem(err);
    return picture_graph_send(e->graph, frame, err) < 0 ? err->code : take_pictures(e, err);
}

static int pump(struct encode *e, const struct picture_source *source, struct err *err)
{
    AUTO_FRAME *frame = av_frame_alloc();
    if (!frame)
        return av_fail_nomem(err);
    int got;
    while ((got = source->next(source->opaque, frame, err)) > 0) {
        if (convert(e, frame, err) < 0)
            return err->code;
        av_frame_unref(frame);
    }
    if (got < 0 || picture_graph_send(e->graph, NULL, err) < 0)
        return err->code;
    return take_pictures(e, err);
}

static int finish(struct encode *e, struct err *err)
{
    for (size_t i = 0; i < e->nb_sizes; i++) {
        if (!e->queues[i].now->buf[0])
            return err_set(err, ERR_INVALID, "no picture could be decoded");
        if (show_until(e, i, e->params->nb_frames, err) < 0 || encode_queue(e, i, err) < 0)
            return err->code;
    }
    for (size_t i = 0; i < e->nb_outputs; i++)
        if (finish_output(&e->outputs[i], e->params->nb_frames, err) < 0)
            return err->code;
    return 0;
}

int segment_encode(struct segment_output *outputs, size_t nb_outputs,
                   const struct segment_params *params, const struct picture_source *source,
                   struct err *err)
{
    struct encode e = {
        .params = params,
        .nb_outputs = nb_outputs,
        .outputs = mem_zalloc(nb_outputs, sizeof *e.outputs),
        .sizes = mem_zalloc(nb_outputs, sizeof *e.sizes),
        .queues = mem_zalloc(nb_outputs, sizeof *e.queues),
    };
    if (begin(&e, outputs, err) == 0 && pump(&e, source, err) == 0)
        (void)finish(&e, err);
    end(&e);
    return err->code;
}
