/*
 * A sheet of a part's storyboard: small pictures for seeking, from the finished file, so that they
 * have its card and its clock. Of each interval it shows the key picture nearest to the middle;
 * only where there is none is more decoded than that. Also finds where the picture changes much: a
 * new slide, another camera. One thread per call.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "err.h"

/* To be raised whenever the same spec would give other bytes or other changes. */
enum { STORYBOARD_VERSION = 1 };
/* The most changes that are reported of a sheet. */
enum { STORYBOARD_MAX_CHANGES = 1000 };

struct storyboard_spec {
    const char *file;                               /* the finished file */
    int64_t duration_ms;                            /* of its picture */
    int64_t sheet;                                  /* which one, from 0 */
    int (*progress)(void *opaque, double fraction); /* 0 to 1; non-zero stops; or NULL */
    void *opaque;
};

/*
 * Writes the sheet to path (not synced). *out_changes: a new list of [time_ms, strength], one for
 * each key picture that differs from the one before in an eighth of its area or more; strength is
 * the share of the area in thousandths. The first key picture of a sheet is compared with the last
 * one before it. The picture at 0 is left out: there, the card is black. ERR_EXTERNAL if there is
 * no picture for an interval.
 */
ATTR_NODISCARD int storyboard_make(json_t **out_changes, const char *path,
                                   const struct storyboard_spec *spec, struct err *err);

/* Reads a sheet back: see jpeg_check. */
ATTR_NODISCARD int storyboard_check(const char *path, int64_t duration_ms, int64_t sheet,
                                    struct err *err);
