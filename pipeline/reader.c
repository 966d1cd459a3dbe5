#include "reader.h"

#include <libavutil/opt.h>
#include <libswresample/swresample.h>
#include <stdlib.h>
#include <string.h>

#include "av.h"
#include "media.h"
#include "mem.h"

enum {
    /* A time stamp of sound this far from where the samples before it end is a gap or an overlap,
     * not rounding (containers round to 1 ms, some to 11): within the 20 ms that lips allow. */
    SOUND_SLACK = SOUND_RATE * 15 / 1000,
    /* Decoded and dropped before a range begins, so that the decoder has settled. */
    SOUND_PREROLL_MS = 2000,
    /* Frames by whose stamps, together, sound is placed where the container rounds them. */
    SETTLE_FRAMES = 48,
};

/* --- packets to frames, for both ------------------------------------------------------------- */

struct source {
    struct media *media;
    AVFormatContext *fmt;
    AVStream *st;
    AVCodecContext *dec;
    AVPacket *pkt;
    bool draining;
    int64_t last_ms; /* of the last packet, on the recording's clock */
    int64_t origin_us;
    int key_step_ms; /* above 0: packets other than key packets this far apart are passed over */
    int64_t last_key_ms;
    bool second_field; /* the packet before was a key packet of an interlaced stream */
    int64_t from_ms;   /* damage before the range is not its own: leading pictures, preroll */
    struct damage damage;
};

static void note(struct source *s, int averror)
{
    if (s->last_ms < s->from_ms || s->damage.nb++ > 0)
        return;
    s->damage.first_ms = s->last_ms;
    av_make_error_string(s->damage.what, sizeof s->damage.what, averror);
}

static bool passed_over(struct source *s)
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

static int source_open(struct source *s, struct media *media, int stream, struct err *err)
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

static void source_close(struct source *s)
{
    avcodec_free_context(&s->dec);
    av_packet_free(&s->pkt);
}

/* The next packet of the stream into s->pkt. Returns 1, 0 at the end, or an error. A read error in
 * the middle is the file's end: the probe told it. */
static int source_packet(struct source *s, struct err *err)
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

static int source_send(struct source *s, const AVPacket *pkt, struct err *err)
{
    const int ret = avcodec_send_packet(s->dec, pkt);
    if (ret == AVERROR(ENOMEM))
        return av_fail_nomem(err);
    if (ret < 0 && ret != AVERROR_EOF)
        note(s, ret);
    return 0;
}

/* The next decoded frame. pending: s->pkt holds a packet that is to go first. */
static int source_frame(struct source *s, AVFrame *frame, bool *pending, struct err *err)
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
            got = source_packet(s, err);
        if (got < 0)
            return got;
        s->draining = s->draining || !got;
        if (source_send(s, got ? s->pkt : NULL, err) < 0)
            return err->code;
    }
}

/* --- pictures -------------------------------------------------------------------------------- */

struct picture_reader {
    struct source source;
    struct picture_range range;
    AVFrame *next; /* decoded, not delivered yet; its pts the grid frame */
    bool pending;  /* source.pkt was read while seeking and is to be decoded first */
    bool started;
    int64_t decoded;   /* grid frame of the last picture decoded; INT64_MIN: none yet */
    int64_t delivered; /* grid frame of the last picture delivered */
};

/* Reads up to the first key packet after a seek. Returns 1 when decoding from there reaches the
 * wanted key picture, 0 when it lies behind already. */
static int landed_before(struct picture_reader *r, struct err *err)
{
    for (;;) {
        const int got = source_packet(&r->source, err);
        if (got <= 0)
            return got;
        const AVPacket *pkt = r->source.pkt;
        const int64_t ts = pkt->pts != AV_NOPTS_VALUE ? pkt->pts : pkt->dts;
        if (ts != AV_NOPTS_VALUE && ts > r->range.key_pts)
            return 0;
        if (pkt->flags & AV_PKT_FLAG_KEY && ts != AV_NOPTS_VALUE) {
            r->pending = true;
            return 1;
        }
    }
}

/* Indexes lie (they know decode times only, or nothing, as in TS): so where a seek landed is looked
 * at, and an earlier place is tried until decoding meets the key picture; at last the file's
 * start. */
