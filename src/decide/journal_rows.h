/* Rows of the journal in memory. Private to decide/. */
#pragma once

#include "store.h"

struct plan;

struct journal_rows {
    struct decision *list; /* owned, with its texts; the newest first */
    size_t nb;
};
void journal_rows_add(struct journal_rows *rows, const struct decision *decision);
void journal_rows_finish(struct journal_rows *rows);
#define AUTO_JOURNAL_ROWS ATTR_CLEANUP(journal_rows_finish) struct journal_rows

/* Whether the decision is about the part (0: any part) of the talk, or about its recording. */
bool journal_is_about(const struct decision *decision, const struct plan *plan, int talk, int part);

/* The decision for the user: a new string, one line. */
char *journal_text(const struct decision *decision, const struct plan *plan);
