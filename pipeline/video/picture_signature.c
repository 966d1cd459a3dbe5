#include "picture_signature.h"

#include <libavutil/frame.h>
#include <stdbool.h>
#include <stdlib.h>

enum {
    BLOCK = 8, /* side of the areas that are compared, in pixels of the small picture */
    /* How much the mean of a block's luma or of one of its chromas changes, of 255, where something
     * else is shown. */
    BLOCK_LUMA = 12,
    BLOCK_CHROMA = 8,
};

static uint8_t mean_of(const AVFrame *f, int plane, int x, int y, int side)
{
    int sum = 0;
    for (int row = y; row < y + side; row++)
        for (int i = x; i < x + side; i++)
            sum += f->data[plane][(ptrdiff_t)row * f->linesize[plane] + i];
    return (uint8_t)(sum / (side * side));
}

void picture_signature_take(struct picture_signature *out, const AVFrame *f)
{
    out->nb = 0;
    for (int y = 0; y + BLOCK <= f->height; y += BLOCK)
        for (int x = 0; x + BLOCK <= f->width && out->nb < PICTURE_SIGNATURE_BLOCKS; x += BLOCK) {
            for (int plane = 0; plane < 3; plane++) {
                const int half = plane > 0;
                out->mean[out->nb][plane] = mean_of(f, plane, x >> half, y >> half, BLOCK >> half);
            }
            out->nb++;
        }
}

static bool block_differs(const uint8_t a[3], const uint8_t b[3])
{
    return abs(a[0] - b[0]) > BLOCK_LUMA || abs(a[1] - b[1]) > BLOCK_CHROMA ||
           abs(a[2] - b[2]) > BLOCK_CHROMA;
}

int picture_signature_change(const struct picture_signature *a, const struct picture_signature *b)
{
    int nb = 0;
    if (a->nb != b->nb || a->nb == 0)
        return 0;
    for (int i = 0; i < a->nb; i++)
        nb += block_differs(a->mean[i], b->mean[i]);
    return 1000 * nb / a->nb;
}
