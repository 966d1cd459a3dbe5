/*
 * A recording that exists only as a description: the results that a probe, an analysis and the
 * later jobs would report about it, made up but plausible.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "err.h"

struct tape {
    const char *name, *more; /* of two files: the second one's name */
    const char *error;       /* of its probe */
    int talks[3], part;      /* that it holds; part 0: whole talks */
    int fps[2], frames, origin, width, height, sar[2], rotation;
    bool interlaced, sound_first; /* sound_first: its streams come before the picture */
    const char *fields;           /* that the analysis found */
    int nb_sounds, drift_ppm;
    const char *languages[2];    /* of the sounds */
    const char *subtitles[2][2]; /* codec, language */
    const char *use;             /* of the sound; NULL: both */
    const char *truncated;
    int quiet[2][2];   /* from and to, in blocks of 100 ms */
    int chosen_stream; /* by the user */
    const char *chosen_use;
    int cut[2];                 /* of the first talk, by the user */
    int drops[2][2], offset_ms; /* the same */
    bool damaged;               /* damage is found while it is encoded */
    bool unwritten;             /* its results are in work/ only, not in the store */
};

/* What a job reports about one of its keys, a new object. spec: as its worker reads it; tape: the
 * recording that it reads, or NULL. */
json_t *tape_result(const struct tape *tape, const char *stage, const char *key,
                    const json_t *spec);

/* A segment's result. */
json_t *tape_segment_result(const char *key, int64_t frames);

/* The suffix of the file that a job makes for a key; "" where there is only the result. */
const char *tape_ext(const char *stage, const json_t *spec);

/* Writes the loudness blocks of the recording. */
ATTR_NODISCARD int tape_write_blocks(const struct tape *tape, const char *path, struct err *err);
