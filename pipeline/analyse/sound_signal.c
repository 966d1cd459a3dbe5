#include "sound_signal.h"

#include <libavutil/mem.h>
#include <libavutil/tx.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "reader.h"

enum {
    WINDOW = 8192, /* samples at the start of a second in which a tone is looked for */
    BINS = WINDOW / 2 + 1,
    LOBE = 3,         /* bins on each side of a tone's that a Hann window spreads it over */
    LOWEST = 3,       /* bin: 18 Hz */
    ALL_SECONDS = 60, /* at the start every second is looked at, then every STEP_SECONDS */
    STEP_SECONDS = 8,
    FRAME_BITS = 80,    /* of timecode */
    SYNC_WORD = 0x3ffd, /* its last 16 bits, in the order of transmission */
    LEAST_SYNCS = 12,   /* of 24 to 30 in a second */
    LEAST_SECONDS = 3,
};
/* Bits are 20 samples long at 30 frames a second and 25 at 24; tape may run a little off. */
static const double shortest_bit = 17, longest_bit = 29;
/* Of a second's energy in the tone; of the seconds that must have it, within tone_hz. */
static const double in_tone = 0.9, of_seconds = 0.8, of_seconds_timecode = 0.5, tone_hz = 8;

/* Biphase mark: the level changes at the start of every bit, and in the middle of a 1. */
struct timecode {
    double peak; /* falls slowly: a crossing counts a quarter of it beyond zero */
    bool high, half;
    int since; /* samples since the last crossing */
    double bit;
    uint32_t bits;
    int nb_bits; /* since the last sync word */
    int nb_syncs;
};

struct sound_signal {
    struct timecode timecode;
    int in_second;
    int64_t second;
    double sum_squares, of_window;
    float *window; /* of the second, then its spectrum */
    AVComplexFloat *spectrum;
    float *hann;
    AVTXContext *tx;
    av_tx_fn transform;
    int nb_active, nb_timecode; /* seconds */
    int nb_judged;              /* that a tone was looked for in */
    float *tones;               /* in Hz, of the seconds that are one */
    size_t nb_tones;
};

struct sound_signal *sound_signal_create(void)
{
    struct sound_signal *s = mem_zalloc(1, sizeof *s);
    const float scale = 1;
    s->timecode.bit = 22;
    s->window = av_calloc(WINDOW, sizeof *s->window);
    s->spectrum = av_calloc(BINS, sizeof *s->spectrum);
    s->hann = mem_zalloc(WINDOW, sizeof *s->hann);
    for (int i = 0; i < WINDOW; i++)
        s->hann[i] = (float)(0.5 - 0.5 * cos(2 * M_PI * i / WINDOW));
    if (!s->window || !s->spectrum ||
        av_tx_init(&s->tx, &s->transform, AV_TX_FLOAT_RDFT, 0, WINDOW, &scale, 0) < 0)
        abort();
    return s;
}

void sound_signal_destroy(struct sound_signal *s)
{
    if (!s)
        return;
    av_tx_uninit(&s->tx);
    av_free(s->window);
    av_free(s->spectrum);
    free(s->hann);
    free(s->tones);
    free(s);
}

/* --- timecode -------------------------------------------------------------------------------- */

static void add_bit(struct timecode *t, unsigned bit)
{
    t->bits = (t->bits << 1 | bit) & 0xffff;
    t->nb_bits++;
    if (t->bits != SYNC_WORD)
        return;
    t->nb_syncs += t->nb_bits == FRAME_BITS;
    t->nb_bits = 0;
}

static void end_step(struct timecode *t)
{
    const bool whole = t->since > 0.75 * t->bit;
    const double measured = whole ? t->since : 2.0 * t->since;
    if (measured > 0.6 * t->bit && measured < 1.5 * t->bit)
        t->bit = fmin(fmax(t->bit + (measured - t->bit) / 8, shortest_bit), longest_bit);
    if (whole)
        add_bit(t, 0);
    else if (t->half)
        add_bit(t, 1);
    t->half = !whole && !t->half;
    t->since = 0;
}

static void look_for_timecode(struct timecode *t, const float *samples, int nb)
{
    for (int i = 0; i < nb; i++) {
        const double v = (double)samples[(size_t)i * SOUND_CHANNELS];
        t->peak = fmax(fabs(v), t->peak * 0.9995);
        t->since++;
        if (t->high ? v > -t->peak / 4 : v < t->peak / 4)
            continue;
        t->high = !t->high;
        end_step(t);
    }
}

