/*
 * Still pictures: read, scaled, laid over another, written as PNG. A picture is an AVFrame of
 * AV_PIX_FMT_GBRAP with colours premultiplied by alpha, so that scaling leaves no fringe; it is its
 * creator's. What is drawn on is AV_PIX_FMT_RGB24. No state: from any thread.
 */
#pragma once

#include "err.h"

struct AVFrame;

enum { PICTURE_MAX_SIDE = 8192, PICTURE_MAX_BYTES = 256 << 20 };

/* The first picture of a file of any kind that libav reads (PNG, JPEG, WebP …). The message names
 * the file. */
ATTR_NODISCARD int picture_read(struct AVFrame **out, const char *path, struct err *err);

/* The middle of pic that has the shape width:height, scaled to that size. */
ATTR_NODISCARD int picture_fill(struct AVFrame **out, const struct AVFrame *pic, int width,
                                int height, struct err *err);

/* Lays pic over rgb, its top left corner at x, y; what lies outside of rgb is cut off. */
void picture_over(struct AVFrame *rgb, const struct AVFrame *pic, int x, int y);

/* A new frame of what encoders take (AV_PIX_FMT_YUV420P, limited range) with so much of its light,
 * from 0, black, to 255. */
ATTR_NODISCARD int picture_fade(struct AVFrame **out, const struct AVFrame *yuv, int light,
                                struct err *err);

/* Writes a frame of AV_PIX_FMT_RGB24 or RGBA as a PNG, atomically. */
ATTR_NODISCARD int picture_write_png(const struct AVFrame *frame, const char *path,
                                     struct err *err);

/* A new frame with buffers; NULL when memory is out. */
struct AVFrame *picture_alloc(int pix_fmt, int width, int height);

/* v / 255, rounded, for v from 0 to 255 * 255. */
static inline int picture_div255(int v)
{
    return (v + 128 + ((v + 128) >> 8)) >> 8;
}
