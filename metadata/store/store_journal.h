/*
 * The journal of decisions, and each decision as one JSON value. Private to the files store*.c.
 *
 * Every function that changes a decision does so between decision_begin() and decision_end(), which
 * write one row if something changed. What one transaction changes several times is one row. All
 * rows of a transaction have the same time, which no other transaction has.
 */
#pragma once

#include <jansson.h>

#include "store_sql.h"

struct decision_kind;

/* What a decision is about, and what it was. */
struct decision_change {
    const char *kind; /* of kinds[] */
    int talk, part;
    const char *recording;           /* fingerprint; NULL: the kind is not about one */
    char *was;                       /* owned; JSON */
    const struct decision_kind *its; /* set by decision_begin */
};

ATTR_NODISCARD int decision_begin(struct decision_change *change, struct store *store,
                                  struct err *err);
/* ret: the result of what was done in between. Returns it, or its own error; frees. */
int decision_end(struct decision_change *change, struct store *store, int ret, struct err *err);

/* Both at once: the decision becomes that value, with the members that kinds[] names, or is removed
 * (NULL). Takes the value over. */
ATTR_NODISCARD int decision_set(struct store *store, struct decision_change change, json_t *value,
                                struct err *err);
/* Removes the decisions of that kind on a part, about whatever recording. */
ATTR_NODISCARD int decision_clear(struct store *store, const char *kind, int talk, int part,
                                  struct err *err);
