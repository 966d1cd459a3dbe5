/*
 * What a solved matching means for one unit: sure or not, and why, in words for a person.
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
    MATCH_LOSS_SURE = 4000, /* what the whole must lose without this pair */
};

enum { UNIT_FREE = -2 };

struct answer {
    int fixed;     /* by hand: a recording, -1 for none, or UNIT_FREE */
    bool chosen;   /* of a talk in parts, either the whole or the parts are */
    int recording; /* -1 none */
    int64_t loss;
};

struct matching {
    const struct programme *programme;
    const struct match_recording *recordings;
    size_t nb_recordings;
    struct unit *units; /* in the programme's order; of a talk, the whole before the parts */
    size_t nb_units;
    struct answer *answers; /* of each unit */
    struct score_index *evidence;
};

/* Fills a row; its strings are the caller's. */
void match_judge(struct match *out, const struct matching *m, size_t unit);
