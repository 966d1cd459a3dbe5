/*
 * Lays a card's lines out and draws them: sizes are fitted by drawing and measuring, for libass
 * measures nothing itself; then the lines are stacked at the top, in the middle and at the bottom.
 */
#pragma once

#include "err.h"

struct AVFrame;
struct card_template;
struct card_words;

/* Draws the words over rgb (AV_PIX_FMT_RGB24), and logo (a picture, see picture.h, or NULL) in a
 * corner. A template serves once. ERR_INVALID where a line does not fit: the message names it. */
ATTR_NODISCARD int card_layout_draw(struct AVFrame *rgb, struct card_template *t,
                                    const struct card_words *words, const struct AVFrame *logo,
                                    struct err *err);
