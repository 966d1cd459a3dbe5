/*
 * Thumbnails of a recording on a sheet: for a time line, and strips of it. Also finds where the
 * picture changes much, as storyboards do for finished files. One thread per call.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "frame_grid.h"

struct media_params;

/* To be raised whenever the same spec would give other bytes or other changes. */
enum { THUMBS_VERSION = 1 };

struct thumbs_spec {
    const char *recording;
    const struct media_params *files; /* its further files, or NULL */
    const json_t *video, *cells;      /* of the probe's result */
    const char *fields;               /* as for picture_traits_read */
    struct frame_grid grid;
    const int64_t *frames; /* of the grid, ascending, one for each thumbnail */
    size_t nb;
    bool exact;                 /* these frames; else key pictures near them, which is fast */
    int columns, width, height; /* of the sheet; of a thumbnail, in pixels */
    int (*progress)(void *opaque, double fraction); /* 0 to 1; non-zero stops; or NULL */
    void *opaque;
};

/* Writes the sheet to path (not synced), row by row; where no picture decodes, it is dark.
 * *out_changes: a new list of [time_ms, strength], one for each thumbnail that differs from the one
 * before as storyboard_make says. ERR_INVALID if no picture decodes at all. */
ATTR_NODISCARD int thumbs_make(json_t **out_changes, const char *path,
                               const struct thumbs_spec *spec, struct err *err);

/* Reads a sheet back: see jpeg_check. */
ATTR_NODISCARD int thumbs_check(const char *path, const struct thumbs_spec *spec, struct err *err);
