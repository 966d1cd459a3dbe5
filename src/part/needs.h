/*
 * What a part needs from a person: why, what to do about it, and of which kind that is. 'status
 * --waiting' and the queue of 'review' ask here, so that they agree.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "err.h"

struct part_plan;
struct plan;
struct store;

enum need_kind {
    NEED_MATCH,     /* which recording it is */
    NEED_RECORDING, /* there is none, or it cannot be used as it is */
    NEED_CUT,
    NEED_LENGTH, /* it is shorter or longer than listed */
    NEED_SOUND,
    NEED_FAILED, /* a job failed */
    NB_NEEDS,
};
/* "match", "recording" …; static. */
const char *need_kind_name(enum need_kind kind);

struct part_needs {
    enum need_kind kind;
    char *why;        /* owned */
    const char *what; /* to do; static */
};
void part_needs_finish(struct part_needs *needs);
#define AUTO_PART_NEEDS ATTR_CLEANUP(part_needs_finish) struct part_needs

/* Whether the part waits for a person: nothing more can be made of it, or what is made is not
 * published, until somebody decides. failed: see part_failures_find. */
bool part_waits(const struct part_plan *part, const char *failed);

/* Whether it waits for the next run alone, which reads its recording: nobody needs to decide. */
bool part_waits_for_run(const struct part_plan *part);

/* What it needs; false: nothing. A part also needs somebody if a job of it failed, or if what will
 * be made of it will wait. */
bool part_needs_find(struct part_needs *out, const struct part_plan *part, const struct plan *plan,
                     const char *failed);

/* --- failures --- */

/* The failures that the store has. */
struct part_failures {
    struct part_failure *list;
    size_t nb;
};
ATTR_NODISCARD int part_failures_read(struct part_failures *out, struct store *store,
                                      struct err *err);
void part_failures_finish(struct part_failures *failures);
#define AUTO_PART_FAILURES ATTR_CLEANUP(part_failures_finish) struct part_failures

/* Why a job failed that could run now for the part, whose jobs must be there, or for its recording;
 * NULL: none did. It belongs to the failures. */
const char *part_failures_find(const struct part_failures *failures, const struct part_plan *part);

/* Why the first failure of the part in a list failed that holds only what could run now: [{talk,
 * part, message, …}]; NULL: none did. It belongs to the list. */
const char *part_failure_listed(const json_t *failures, const struct part_plan *part);
