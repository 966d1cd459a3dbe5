/*
 * Finds results by key: in the store, or in work/ if a run was killed before it could write a
 * finished result to the store.
 */
#pragma once

#include <jansson.h>

#include "attr.h"

struct err;
struct event;
struct plan;

/* Reads a result. *out: a new reference, or NULL if there is none. ERR_INVALID: it is damaged. */
ATTR_NODISCARD int plan_find_result(json_t **out, const struct event *event, const char *key,
                                    struct err *err);

/* The same of a probe, but without its cells if it is in the store. */
ATTR_NODISCARD int plan_find_probe(json_t **out, const struct event *event, const char *key,
                                   struct err *err);

/* Whether a result and its file KEY.EXT exist. Returns 1, 0, or a negative code. */
int plan_has(const struct plan *plan, const char *key, const char *ext, struct err *err);
