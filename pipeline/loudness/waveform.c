#include "waveform.h"

#include <math.h>

#include "loudness.h"
#include "mem.h"
#include "str.h"

enum { VERSION = 2, IS_8_BIT = 1, CHANNELS = 1 };

static void put(struct str *out, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        str_add_bytes(out, &(char){(char)(v >> (8 * i))}, 1);
}

void waveform_write(struct str *out, const int8_t *pairs, size_t nb, int rate,
                    int samples_per_pixel)
{
    put(out, VERSION);
    put(out, IS_8_BIT);
    put(out, (uint32_t)rate);
    put(out, (uint32_t)samples_per_pixel);
    put(out, (uint32_t)nb);
    put(out, CHANNELS);
    str_add_bytes(out, (const char *)pairs, 2 * nb);
}

void waveform_of_blocks(struct str *out, const struct loudness *l)
{
    AUTO_FREE int8_t *pairs = mem_zalloc(2 * l->nb + 1, sizeof *pairs);
    for (size_t i = 0; i < l->nb; i++) {
        const float peak = fmaxf(l->blocks[i].peak[0], l->blocks[i].peak[1]);
        const int high = (int)lroundf(fminf(peak * INT8_MAX, INT8_MAX));
        pairs[2 * i] = (int8_t)-high;
        pairs[2 * i + 1] = (int8_t)high;
    }
    waveform_write(out, pairs, l->nb, SOUND_RATE, LOUDNESS_BLOCK);
}
