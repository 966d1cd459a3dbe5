/*
 * JPEG pictures that are published: posters, storyboards, the contact sheet. Writes them, and reads
 * back those that an attacker may have written. One thread per call.
 */
#pragma once

#include "err.h"

struct AVFrame;

/* Writes an 8-bit 4:2:0 picture to path (not synced). Its colour range is the frame's: full range
 * is what browsers expect. what: "the poster", for messages. */
ATTR_NODISCARD int jpeg_write(const char *path, struct AVFrame *picture, const char *what,
                              struct err *err);

/* Reads one back: one whole JPEG picture of that size that decodes without fault, and nothing after
 * it. ERR_EXTERNAL. */
ATTR_NODISCARD int jpeg_check(const char *path, int width, int height, const char *what,
                              struct err *err);
