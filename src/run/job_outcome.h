/*
 * How a job ended: whether its results are in work/, what they are, and, if they are not, why, in
 * words for the user. Shared by the executor and by on_demand.h. Private to run/.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "err.h"

struct event;
struct job_spec;
struct worker_end;

/* Whether all results of the job are in place. Then it succeeded, even if its worker was killed
 * just afterwards; and without them it did not, whatever its worker says. */
bool job_outcome_is_made(const char *work, const struct job_spec *spec);

/* Reads and validates all results of a job that ended well. *out: a new list. */
ATTR_NODISCARD int job_outcome_read(json_t **out, const char *work, const struct job_spec *spec,
                                    struct err *err);

/* A job that ended well, and what job_outcome_read returned. Borrowed. */
struct job_outcome {
    const struct job_spec *spec;
    const json_t *results;
};
/* Writes all results of these jobs to the store, in one transaction, and removes earlier failures
 * of them from the store and from failed/. The caller holds the event's lock. */
ATTR_NODISCARD int job_outcome_store(const struct event *event, const struct job_outcome *outcomes,
                                     size_t nb, struct err *err);

/* Describes a failure: what the pool says, the worker's last line, or its exit status. */
void job_outcome_describe(struct err *out, const struct job_spec *spec,
                          const struct worker_end *end, const struct event *event);