static int seek_to_key(struct picture_reader *r, struct err *err)
{
    static const int back_ms[] = {0, 1000, 5000, 20000, 60000};
    struct source *s = &r->source;
    for (size_t i = 0; i < sizeof back_ms / sizeof *back_ms; i++) {
        const int64_t back = av_rescale_q(back_ms[i], (AVRational){1, 1000}, s->st->time_base);
        if (av_seek_frame(s->fmt, s->st->index, r->range.key_pts - back, AVSEEK_FLAG_BACKWARD) < 0)
            continue;
        const int found = landed_before(r, err);
        if (found != 0)
            return found < 0 ? found : 0;
    }
    const int64_t start = s->fmt->start_time == AV_NOPTS_VALUE ? 0 : s->fmt->start_time;
    if (avformat_seek_file(s->fmt, -1, INT64_MIN, start, start, 0) < 0 &&
        av_seek_frame(s->fmt, -1, 0, AVSEEK_FLAG_BYTE) < 0)
        return err_set(err, ERR_INVALID, "'%s' cannot be wound back to its start",
                       media_path(s->media));
    return 0;
}

int picture_reader_open(struct picture_reader **out, struct media *media,
                        const struct picture_range *range, struct err *err)
{
    AUTO_PICTURES *r = mem_zalloc(1, sizeof *r);
    r->range = *range;
    r->delivered = range->begin - 1;
    r->decoded = INT64_MIN;
    if (source_open(&r->source, media, range->stream, err) < 0)
        return err->code;
    r->source.origin_us = av_rescale_q(range->grid.origin, range->grid.time_base, AV_TIME_BASE_Q);
    r->source.from_ms = grid_ms_of(&range->grid, range->begin);
    if (range->key_step_ms > 0) {
        r->source.key_step_ms = range->key_step_ms;
        r->source.last_key_ms = INT64_MIN;
        /* libavformat's MP4 reader loses count of its composition offsets where it skips packets
         * itself: key pictures of streams with B-frames then come with other pictures' times. */
        if (strcmp(r->source.fmt->iformat->name, "mov,mp4,m4a,3gp,3g2,mj2") != 0)
            r->source.st->discard = AVDISCARD_NONKEY;
    }
    r->next = av_frame_alloc();
    if (!r->next)
        return av_fail_nomem(err);
    if (range->key_frame > 0 && seek_to_key(r, err) < 0)
        return err->code;
    *out = mem_take(&r);
    return 0;
}

void picture_reader_close_p(struct picture_reader **reader)
{
    struct picture_reader *r = *reader;
    if (!r)
        return;
    source_close(&r->source);
    av_frame_free(&r->next);
    free(r);
}

/* A picture without a time stamp: the one after the last. Files without presentation times (AVI,
 * MXF) have many, and the decoder gives the last pictures of every such file without. Where
 * pictures were passed over, the packet's time is nearer. */
static int64_t place_without_time(const struct picture_reader *r)
{
    const struct grid *g = &r->range.grid;
    if (r->range.key_step_ms > 0)
        return grid_frame_at_ms(g, r->source.last_ms);
    return r->decoded == INT64_MIN ? r->range.key_frame : r->decoded + 1;
}

/* Decodes one picture; its pts becomes its grid frame. */
static int decode_picture(struct picture_reader *r, AVFrame *frame, struct err *err)
{
    for (;;) {
        const int got = source_frame(&r->source, frame, &r->pending, err);
        if (got <= 0)
            return got;
        if (frame->width <= 0) {
            av_frame_unref(frame);
            continue;
        }
        int64_t pts = frame->best_effort_timestamp;
        if (pts == AV_NOPTS_VALUE)
            pts = frame->pts;
        frame->pts =
            pts == AV_NOPTS_VALUE ? place_without_time(r) : grid_frame_of(&r->range.grid, pts);
        r->decoded = frame->pts;
        return 1;
    }
}

/* The picture that shows at the range's begin: the last one that starts at or before it. The one
 * after it is kept in r->next. Where none starts before, the first one after stands in. */
