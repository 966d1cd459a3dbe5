#include "reader.h"

#include <libavutil/opt.h>
#include <libswresample/swresample.h>
#include <stdlib.h>
#include <string.h>

#include "av.h"
#include "av_versions.h"
#include "clock.h"
#include "media.h"
#include "mem.h"
#include "sound_outliers.h"
#include "stream_source.h"

enum {
    /* A time stamp of sound this far from where the samples before it end is a gap or an overlap,
     * not rounding (containers round to 1 ms, some to 11): within the 20 ms that lips allow. */
    SOUND_SLACK = SOUND_RATE * 15 / 1000,
    /* Decoded and dropped before a range begins, so that the decoder has settled. */
    SOUND_PREROLL_MS = 2000,
    /* Frames by whose stamps, together, sound is placed where the container rounds them. */
    SETTLE_FRAMES = 48,
    /* libswresample takes whole rates only: both are taken so many times as high, and a clock that
     * drifts is followed to 0.2 parts in a million. */
    FINE = 100,
};

struct sound_reader {
    struct stream_source source;
    struct sound_range range;
    SwrContext *swr;
    AVFrame *frame;
    int in_rate, in_format, out_rate; /* out_rate: as the converter counts */
    AVChannelLayout in_layout;
    int64_t pos;  /* the sample that comes out next */
    int64_t next; /* the sample at which the buffer's first one belongs */
    bool sought;  /* reading did not begin at the start */
    bool placed;  /* next is known */
    bool ended;
    bool held; /* frame is decoded, and comes after a gap that follows the buffer */
    /* Matroska rounds stamps to 1 ms. Of a run of frames each stamp tells the place within that:
     * all together tell it to the sample, wherever reading began. */
    bool settled;
    int nb_frames;       /* of the run that is being settled */
    int64_t rounding;    /* of stamps, in samples: so far may one lie from the truth */
    int64_t least, most; /* by which the run may be moved */
    float *buf;          /* converted, not delivered; nb_buf samples per channel from buf_at on */
    int nb_buf, buf_at, cap;
    int64_t moved;
    struct outlier_finder outliers;
};

static bool same_sound(const struct sound_reader *r, const AVFrame *f)
{
    return r->swr && r->in_rate == f->sample_rate && r->in_format == f->format &&
           av_channel_layout_compare(&r->in_layout, &f->ch_layout) == 0;
}

/* pair: that are left and right, counted from 1; 0: the layout's mix. */
static int make_converter(struct sound_reader *r, const AVFrame *f, int pair)
{
    swr_free(&r->swr);
    AVChannelLayout stereo = AV_CHANNEL_LAYOUT_STEREO, in = {0};
    if (f->ch_layout.order == AV_CHANNEL_ORDER_UNSPEC)
        av_channel_layout_default(&in, f->ch_layout.nb_channels);
    else
        av_channel_layout_copy(&in, &f->ch_layout);
    const int ppm = r->range.clock.counted ? 0 : r->range.clock.drift_ppm;
    const int fine = ppm ? FINE : 1, rate = fine * f->sample_rate;
    r->out_rate = fine * SOUND_RATE;
    int ret = swr_alloc_set_opts2(&r->swr, &stereo, AV_SAMPLE_FMT_FLT, r->out_rate, &in, f->format,
                                  rate + (int)av_rescale(ppm, rate, 1000000), 0, NULL);
    av_channel_layout_uninit(&in);
    /* One channel goes to both sides as loud as it is: not 3 dB down, as libswresample takes it. */
    const double as_it_is[SOUND_CHANNELS] = {1, 1};
    if (ret >= 0 && f->ch_layout.nb_channels == 1)
        ret = swr_set_matrix(r->swr, as_it_is, 1);
    if (ret >= 0 && pair && f->ch_layout.nb_channels > SOUND_CHANNELS) {
        const int nb = f->ch_layout.nb_channels, left = 2 * pair - 2, right = 2 * pair - 1;
        AUTO_FREE double *matrix = mem_zalloc((size_t)nb * SOUND_CHANNELS, sizeof *matrix);
        for (int c = 0; c < nb; c++) {
            matrix[c] = c == left;
            matrix[nb + c] = c == right;
        }
        ret = swr_set_matrix(r->swr, matrix, nb);
    }
    if (ret >= 0 && ppm) /* no phase of the filter is right: two are mixed */
        ret = av_opt_set_int(r->swr, "linear_interp", 1, 0);
    return ret < 0 ? ret : swr_init(r->swr);
}

static int configure(struct sound_reader *r, const AVFrame *f, struct err *err)
{
    int ret = make_converter(r, f, r->range.pair);
    /* Tracks that belong to no layout of loudspeakers (a mixer's, or a damaged frame's). */
    if (ret < 0 && f->ch_layout.nb_channels > SOUND_CHANNELS)
        ret = make_converter(r, f, 1);
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
        struct stream_source *s = &r->source;
        if (stream_source_open(s, media, range->stream, err) < 0)
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
        r->sought = from_ms > 0 && !range->clock.counted;
        if (r->sought &&
            media_seek_us(media, range->stream, s->origin_us + from_ms * 1000, err) < 0)
            return err->code;
    }
    *out = mem_take(&r);
    return 0;
}

