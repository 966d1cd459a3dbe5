/*
 * What the answers of a speaker would change, compared with what is decided now; and taking some of
 * it, through the same functions as commands do. The comparison is for people; what can be taken is
 * a set of enum speaker_item.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "err.h"

struct answers;
struct decided;
struct part_plan;
struct plan;

/* What can be taken, in the order of the table. */
enum speaker_item { SPEAKER_IN, SPEAKER_OUT, SPEAKER_BREAKS, SPEAKER_ACCEPT, SPEAKER_NB_ITEMS };
/* "in", "out", "breaks", "accept"; static. */
const char *speaker_item_name(enum speaker_item item);

struct speaker_change {
    int item;                  /* enum speaker_item; -1: for the team to read */
    char *what, *now, *wanted; /* owned */
};

struct speaker_diff {
    struct speaker_change *list; /* owned */
    size_t nb;
    char *decided_since; /* owned; what was decided after the export; NULL: nothing */
    char *refused;       /* owned; why nothing can be taken; NULL: it can */
};
void speaker_diff_finish(struct speaker_diff *diff);
#define AUTO_SPEAKER_DIFF ATTR_CLEANUP(speaker_diff_finish) struct speaker_diff

/* part: the one that the ticket of the answers names, which was checked. */
void speaker_diff_find(struct speaker_diff *out, const struct part_plan *part,
                       const struct answers *answers);

/* Whether the item is in the diff. */
bool speaker_diff_has(const struct speaker_diff *diff, enum speaker_item item);

/* Decides the items for which take is true. Called between plan_begin() and plan_end(); the part is
 * compared again, as it is then. */
ATTR_NODISCARD int speaker_diff_take(struct decided *out, const struct plan *plan,
                                     const struct answers *answers,
                                     const bool take[SPEAKER_NB_ITEMS], struct err *err);

/* The speakers of the part's talk as the programme has them: "A, B"; a new string, "" for none. */
char *speaker_names(const struct part_plan *part);
