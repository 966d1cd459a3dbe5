#include "loudness.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fs.h"
#include "mem.h"

static const char magic[LOUDNESS_HEAD_BYTES] = "tploud2";
enum { MAX_BLOCKS = 100 * 3600 * 10 /* 100 hours */ };

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
    const size_t nb = sizeof magic + l->nb * LOUDNESS_BLOCK_BYTES;
    AUTO_FREE unsigned char *bytes = mem_zalloc(1, nb);
    memcpy(bytes, magic, sizeof magic);
    for (size_t i = 0; i < l->nb; i++) {
        const struct loudness_block *b = &l->blocks[i];
        const float values[] = {b->energy[0], b->energy[1], b->peak[0], b->peak[1]};
        for (size_t k = 0; k < 4; k++)
            put(bytes + sizeof magic + i * LOUDNESS_BLOCK_BYTES + 4 * k, values[k]);
    }
    return fs_write(path, bytes, nb, err);
}

int loudness_read(struct loudness *out, const char *path, struct err *err)
{
    AUTO_FREE char *bytes = NULL;
    size_t nb;
    if (fs_read(&bytes, &nb, path, sizeof magic + (size_t)MAX_BLOCKS * LOUDNESS_BLOCK_BYTES, err) <
        0)
        return err->code;
    if (nb < sizeof magic || memcmp(bytes, magic, sizeof magic) != 0 ||
        (nb - sizeof magic) % LOUDNESS_BLOCK_BYTES)
        return err_set(err, ERR_INVALID,
                       "the cached file '%s' is not an analysis (remove it and run again)", path);
    out->nb = (nb - sizeof magic) / LOUDNESS_BLOCK_BYTES;
    out->blocks = mem_zalloc(out->nb, sizeof *out->blocks);
    const unsigned char *p = (const unsigned char *)bytes + sizeof magic;
    for (size_t i = 0; i < out->nb; i++, p += LOUDNESS_BLOCK_BYTES)
        out->blocks[i] = (struct loudness_block){{get(p), get(p + 4)}, {get(p + 8), get(p + 12)}};
    return 0;
}

/* --- questions ------------------------------------------------------------------------------- */

double loudness_of_energy(double energy)
{
    return energy > 0 ? 10 * log10(energy) - 0.691 : -HUGE_VAL;
}

void loudness_use(struct loudness *l, enum sound_use use)
{
    const int from = use == SOUND_RIGHT, to = !from;
    if (use != SOUND_LEFT && use != SOUND_RIGHT)
        return; /* a channel upside down is as loud */
    for (size_t i = 0; i < l->nb; i++) {
        l->blocks[i].energy[to] = l->blocks[i].energy[from];
        l->blocks[i].peak[to] = l->blocks[i].peak[from];
    }
}

static double energy(const struct loudness *l, size_t block)
{
    return (double)l->blocks[block].energy[0] + (double)l->blocks[block].energy[1];
}

double loudness_of_block(const struct loudness *l, size_t block)
{
    return loudness_of_energy(energy(l, block));
}

/* Mean energy of the 400 ms that begin with block i. */
static double gating_energy(const struct loudness *l, size_t i)
{
    double sum = 0;
    for (size_t k = 0; k < 4; k++)
        sum += energy(l, i + k);
    return sum / 4;
}

/* Mean energy of the gating blocks louder than threshold_lufs; 0 if there are none. */
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
        peak = fmax(peak, (double)fmaxf(l->blocks[i].peak[0], l->blocks[i].peak[1]));
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

double loudness_silence(double whole_lufs)
{
    return fmax(whole_lufs - 25, -60);
}

bool loudness_next_silence(size_t *begin, size_t *end, const struct loudness *l, size_t from,
                           double threshold_lufs, size_t least)
{
    size_t nb = 0;
    for (size_t i = from; i < l->nb; i++) {
        if (loudness_of_block(l, i) < threshold_lufs) {
            nb++;
            if (i + 1 < l->nb)
                continue;
            i++;
        }
        if (nb && nb >= least) {
            *begin = i - nb;
            *end = i;
            return true;
        }
        nb = 0;
    }
    return false;
}
