/* Reads a decision that a page sent: JSON becomes a wish of decide.h, and is carried out. Inner
 * header. */
#pragma once

#include <jansson.h>

#include "err.h"

struct decided;
struct plan;

struct wish {
    int talk, part;
    const json_t *body; /* what the page sent, of which nothing is believed */
    char *captions; /* owned; the text of corrected captions; NULL: it is about something else */
};

/* Before plan_begin: what must not be done in a transaction. ERR_USAGE, ERR_INVALID. */
ATTR_NODISCARD int wish_read(struct wish *out, const struct plan *plan, int talk, int part,
                             const json_t *body, struct err *err);
void wish_finish(struct wish *wish);

/* Between plan_begin and plan_end. ERR_USAGE names the member that is wrong. */
ATTR_NODISCARD int wish_decide(struct decided *out, const struct wish *wish,
                               const struct plan *plan, struct err *err);
