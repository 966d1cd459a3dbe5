/* All parts of an event, or those of a talk, planned once, and the failures that still matter: what
 * 'status' shows. Private to commands/. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "attr.h"

struct err;
struct job;
struct part_plan;
struct plan;

struct survey {
    struct part_plan *parts;
    size_t nb_parts;
    struct job *jobs; /* of recordings */
    size_t nb_jobs;
    json_t *failures; /* only of jobs that could run now; others are obsolete */
    int only;         /* a talk, or 0: all */
    bool brief;       /* a line for each part, without its outputs */
    bool failing;     /* a job failed before: jobs are needed, to see whether it could run now */
};

/* Plans the parts, and lists the failures. only and brief are set, failures is an empty list.
 * Finish *out also after an error. */
ATTR_NODISCARD int survey_make(struct survey *out, struct plan *plan, struct err *err);
void survey_finish(struct survey *survey);
