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

struct card_layout;

/* For cards of that size. The template and the logo (see picture.h; or NULL) stay the caller's and
 * must outlive it; a template has one layout. */
ATTR_NODISCARD int card_layout_open(struct card_layout **out, struct card_template *t,
                                    const struct AVFrame *logo, int width, int height,
                                    struct err *err);
void card_layout_close_p(struct card_layout **layout);
#define AUTO_CARD_LAYOUT ATTR_CLEANUP(card_layout_close_p) struct card_layout

/* Finds the sizes and places of the words' lines, in place of those of earlier words. ERR_INVALID
 * where a line does not fit; the message names it. The words must live until they are drawn. */
ATTR_NODISCARD int card_layout_fit(struct card_layout *layout, const struct card_words *words,
                                   struct err *err);

/* Draws what was fitted over rgb (AV_PIX_FMT_RGB24, of that size), with the logo in a corner;
 * first, with veiled, the template's veil, as strong as the words need it. */
ATTR_NODISCARD int card_layout_draw(struct card_layout *layout, struct AVFrame *rgb, bool veiled,
                                    struct err *err);
