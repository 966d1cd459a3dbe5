/* How much two small pictures differ: whether another slide or camera is shown. Pure. */
#pragma once

#include <stdint.h>

struct AVFrame;

enum {
    PICTURE_SIGNATURE_BLOCKS = 400, /* of 8x8 pixels: 160x160 */
    /* In thousandths of the blocks. A speaker who walks, and a clock, change fewer: 10 to 50 of
     * stand-ins, where a new slide changes 380 to 450 (docs/storyboards.md). */
    PICTURE_SIGNATURE_CHANGE = 125,
};

/* The means of the blocks of a picture. */
struct picture_signature {
    int nb; /* 0: there is no picture yet */
    uint8_t mean[PICTURE_SIGNATURE_BLOCKS][3];
};

/* f: 8-bit 4:2:0, at most 160x160. */
void picture_signature_take(struct picture_signature *out, const struct AVFrame *f);
/* The share of blocks that differ, in thousandths; 0 where one has no picture, or another size. */
int picture_signature_change(const struct picture_signature *a, const struct picture_signature *b);
