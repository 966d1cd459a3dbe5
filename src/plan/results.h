/*
 * Finds results by key: in the store, or in work/ if a run was killed before it could write a
 * finished result to the store.
 *
 * A result that is not valid (job_result.h) counts as missing: it was written by an earlier
 * version, or damaged since. So it concerns only its own talk. It is noted in the event, and makes
 * no command fail. Commands that hold the event's lock move its file from work/ab/ to work/failed/,
 * and at their end drop it from the store, so that the next run makes it again.
 */
#pragma once

#include <jansson.h>

#include "attr.h"
#include "stage.h"

struct err;
struct event;
struct plan;

/* Reads a result of that stage. *out: a new reference, or NULL if there is none that is valid. */
ATTR_NODISCARD int plan_find_result(json_t **out, const struct event *event, enum stage stage,
                                    const char *key, struct err *err);

/* The same, but without what the store keeps apart: see store_result_brief. */
ATTR_NODISCARD int plan_find_brief(json_t **out, const struct event *event, enum stage stage,
                                   const char *key, struct err *err);
/* The same of a probe. */
ATTR_NODISCARD int plan_find_probe(json_t **out, const struct event *event, const char *key,
                                   struct err *err);

/* The same of a probe, but only a summary, as of store_probe_summary, if it is in the store. */
ATTR_NODISCARD int plan_find_summary(json_t **out, const struct event *event, const char *key,
                                     struct err *err);

/* Whether a result of that stage and its file KEY.EXT exist. Returns 1, 0, or a negative code. */
int plan_has(const struct plan *plan, enum stage stage, const char *key, const char *ext,
             struct err *err);

/* Notes that a result that the store has is not valid: plan_find_result found nothing. */
void plan_note_damaged(const struct event *event, const char *key);
/* Drops the results that were noted from the store. The caller holds the event's lock. */
ATTR_NODISCARD int plan_drop_invalid(const struct event *event, struct err *err);
/* The results that were noted, described for the user: a new string, or NULL if there are none. */
char *plan_describe_invalid(const struct event *event);