static int first_picture(struct picture_reader *r, AVFrame *frame, struct err *err)
{
    const int64_t begin = r->range.begin;
    for (;;) {
        const int got = decode_picture(r, r->next, err);
        if (got < 0)
            return got;
        const bool later = got && r->next->pts > begin;
        if (got && (!later || !frame->buf[0])) {
            const bool stands_in = later && !frame->buf[0];
            if (stands_in && r->next->pts >= r->range.end)
                return 0;
            av_frame_unref(frame);
            av_frame_move_ref(frame, r->next);
            if (!stands_in && frame->pts < begin)
                continue;
        }
        if (!frame->buf[0])
            return 0;
        frame->pts = r->delivered = begin;
        return 1;
    }
}

int picture_reader_next(struct picture_reader *r, AVFrame *frame, struct err *err)
{
    if (!r->started) {
        r->started = true;
        return first_picture(r, frame, err);
    }
    for (;;) {
        if (!r->next->buf[0]) {
            const int got = decode_picture(r, r->next, err);
            if (got <= 0)
                return got;
        }
        if (r->next->pts >= r->range.end)
            return 0;
        if (r->next->pts > r->delivered) {
            r->delivered = r->next->pts;
            av_frame_move_ref(frame, r->next);
            return 1;
        }
        av_frame_unref(r->next); /* two pictures on one place: the first one stands */
    }
}

const struct damage *picture_reader_damage(const struct picture_reader *r)
{
    return &r->source.damage;
}

/* --- sound ----------------------------------------------------------------------------------- */

struct sound_reader {
    struct source source;
    struct sound_range range;
    SwrContext *swr;
    AVFrame *frame;
    int in_rate, in_format;
    AVChannelLayout in_layout;
    int64_t pos;  /* the sample that comes out next */
    int64_t next; /* the sample at which the buffer's first one belongs */
    bool placed;  /* next is known */
    bool ended;
    bool held; /* frame is decoded, and belongs behind a gap after the buffer */
    /* Matroska rounds stamps to 1 ms. Of a run of frames each stamp tells the place within that:
     * all together tell it to the sample, wherever reading began. */
    bool settled;
    int nb_frames;       /* of the run that is being settled */
    int64_t rounding;    /* of stamps, in samples: so far may one lie from the truth */
    int64_t least, most; /* by which the run may be moved */
    float *buf;          /* converted, not delivered; nb_buf samples per channel from buf_at on */
    int nb_buf, buf_at, cap;
    int64_t moved;
};

static bool same_sound(const struct sound_reader *r, const AVFrame *f)
{
    return r->swr && r->in_rate == f->sample_rate && r->in_format == f->format &&
           av_channel_layout_compare(&r->in_layout, &f->ch_layout) == 0;
}

static int configure(struct sound_reader *r, const AVFrame *f, struct err *err)
{
    swr_free(&r->swr);
    AVChannelLayout stereo = AV_CHANNEL_LAYOUT_STEREO, in = {0};
    if (f->ch_layout.order == AV_CHANNEL_ORDER_UNSPEC)
        av_channel_layout_default(&in, f->ch_layout.nb_channels);
    else
        av_channel_layout_copy(&in, &f->ch_layout);
    int ret = swr_alloc_set_opts2(&r->swr, &stereo, AV_SAMPLE_FMT_FLT, SOUND_RATE, &in, f->format,
                                  f->sample_rate, 0, NULL);
    av_channel_layout_uninit(&in);
    if (ret >= 0)
        ret = swr_init(r->swr);
    if (ret < 0)
        return av_fail(err, ret, "'%s': its sound (%d channels, %d Hz) cannot be converted",
                       media_path(r->source.media), f->ch_layout.nb_channels, f->sample_rate);
    r->in_rate = f->sample_rate;
    r->in_format = f->format;
    return av_channel_layout_copy(&r->in_layout, &f->ch_layout) < 0 ? av_fail_nomem(err) : 0;
}

