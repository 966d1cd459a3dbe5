#include "stream_source.h"

#include "av.h"
#include "media.h"

static void note(struct stream_source *s, int averror)
{
    if (s->last_ms < s->from_ms || s->damage.nb++ > 0)
        return;
    s->damage.first_ms = s->last_ms;
    av_make_error_string(s->damage.what, sizeof s->damage.what, averror);
}

static bool passed_over(struct stream_source *s)
{
    if (s->key_step_ms == 0)
        return false;
    const bool key = s->pkt->flags & AV_PKT_FLAG_KEY;
    /* A key picture may be two packets, one for each field: alone the first shows nothing. */
    const enum AVFieldOrder order = s->st->codecpar->field_order;
    const bool second = s->second_field;
    s->second_field = false;
    if (second && !key)
        return false;
    if (!key || (s->last_key_ms != INT64_MIN && s->last_ms - s->last_key_ms < s->key_step_ms))
        return true;
    s->last_key_ms = s->last_ms;
    s->second_field = order != AV_FIELD_UNKNOWN && order != AV_FIELD_PROGRESSIVE;
    return false;
}

int stream_source_open(struct stream_source *s, struct media *media, int stream, struct err *err)
{
    s->media = media;
    s->fmt = media_format(media);
    if (stream < 0 || stream >= (int)s->fmt->nb_streams)
        return err_set(err, ERR_INVALID, "'%s' has no stream %d any more: add it again",
                       media_path(media), stream);
    s->st = s->fmt->streams[stream];
    s->pkt = av_packet_alloc();
    if (!s->pkt)
        return av_fail_nomem(err);
    for (unsigned i = 0; i < s->fmt->nb_streams; i++)
        s->fmt->streams[i]->discard = (int)i == stream ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
    return media_decoder(&s->dec, media, stream, NULL, err);
}

void stream_source_close(struct stream_source *s)
{
    avcodec_free_context(&s->dec);
    av_packet_free(&s->pkt);
}

/* A read error in the middle is the file's end: the probe told it. */
int stream_source_packet(struct stream_source *s, struct err *err)
{
    for (;;) {
        av_packet_unref(s->pkt);
        const int ret = av_read_frame(s->fmt, s->pkt);
        if (ret == AVERROR(ENOMEM))
            return av_fail_nomem(err);
        if (ret < 0 && s->fmt->pb->error == AVERROR(EIO))
            return av_fail(err, ret, "cannot read '%s'", media_path(s->media));
        if (ret < 0)
            return 0;
        if (s->pkt->stream_index != s->st->index)
            continue;
        const int64_t ts = s->pkt->pts != AV_NOPTS_VALUE ? s->pkt->pts : s->pkt->dts;
        if (ts != AV_NOPTS_VALUE)
            s->last_ms = (av_rescale_q(ts, s->st->time_base, AV_TIME_BASE_Q) - s->origin_us) / 1000;
        if (!passed_over(s))
            return 1;
    }
}

static int source_send(struct stream_source *s, const AVPacket *pkt, struct err *err)
{
    const int ret = avcodec_send_packet(s->dec, pkt);
    if (ret == AVERROR(ENOMEM))
        return av_fail_nomem(err);
    if (ret < 0 && ret != AVERROR_EOF)
        note(s, ret);
    return 0;
}

int stream_source_frame(struct stream_source *s, AVFrame *frame, bool *pending, struct err *err)
{
    for (;;) {
        const int ret = avcodec_receive_frame(s->dec, frame);
        if (ret >= 0) {
            if (frame->decode_error_flags || frame->flags & AV_FRAME_FLAG_CORRUPT)
                note(s, AVERROR_INVALIDDATA);
            return 1;
        }
        if (ret == AVERROR(ENOMEM))
            return av_fail_nomem(err);
        if (ret == AVERROR_EOF)
            return 0;
        if (ret != AVERROR(EAGAIN)) {
            note(s, ret);
            if (s->draining)
                return 0;
        }
        int got = 1;
        if (*pending)
            *pending = false;
        else
            got = stream_source_packet(s, err);
        if (got < 0)
            return got;
        s->draining = s->draining || !got;
        if (source_send(s, got ? s->pkt : NULL, err) < 0)
            return err->code;
    }
}
