/*
 * JPEG pictures that are published: posters, storyboards, the contact sheet. Writes them, and reads
 * back those that an attacker may have written. One thread per call.
 */
#pragma once

#include <stddef.h>

#include "err.h"

struct AVFrame;
struct str;

/* Encodes an 8-bit 4:2:0 picture: appends it. See jpeg_write. */
ATTR_NODISCARD int jpeg_encode(struct str *out, struct AVFrame *picture, const char *what,
                               struct err *err);

/* Writes an 8-bit 4:2:0 picture to path (not synced). Its colour range is the frame's: full range
 * is what browsers expect. what: "the poster", for messages. */
ATTR_NODISCARD int jpeg_write(const char *path, struct AVFrame *picture, const char *what,
                              struct err *err);

/* Reads one back: one whole JPEG picture of that size that decodes without fault, and nothing after
 * it. ERR_EXTERNAL. */
ATTR_NODISCARD int jpeg_check(const char *path, int width, int height, const char *what,
                              struct err *err);
/* The same for one in memory. */
ATTR_NODISCARD int jpeg_check_bytes(const char *bytes, size_t nb, int width, int height,
                                    const char *what, struct err *err);

/* Decodes a JPEG file of this room into a blank frame, 8-bit 4:2:0 with its colour range. It may be
 * smaller than the file's picture, but is no narrower than least_width if that is not. */
ATTR_NODISCARD int jpeg_read(struct AVFrame *out, const char *path, int least_width,
                             struct err *err);
