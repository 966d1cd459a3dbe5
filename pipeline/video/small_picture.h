/*
 * Pictures made small, for sheets of them: in their own shape, as JPEG has colours (BT.601, full
 * range). One thread per call.
 */
#pragma once

#include "err.h"

struct AVFrame;

/* *out: a new picture within width x height, 8-bit 4:2:0, both sides even and at least 8; in: as
 * talkpress encodes and writes posters (BT.709; limited range unless it says that it is full). */
ATTR_NODISCARD int small_picture_make(struct AVFrame **out, const struct AVFrame *in, int width,
                                      int height, struct err *err);

/* A sheet for them, whole in this luma without colour: a new picture, full range. */
ATTR_NODISCARD int small_picture_sheet(struct AVFrame **out, int width, int height, int luma,
                                       struct err *err);

/* Copies a picture to the middle of a rectangle of the sheet, whose x and y are even. */
void small_picture_place(struct AVFrame *sheet, const struct AVFrame *small, int x, int y,
                         int width, int height);
