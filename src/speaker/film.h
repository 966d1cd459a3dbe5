/*
 * The small film of a part that a speaker looks at: its range of the recording with some minutes
 * around it, so that a cut that is too late can be seen, and the waveform of it. The pieces come
 * from jobs (preview.h) and stay in work/. Inner header.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "str.h"

struct part_plan;
struct plan;
struct zygote;

enum { FILM_MARGIN_MS = 120000, FILM_PEAKS_PER_S = 20 };

struct film {
    struct str bytes;           /* a whole MP4 file */
    int64_t begin, end;         /* frames of the recording; frame begin is at 0 in the film */
    int64_t from_ms, length_ms; /* from_ms: of frame begin in the recording */
    bool has_picture, has_sound;
    struct str peaks; /* the least and the most of each 1/20 s, as signed bytes; empty: no sound */
};
void film_finish(struct film *film);
#define AUTO_FILM ATTR_CLEANUP(film_finish) struct film

/* Makes what is missing of it in worker processes, beside whatever else works on the event. quiet:
 * shows no progress. ERR_CANCELLED: Ctrl-C. */
ATTR_NODISCARD int film_make(struct film *out, const struct plan *plan, struct zygote *zygote,
                             const struct part_plan *part, bool quiet, struct err *err);
