#include "sound_quality.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "loudness.h"
#include "mem.h"
#include "sound_signal.h"
#include "speech.h"

enum {
    FRAME = SOUND_RATE / 50, /* 20 ms */
    FRAMES = 50,             /* of one second */
    MIN_CLIPPED = 3,         /* samples in a row: one or two may be true peaks */
    MIN_DROPOUT = 20,        /* blocks of 100 ms */
    MIN_STEADY = 5,          /* seconds: shorter sound is not called noise */
    AROUND = 2,              /* seconds before and after one that say whether somebody speaks */
};
/* Converters round: a clipped sample of 16 bits may come out a little below full scale. */
static const float full_scale = 0.998F;
/* Digital silence, or nothing but the converter's dither (-90 LUFS). */
static const double dropout_lufs = -90;
/* Below use_lufs the channels are not compared; use_down_db: the least difference that counts. */
static const double use_lufs = -60, use_down_db = 12;
/* Noise is steady: in of_seconds of its seconds within steady_db of their median, and with hardly
 * any quiet frames. */
static const double of_seconds = 0.95, steady_db = 3, steady_share = 0.03;
/* One signal on both channels, whose phase is turned over at some time, has only seconds beyond
 * these; two microphones at different places do not. */
static const double turned = -0.8, equal = 0.8;
enum { LEAST_TURNED = 3 /* seconds of each */, TURNED_PERCENT = 80 /* of all, both together */ };
/* Somebody speaks in a second that is at most this much below the mean of all loud ones, where the
 * seconds around it have this share of quiet frames. */
static const double speaking_db = 20, speaking_share = 0.05;

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

/* Sums over the samples of a run, a frame, or a second: of squares, and of left times right. All
 * ways to use the channels follow from them. */
struct sums {
    double left, right, cross;
};

/* For each way to use the channels: the mean square of its mono sum, and how many of the 20 ms
 * frames have less than half of the second's mean level. */
struct second {
    float mean_square[SOUND_NB_USES];
    uint8_t nb_low[SOUND_NB_USES];
};

struct sound_quality_meter {
    /* speech: the share of 20 ms frames with less than half of the mean level of their second.
     * Speech pauses between syllables and words, 0.3 to 0.6; music and noise do not (J. Saunders,
     * "Real-time discrimination of broadcast speech/music", ICASSP 1996; E. Scheirer and M. Slaney,
     * ICASSP 1997). */
    struct sums frames[FRAMES], sums; /* sums: over all loud seconds */
    int runs_in_frame, nb_frames;
    struct second *seconds;
    size_t nb_whole_seconds;
    struct sound_signal *signals[SOUND_CHANNELS];
    /* clipping */
    int64_t at, nb_clipped[SOUND_CHANNELS], first_clipped[SOUND_CHANNELS];
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
    for (int c = 0; c < SOUND_CHANNELS; c++) {
        m->first_clipped[c] = -1;
        m->signals[c] = sound_signal_create();
    }
    for (int i = 0; i < rate * 5 / 4; i++)
        m->table[i] = sin(2 * M_PI * i / rate);
    return m;
}

void sound_quality_destroy_p(struct sound_quality_meter **meter)
{
    for (int c = 0; *meter && c < SOUND_CHANNELS; c++)
        sound_signal_destroy((*meter)->signals[c]);
    if (*meter)
        free((*meter)->seconds);
    free(*meter);
}

/* The mono sum's mean square, of nb samples. */
static double mean_square(const struct sums *s, enum sound_use use, int nb)
{
    const double both = (s->left + s->right) / 4;
    switch (use) {
    case SOUND_LEFT:
        return s->left / nb;
    case SOUND_RIGHT:
        return s->right / nb;
    case SOUND_INVERT:
        return fmax(both - s->cross / 2, 0) / nb;
    case SOUND_BOTH:
    case SOUND_NB_USES:
        break;
    }
    return fmax(both + s->cross / 2, 0) / nb;
}

