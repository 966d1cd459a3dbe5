#include "loudness.h"

#include <ebur128.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fs.h"
#include "mem.h"
#include "reader.h"

static const char magic[8] = "tploud1";
enum { MAX_BLOCKS = 100 * 3600 * 10 /* 100 hours */ };

struct loudness_meter {
    ebur128_state *state;
    struct loudness blocks;
    int filled; /* samples in the block that is being filled */
    double peak;
};

int loudness_meter_create(struct loudness_meter **out, struct err *err)
{
    struct loudness_meter *m = mem_zalloc(1, sizeof *m);
    m->state = ebur128_init(SOUND_CHANNELS, SOUND_RATE, EBUR128_MODE_M | EBUR128_MODE_TRUE_PEAK);
    if (!m->state) {
        free(m);
        return err_set(err, ERR_NOMEM, "out of memory for the loudness meter");
    }
    *out = m;
    return 0;
}

static void end_block(struct loudness_meter *m)
{
    /* The window asked for is the block itself, so its loudness gives the block's energy. */
    double lufs = -HUGE_VAL;
    const unsigned long ms = (unsigned long)m->filled * 1000 / SOUND_RATE;
    if (ms == 0 || ebur128_loudness_window(m->state, ms, &lufs) != EBUR128_SUCCESS)
        lufs = -HUGE_VAL;
    m->blocks.blocks = mem_grow(m->blocks.blocks, m->blocks.nb, sizeof *m->blocks.blocks);
    m->blocks.blocks[m->blocks.nb++] = (struct loudness_block){
        .energy = (float)pow(10, (lufs + 0.691) / 10),
        .peak = (float)m->peak,
    };
    m->filled = 0;
    m->peak = 0;
}

int loudness_meter_add(struct loudness_meter *m, const float *samples, int nb, struct err *err)
{
    while (nb > 0) {
        const int left = LOUDNESS_BLOCK - m->filled, n = nb < left ? nb : left;
        if (ebur128_add_frames_float(m->state, samples, (size_t)n) != EBUR128_SUCCESS)
            return err_set(err, ERR_NOMEM, "out of memory while measuring loudness");
        for (unsigned c = 0; c < SOUND_CHANNELS; c++) {
            double peak = 0;
            ebur128_prev_true_peak(m->state, c, &peak);
            m->peak = fmax(m->peak, peak);
        }
        m->filled += n;
        samples += (size_t)n * SOUND_CHANNELS;
        nb -= n;
        if (m->filled == LOUDNESS_BLOCK)
            end_block(m);
    }
    return 0;
}

void loudness_meter_finish(struct loudness *out, struct loudness_meter *m)
{
    if (m->filled)
        end_block(m);
    *out = m->blocks;
    m->blocks = (struct loudness){0};
}

void loudness_meter_destroy_p(struct loudness_meter **meter)
{
    struct loudness_meter *m = *meter;
    if (!m)
        return;
    ebur128_destroy(&m->state);
    loudness_finish(&m->blocks);
    free(m);
}

void loudness_finish(struct loudness *l)
{
    free(l->blocks);
    *l = (struct loudness){0};
}

/* --- the file -------------------------------------------------------------------------------- */

static void put(unsigned char *p, float v)
{
    uint32_t bits;
    memcpy(&bits, &v, sizeof bits);
    for (int i = 0; i < 4; i++)
        p[i] = (unsigned char)(bits >> (8 * i));
}

static float get(const unsigned char *p)
{
    uint32_t bits = 0;
    for (int i = 0; i < 4; i++)
        bits |= (uint32_t)p[i] << (8 * i);
    float v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

int loudness_write(const char *path, const struct loudness *l, struct err *err)
{
    const size_t nb = sizeof magic + l->nb * 8;
    AUTO_FREE unsigned char *bytes = mem_zalloc(1, nb);
    memcpy(bytes, magic, sizeof magic);
    for (size_t i = 0; i < l->nb; i++) {
        put(bytes + sizeof magic + i * 8, l->blocks[i].energy);
        put(bytes + sizeof magic + i * 8 + 4, l->blocks[i].peak);
    }
    return fs_write_atomic(path, bytes, nb, err);
}

int loudness_read(struct loudness *out, const char *path, struct err *err)
{
    AUTO_FREE char *bytes = NULL;
    size_t nb;
    if (fs_read(&bytes, &nb, path, sizeof magic + (size_t)MAX_BLOCKS * 8, err) < 0)
        return err->code;
    if (nb < sizeof magic || memcmp(bytes, magic, sizeof magic) != 0 || (nb - sizeof magic) % 8)
        return err_set(err, ERR_INVALID,
                       "the cached file '%s' is no analysis (remove it and run again)", path);
    out->nb = (nb - sizeof magic) / 8;
    out->blocks = mem_zalloc(out->nb, sizeof *out->blocks);
    const unsigned char *p = (const unsigned char *)bytes + sizeof magic;
    for (size_t i = 0; i < out->nb; i++, p += 8)
        out->blocks[i] = (struct loudness_block){.energy = get(p), .peak = get(p + 4)};
    return 0;
}

/* --- questions ------------------------------------------------------------------------------- */

double loudness_of_energy(double energy)
{
    return energy > 0 ? 10 * log10(energy) - 0.691 : -HUGE_VAL;
}

/* Mean energy of the 400 ms that begin with block i. */
static double gating_energy(const struct loudness *l, size_t i)
{
    double sum = 0;
    for (size_t k = 0; k < 4; k++)
        sum += (double)l->blocks[i + k].energy;
    return sum / 4;
}

/* Mean of the gating blocks louder than threshold_lufs; 0 where there is none. */
static double gated_mean(const struct loudness *l, size_t begin, size_t end, double threshold_lufs)
{
    const double least = pow(10, (threshold_lufs + 0.691) / 10);
    double sum = 0;
    size_t nb = 0;
    for (size_t i = begin; i + 4 <= end; i++) {
        const double e = gating_energy(l, i);
        if (e > least) {
            sum += e;
            nb++;
        }
    }
    return nb ? sum / (double)nb : 0;
}

double loudness_integrated(const struct loudness *l, size_t begin, size_t end)
{
    if (end > l->nb)
        end = l->nb;
    const double ungated = gated_mean(l, begin, end, -70);
    if (ungated <= 0)
        return -HUGE_VAL;
    return loudness_of_energy(
        gated_mean(l, begin, end, fmax(loudness_of_energy(ungated) - 10, -70)));
}

double loudness_peak_db(const struct loudness *l, size_t begin, size_t end)
{
    double peak = 0;
    for (size_t i = begin; i < end && i < l->nb; i++)
        peak = fmax(peak, (double)l->blocks[i].peak);
    return peak > 0 ? 20 * log10(peak) : -HUGE_VAL;
}

static size_t distance(size_t a, size_t b)
{
    return a > b ? a - b : b - a;
}

size_t loudness_quietest(const struct loudness *l, size_t begin, size_t end, size_t centre)
{
    size_t best = centre;
    double least = HUGE_VAL;
    for (size_t i = begin < 2 ? 2 : begin; i < end && i + 2 <= l->nb; i++) {
        /* Below -70 LUFS all is silence: noise there must not decide. */
        const double e = fmax(gating_energy(l, i - 2), pow(10, (-70 + 0.691) / 10));
        if (e < least || (e <= least && distance(i, centre) < distance(best, centre))) {
            least = e;
            best = i;
        }
    }
    return best;
}
