/*
 * Jobs of recordings, and how any job begins: its description for the user and its spec. The jobs
 * of parts come with struct part_plan (part.h).
 */
#pragma once

#include <stddef.h>

#include "attr.h"

struct err;
struct job;
struct job_spec;
struct part_plan;
struct plan;

/* The recordings' own jobs that are missing: probes of all; analyses of those that are matched to
 * the talk (0: to any). Appended to *jobs. */
void plan_probes(struct job **jobs, size_t *nb, const struct plan *plan);
void plan_analyses(struct job **jobs, size_t *nb, const struct plan *plan, const int *talks,
                   size_t nb_talks);

/* Describes the job for the user (job->what), unless that was done. part: whose job it is; NULL: a
 * recording's. */
void plan_describe_job(struct job *job, const struct plan *plan, const struct part_plan *part);
/* A job starts: describes it, and makes its spec, which borrows from the plan and the part. */
ATTR_NODISCARD int plan_begin_job(struct job_spec *out, struct job *job, const struct plan *plan,
                                  const struct part_plan *part, struct err *err);
