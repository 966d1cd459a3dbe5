/*
 * The journal of decisions for the user: what was decided, and taking it back.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attr.h"

struct decided;
struct err;
struct plan;

/* See struct decision (store.h), which it copies. */
struct journal_entry {
    int64_t id;
    char *at, *through, *kind;
    int talk, part; /* talk 0: about a recording; part 0: the whole talk */
    char recording[33];
    char *text;    /* "cut 3:12 - 44:10 (was as proposed)" */
    bool can_undo; /* it is what is decided now */
};

/* The newest decisions first: about the talk and its recordings, or about all (talk 0). part 0: all
 * parts. Free with journal_free. */
ATTR_NODISCARD int journal_read(struct journal_entry **out, size_t *out_nb, const struct plan *plan,
                                int talk, int part, size_t most, struct err *err);
void journal_free(struct journal_entry *entries, size_t nb);

/* Which decision is to be taken back. */
struct undo_wish {
    int64_t id;     /* 0: the last one about the talk or its recordings */
    int talk, part; /* if id is 0; part 0: of any part */
};
/* Takes back all that was decided about the same talk in the same transaction; of an exchange, both
 * halves. Refuses if one of it was decided again since. To be called between plan_begin() and
 * plan_end(). It is a decision, too: undone twice, all is as before. */
ATTR_NODISCARD int decide_undo(struct decided *out, const struct plan *plan,
                               const struct undo_wish *wish, struct err *err);