void sound_reader_close_p(struct sound_reader **reader)
{
    struct sound_reader *r = *reader;
    if (!r)
        return;
    stream_source_close(&r->source);
    swr_free(&r->swr);
    av_frame_free(&r->frame);
    av_channel_layout_uninit(&r->in_layout);
    free(r->buf);
    free(r);
}

static void apply_use(enum sound_use use, float *samples, int nb)
{
    const int from = use == SOUND_RIGHT;
    for (int i = 0; use == SOUND_INVERT && i < nb; i++)
        samples[(size_t)i * SOUND_CHANNELS + 1] *= -1;
    if (use != SOUND_LEFT && use != SOUND_RIGHT)
        return;
    for (int i = 0; i < nb; i++, samples += SOUND_CHANNELS)
        samples[!from] = samples[from];
}

/* Converts a frame (NULL: the converter's rest) and appends it to the buffer. */
static int convert(struct sound_reader *r, AVFrame *f, struct err *err)
{
    if (!r->swr)
        return 0;
    if (f &&
        outlier_finder_mend(&r->outliers, f, (r->next + r->nb_buf) / (SOUND_RATE / 1000), err) < 0)
        return err->code;
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
    apply_use(r->range.use, r->buf + (size_t)used * SOUND_CHANNELS, nb);
    r->nb_buf += nb;
    return 0;
}

/* The place of the frame's first converted sample, from its time stamp and the converter's delay.
 * False where it has no time stamp. */
static bool stamped_place(int64_t *out, const struct sound_reader *r, const AVFrame *f)
{
    const int64_t pts =
        f->best_effort_timestamp != AV_NOPTS_VALUE ? f->best_effort_timestamp : f->pts;
    if (pts == AV_NOPTS_VALUE || (r->placed && r->range.clock.counted))
        return false;
    const struct stream_source *s = &r->source;
    /* In 1/48000 s straight from both time bases: microseconds would round. */
    const AVRational samples = {1, SOUND_RATE};
    int64_t at = av_rescale_q(pts, s->st->time_base, samples);
    at -= r->range.grid.time_base.num
              ? av_rescale_q(r->range.grid.origin, r->range.grid.time_base, samples)
              : av_rescale_q(s->origin_us, AV_TIME_BASE_Q, samples);
    *out = at - (r->swr ? swr_get_delay(r->swr, r->out_rate) : 0);
    return true;
}

/* Begins a run of continuous sound at a sample. */
static int begin_run(struct sound_reader *r, int64_t at, struct err *err)
{
    const int64_t silence_ms = (at - r->pos) / (SOUND_RATE / 1000);
    char by[CLOCK_BYTES];
    if (silence_ms > FRAME_GRID_MAX_JUMP_MS)
        return err_set(err, ERR_INVALID, "'%s': its sound has a gap of %s" FRAME_GRID_OTHER_TIMES,
                       media_path(r->source.media), clock_format_ms(by, silence_ms, false));
    if (r->placed)
        r->moved += llabs(at - r->next);
    r->next = at;
    r->placed = true;
    r->settled = r->rounding == 0;
    r->nb_frames = 0;
    r->least = -r->rounding;
    r->most = r->rounding;
    return 0;
}

/* Narrows the run's place by another time stamp, which differs by off samples. */
static void narrow(struct sound_reader *r, int64_t off)
{
    if (off - r->rounding > r->least)
        r->least = off - r->rounding;
    if (off + r->rounding < r->most)
        r->most = off + r->rounding;
}

/* Moves the run, none of which was delivered yet, to the middle of its possible places. */
static void settle(struct sound_reader *r)
{
    if (!r->settled && r->least <= r->most)
        r->next += (r->least + r->most) / 2;
    r->settled = true;
}

/* Adds r->frame to the buffer. Returns 1, 0 if it does not continue the buffer and must wait until
 * that is empty, or an error. */
static int add_frame(struct sound_reader *r, struct err *err)
{
    AVFrame *f = r->frame;
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
        else if (begin_run(r, at, err) < 0)
            return err->code;
    }
    return convert(r, f, err) < 0 ? err->code : 1;
}

/* Whether the frame is what was left of the first one after a seek. Its stamp does not tell its
 * place to the sample: where time stamps drift, the stamps of two frames are not a frame's samples
 * apart. */
static bool is_remnant(const struct sound_reader *r)
{
    return r->sought && !r->placed && av_versions_cuts_after_seek() &&
           r->frame->nb_samples < r->source.dec->frame_size;
}

/* Fills the empty buffer with one frame, or, at the start of a run, with as many as settle its
 * place. Returns 1, 0 at the end, or an error. */
static int refill(struct sound_reader *r, struct err *err)
{
    do {
        if (!r->held) {
            bool none = false;
            av_frame_unref(r->frame);
            const int got = stream_source_frame(&r->source, r->frame, &none, err);
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
        const int added = is_remnant(r) ? 1 : add_frame(r, err);
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

const struct sound_outliers *sound_reader_outliers(const struct sound_reader *r)
{
    return &r->outliers.found;
}

int64_t sound_reader_moved(const struct sound_reader *r)
{
    return r->moved;
}
