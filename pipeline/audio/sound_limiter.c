#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "av.h"
#include "mem.h"
#include "sound_parts.h"

struct sound_limiter {
    AVFilterGraph *graph;
    AVFilterContext *src, *sink; /* the graph's */
    AVFrame *limited;            /* what was received last */
};

void sound_limiter_destroy(struct sound_limiter *l)
{
    if (!l)
        return;
    avfilter_graph_free(&l->graph);
    av_frame_free(&l->limited);
    free(l);
}

/* alimiter takes and gives double samples. */
static int build(struct sound_limiter *l, double limit_db, struct err *err)
{
    char src[120], limit[160];
    snprintf(src, sizeof src, "sample_rate=%d:sample_fmt=flt:channel_layout=stereo:time_base=1/%d",
             SOUND_RATE, SOUND_RATE);
    snprintf(limit, sizeof limit, "limit=%.6f:attack=5:release=50:level=disabled:latency=1",
             pow(10, limit_db / 20));
    AVFilterContext *to_double = NULL, *work = NULL, *to_float = NULL;
    l->graph = avfilter_graph_alloc();
    l->limited = av_frame_alloc();
    if (!l->graph || !l->limited)
        return av_fail_nomem(err);
    l->graph->nb_threads = 1;
    const struct {
        AVFilterContext **ctx;
        const char *filter, *args;
    } chain[] = {
        {&l->src, "abuffer", src},       {&to_double, "aformat", "sample_fmts=dbl"},
        {&work, "alimiter", limit},      {&to_float, "aformat", "sample_fmts=flt"},
        {&l->sink, "abuffersink", NULL},
    };
    int ret = 0;
    for (size_t i = 0; ret >= 0 && i < sizeof chain / sizeof *chain; i++) {
        ret = avfilter_graph_create_filter(chain[i].ctx, avfilter_get_by_name(chain[i].filter),
                                           chain[i].filter, chain[i].args, NULL, l->graph);
        if (ret >= 0 && i > 0)
            ret = avfilter_link(*chain[i - 1].ctx, 0, *chain[i].ctx, 0);
    }
    if (ret >= 0)
        ret = avfilter_graph_config(l->graph, NULL);
    return ret < 0 ? av_fail(err, ret, "cannot set up the limiter") : 0;
}

int sound_limiter_create(struct sound_limiter **out, double limit_db, struct err *err)
{
    struct sound_limiter *l = mem_zalloc(1, sizeof *l);
    if (build(l, limit_db, err) < 0) {
        sound_limiter_destroy(l);
        return err->code;
    }
    *out = l;
    return 0;
}

int sound_limiter_send(struct sound_limiter *l, const float *samples, int nb, struct err *err)
{
    AUTO_FRAME *in = NULL;
    if (nb > 0) {
        in = av_frame_alloc();
        if (!in)
            return av_fail_nomem(err);
        in->nb_samples = nb;
        in->format = AV_SAMPLE_FMT_FLT;
        in->sample_rate = SOUND_RATE;
        in->ch_layout = (AVChannelLayout)AV_CHANNEL_LAYOUT_STEREO;
        if (av_frame_get_buffer(in, 0) < 0)
            return av_fail_nomem(err);
        memcpy(in->data[0], samples, (size_t)nb * SOUND_CHANNELS * sizeof *samples);
    }
    const int ret = av_buffersrc_add_frame(l->src, in);
    return ret < 0 ? av_fail(err, ret, "the limiter failed") : 0;
}

int sound_limiter_receive(const float **out, struct sound_limiter *l, struct err *err)
{
    av_frame_unref(l->limited);
    const int ret = av_buffersink_get_frame(l->sink, l->limited);
    if (ret == AVERROR(EAGAIN) || ret == AVERROR_EOF)
        return 0;
    if (ret < 0)
        return av_fail(err, ret, "the limiter failed");
    *out = (const float *)(const void *)l->limited->data[0];
    return l->limited->nb_samples;
}
