#include "sound_quality.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "loudness.h"
#include "mem.h"

enum {
    FRAME = SOUND_RATE / 50, /* 20 ms */
    FRAMES = 50,             /* of one second */
    MIN_CLIPPED = 3,         /* samples in a row: one or two may be true peaks */
    MIN_DROPOUT = 20,        /* blocks of 100 ms */
};
/* Converters round: a clipped sample of 16 bits may come out a little below full scale. */
static const float full_scale = 0.998F;
/* A second counts for speech where its mean square is above this (-55 dBFS). */
static const double active_mean_square = 3.2e-6;
/* Digital silence, or nothing but the converter's dither (-90 LUFS). */
static const double dropout_lufs = -90;
/* Below use_lufs the channels are not compared; use_down_db: the least difference that counts. */
static const double use_lufs = -60, use_down_db = 12;

/* Mains hum is at 50 or 60 Hz, or at twice that (from rectifiers), for minutes; speech is not. Each
 * tone is compared with the frequencies ASIDE_HZ below and above it, in windows of one second. */
static const int tones_hz[] = {50, 60, 100, 120};
enum { NB_TONES = sizeof tones_hz / sizeof *tones_hz, NB_BINS = 3 * NB_TONES, ASIDE_HZ = 7 };
/* Samples are taken in runs of DECIMATION, whose mean is one sample at 1 kHz. */
enum { DECIMATION = 48, LANES = 4 };
typedef float lanes ATTR_VECTOR(LANES * sizeof(float));
typedef int32_t bits ATTR_VECTOR(LANES * sizeof(int32_t));
_Static_assert(FRAME % DECIMATION == 0 && DECIMATION % LANES == 0, "runs fill frames");
static const double hum_least_dbfs = -60, hum_above_db = 12;

struct sound_quality_meter {
    /* speech: the share of 20 ms frames with less than half of the mean level of their second.
     * Speech pauses between syllables and words, 0.3 to 0.6; music and noise do not (J. Saunders,
     * "Real-time discrimination of broadcast speech/music", ICASSP 1996; E. Scheirer and M. Slaney,
     * ICASSP 1997). */
    double frame_sum, frames[FRAMES];
    int runs_in_frame, nb_frames;
    int64_t nb_low, nb_counted;
    /* clipping */
    int64_t at, nb_clipped, first_clipped;
    int clipped[SOUND_CHANNELS]; /* samples in a row up to now */
    /* hum: bins at 1 kHz, one second at a time */
    int in_second;
    double cosine[NB_BINS], sine[NB_BINS], level_db[NB_BINS];
    int phase[NB_BINS];                            /* at a second's end it is 0 again */
    double table[SOUND_RATE / DECIMATION * 5 / 4]; /* a period of a sine, and a quarter of one */
    int64_t nb_seconds;
    float run[DECIMATION * SOUND_CHANNELS]; /* one that is not whole yet */
    int in_run;
};

struct sound_quality_meter *sound_quality_create(void)
{
    struct sound_quality_meter *m = mem_zalloc(1, sizeof *m);
    const int rate = SOUND_RATE / DECIMATION;
    m->first_clipped = -1;
    for (int i = 0; i < rate * 5 / 4; i++)
        m->table[i] = sin(2 * M_PI * i / rate);
    return m;
}

void sound_quality_destroy_p(struct sound_quality_meter **meter)
{
    free(*meter);
}

static void end_second_of_speech(struct sound_quality_meter *m)
{
    double level = 0, mean_square = 0;
    for (int i = 0; i < FRAMES; i++) {
        level += sqrt(m->frames[i]) / FRAMES;
        mean_square += m->frames[i] / FRAMES;
    }
    m->nb_frames = 0;
    if (mean_square < active_mean_square)
        return;
    for (int i = 0; i < FRAMES; i++)
        m->nb_low += sqrt(m->frames[i]) < level / 2;
    m->nb_counted += FRAMES;
}

static void add_to_speech(struct sound_quality_meter *m, double sum_of_squares)
{
    m->frame_sum += sum_of_squares;
    if (++m->runs_in_frame < FRAME / DECIMATION)
        return;
    m->frames[m->nb_frames++] = m->frame_sum / FRAME;
    m->frame_sum = 0;
    m->runs_in_frame = 0;
    if (m->nb_frames == FRAMES)
        end_second_of_speech(m);
}

static void look_for_clipping(struct sound_quality_meter *m, const float *samples)
{
    for (int i = 0; i < DECIMATION * SOUND_CHANNELS; i++) {
        int *row = &m->clipped[i % SOUND_CHANNELS];
        *row = fabsf(samples[i]) >= full_scale ? *row + 1 : 0;
        if (*row != MIN_CLIPPED)
            continue;
        m->nb_clipped++;
        if (m->first_clipped < 0)
            m->first_clipped = m->at + i / SOUND_CHANNELS;
    }
}

static void end_second_of_hum(struct sound_quality_meter *m)
{
    const double half = SOUND_RATE / (2.0 * DECIMATION);
    double power[NB_BINS], sum = 0;
    for (int b = 0; b < NB_BINS; b++) {
        power[b] = (m->cosine[b] * m->cosine[b] + m->sine[b] * m->sine[b]) / (half * half) / 2;
        sum += power[b];
        m->cosine[b] = m->sine[b] = 0;
    }
    /* The mean of decibels, so that sound that is loud in some seconds only (speech) counts little.
     */
    for (int b = 0; sum > 1e-10 && b < NB_BINS; b++)
        m->level_db[b] += 10 * log10(power[b] + 1e-12);
    m->nb_seconds += sum > 1e-10;
    m->in_second = 0;
}