/* --- tones ----------------------------------------------------------------------------------- */

/* The second's tone in Hz; 0: it is none. */
static double find_tone(struct sound_signal *s)
{
    double sum = 0, lobe = 0, moment = 0;
    int most = LOWEST;
    for (int i = 0; i < WINDOW; i++)
        s->window[i] *= s->hann[i];
    s->transform(s->tx, s->spectrum, s->window, sizeof(float));
#define POWER(i)                                             \
    ((double)s->spectrum[i].re * (double)s->spectrum[i].re + \
     (double)s->spectrum[i].im * (double)s->spectrum[i].im)
    for (int i = LOWEST; i < BINS; i++) {
        sum += POWER(i);
        if (POWER(i) > POWER(most))
            most = i;
    }
    for (int i = most - LOBE; i <= most + LOBE; i++)
        if (i >= LOWEST && i < BINS) {
            lobe += POWER(i);
            moment += i * POWER(i);
        }
#undef POWER
    return lobe > in_tone * sum ? moment / lobe * SOUND_RATE / WINDOW : 0;
}

static void end_second(struct sound_signal *s)
{
    if (s->sum_squares > SOUND_ACTIVE_MEAN_SQUARE * SOUND_RATE) {
        /* Generators interrupt a tone to mark the channel. */
        const bool judged = s->of_window / WINDOW > s->sum_squares / SOUND_RATE / 2;
        const double hz = judged ? find_tone(s) : 0;
        s->nb_active++;
        s->nb_judged += judged;
        s->nb_timecode += s->timecode.nb_syncs >= LEAST_SYNCS;
        if (hz > 0) {
            s->tones = mem_grow(s->tones, s->nb_tones, sizeof *s->tones);
            s->tones[s->nb_tones++] = (float)hz;
        }
    }
    s->timecode.nb_syncs = 0;
    s->sum_squares = s->of_window = 0;
}

void sound_signal_add(struct sound_signal *s, const float *samples, int nb)
{
    while (nb > 0) {
        const int left = SOUND_RATE - s->in_second, n = nb < left ? nb : left;
        if (s->second < ALL_SECONDS || s->second % STEP_SECONDS == 0) {
            for (int i = 0; i < n; i++) {
                const float v = samples[(size_t)i * SOUND_CHANNELS];
                s->sum_squares += (double)v * (double)v;
                if (s->in_second + i < WINDOW) {
                    s->window[s->in_second + i] = v;
                    s->of_window += (double)v * (double)v;
                }
            }
            look_for_timecode(&s->timecode, samples, n);
        }
        s->in_second += n;
        samples += (size_t)n * SOUND_CHANNELS;
        nb -= n;
        if (s->in_second == SOUND_RATE) {
            end_second(s);
            s->in_second = 0;
            s->second++;
        }
    }
}

static int by_hz(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* How many seconds have the most common tone, and its frequency. */
static int count_tone(double *hz, const struct sound_signal *s)
{
    AUTO_FREE float *sorted = mem_zalloc(s->nb_tones + 1, sizeof *sorted);
    int most = 0;
    for (size_t i = 0; i < s->nb_tones; i++)
        sorted[i] = s->tones[i];
    qsort(sorted, s->nb_tones, sizeof *sorted, by_hz);
    for (size_t i = 0, from = 0; i < s->nb_tones; i++) {
        while ((double)(sorted[i] - sorted[from]) > tone_hz)
            from++;
        if ((int)(i - from) + 1 > most) {
            most = (int)(i - from) + 1;
            *hz = (double)sorted[from + (i - from) / 2];
        }
    }
    return most;
}

enum sound_signal_kind sound_signal_kind(double *hz, const struct sound_signal *s)
{
    *hz = 0;
    if (s->nb_active < LEAST_SECONDS)
        return SIGNAL_NONE;
    if (s->nb_timecode >= of_seconds_timecode * s->nb_active)
        return SIGNAL_TIMECODE;
    if (s->nb_judged >= LEAST_SECONDS && count_tone(hz, s) >= of_seconds * s->nb_judged)
        return SIGNAL_TONE;
    *hz = 0;
    return SIGNAL_NONE;
}
