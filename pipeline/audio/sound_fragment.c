#include "sound_fragment.h"

#include <math.h>
#include <stdlib.h>

#include "av.h"
#include "encoder.h"
#include "json.h"
#include "media.h"
#include "mem.h"
#include "track.h"

/*
 * A packet of AAC sounds right only after the one before it, and the encoder chooses its windows by
 * what was before and what comes. Two encoders that both see the sound around the border choose the
 * same there; so their packets fit together. The packets outside the fragment are not written.
 */
enum { PACKET = SOUND_FRAGMENT_PACKET, LEAD_PACKETS = 12, TAIL_PACKETS = 4 };
enum { PACKETS_A_REPORT = 50 };

struct fragment {
    const struct sound_fragment_spec *spec;
    struct media *media;
    struct sound_reader *sound;
    AVCodecContext *enc;
    struct track_writer *writer;
    AVFrame *frame;
    float *samples; /* of one packet */
    json_t *peaks;
    float least, most; /* of the pixel that is being filled */
    int nb_in_pixel;
};

static int open_encoder(struct fragment *f, const char *path, struct err *err)
{
    const struct sound_fragment_spec *s = f->spec;
    const AVCodec *codec = NULL;
    if (encoder_find(&codec, s->audio, err) < 0)
        return err->code;
    AVCodecContext *enc = f->enc = avcodec_alloc_context3(codec);
    if (!enc || !(f->frame = av_frame_alloc()))
        return av_fail_nomem(err);
    enc->sample_rate = SOUND_RATE;
    enc->sample_fmt = AV_SAMPLE_FMT_FLTP;
    av_channel_layout_default(&enc->ch_layout, s->channels);
    enc->bit_rate = json_get_int(s->audio, "bit_rate", 96000);
    enc->time_base = (AVRational){1, SOUND_RATE};
    enc->flags |= AV_CODEC_FLAG_BITEXACT;
    if (encoder_open(enc, s->audio, err) < 0)
        return err->code;
    if (enc->codec_id != AV_CODEC_ID_AAC || enc->frame_size != PACKET)
        return err_set(err, ERR_INVALID, "encoder '%s' does not make packets of %d samples",
                       codec->name, PACKET);
    return track_writer_open_fragment(&f->writer, path, enc, s->first * PACKET, s->nb * PACKET,
                                      err);
}

static int open_sound(struct fragment *f, struct err *err)
{
    const struct sound_fragment_spec *s = f->spec;
    const struct sound_range range = {
        .stream = s->stream,
        .grid = s->grid,
        .begin = (s->first - LEAD_PACKETS) * PACKET,
        .end = (s->first + s->nb + TAIL_PACKETS) * PACKET,
        .clock = s->clock,
        .use = s->use,
        .pair = s->pair,
    };
    f->samples = mem_zalloc((size_t)PACKET * SOUND_CHANNELS, sizeof *f->samples);
    f->peaks = json_array();
    return media_open(&f->media, s->recording, s->files, err) < 0
               ? err->code
               : sound_reader_open(&f->sound, f->media, &range, err);
}

static void finish(struct fragment *f)
{
    sound_reader_close_p(&f->sound);
    media_close_p(&f->media);
    track_writer_close_p(&f->writer);
    avcodec_free_context(&f->enc);
    av_frame_free(&f->frame);
    json_decref(f->peaks);
    free(f->samples);
}

/* --- peaks ------------------------------------------------------------------------------------ */

static int in_8_bits(float v)
{
    return (int)lroundf(fminf(fmaxf(v * 127, -128), 127));
}

static void end_pixel(struct fragment *f)
{
    if (!f->nb_in_pixel)
        return;
    json_array_append_new(f->peaks, json_integer(in_8_bits(f->least)));
    json_array_append_new(f->peaks, json_integer(in_8_bits(f->most)));
    f->nb_in_pixel = 0;
}

static void add_peaks(struct fragment *f)
{
    for (int i = 0; i < PACKET; i++) {
        const float *s = f->samples + (ptrdiff_t)i * SOUND_CHANNELS;
        const float least = fminf(s[0], s[1]), most = fmaxf(s[0], s[1]);
        f->least = f->nb_in_pixel ? fminf(f->least, least) : least;
        f->most = f->nb_in_pixel ? fmaxf(f->most, most) : most;
        if (++f->nb_in_pixel == SOUND_FRAGMENT_PIXEL)
            end_pixel(f);
    }
}

/* --- packets ---------------------------------------------------------------------------------- */

/* Encodes the samples of one packet, which is that many after the fragment's first. */
static int encode(struct fragment *f, int64_t packet, struct err *err)
{
    AVFrame *frame = f->frame;
    av_frame_unref(frame);
    frame->nb_samples = PACKET;
    frame->format = f->enc->sample_fmt;
    frame->sample_rate = SOUND_RATE;
    frame->pts = packet * PACKET;
    if (av_channel_layout_copy(&frame->ch_layout, &f->enc->ch_layout) < 0 ||
        av_frame_get_buffer(frame, 0) < 0)
        return av_fail_nomem(err);
    float *left = (float *)(void *)frame->data[0], *right = (float *)(void *)frame->data[1];
    for (int i = 0; i < PACKET; i++) {
        const float *s = f->samples + (ptrdiff_t)i * SOUND_CHANNELS;
        left[i] = right ? s[0] : (s[0] + s[1]) / 2;
        if (right)
            right[i] = s[1];
    }
    return track_writer_encode(f->writer, f->enc, frame, err);
}

static int read_packet(struct fragment *f, struct err *err)
{
    for (int done = 0; done < PACKET;) {
        const int got = sound_reader_read(f->sound, f->samples + (ptrdiff_t)done * SOUND_CHANNELS,
                                          PACKET - done, err);
        if (got <= 0)
            return got < 0 ? got : err_set(err, ERR_BUG, "the sound ended early");
        done += got;
    }
    return 0;
}

static int encode_all(struct fragment *f, struct err *err)
{
    const struct sound_fragment_spec *s = f->spec;
    for (int64_t packet = -LEAD_PACKETS; packet < s->nb + TAIL_PACKETS; packet++) {
        if (read_packet(f, err) < 0 || encode(f, packet, err) < 0)
            return err->code;
        if (packet >= 0 && packet < s->nb)
            add_peaks(f);
        const double done = (double)(packet + LEAD_PACKETS) / (double)(s->nb + LEAD_PACKETS);
        if (packet % PACKETS_A_REPORT == 0 && s->progress && s->progress(s->opaque, done))
            return err_set(err, ERR_CANCELLED, "stopped");
    }
    end_pixel(f);
    return track_writer_encode(f->writer, f->enc, NULL, err) < 0
               ? err->code
               : track_writer_finish(f->writer, err);
}

int sound_fragment_encode(json_t **out_peaks, struct damage *damage, const char *path,
                          const struct sound_fragment_spec *spec, struct err *err)
{
    struct fragment f = {.spec = spec};
    if (open_sound(&f, err) == 0 && open_encoder(&f, path, err) == 0 && encode_all(&f, err) == 0) {
        *damage = *sound_reader_damage(f.sound);
        *out_peaks = json_incref(f.peaks);
    }
    finish(&f);
    return err->code;
}
