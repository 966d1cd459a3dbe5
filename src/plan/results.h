/*
 * What is there under a key: in the store, or finished in work/ by a run that was killed before it
 * could write it into the store. Opens no media.
 */
#pragma once

#include <jansson.h>

#include "attr.h"

struct err;
struct event;
struct plan;

/* A result by its key, the caller's; *out NULL: there is none. ERR_INVALID where it is damaged. */
ATTR_NODISCARD int plan_find_result(json_t **out, const struct event *event, const char *key,
                                    struct err *err);

/* The same of a probe, but without its cells if it is in the store. */
ATTR_NODISCARD int plan_find_probe(json_t **out, const struct event *event, const char *key,
                                   struct err *err);

/* Whether a result is there and its file too. Returns 1, 0, or an error. */
int plan_has(const struct plan *plan, const char *key, const char *ext, struct err *err);
