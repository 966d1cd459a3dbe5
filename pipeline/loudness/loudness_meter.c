#include "loudness_meter.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"

enum {
    /* Four times oversampled by a sinc under a Hann window, as BS.1770-4, annex 2, asks for: 12
     * taps for each of the three places between two samples. */
    TAPS = 12,
    BETWEEN = 3,
    LANES = 4,
    GROUP = 32, /* outputs looked at together; at least as many as an output reaches back */
};

/* Both channels side by side; samples side by side. */
typedef double pair ATTR_VECTOR(2 * sizeof(double));
typedef float lanes ATTR_VECTOR(LANES * sizeof(float));
typedef int32_t bits ATTR_VECTOR(LANES * sizeof(int32_t));

/* What the two filters of K-weighting remember: input, after the shelf, after the high-pass; of the
 * last sample and the one before. */
struct weighting {
    pair x1, x2, y1, y2, z1, z2;
};

struct loudness_meter {
    struct loudness blocks;
    int filled; /* samples in the block that is being filled */
    struct weighting weighting;
    pair energy;
    float peak[SOUND_CHANNELS];
    float taps[TAPS][BETWEEN];
    float most_gain; /* of a value between samples over the largest sample that it is made of */
    /* Each channel's samples that are being added, after the last ones before them. */
    float channel[SOUND_CHANNELS][GROUP + LOUDNESS_BLOCK];
};

struct loudness_meter *loudness_meter_create(void)
{
    struct loudness_meter *m = mem_zalloc(1, sizeof *m);
    for (int p = 0; p < BETWEEN; p++) {
        double gain = 0;
        for (int k = 0; k < TAPS; k++) {
            const int whole = k - TAPS / 2;
            const double t = whole + (p + 1) / (BETWEEN + 1.0);
            const double tap = sin(M_PI * t) / (M_PI * t) * (0.5 + 0.5 * cos(2 * M_PI * t / TAPS));
            m->taps[k][p] = (float)tap;
            gain += fabs(tap);
        }
        m->most_gain = fmaxf(m->most_gain, (float)(gain * 1.0001));
    }
    return m;
}

void loudness_meter_destroy_p(struct loudness_meter **meter)
{
    if (*meter)
        loudness_finish(&(*meter)->blocks);
    free(*meter);
}

/* --- energy ---------------------------------------------------------------------------------- */

/* The filters of BS.1770-4, tables 1 and 2, at 48 kHz. Returns the sum of squares. */
static pair weigh(struct weighting *w, const float *left, const float *right, int nb)
{
    struct weighting s = *w;
    pair sum = {0, 0};
    for (int i = 0; i < nb; i++) {
        const pair x = {(double)left[i], (double)right[i]};
        const pair y = 1.53512485958697 * x - 2.69169618940638 * s.x1 + 1.19839281085285 * s.x2 -
                       0.73248077421585 * s.y2 + 1.69065929318241 * s.y1;
        const pair z = y - 2 * s.y1 + s.y2 - 0.99007225036621 * s.z2 + 1.99004745483398 * s.z1;
        s = (struct weighting){x, s.x1, y, s.y1, z, s.z1};
        sum += z * z;
    }
    *w = s;
    return sum;
}

static pair without_traces(pair v)
{
    for (int c = 0; c < SOUND_CHANNELS; c++)
        v[c] = fabs(v[c]) < 1e-20 ? 0 : v[c];
    return v;
}

/* In silence the filters' state decays to denormal numbers, which slow processors down. */
static void forget_traces(struct weighting *w)
{
    w->y1 = without_traces(w->y1);
    w->y2 = without_traces(w->y2);
    w->z1 = without_traces(w->z1);
    w->z2 = without_traces(w->z2);
}

/* --- true peak ------------------------------------------------------------------------------- */