int sound_reader_open(struct sound_reader **out, struct media *media,
                      const struct sound_range *range, struct err *err)
{
    AUTO_SOUND *r = mem_zalloc(1, sizeof *r);
    r->range = *range;
    r->pos = range->begin;
    r->ended = range->stream < 0;
    if (range->stream >= 0) {
        struct source *s = &r->source;
        if (source_open(s, media, range->stream, err) < 0)
            return err->code;
        r->frame = av_frame_alloc();
        if (!r->frame)
            return av_fail_nomem(err);
        r->rounding = av_rescale_q(1, s->st->time_base, (AVRational){1, 2 * SOUND_RATE}) / 4;
        const int64_t start = s->st->start_time == AV_NOPTS_VALUE ? 0 : s->st->start_time;
        s->origin_us = range->grid.time_base.num
                           ? av_rescale_q(range->grid.origin, range->grid.time_base, AV_TIME_BASE_Q)
                           : av_rescale_q(start, s->st->time_base, AV_TIME_BASE_Q);
        s->from_ms = range->begin / (SOUND_RATE / 1000);
        const int64_t from_ms = s->from_ms - SOUND_PREROLL_MS;
        if (from_ms > 0 && !range->counted) {
            const int64_t ts = s->origin_us + from_ms * 1000;
            if (avformat_seek_file(s->fmt, -1, INT64_MIN, ts, ts, 0) < 0 &&
                av_seek_frame(s->fmt, -1, ts, AVSEEK_FLAG_BACKWARD) < 0)
                (void)av_seek_frame(s->fmt, -1, 0, AVSEEK_FLAG_BYTE);
        }
    }
    *out = mem_take(&r);
    return 0;
}

void sound_reader_close_p(struct sound_reader **reader)
{
    struct sound_reader *r = *reader;
    if (!r)
        return;
    source_close(&r->source);
    swr_free(&r->swr);
    av_frame_free(&r->frame);
    av_channel_layout_uninit(&r->in_layout);
    free(r->buf);
    free(r);
}

/* Converts a frame (or, at the end, what the converter still holds) to the buffer's end. */
static int convert(struct sound_reader *r, const AVFrame *f, struct err *err)
{
    if (!r->swr)
        return 0;
    const int room = swr_get_out_samples(r->swr, f ? f->nb_samples : 0);
    if (room <= 0)
        return 0;
    if (r->nb_buf == 0)
        r->buf_at = 0;
    const int used = r->buf_at + r->nb_buf;
    if (used + room > r->cap) {
        r->cap = 2 * (used + room);
        float *grown = mem_zalloc((size_t)r->cap * SOUND_CHANNELS, sizeof *grown);
        if (used)
            memcpy(grown, r->buf, (size_t)used * SOUND_CHANNELS * sizeof *grown);
        free(r->buf);
        r->buf = grown;
    }
    uint8_t *dst = (uint8_t *)(r->buf + (size_t)used * SOUND_CHANNELS);
    const uint8_t **src = f ? (const uint8_t **)(void *)f->extended_data : NULL;
    const int nb = swr_convert(r->swr, &dst, room, src, f ? f->nb_samples : 0);
    if (nb < 0)
        return av_fail(err, nb, "'%s': its sound cannot be converted", media_path(r->source.media));
    r->nb_buf += nb;
    return 0;
}

/* Where the frame's first converted sample belongs, by its time stamp and what the converter still
 * holds back. False where it has no stamp. */
static bool stamped_place(int64_t *out, const struct sound_reader *r, const AVFrame *f)
{
    const int64_t pts =
        f->best_effort_timestamp != AV_NOPTS_VALUE ? f->best_effort_timestamp : f->pts;
    if (pts == AV_NOPTS_VALUE || (r->placed && r->range.counted))
        return false;
    const struct source *s = &r->source;
    /* In 1/48000 s straight from both time bases: microseconds would round. */
    const AVRational samples = {1, SOUND_RATE};
    int64_t at = av_rescale_q(pts, s->st->time_base, samples);
    at -= r->range.grid.time_base.num
              ? av_rescale_q(r->range.grid.origin, r->range.grid.time_base, samples)
              : av_rescale_q(s->origin_us, AV_TIME_BASE_Q, samples);
    *out = at - (r->swr ? swr_get_delay(r->swr, SOUND_RATE) : 0);
    return true;
}

/* A run of sound begins at a sample. */
static void begin_run(struct sound_reader *r, int64_t at)
{
    if (r->placed)
        r->moved += llabs(at - r->next);
    r->next = at;
    r->placed = true;
    r->settled = r->rounding == 0;
    r->nb_frames = 0;
    r->least = -r->rounding;
    r->most = r->rounding;
}

