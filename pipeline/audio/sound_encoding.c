#include <libswresample/swresample.h>
#include <stdlib.h>

#include "av.h"
#include "av_versions.h"
#include "encoder.h"
#include "json.h"
#include "mem.h"
#include "sound_parts.h"

struct sound_encoding {
    struct sound_output *out;
    AVCodecContext *enc;
    struct track_writer *writer;
    SwrContext *swr; /* to the encoder's sample format */
    AVFrame *frame;  /* being filled for the encoder */
    int64_t nb_wanted, nb_taken, nb_encoded;
};

void sound_encoding_destroy(struct sound_encoding *e)
{
    if (!e)
        return;
    track_writer_close_p(&e->writer);
    avcodec_free_context(&e->enc);
    swr_free(&e->swr);
    av_frame_free(&e->frame);
    free(e);
}

/* Players tend to play MP4's last packet of AAC whole: a last packet that would hold next to
 * nothing is left out, so that the sound ends at most 20 ms after the picture, and at most 1.5 ms
 * before it. */
static int64_t without_sliver(const AVCodecContext *enc, int64_t card_samples, int64_t talk_samples)
{
    enum { SLIVER = 72 };
    const int64_t all = card_samples + talk_samples;
    if (enc->codec_id != AV_CODEC_ID_AAC || enc->frame_size <= 0)
        return all;
    const int64_t last = all % enc->frame_size;
    return last <= SLIVER && last < talk_samples ? all - last : all;
}

static int begin(struct sound_encoding *e, struct sound_output *out, struct err *err)
{
    const AVCodec *codec = NULL;
    if (encoder_find(&codec, out->audio, err) < 0)
        return err->code;
    e->out = out;
    e->enc = avcodec_alloc_context3(codec);
    e->frame = av_frame_alloc();
    if (!e->enc || !e->frame)
        return av_fail_nomem(err);
    e->enc->sample_rate = SOUND_RATE;
    e->enc->sample_fmt = av_versions_sample_fmt(codec);
    e->enc->ch_layout = (AVChannelLayout)AV_CHANNEL_LAYOUT_STEREO;
    e->enc->bit_rate = json_get_int(out->audio, "bit_rate", 128000);
    e->enc->time_base = (AVRational){1, SOUND_RATE};
    e->enc->flags |= AV_CODEC_FLAG_BITEXACT;
    if (encoder_open(e->enc, out->audio, err) < 0)
        return err->code;
    AVChannelLayout stereo = AV_CHANNEL_LAYOUT_STEREO;
    int ret = swr_alloc_set_opts2(&e->swr, &stereo, e->enc->sample_fmt, SOUND_RATE, &stereo,
                                  AV_SAMPLE_FMT_FLT, SOUND_RATE, 0, NULL);
    if (ret >= 0)
        ret = swr_init(e->swr);
    if (ret < 0)
        return av_fail(err, ret, "cannot convert to the sample format of encoder '%s'",
                       codec->name);
    return track_writer_open(&e->writer, out->path, e->enc, 0, err);
}

int sound_encoding_create(struct sound_encoding **out, struct sound_output *output,
                          int64_t card_samples, int64_t talk_samples, struct err *err)
{
    struct sound_encoding *e = mem_zalloc(1, sizeof *e);
    if (begin(e, output, err) < 0) {
        sound_encoding_destroy(e);
        return err->code;
    }
    e->nb_wanted = without_sliver(e->enc, card_samples, talk_samples);
    *out = e;
    return 0;
}

/* Encodes the samples in the converter, in frames of the encoder's size; end: also a last, shorter
 * one.
 */
static int encode_waiting(struct sound_encoding *e, bool end, struct err *err)
{
    const int size = e->enc->frame_size > 0 ? e->enc->frame_size : 1024;
    for (;;) {
        const int64_t waiting = swr_get_delay(e->swr, SOUND_RATE);
        if (waiting <= 0 || (waiting < size && !end))
            return 0;
        AVFrame *f = e->frame;
        av_frame_unref(f);
        f->nb_samples = waiting < size ? (int)waiting : size;
        f->format = e->enc->sample_fmt;
        f->sample_rate = SOUND_RATE;
        f->ch_layout = (AVChannelLayout)AV_CHANNEL_LAYOUT_STEREO;
        f->pts = e->nb_encoded;
        int ret = av_frame_get_buffer(f, 0);
        if (ret >= 0)
            ret = swr_convert(e->swr, f->extended_data, f->nb_samples, NULL, 0);
        if (ret < 0)
            return av_fail(err, ret, "cannot convert the sound");
        f->nb_samples = ret;
        e->nb_encoded += ret;
        if (ret == 0)
            return 0;
        if (track_writer_encode(e->writer, e->enc, f, err) < 0)
            return err->code;
    }
}

int sound_encoding_add(struct sound_encoding *e, const float *samples, int nb, struct err *err)
{
    const uint8_t *in = (const uint8_t *)samples;
    if (nb > e->nb_wanted - e->nb_taken)
        nb = (int)(e->nb_wanted - e->nb_taken);
    if (nb == 0)
        return 0;
    e->nb_taken += nb;
    const int ret = swr_convert(e->swr, NULL, 0, &in, nb);
    return ret < 0 ? av_fail(err, ret, "cannot convert the sound") : encode_waiting(e, false, err);
}

int sound_encoding_add_silence(struct sound_encoding *e, int64_t nb, struct err *err)
{
    static const float zeros[SOUND_CHUNK * SOUND_CHANNELS];
    for (; nb > 0; nb -= SOUND_CHUNK)
        if (sound_encoding_add(e, zeros, nb < SOUND_CHUNK ? (int)nb : SOUND_CHUNK, err) < 0)
            return err->code;
    return 0;
}

int sound_encoding_finish(struct sound_encoding *e, struct err *err)
{
    const int ret = swr_convert(e->swr, NULL, 0, NULL, 0);
    if (ret < 0)
        return av_fail(err, ret, "cannot convert the sound");
    if (encode_waiting(e, true, err) < 0 || track_writer_encode(e->writer, e->enc, NULL, err) < 0 ||
        track_writer_finish(e->writer, err) < 0)
        return err->code;
    if (e->nb_encoded != e->nb_wanted)
        return err_set(err, ERR_BUG, "%lld samples were encoded, not %lld",
                       (long long)e->nb_encoded, (long long)e->nb_wanted);
    e->out->result.nb_samples = e->nb_encoded;
    e->out->result.lead_in = e->enc->initial_padding;
    e->out->result.packet_samples = e->enc->frame_size;
    return 0;
}