static void end_second_of_speech(struct sound_quality_meter *m)
{
    m->seconds = mem_grow(m->seconds, m->nb_whole_seconds, sizeof *m->seconds);
    struct second *second = &m->seconds[m->nb_whole_seconds++];
    *second = (struct second){0};
    for (enum sound_use use = 0; use < SOUND_NB_USES; use++) {
        double level = 0, squares = 0, frames[FRAMES];
        for (int i = 0; i < FRAMES; i++) {
            const double square = mean_square(&m->frames[i], use, FRAME);
            frames[i] = sqrt(square);
            level += frames[i] / FRAMES;
            squares += square / FRAMES;
        }
        second->mean_square[use] = (float)squares;
        int nb_low = 0;
        for (int i = 0; i < FRAMES; i++)
            nb_low += frames[i] < level / 2;
        second->nb_low[use] = (uint8_t)nb_low;
    }
    const bool loud = (double)second->mean_square[SOUND_LEFT] >= SOUND_ACTIVE_MEAN_SQUARE ||
                      (double)second->mean_square[SOUND_RIGHT] >= SOUND_ACTIVE_MEAN_SQUARE;
    for (int i = 0; loud && i < FRAMES; i++) {
        m->sums.left += m->frames[i].left;
        m->sums.right += m->frames[i].right;
        m->sums.cross += m->frames[i].cross;
    }
    m->nb_frames = 0;
    memset(m->frames, 0, sizeof m->frames);
}

static void add_to_speech(struct sound_quality_meter *m, const struct sums *run)
{
    struct sums *frame = &m->frames[m->nb_frames];
    frame->left += run->left;
    frame->right += run->right;
    frame->cross += run->cross;
    if (++m->runs_in_frame < FRAME / DECIMATION)
        return;
    m->runs_in_frame = 0;
    if (++m->nb_frames == FRAMES)
        end_second_of_speech(m);
}

