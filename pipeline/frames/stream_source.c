#include "stream_source.h"

#include <errno.h>
#include <string.h>

#include "av.h"
#include "media.h"

static void note(struct stream_source *s, int averror)
{
    if (s->last_ms < s->from_ms)
        return;
    s->damage.last_ms = s->last_ms;
    if (s->damage.nb++ > 0)
        return;
    s->damage.first_ms = s->last_ms;
    /* Some decoders return a bare -1, which would read as "Operation not permitted". */
    av_make_error_string(s->damage.what, sizeof s->damage.what,
                         averror == -1 ? AVERROR_INVALIDDATA : averror);
}

static bool passed_over(struct stream_source *s)
{
    if (s->key_step_ms == 0)
        return false;
    const bool key = s->pkt->flags & AV_PKT_FLAG_KEY;
    /* A key frame may be two packets, one for each field, and needs both. */
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

/* Files of one recording may differ in what a decoder is made for. */
static bool same_parameters(const AVCodecParameters *a, const AVCodecParameters *b)
{
    return a->codec_id == b->codec_id && a->codec_tag == b->codec_tag && a->width == b->width &&
           a->height == b->height && a->sample_rate == b->sample_rate &&
           a->ch_layout.nb_channels == b->ch_layout.nb_channels &&
           a->block_align == b->block_align &&
           a->bits_per_coded_sample == b->bits_per_coded_sample &&
           a->extradata_size == b->extradata_size &&
           (a->extradata_size == 0 || memcmp(a->extradata, b->extradata, a->extradata_size) == 0);
}

/* Whether the packet is of another file, and needs another decoder. */
static bool over_border(struct stream_source *s)
{
    if (s->file == media_file(s->media))
        return false;
    s->file = media_file(s->media);
    return s->extra || !same_parameters(s->par, media_parameters(s->media, s->st->index));
}

/* A decoder for the stream as the last packet's file has it. */
static int new_decoder(struct stream_source *s, struct err *err)
{
    avcodec_free_context(&s->dec);
    s->extra = 0;
    s->file = media_file(s->media);
    if (avcodec_parameters_copy(s->par, media_parameters(s->media, s->st->index)) < 0)
        return av_fail_nomem(err);
    return media_decoder(&s->dec, s->media, s->st->index, NULL, err);
}

int stream_source_open(struct stream_source *s, struct media *media, int stream, struct err *err)
{
    s->media = media;
    s->whole_ms = INT64_MIN;
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
    s->par = avcodec_parameters_alloc();
    return s->par ? new_decoder(s, err) : av_fail_nomem(err);
}

void stream_source_close(struct stream_source *s)
{
    avcodec_free_context(&s->dec);
    avcodec_parameters_free(&s->par);
    av_packet_free(&s->pkt);
}

/* A read error inside the file counts as its end: the probe has reported it. */
int stream_source_packet(struct stream_source *s, struct err *err)
{
    for (;;) {
        av_packet_unref(s->pkt);
        const int got = media_read(s->media, s->pkt, err);
        if (got <= 0)
            return got;
        if (s->pkt->stream_index != s->st->index)
            continue;
        const int64_t ts = s->pkt->pts != AV_NOPTS_VALUE ? s->pkt->pts : s->pkt->dts;
        if (ts != AV_NOPTS_VALUE)
            s->last_ms = (av_rescale_q(ts, s->st->time_base, AV_TIME_BASE_Q) - s->origin_us) / 1000;
        if (!passed_over(s))
            return 1;
    }
}

/* Decoders that run out of memory report a damaged packet, or drop the picture without an error.
 * errno was cleared before the call. */
static bool out_of_memory(void)
{
    return errno == ENOMEM;
}

/* Adds the decoder's configuration to the packet, if that changed in packets that were skipped. */
static int add_extradata(struct stream_source *s, struct err *err)
{
    const uint8_t *data;
    size_t nb;
    const unsigned extra = media_extradata(&data, &nb, s->media, s->st->index);
    if (extra == s->extra)
        return 0;
    s->extra = extra;
    if (av_packet_get_side_data(s->pkt, AV_PKT_DATA_NEW_EXTRADATA, NULL))
        return 0;
    uint8_t *to = av_packet_new_side_data(s->pkt, AV_PKT_DATA_NEW_EXTRADATA, nb);
    if (!to)
        return av_fail_nomem(err);
    memcpy(to, data, nb);
    return 0;
}

/* pkt is s->pkt, or NULL at the end. */
static int source_send(struct stream_source *s, const AVPacket *pkt, struct err *err)
{
    if (pkt && add_extradata(s, err) < 0)
        return err->code;
    errno = 0;
    s->dec->skip_frame = s->last_ms < s->whole_ms ? AVDISCARD_NONREF : AVDISCARD_DEFAULT;
    const int ret = avcodec_send_packet(s->dec, pkt);
    if (out_of_memory())
        return av_fail_nomem(err);
    if (ret < 0 && ret != AVERROR_EOF)
        note(s, ret);
    return 0;
}

int stream_source_frame(struct stream_source *s, AVFrame *frame, bool *pending, struct err *err)
{
    for (;;) {
        errno = 0;
        const int ret = avcodec_receive_frame(s->dec, frame);
        if (out_of_memory())
            return av_fail_nomem(err);
        if (ret >= 0) {
            if (frame->decode_error_flags || (frame->flags & AV_FRAME_FLAG_CORRUPT))
                note(s, AVERROR_INVALIDDATA);
            return 1;
        }
        if (ret == AVERROR_EOF && !s->changing)
            return 0;
        if (ret != AVERROR(EAGAIN) && ret != AVERROR_EOF) {
            note(s, ret);
            if (s->draining)
                return 0;
        }
        int got = 1;
        if (s->changing) {
            s->changing = false;
            if (new_decoder(s, err) < 0)
                return err->code;
        } else if (*pending) {
            *pending = false;
        } else {
            got = stream_source_packet(s, err);
        }
        if (got < 0)
            return got;
        s->draining = s->draining || !got;
        if (got && over_border(s)) {
            s->changing = true;
            if (source_send(s, NULL, err) < 0)
                return err->code;
            continue;
        }
        if (source_send(s, got ? s->pkt : NULL, err) < 0)
            return err->code;
    }
}
