/*
 * Draws short texts into a picture: the names of talks below their posters. Texts are those of
 * strangers, in any script; markup of libass is shown as text. One thread.
 */
#pragma once

#include <stddef.h>

#include "err.h"

struct AVFrame;

/* A text within a rectangle of the picture, from its upper left corner on, broken into lines. What
 * does not fit into the rectangle is cut off. */
struct card_label {
    const char *text;
    int x, y, width, height;
};

/* Draws the labels in white, all of one width, into the luma of an 8-bit picture of full range.
 * height: of the letters, in pixels. Characters that no font has are left out. */
ATTR_NODISCARD int card_labels_draw(struct AVFrame *picture, const struct card_label *labels,
                                    size_t nb, int height, struct err *err);