static void look_for_clipping(struct sound_quality_meter *m, const float *samples)
{
    for (int i = 0; i < DECIMATION * SOUND_CHANNELS; i++) {
        const int c = i % SOUND_CHANNELS;
        int *row = &m->clipped[c];
        *row = fabsf(samples[i]) >= full_scale ? *row + 1 : 0;
        if (*row != MIN_CLIPPED)
            continue;
        if (!m->nb_clipped[c]++)
            m->first_clipped[c] = m->at + i / SOUND_CHANNELS;
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
    lanes sum = {0}, lefts = {0}, rights = {0}, crosses = {0};
    bits over = {0};
    double mono = 0;
    struct sums sums = {0};
    bool loud = false;
    for (int i = 0; i < DECIMATION; i += LANES) {
        lanes one, two; /* left and right by turns */
        memcpy(&one, samples + 2 * i, sizeof one);
        memcpy(&two, samples + 2 * i + LANES, sizeof two);
        const lanes left = __builtin_shufflevector(one, two, 0, 2, 4, 6),
                    right = __builtin_shufflevector(one, two, 1, 3, 5, 7);
        sum += (left + right) / 2;
        lefts += left * left;
        rights += right * right;
        crosses += left * right;
        over |=
            (one >= full_scale) | (one <= -full_scale) | (two >= full_scale) | (two <= -full_scale);
    }
    for (int k = 0; k < LANES; k++) {
        mono += (double)sum[k];
        sums.left += (double)lefts[k];
        sums.right += (double)rights[k];
        sums.cross += (double)crosses[k];
        loud = loud || over[k];
    }
    if (loud)
        look_for_clipping(m, samples);
    else
        memset(m->clipped, 0, sizeof m->clipped);
    m->at += DECIMATION;
    for (int c = 0; c < SOUND_CHANNELS; c++)
        sound_signal_add(m->signals[c], samples + c, DECIMATION);
    add_to_speech(m, &sums);
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

/* Whether the seconds around one have the quiet frames of speech. */
static bool speech_around(const struct sound_quality_meter *m, enum sound_use use, size_t at)
{
    const size_t from = at > AROUND ? at - AROUND : 0;
    int nb_low = 0, nb = 0;
    for (size_t i = from; i <= at + AROUND && i < m->nb_whole_seconds; i++)
        if ((double)m->seconds[i].mean_square[use] >= SOUND_ACTIVE_MEAN_SQUARE) {
            nb_low += m->seconds[i].nb_low[use];
            nb += FRAMES;
        }
    return nb_low >= speaking_share * nb;
}

/* Compares the channels in each loud second. */
static void find_phase(struct sound_quality *out, const struct sound_quality_meter *m)
{
    for (size_t i = 0; i < m->nb_whole_seconds; i++) {
        const float *square = m->seconds[i].mean_square;
        const double left = (double)square[SOUND_LEFT], right = (double)square[SOUND_RIGHT];
        if (left < SOUND_ACTIVE_MEAN_SQUARE || right < SOUND_ACTIVE_MEAN_SQUARE)
            continue;
        const double correlation =
            ((double)square[SOUND_BOTH] - (double)square[SOUND_INVERT]) / sqrt(left * right);
        out->nb_opposite += correlation <= turned;
        out->nb_equal += correlation >= equal;
        out->nb_compared++;
    }
}

static struct sound_speech find_speech(const struct sound_quality_meter *m, enum sound_use use)
{
    struct sound_speech out = {0};
    int64_t nb_low = 0, nb = 0;
    double sum = 0;
    for (size_t i = 0; i < m->nb_whole_seconds; i++) {
        const struct second *s = &m->seconds[i];
        if ((double)s->mean_square[use] < SOUND_ACTIVE_MEAN_SQUARE)
            continue;
        nb_low += s->nb_low[use];
        nb += FRAMES;
        sum += (double)s->mean_square[use];
    }
    if (!nb)
        return out;
    out.share = (double)nb_low / (double)nb;
    const double least =
        fmax(sum / ((double)nb / FRAMES) * pow(10, -speaking_db / 10), SOUND_ACTIVE_MEAN_SQUARE);
    for (size_t i = 0; i < m->nb_whole_seconds; i++) {
        if ((double)m->seconds[i].mean_square[use] < least || !speech_around(m, use, i))
            continue;
        if (!out.end_ms)
            out.begin_ms = (int64_t)i * 1000;
        out.end_ms = (int64_t)(i + 1) * 1000;
    }
    return out;
}

static int by_level(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* Whether a channel's level never changes. */
static bool steady(const struct sound_quality_meter *m, enum sound_use use)
{
    AUTO_FREE float *levels = mem_zalloc(m->nb_whole_seconds + 1, sizeof *levels);
    const size_t nb = m->nb_whole_seconds;
    size_t nb_near = 0;
    int64_t nb_low = 0;
    for (size_t i = 0; i < nb; i++) {
        levels[i] = m->seconds[i].mean_square[use];
        nb_low += m->seconds[i].nb_low[use];
    }
    if (nb < MIN_STEADY || (double)nb_low > steady_share * (double)nb * FRAMES)
        return false;
    qsort(levels, nb, sizeof *levels, by_level);
    const double median = (double)levels[nb / 2], factor = pow(10, steady_db / 10);
    for (size_t i = 0; i < nb; i++)
        nb_near += (double)levels[i] >= median / factor && (double)levels[i] <= median * factor;
    return median > 0 && (double)nb_near >= of_seconds * (double)nb;
}

static bool silent(const struct loudness *l, int channel)
{
    for (size_t i = 0; i < l->nb; i++) /* as loud as it would be on both sides */
        if (loudness_of_energy(2 * (double)l->blocks[i].energy[channel]) > use_lufs)
            return false;
    return true;
}

static struct sound_channel recognise(const struct sound_quality_meter *m, const struct loudness *l,
                                      int channel)
{
    struct sound_channel out = {CONTENT_SOUND, 0};
    if (silent(l, channel)) {
        out.content = CONTENT_SILENCE;
        return out;
    }
    switch (sound_signal_kind(&out.tone_hz, m->signals[channel])) {
    case SIGNAL_TIMECODE:
        out.content = CONTENT_TIMECODE;
        break;
    case SIGNAL_TONE:
        out.content = CONTENT_TONE;
        break;
    case SIGNAL_NONE:
        if (steady(m, channel ? SOUND_RIGHT : SOUND_LEFT))
            out.content = CONTENT_NOISE;
        break;
    }
    return out;
}

void sound_quality_finish(struct sound_quality *out, struct sound_quality_meter *m,
                          const struct loudness *blocks)
{
    *out = (struct sound_quality){0};
    for (enum sound_use use = 0; use < SOUND_NB_USES; use++)
        out->speech[use] = find_speech(m, use);
    for (int c = 0; c < SOUND_CHANNELS; c++) {
        out->channels[c] = recognise(m, blocks, c);
        out->clipped[c].nb = m->nb_clipped[c];
        out->clipped[c].first_ms =
            m->first_clipped[c] < 0 ? -1 : m->first_clipped[c] * 1000 / SOUND_RATE;
    }
    if (m->sums.left > 0 && m->sums.right > 0)
        out->correlation = m->sums.cross / sqrt(m->sums.left * m->sums.right);
    find_phase(out, m);
    find_hum(out, m);
    find_dropouts(out, blocks);
}

/* --- choosing -------------------------------------------------------------------------------- */

const char *sound_content_name(enum sound_content content)
{
    static const char *const names[] = {"silence", "timecode", "tone", "noise", "sound"};
    return names[content];
}

bool sound_quality_speaks(double share)
{
    return share >= ANALYSE_SPEAKS;
}

bool sound_quality_says_nothing(double share)
{
    return share < ANALYSE_SAYS_NOTHING;
}

/* By how many decibels the weaker channel is down; HUGE_VAL: it is dead. */
static double compare_levels(int *strong, const struct loudness *l)
{
    double sum[SOUND_CHANNELS] = {0};
    for (size_t i = 0; i < l->nb; i++)
        for (int c = 0; loudness_of_block(l, i) > use_lufs && c < SOUND_CHANNELS; c++)
            sum[c] += (double)l->blocks[i].energy[c];
    *strong = sum[1] > sum[0];
    if (sum[*strong] <= 0)
        return 0;
    return sum[!*strong] > 0 ? 10 * log10(sum[*strong] / sum[!*strong]) : HUGE_VAL;
}

/* Whether somebody speaks in a, and nobody in b. */
static bool speaks_in(const struct sound_quality *q, enum sound_use a, enum sound_use b)
{
    return sound_quality_speaks(q->speech[a].share) &&
           sound_quality_says_nothing(q->speech[b].share);
}

bool sound_quality_turns_over(const struct sound_quality *q)
{
    return q->nb_opposite >= LEAST_TURNED && q->nb_equal >= LEAST_TURNED &&
           (q->nb_opposite + q->nb_equal) * 100 >= TURNED_PERCENT * q->nb_compared;
}

enum sound_use sound_quality_use(double *down_db, const struct sound_quality *q,
                                 const struct loudness *l)
{
    static const enum sound_use one[] = {SOUND_LEFT, SOUND_RIGHT};
    const enum sound_content left = q->channels[0].content, right = q->channels[1].content;
    int strong;
    const double down = compare_levels(&strong, l);
    const bool both_heard = left != CONTENT_SILENCE && right != CONTENT_SILENCE;
    const bool signal = both_heard && left != right;
    const int by_content = right > left;
    *down_db = 0;
    if (signal && (down < use_down_db || strong != by_content))
        return one[by_content];
    if (down >= use_down_db) {
        if (speaks_in(q, one[!strong], one[strong]))
            return one[!strong];
        *down_db = down;
        return one[strong];
    }
    if (sound_quality_turns_over(q))
        return one[strong];
    if (q->correlation <= ANALYSE_OPPOSITE)
        return SOUND_INVERT;
    for (int c = 0; c < SOUND_CHANNELS; c++)
        if (speaks_in(q, one[c], SOUND_BOTH))
            return one[c];
    return SOUND_BOTH;
}