/* Narrows the run's place by one more stamp, which is off by so many samples. */
static void narrow(struct sound_reader *r, int64_t off)
{
    if (off - r->rounding > r->least)
        r->least = off - r->rounding;
    if (off + r->rounding < r->most)
        r->most = off + r->rounding;
}

/* Moves the run, of which nothing was delivered yet, to the middle of where it may lie. */
static void settle(struct sound_reader *r)
{
    if (!r->settled && r->least <= r->most)
        r->next += (r->least + r->most) / 2;
    r->settled = true;
}

/* Adds r->frame to the buffer. Returns 1, 0 where it must wait till the buffer is empty, for it
 * does not continue there, or an error. */
static int add_frame(struct sound_reader *r, struct err *err)
{
    const AVFrame *f = r->frame;
    if (f->sample_rate <= 0 || f->nb_samples <= 0)
        return 1;
    const bool same = same_sound(r, f);
    if (!same && r->nb_buf > 0)
        return 0;
    if (!same && configure(r, f, err) < 0)
        return err->code;
    int64_t at;
    if (stamped_place(&at, r, f)) {
        const int64_t off = at - (r->next + r->nb_buf);
        const bool continues = r->placed && llabs(off) <= SOUND_SLACK;
        if (!continues && r->nb_buf > 0)
            return 0;
        if (continues)
            narrow(r, off);
        else
            begin_run(r, at);
    }
    return convert(r, f, err) < 0 ? err->code : 1;
}

/* Fills the empty buffer: with one frame's samples, or with those that settle where a run of them
 * lies. Returns 1, 0 at the end, or an error. */
static int refill(struct sound_reader *r, struct err *err)
{
    do {
        if (!r->held) {
            bool none = false;
            av_frame_unref(r->frame);
            const int got = source_frame(&r->source, r->frame, &none, err);
            if (got < 0)
                return got;
            if (!got) {
                r->ended = true;
                if (convert(r, NULL, err) < 0)
                    return err->code;
                settle(r);
                return r->nb_buf > 0;
            }
        }
        const int added = add_frame(r, err);
        if (added < 0)
            return added;
        r->held = !added;
        if (r->held || ++r->nb_frames == SETTLE_FRAMES)
            settle(r);
    } while (r->placed && !r->settled);
    return 1;
}

static void drop(struct sound_reader *r, int nb)
{
    r->buf_at += nb;
    r->nb_buf -= nb;
    r->next += nb;
}

int sound_reader_read(struct sound_reader *r, float *samples, int nb, struct err *err)
{
    int done = 0;
    if (r->range.end - r->pos < nb)
        nb = (int)(r->range.end - r->pos);
    while (done < nb) {
        if (r->nb_buf == 0) {
            const int got = r->ended ? 0 : refill(r, err);
            if (got < 0)
                return got;
            if (!got && r->range.end == INT64_MAX)
                break;
            if (got && r->nb_buf == 0)
                continue;
        }
        const int want = nb - done;
        float *to = samples + (size_t)done * SOUND_CHANNELS;
        int64_t step;
        if (r->nb_buf > 0 && r->next < r->pos) { /* before the range, or an overlap */
            step = r->pos - r->next;
            drop(r, step < r->nb_buf ? (int)step : r->nb_buf);
            continue;
        }
        if (r->nb_buf > 0 && r->next == r->pos) {
            step = want < r->nb_buf ? want : r->nb_buf;
            memcpy(to, r->buf + (size_t)r->buf_at * SOUND_CHANNELS,
                   (size_t)step * SOUND_CHANNELS * sizeof *to);
            drop(r, (int)step);
        } else { /* a gap, or after the end */
            step = r->nb_buf > 0 && r->next - r->pos < want ? r->next - r->pos : want;
            memset(to, 0, (size_t)step * SOUND_CHANNELS * sizeof *to);
        }
        done += (int)step;
        r->pos += step;
    }
    return done;
}

const struct damage *sound_reader_damage(const struct sound_reader *r)
{
    return &r->source.damage;
}

int64_t sound_reader_moved(const struct sound_reader *r)
{
    return r->moved;
}