static void add_to_hum(struct sound_quality_meter *m, double v)
{
    const int rate = SOUND_RATE / DECIMATION;
    for (int b = 0; b < NB_BINS; b++) {
        const int hz = tones_hz[b / 3] + (b % 3 - 1) * ASIDE_HZ, phase = m->phase[b];
        m->sine[b] += v * m->table[phase];
        m->cosine[b] += v * m->table[phase + rate / 4];
        m->phase[b] = phase + hz < rate ? phase + hz : phase + hz - rate;
    }
    if (++m->in_second == rate)
        end_second_of_hum(m);
}

/* DECIMATION samples. */
static void add_run(struct sound_quality_meter *m, const float *samples)
{
    lanes sum = {0}, squares = {0};
    bits over = {0};
    double mono = 0, mono_squares = 0;
    bool loud = false;
    for (int i = 0; i < DECIMATION; i += LANES) {
        lanes one, two; /* left and right by turns */
        memcpy(&one, samples + 2 * i, sizeof one);
        memcpy(&two, samples + 2 * i + LANES, sizeof two);
        const lanes v = (__builtin_shufflevector(one, two, 0, 2, 4, 6) +
                         __builtin_shufflevector(one, two, 1, 3, 5, 7)) /
                        2;
        sum += v;
        squares += v * v;
        over |=
            (one >= full_scale) | (one <= -full_scale) | (two >= full_scale) | (two <= -full_scale);
    }
    for (int k = 0; k < LANES; k++) {
        mono += (double)sum[k];
        mono_squares += (double)squares[k];
        loud = loud || over[k];
    }
    if (loud)
        look_for_clipping(m, samples);
    else
        memset(m->clipped, 0, sizeof m->clipped);
    m->at += DECIMATION;
    add_to_speech(m, mono_squares);
    add_to_hum(m, mono / DECIMATION);
}

void sound_quality_add(struct sound_quality_meter *m, const float *samples, int nb)
{
    while (nb > 0) {
        const int left = DECIMATION - m->in_run, n = nb < left ? nb : left;
        memcpy(m->run + (size_t)m->in_run * SOUND_CHANNELS, samples,
               (size_t)n * SOUND_CHANNELS * sizeof *samples);
        m->in_run = (m->in_run + n) % DECIMATION;
        if (m->in_run == 0)
            add_run(m, m->run);
        samples += (size_t)n * SOUND_CHANNELS;
        nb -= n;
    }
}

static void find_hum(struct sound_quality *out, const struct sound_quality_meter *m)
{
    const double nb = (double)m->nb_seconds;
    for (int tone = 0; nb >= 5 && tone < NB_TONES; tone++) {
        const double *db = &m->level_db[3 * tone];
        const double dbfs = db[1] / nb, aside = fmax(db[0], db[2]) / nb;
        if (dbfs > hum_least_dbfs && dbfs > aside + hum_above_db &&
            (!out->hum_hz || dbfs > out->hum_dbfs)) {
            out->hum_hz = tones_hz[tone % 2];
            out->hum_dbfs = dbfs;
        }
    }
}

/* Runs of digital silence with sound before and after. */
static void find_dropouts(struct sound_quality *out, const struct loudness *l)
{
    size_t silent_from = 0;
    for (size_t i = 0; i < l->nb; i++) {
        if (loudness_of_block(l, i) < dropout_lufs)
            continue;
        if (silent_from > 0 && i - silent_from >= MIN_DROPOUT) {
            if (out->nb_dropouts < SOUND_QUALITY_DROPOUTS) {
                out->dropouts[out->nb_dropouts].at_ms = (int64_t)silent_from * 100;
                out->dropouts[out->nb_dropouts].length_ms = (int64_t)(i - silent_from) * 100;
            }
            out->nb_dropouts++;
        }
        silent_from = i + 1;
    }
}

void sound_quality_finish(struct sound_quality *out, struct sound_quality_meter *m,
                          const struct loudness *blocks)
{
    *out = (struct sound_quality){.first_clipped_ms = -1};
    if (m->nb_counted)
        out->speech = (double)m->nb_low / (double)m->nb_counted;
    out->nb_clipped = m->nb_clipped;
    if (m->first_clipped >= 0)
        out->first_clipped_ms = m->first_clipped * 1000 / SOUND_RATE;
    find_hum(out, m);
    find_dropouts(out, blocks);
}

enum sound_use sound_quality_use(double *down_db, const struct loudness *l)
{
    double sum[SOUND_CHANNELS] = {0};
    for (size_t i = 0; i < l->nb; i++)
        for (int c = 0; loudness_of_block(l, i) > use_lufs && c < SOUND_CHANNELS; c++)
            sum[c] += (double)l->blocks[i].energy[c];
    *down_db = 0;
    const int strong = sum[1] > sum[0];
    if (sum[strong] <= 0)
        return SOUND_BOTH;
    const double down = sum[!strong] > 0 ? 10 * log10(sum[strong] / sum[!strong]) : HUGE_VAL;
    if (down < use_down_db)
        return SOUND_BOTH;
    *down_db = down;
    return strong ? SOUND_RIGHT : SOUND_LEFT;
}