static float largest(const float *x, int nb)
{
    bits most = {0};
    float scalar[LANES];
    int i = 0;
    /* Magnitudes compare like the integers that their bits are. */
    for (; i + LANES <= nb; i += LANES) {
        bits v;
        memcpy(&v, x + i, sizeof v);
        v &= INT32_MAX;
        const bits larger = v > most;
        most = (v & larger) | (most & ~larger);
    }
    memcpy(scalar, &most, sizeof scalar);
    for (int k = 1; k < LANES; k++)
        scalar[0] = scalar[k] > scalar[0] ? scalar[k] : scalar[0];
    for (; i < nb; i++)
        scalar[0] = fabsf(x[i]) > scalar[0] ? fabsf(x[i]) : scalar[0];
    return scalar[0];
}

/* The largest value between samples, of the nb outputs that end with the samples from x. */
static float largest_between(const struct loudness_meter *m, const float *x, int nb)
{
    float between[BETWEEN][GROUP], most = 0;
    for (int i = 0; i < nb; i += LANES) {
        lanes sum[BETWEEN] = {{0}};
        for (int k = 0; k < TAPS; k++) {
            lanes v;
            memcpy(&v, x + i - k, sizeof v);
            for (int p = 0; p < BETWEEN; p++)
                sum[p] += m->taps[k][p] * v;
        }
        for (int p = 0; p < BETWEEN; p++)
            memcpy(&between[p][i], &sum[p], sizeof sum[p]);
    }
    for (int p = 0; p < BETWEEN; p++) {
        const float v = largest(between[p], nb);
        most = v > most ? v : most;
    }
    return most;
}

/* x has GROUP samples before it, and room for as many after it. */
static float true_peak(const struct loudness_meter *m, const float *x, int nb, float peak)
{
    const float samples = largest(x, nb);
    float before = largest(x - GROUP, GROUP);
    peak = samples > peak ? samples : peak;
    for (int i = 0; i < nb; i += GROUP) {
        const int n = nb - i < GROUP ? nb - i : GROUP;
        const float here = largest(x + i, n), around = here > before ? here : before;
        if (around * m->most_gain > peak) {
            const float between = largest_between(m, x + i, n);
            peak = between > peak ? between : peak;
        }
        before = here;
    }
    return peak;
}

/* --- blocks ---------------------------------------------------------------------------------- */

static void end_block(struct loudness_meter *m)
{
    m->blocks.blocks = mem_grow(m->blocks.blocks, m->blocks.nb, sizeof *m->blocks.blocks);
    struct loudness_block *block = &m->blocks.blocks[m->blocks.nb++];
    for (int c = 0; c < SOUND_CHANNELS; c++) {
        block->energy[c] = (float)(m->energy[c] / m->filled);
        block->peak[c] = m->peak[c];
        m->peak[c] = 0;
    }
    m->energy = (pair){0, 0};
    m->filled = 0;
    forget_traces(&m->weighting);
}

static void split_channels(struct loudness_meter *m, const float *samples, int nb)
{
    for (int c = 0; c < SOUND_CHANNELS; c++) {
        float *to = m->channel[c] + GROUP;
        for (int i = 0; i < nb; i++) {
            const float v = samples[(size_t)i * SOUND_CHANNELS + (size_t)c];
            to[i] = fabsf(v) < 1e6F ? v : 0;
        }
    }
}

/* nb: at most as many as the block still needs. */
static void add(struct loudness_meter *m, const float *samples, int nb)
{
    split_channels(m, samples, nb);
    m->energy += weigh(&m->weighting, m->channel[0] + GROUP, m->channel[1] + GROUP, nb);
    for (int c = 0; c < SOUND_CHANNELS; c++) {
        m->peak[c] = true_peak(m, m->channel[c] + GROUP, nb, m->peak[c]);
        memmove(m->channel[c], m->channel[c] + nb, GROUP * sizeof *m->channel[c]);
    }
    m->filled += nb;
    if (m->filled == LOUDNESS_BLOCK)
        end_block(m);
}

void loudness_meter_add(struct loudness_meter *m, const float *samples, int nb)
{
    while (nb > 0) {
        const int left = LOUDNESS_BLOCK - m->filled, n = nb < left ? nb : left;
        add(m, samples, n);
        samples += (size_t)n * SOUND_CHANNELS;
        nb -= n;
    }
}

void loudness_meter_finish(struct loudness *out, struct loudness_meter *m)
{
    if (m->filled)
        end_block(m);
    *out = m->blocks;
    m->blocks = (struct loudness){0};
}
