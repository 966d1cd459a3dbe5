/*
 * The jobs of recordings, and the start of any job: its description for the user and its spec. Jobs
 * of parts are in struct part_plan (part.h).
 */
#pragma once

#include <stddef.h>

#include "attr.h"

struct err;
struct job;
struct job_spec;
struct part_plan;
struct plan;

/* Append the missing jobs of recordings to *jobs: probes of all recordings; analyses of those that
 * hold one of the talks (nb_talks 0: any talk). Absent recordings have no jobs. */
void plan_probes(struct job **jobs, size_t *nb, const struct plan *plan);
void plan_analyses(struct job **jobs, size_t *nb, const struct plan *plan, const int *talks,
                   size_t nb_talks);

/* Sets job->what, unless it is set. part: the plan of the job's part; NULL: job of a recording. */
void plan_describe_job(struct job *job, const struct plan *plan, const struct part_plan *part);
/* Prepares a job that starts: describes it and makes its spec, which borrows from plan and part.
 * Returns 0, 1 if the job cannot start because a result that it needs is not valid (results.h), or
 * a negative code. */
ATTR_NODISCARD int plan_begin_job(struct job_spec *out, struct job *job, const struct plan *plan,
                                  const struct part_plan *part, struct err *err);
