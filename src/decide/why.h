/*
 * What would be made of a part now, and why: as `talkpress why` prints it, and in numbers.
 */
#pragma once

#include <stddef.h>

#include "stage.h"
#include "str.h"

struct part_plan;
struct plan;

/* Of one or more parts. */
struct again {
    size_t nb_jobs[NB_STAGES]; /* what is missing, also what must wait for other jobs */
    double core_s;             /* estimated, in seconds of one core; without probes and analyses */
    struct str lines;          /* owned; why_text() of each part */
};
void again_finish(struct again *again);
#define AUTO_AGAIN ATTR_CLEANUP(again_finish) struct again

/* Adds a part. Describes its jobs. */
void again_add(struct again *out, struct part_plan *part, const struct plan *plan);

/* Appends lines for the user; those that explain the first are indented by spaces. advice: a
 * sentence for a part that waits, or NULL. The jobs must be described (plan_describe_job). */
void why_text(struct str *out, const struct part_plan *part, const char *advice);

/* The outputs that are not made. */
size_t why_nb_missing(const struct part_plan *part);
