/*
 * Lays out a card's lines and draws them. libass cannot measure text, so that font sizes are found
 * by drawing and measuring; then the lines are stacked at the top, in the middle and at the bottom.
 * Inner header.
 */
#pragma once

#include <stdbool.h>

#include "err.h"

struct AVFrame;
struct card_template;
struct card_words;

/* Draws the words over rgb (AV_PIX_FMT_RGB24), and logo (see picture.h; or NULL) in a corner;
 * first, with veiled, the template's veil, as strong as the words need it. A template can be drawn
 * only once. ERR_INVALID where a line does not fit; the message names it. */
ATTR_NODISCARD int card_layout_draw(struct AVFrame *rgb, struct card_template *t,
                                    const struct card_words *words, const struct AVFrame *logo,
                                    bool veiled, struct err *err);
