/*
 * Still pictures: reading, scaling, drawing over another, writing as PNG. A picture is an AVFrame
 * of AV_PIX_FMT_GBRAP with colours premultiplied by alpha, so that scaling leaves no fringe. It is
 * drawn onto a frame of AV_PIX_FMT_RGB24. Frames that come out of out are the caller's. No state:
 * from any thread.
 */
#pragma once

#include "err.h"
#include "str.h"

struct AVFrame;

/* Limits of a picture's width and height, and of its file. */
enum { PICTURE_MAX_SIDE = 8192, PICTURE_MAX_BYTES = 256 << 20 };

/* Reads the first picture of a file of any format that libav reads (PNG, JPEG, WebP …).
 * ERR_NOT_FOUND; ERR_INVALID where it is damaged or too large. The message names the file. */
ATTR_NODISCARD int picture_read(struct AVFrame **out, const char *path, struct err *err);

/* Crops pic at the centre to the shape width:height and scales it to that size. */
ATTR_NODISCARD int picture_fill(struct AVFrame **out, const struct AVFrame *pic, int width,
                                int height, struct err *err);

/* Draws pic over rgb with its top left corner at x, y; what is outside of rgb is clipped. */
void picture_over(struct AVFrame *rgb, const struct AVFrame *pic, int x, int y);

/* Fades a frame of AV_PIX_FMT_YUV420P in limited range to black: light is 0 (black) to 255 (as it
 * is). */
ATTR_NODISCARD int picture_fade(struct AVFrame **out, const struct AVFrame *yuv, int light,
                                struct err *err);

/* Appends a frame of AV_PIX_FMT_RGB24 or RGBA as a PNG. */
ATTR_NODISCARD int picture_png(struct str *out, const struct AVFrame *frame, struct err *err);

/* A new frame with buffers; NULL when out of memory. */
struct AVFrame *picture_alloc(int pix_fmt, int width, int height);

/* v / 255, rounded, for v from 0 to 255 * 255. */
static inline int picture_div255(int v)
{
    return (v + 128 + ((v + 128) >> 8)) >> 8;
}
