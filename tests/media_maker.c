#include "support.h"

#include "media_maker.h"

#include <libavutil/display.h>
#include <libavutil/imgutils.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "av.h"
#include "av_versions.h"
#include "hash.h"
#include "mem.h"
#include "rehearse.h"

#define must(call)                                       \
    do {                                                 \
        const int ret_ = (call);                         \
        if (ret_ < 0)                                    \
            fail_msg("%s: %s", #call, av_err2str(ret_)); \
    } while (0)

float media_noise(int64_t n, int channel)
{
    uint64_t x = ((uint64_t)n * 2 + (uint64_t)channel + 1) * 0x9e3779b97f4a7c15u;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return (float)((int32_t)(x >> 32)) / 4294967296.0f;
}

/* --- pictures -------------------------------------------------------------------------------- */

/* A grey ramp that wanders, a bright column that runs, and the number below. */
static int luma_at(int x, int y, int width, int height, int64_t n)
{
    if (y >= height - height / 12) {
        const int cell = x * 24 / width;
        const bool white =
            cell == 0 || cell == 23 || (cell >= 2 && cell < 22 && n >> (21 - cell) & 1);
        return white ? 235 : 16;
    }
    return abs(x - (int)(n * 4 % width)) < 4 ? 220 : 60 + (x + 2 * y + (int)n) % 64;
}

void media_draw(AVFrame *f, int64_t n)
{
    must(av_frame_make_writable(f));
    const bool rgb = f->format == AV_PIX_FMT_RGB24;
    for (int y = 0; y < f->height; y++)
        for (int x = 0; x < f->width; x++) {
            const int v = luma_at(x, y, f->width, f->height, n);
            if (rgb)
                memset(f->data[0] + (ptrdiff_t)y * f->linesize[0] + 3 * (ptrdiff_t)x,
                       (v - 16) * 255 / 219, 3);
            else
                f->data[0][(ptrdiff_t)y * f->linesize[0] + x] = (uint8_t)v;
        }
    for (int p = 1; !rgb && p < 3; p++)
        for (int y = 0; y < (f->height + 1) / 2; y++)
            memset(f->data[p] + (ptrdiff_t)y * f->linesize[p], 128, (size_t)(f->width + 1) / 2);
}

/* The cells of rehearse.h as a word, the left-most in the highest bit: the guards are set in
 * GUARDS_ON, clear in the rest of GUARDS. */
enum { CELLS = 24, GUARDS = 0xc00003, GUARDS_ON = 0x800001 };

/* The mean of the inner half of a cell, where neither scaling nor ringing of the edges reaches. */
static double read_cell(const uint8_t *luma, int stride, int width, int height, int cell)
{
    const double w = (double)width / CELLS, h = height / 12.0;
    const int left = (int)((cell + 0.25) * w), right = (int)ceil((cell + 0.75) * w);
    const int top = (int)(height - 0.75 * h), bottom = (int)ceil(height - 0.25 * h);
    int64_t sum = 0;
    for (int y = top; y < bottom; y++)
        for (int x = left; x < right; x++)
            sum += luma[(ptrdiff_t)y * stride + x];
    return (double)sum / ((right - left) * (bottom - top));
}

int64_t media_read_number(const uint8_t *luma, int stride, int width, int height)
{
    if (width < 160 || height < 24)
        return -1;
    const double white = read_cell(luma, stride, width, height, 0);
    const double black = read_cell(luma, stride, width, height, 1);
    if (white - black < 32)
        return -1;
    int64_t word = 0;
    for (int i = 0; i < CELLS; i++) {
        const double mean = read_cell(luma, stride, width, height, i);
        const double level = (mean - black) / (white - black);
        if (fabs(level - 0.5) < 0.15) /* grey: two frames in one */
            return -1;
        word = word << 1 | (level > 0.5);
    }
    return (word & GUARDS) == GUARDS_ON ? (word & ~GUARDS) >> 2 : -1;
}

int64_t media_number_of(const AVFrame *f)
{
    return media_read_number(f->data[0], f->linesize[0], f->width, f->height);
}

void media_hash_of(char out[33], const AVFrame *f)
{
    const AVPixFmtDescriptor *d = av_pix_fmt_desc_get(f->format);
    struct hash *h = hash_create();
    for (int p = 0; p < av_pix_fmt_count_planes(f->format); p++) {
        const int nb = av_image_get_linesize(f->format, f->width, p);
        const int lines = p == 1 || p == 2 ? -(-f->height >> d->log2_chroma_h) : f->height;
        for (int y = 0; y < lines; y++)
            hash_add(h, f->data[p] + (ptrdiff_t)y * f->linesize[p], (size_t)nb);
    }
    hash_hex(h, out);
    hash_destroy(h);
}

/* --- making ---------------------------------------------------------------------------------- */

struct track {
    AVCodecContext *enc;
    AVStream *st;
    int64_t at, end; /* frames or samples handed to the encoder */
    bool done;
};

struct maker {
    const struct media_spec *spec;
    AVFormatContext *mux;
    struct track video, audio;
};

static AVDictionary *dictionary(const char *options)
{
    AVDictionary *d = NULL;
    if (options)
        must(av_dict_parse_string(&d, options, "=", ":", 0));
    return d;
}

static void open_track(struct maker *m, struct track *t, const char *options)
{
    if (m->mux->oformat->flags & AVFMT_GLOBALHEADER)
        t->enc->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    t->enc->thread_count = 1;
    AVDictionary *d = dictionary(options);
    must(avcodec_open2(t->enc, NULL, &d));
    assert_int_equal(av_dict_count(d), 0);
    av_dict_free(&d);
    t->st = avformat_new_stream(m->mux, NULL);
    assert_non_null(t->st);
    t->st->time_base = t->enc->time_base;
    must(avcodec_parameters_from_context(t->st->codecpar, t->enc));
}

static AVCodecContext *encoder(const char *name)
{
    const AVCodec *codec = avcodec_find_encoder_by_name(name);
    if (!codec)
        fail_msg("this FFmpeg has no encoder '%s'", name);
    return avcodec_alloc_context3(codec);
}

static AVRational rate_of(const struct media_video *v)
{
    return v->fps.num ? v->fps : (AVRational){25, 1};
}

static void open_video(struct maker *m)
{
    const struct media_video *v = &m->spec->video;
    AVCodecContext *enc = m->video.enc = encoder(v->encoder);
    enc->width = v->width ? v->width : 160;
    enc->height = v->height ? v->height : 96;
    enc->pix_fmt = AV_PIX_FMT_YUV420P;
    enc->time_base = v->time_us ? (AVRational){1, 90000} : av_inv_q(rate_of(v));
    if (!v->time_us)
        enc->framerate = rate_of(v);
    enc->gop_size = v->gop ? v->gop : 25;
    enc->sample_aspect_ratio = v->sar.num ? v->sar : (AVRational){1, 1};
    open_track(m, &m->video, v->options);
    m->video.st->sample_aspect_ratio = enc->sample_aspect_ratio;
    if (!v->time_us)
        m->video.st->avg_frame_rate = rate_of(v);
    m->video.end = v->nb_frames;
    if (v->rotation) {
        uint8_t *data = av_versions_new_side_data(m->video.st, AV_PKT_DATA_DISPLAYMATRIX, 36);
        av_display_rotation_set((int32_t *)(void *)data, v->rotation);
    }
}

static void open_audio(struct maker *m)
{
    const struct media_audio *a = &m->spec->audio;
    AVCodecContext *enc = m->audio.enc = encoder(a->encoder);
    enc->sample_rate = a->rate ? a->rate : 48000;
    enc->sample_fmt = av_versions_sample_fmt(enc->codec);
    av_channel_layout_default(&enc->ch_layout, a->channels ? a->channels : 1);
    enc->time_base = (AVRational){1, enc->sample_rate};
    enc->bit_rate = a->bit_rate ? a->bit_rate : 192000;
    enc->strict_std_compliance = FF_COMPLIANCE_EXPERIMENTAL;
    open_track(m, &m->audio, a->options);
    m->audio.end = a->nb_samples;
}

static void put_sample(AVFrame *f, int i, int channel, float v)
{
    const int nb = f->ch_layout.nb_channels;
    const int16_t s = (int16_t)lrintf(v * 32767);
    switch (f->format) {
    case AV_SAMPLE_FMT_FLTP:
        ((float *)(void *)f->extended_data[channel])[i] = v;
        break;
    case AV_SAMPLE_FMT_FLT:
        ((float *)(void *)f->data[0])[i * nb + channel] = v;
        break;
    case AV_SAMPLE_FMT_S16P:
        ((int16_t *)(void *)f->extended_data[channel])[i] = s;
        break;
    case AV_SAMPLE_FMT_S16:
        ((int16_t *)(void *)f->data[0])[i * nb + channel] = s;
        break;
    default:
        fail_msg("sample format %d", f->format);
    }
}

static void take_packets(struct maker *m, struct track *t)
{
    const struct media_audio *a = &m->spec->audio;
    AUTO_PACKET *pkt = av_packet_alloc();
    int ret;
    while ((ret = avcodec_receive_packet(t->enc, pkt)) >= 0) {
        const int64_t n = pkt->pts - a->start;
        if (t == &m->audio && n >= a->gap_begin && n < a->gap_end) {
            av_packet_unref(pkt);
            continue;
        }
        if (t == &m->audio && a->drift_ppm)
            pkt->pts = pkt->dts = a->start + av_rescale(n, 1000000, 1000000 + a->drift_ppm);
        if (t == &m->video && !pkt->duration)
            pkt->duration = m->spec->video.time_us ? 90000 / 25 : 1;
        pkt->stream_index = t->st->index;
        av_packet_rescale_ts(pkt, t->enc->time_base, t->st->time_base);
        must(av_interleaved_write_frame(m->mux, pkt));
    }
    if (ret != AVERROR(EAGAIN) && ret != AVERROR_EOF)
        fail_msg("the encoder failed: %s", av_err2str(ret));
}

static int64_t video_pts(const struct media_video *v, int64_t n)
{
    return v->time_us ? av_rescale(v->time_us(n), 90000, 1000000) : n;
}

static void feed_picture(struct maker *m)
{
    struct track *t = &m->video;
    AUTO_FRAME *f = NULL;
    if (t->at < t->end) {
        f = av_frame_alloc();
        f->format = t->enc->pix_fmt;
        f->width = t->enc->width;
        f->height = t->enc->height;
        must(av_frame_get_buffer(f, 0));
        media_draw(f, t->at);
        f->pts = video_pts(&m->spec->video, t->at);
    }
    must(avcodec_send_frame(t->enc, f));
    t->done = !f;
    t->at++;
    take_packets(m, t);
}

static void feed_sound(struct maker *m)
{
    const struct media_audio *a = &m->spec->audio;
    struct track *t = &m->audio;
    AUTO_FRAME *f = NULL;
    if (t->at < t->end) {
        f = av_frame_alloc();
        const int size = t->enc->frame_size > 0 ? t->enc->frame_size : 1024;
        f->nb_samples = t->end - t->at < size ? (int)(t->end - t->at) : size;
        f->format = t->enc->sample_fmt;
        f->sample_rate = t->enc->sample_rate;
        must(av_channel_layout_copy(&f->ch_layout, &t->enc->ch_layout));
        must(av_frame_get_buffer(f, 0));
        for (int i = 0; i < f->nb_samples; i++)
            for (int c = 0; c < f->ch_layout.nb_channels; c++)
                put_sample(f, i, c, (a->sound ? a->sound : media_noise)(t->at + i, c));
        f->pts = a->start + t->at;
        t->at += f->nb_samples;
    }
    must(avcodec_send_frame(t->enc, f));
    t->done = !f;
    take_packets(m, t);
}

/* Whether the picture is the one that lags. */
static bool picture_first(const struct maker *m)
{
    if (!m->video.enc || m->video.done)
        return false;
    if (!m->audio.enc || m->audio.done)
        return true;
    const int64_t n = video_pts(&m->spec->video, m->video.at < m->video.end ? m->video.at : 0);
    return av_compare_ts(n, m->video.enc->time_base, m->spec->audio.start + m->audio.at,
                         m->audio.enc->time_base) <= 0 ||
           m->video.at >= m->video.end;
}

void media_make(const struct media_spec *spec)
{
    struct maker m = {.spec = spec};
    must(avformat_alloc_output_context2(&m.mux, NULL, NULL, spec->path));
    m.mux->flags |= AVFMT_FLAG_BITEXACT;
    m.mux->strict_std_compliance = FF_COMPLIANCE_EXPERIMENTAL;
    if (spec->video.encoder)
        open_video(&m);
    if (spec->audio.encoder)
        open_audio(&m);
    must(avio_open(&m.mux->pb, spec->path, AVIO_FLAG_WRITE));
    AVDictionary *d = dictionary(spec->options);
    must(avformat_write_header(m.mux, &d));
    assert_int_equal(av_dict_count(d), 0);
    av_dict_free(&d);
    while ((m.video.enc && !m.video.done) || (m.audio.enc && !m.audio.done))
        if (picture_first(&m))
            feed_picture(&m);
        else
            feed_sound(&m);
    must(av_write_trailer(m.mux));
    must(avio_closep(&m.mux->pb));
    avformat_free_context(m.mux);
    avcodec_free_context(&m.video.enc);
    avcodec_free_context(&m.audio.enc);
}

/* --- decoding -------------------------------------------------------------------------------- */

static float get_sample(const AVFrame *f, int i, int channel)
{
    const int nb = f->ch_layout.nb_channels;
    switch (f->format) {
    case AV_SAMPLE_FMT_FLTP:
        return ((const float *)(const void *)f->extended_data[channel])[i];
    case AV_SAMPLE_FMT_FLT:
        return ((const float *)(const void *)f->data[0])[i * nb + channel];
    case AV_SAMPLE_FMT_S16P:
        return (float)((const int16_t *)(const void *)f->extended_data[channel])[i] / 32768;
    case AV_SAMPLE_FMT_S32P:
        return (float)((const int32_t *)(const void *)f->extended_data[channel])[i] / 0x1p31F;
    case AV_SAMPLE_FMT_S16:
        return (float)((const int16_t *)(const void *)f->data[0])[i * nb + channel] / 32768;
    default:
        fail_msg("sample format %d", f->format);
        return 0;
    }
}

static void keep_picture(struct media_decoded *d, const AVFrame *f)
{
    d->frames = mem_grow(d->frames, (size_t)d->nb_frames, sizeof *d->frames);
    struct media_frame *kept = &d->frames[d->nb_frames++];
    kept->pts = f->pts != AV_NOPTS_VALUE ? f->pts : f->best_effort_timestamp;
    kept->number = media_number_of(f);
    kept->key = av_versions_key(f);
    media_hash_of(kept->hash, f);
    d->width = f->width;
    d->height = f->height;
}

static void keep_sound(struct media_decoded *d, const AVFrame *f)
{
    if (!d->nb_samples) {
        d->channels = f->ch_layout.nb_channels;
        d->rate = f->sample_rate;
        d->first_sample = av_rescale_q(f->pts, d->audio_base, (AVRational){1, d->rate});
    }
    const int64_t nb = d->nb_samples + f->nb_samples;
    if (nb > d->room) { /* doubled: ASan's realloc copies all each time */
        d->room = 2 * nb;
        d->samples = realloc(d->samples, (size_t)(d->room * d->channels) * sizeof *d->samples);
        assert_non_null(d->samples);
    }
    float *to = d->samples + d->nb_samples * d->channels;
    for (int i = 0; i < f->nb_samples; i++)
        for (int c = 0; c < d->channels; c++)
            *to++ = get_sample(f, i, c);
    d->nb_samples += f->nb_samples;
}

static void decode(struct media_decoded *d, AVCodecContext *dec, const AVPacket *pkt,
                   AVFrame *frame)
{
    if (avcodec_send_packet(dec, pkt) < 0)
        d->nb_errors++;
    int ret;
    while ((ret = avcodec_receive_frame(dec, frame)) >= 0)
        (dec->codec_type == AVMEDIA_TYPE_VIDEO ? keep_picture : keep_sound)(d, frame);
    if (ret != AVERROR(EAGAIN) && ret != AVERROR_EOF)
        d->nb_errors++;
}

void media_decode(struct media_decoded *out, const char *path)
{
    enum { MAX_STREAMS = 4 };
    *out = (struct media_decoded){0};
    AVFormatContext *fmt = NULL;
    AVCodecContext *dec[MAX_STREAMS] = {0};
    must(avformat_open_input(&fmt, path, NULL, NULL));
    must(avformat_find_stream_info(fmt, NULL));
    assert_true(fmt->nb_streams <= MAX_STREAMS);
    for (unsigned i = 0; i < fmt->nb_streams; i++) {
        const AVCodecParameters *par = fmt->streams[i]->codecpar;
        const bool video = par->codec_type == AVMEDIA_TYPE_VIDEO;
        if (!video && par->codec_type != AVMEDIA_TYPE_AUDIO)
            continue; /* MP4 keeps chapters in a track of texts */
        dec[i] = avcodec_alloc_context3(avcodec_find_decoder(par->codec_id));
        must(avcodec_parameters_to_context(dec[i], par));
        dec[i]->pkt_timebase = fmt->streams[i]->time_base;
        dec[i]->thread_count = 1;
        must(avcodec_open2(dec[i], NULL, NULL));
        *(video ? &out->video_base : &out->audio_base) = fmt->streams[i]->time_base;
    }
    AUTO_PACKET *pkt = av_packet_alloc();
    AUTO_FRAME *frame = av_frame_alloc();
    while (av_read_frame(fmt, pkt) >= 0) {
        if (dec[pkt->stream_index])
            decode(out, dec[pkt->stream_index], pkt, frame);
        av_packet_unref(pkt);
    }
    for (unsigned i = 0; i < fmt->nb_streams; i++) {
        if (dec[i])
            decode(out, dec[i], NULL, frame);
        avcodec_free_context(&dec[i]);
    }
    avformat_close_input(&fmt);
}

void media_decoded_finish(struct media_decoded *d)
{
    free(d->frames);
    free(d->samples);
}
