#include "card_veil.h"

#include <libavutil/common.h>
#include <libavutil/frame.h>
#include <math.h>
#include <stdbool.h>

#include "picture.h"

/* WCAG 2.1, 1.4.3, level AA; and a little more, for rounding and the encoder. */
static const double CONTRAST = 4.5 * 1.02;
/* Of the contrast with the bare colour, where that is less: so that the picture does not vanish. */
static const double NEARLY = 0.9;

void card_lay_colour(AVFrame *rgb, const uint8_t colour[3], int opacity)
{
    for (int y = 0; y < rgb->height; y++) {
        uint8_t *row = rgb->data[0] + (ptrdiff_t)y * rgb->linesize[0];
        for (int x = 0; x < 3 * rgb->width; x++)
            row[x] = (uint8_t)picture_div255(row[x] * (255 - opacity) + colour[x % 3] * opacity);
    }
}

/* Relative luminance (WCAG 2.1) of sRGB from 0 to 255. */
static double luminance(const double rgb[3])
{
    static const double weights[] = {0.2126, 0.7152, 0.0722};
    double sum = 0;
    for (int i = 0; i < 3; i++) {
        const double v = rgb[i] / 255;
        sum += weights[i] * (v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4));
    }
    return sum;
}

static double contrast(double a, double b)
{
    return (fmax(a, b) + 0.05) / (fmin(a, b) + 0.05);
}

/* The mean colour of a square of the picture. */
static void mean_of(double out[3], const AVFrame *rgb, int left, int top, int side)
{
    const int right = FFMIN(left + side, rgb->width), bottom = FFMIN(top + side, rgb->height);
    int64_t sum[3] = {0};
    for (int y = top; y < bottom; y++) {
        const uint8_t *row = rgb->data[0] + (ptrdiff_t)y * rgb->linesize[0];
        for (int x = 3 * left; x < 3 * right; x++)
            sum[x % 3] += row[x];
    }
    const int nb = FFMAX(1, (right - left) * (bottom - top));
    for (int i = 0; i < 3; i++)
        out[i] = (double)sum[i] / nb;
}

/* The opacity from least up at which the ink can be read over a place of that colour. */
static int opacity_over(const double below[3], const uint8_t colour[3], int least, double ink)
{
    const double bare[3] = {colour[0], colour[1], colour[2]};
    const double wanted = fmin(CONTRAST, NEARLY * contrast(ink, luminance(bare)));
    int opacity = least;
    for (; opacity < 255; opacity++) {
        double mixed[3];
        for (int i = 0; i < 3; i++)
            mixed[i] = (below[i] * (255 - opacity) + colour[i] * opacity) / 255;
        if (contrast(ink, luminance(mixed)) >= wanted)
            break;
    }
    return opacity;
}

int card_veil_opacity(const AVFrame *rgb, const uint8_t colour[3], int least,
                      const struct card_ink *inks, size_t nb)
{
    int opacity = least;
    for (size_t i = 0; i < nb; i++) {
        const struct card_ink *k = &inks[i];
        const int side = FFMAX(1, k->stroke);
        const double ink = luminance((double[3]){k->colour[0], k->colour[1], k->colour[2]});
        for (int y = FFMAX(0, k->top - side); y < FFMIN(k->bottom + side, rgb->height); y += side)
            for (int x = FFMAX(0, k->left - side); x < FFMIN(k->right + side, rgb->width);
                 x += side) {
                double below[3];
                mean_of(below, rgb, x, y, side);
                opacity = opacity_over(below, colour, opacity, ink);
            }
    }
    return opacity;
}
