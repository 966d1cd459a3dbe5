/*
 * Strips: a few pictures of storyboard sheets side by side, as one JPEG. For the report. One thread
 * per call.
 */
#pragma once

#include <stddef.h>

#include "err.h"

struct str;

/* The most pictures in a strip, and strips at once. */
enum { PICTURE_STRIP_MOST = 16, PICTURE_STRIPS_MOST = 50000 };

struct strip_picture {
    const char *sheet; /* path of a JPEG file: of a storyboard, or of thumbnails */
    int index;         /* of the picture on it, row by row */
    int columns;       /* of the sheet */
    int width, height; /* of a picture on it: even, 2 to PICTURE_STRIP_SIDE */
};
enum { PICTURE_STRIP_SIDE = 320 };

/* The size of a strip in pixels: all its pictures are as large as the first one. */
void picture_strip_size(int *width, int *height, const struct strip_picture *pictures, size_t nb);

/* Appends a strip of 1 to PICTURE_STRIP_MOST pictures. ERR_EXTERNAL: a sheet is no such file, or
 * has no such picture. Sheets that follow each other are read once. */
ATTR_NODISCARD int picture_strip_make(struct str *out, const struct strip_picture *pictures,
                                      size_t nb, struct err *err);
