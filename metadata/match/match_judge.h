/*
 * Turns the solved assignment into a row for each unit: sure or not, and the reason in words for
 * the user. Private to match.c and match_judge.c.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "score.h"

struct match;
struct match_recording;
struct programme;

enum match_points {
    MATCH_POINTS_SURE = 8000,
    MATCH_LOSS_SURE = 4000, /* by which the total must fall without this pair */
};

enum { UNIT_FREE = -2 };

struct answer {
    int fixed;     /* by the user: a recording, -1: none; UNIT_FREE: not fixed */
    bool chosen;   /* of a talk with parts, either the whole or its parts are chosen */
    int recording; /* -1: none */
    int64_t loss;
};

struct matching {
    const struct programme *programme;
    const struct match_recording *recordings;
    size_t nb_recordings;
    int *format_of;     /* of each recording: the one of which it is another format; -1: none */
    struct unit *units; /* in the programme's order; a whole talk before its parts */
    size_t nb_units;
    struct answer *answers; /* of each unit */
    struct score_index *index;
};

/* Points as a score: 0 … 1. */
double match_score(int64_t points);

/* Fills a row; the caller owns its strings. */
void match_judge(struct match *out, const struct matching *m, size_t unit);
