/*
 * The still picture of a part, for web pages: of nine key frames spread over the part, the one with
 * the highest contrast, upright and in square pixels, as JPEG. If all are nearly blank, pictures
 * near them are tried, without decoding more than 27 s. One thread per call.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "err.h"
#include "frame_grid.h"
#include "part_clock.h"

struct AVFrame;
struct media_params;

/* To be raised whenever the same spec would give other bytes. */
enum { POSTER_VERSION = 3 };
/* The largest size of a poster in pixels, which keeps the picture's shape. */
enum { POSTER_WIDTH = 1280, POSTER_HEIGHT = 720 };

struct poster_spec {
    const char *recording;
    const struct media_params *files; /* its further files, or NULL */
    const json_t *video, *cells;      /* of the probe's result */
    const char *fields;               /* as for picture_traits_read */
    struct frame_grid grid;
    int64_t begin, end;            /* frames of the grid, [begin, end) */
    const struct part_drop *drops; /* within them, not to be shown; as in struct part_clock */
    size_t nb_drops;
};

/* Writes the poster to path (not synced). *out_frame (may be NULL): the frame that was chosen.
 * ERR_INVALID where no picture decodes. */
ATTR_NODISCARD int poster_make(int64_t *out_frame, const char *path, const struct poster_spec *spec,
                               struct err *err);

/* The size of the poster of a recording; video as above. */
void poster_size(int *width, int *height, const json_t *video);

/* Reads a poster back, which an attacker may have written: one whole JPEG picture of that size that
 * decodes without fault, and nothing after it. ERR_EXTERNAL. */
ATTR_NODISCARD int poster_check(const char *path, int width, int height, struct err *err);

/* Writes picture, which is POSTER_WIDTH x POSTER_HEIGHT, as a poster. */
ATTR_NODISCARD int poster_of_picture(const char *path, const struct AVFrame *picture,
                                     struct err *err);
