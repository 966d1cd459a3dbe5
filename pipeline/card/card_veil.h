/*
 * The veil: the template's colour over a background picture, strong enough that text can be read.
 * Pure. Inner header.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct AVFrame;

/* A place on the card, in pixels, with text in one colour. */
struct card_ink {
    int left, top, right, bottom;
    uint8_t colour[3]; /* R, G, B */
    int stroke;        /* pixels: smaller spots of the picture below are averaged */
};

/* Lays colour over rgb (AV_PIX_FMT_RGB24), opacity from 0 to 255. */
void card_lay_colour(struct AVFrame *rgb, const uint8_t colour[3], int opacity);

/* The opacity from least to 255 at which all inks have a contrast of 4.5 : 1 with what is below and
 * beside them (WCAG 2.1, success criterion 1.4.3), or nearly the contrast that they have with the
 * colour alone if that is less. */
int card_veil_opacity(const struct AVFrame *rgb, const uint8_t colour[3], int least,
                      const struct card_ink *inks, size_t nb);
