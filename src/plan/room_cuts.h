/* Recordings that hold several talks: which these are, and the cuts that are proposed for them.
 * Used by plan alone; what it finds is kept with the source. */
#pragma once

#include "err.h"

struct plan;
struct room_cut;
struct source;

/* A cut that nothing else decides moves at most so far to a quieter moment. */
enum { PLAN_SNAP_MS = 5000 };

/* Finds the talks that share recordings, from the plan's matches, which it changes; and, once what
 * is known of these recordings was read, divides those that are analysed among them. */
ATTR_NODISCARD int room_cuts_find_shared(struct plan *plan, struct err *err);
ATTR_NODISCARD int room_cuts_propose(struct plan *plan, struct err *err);
void room_cuts_finish(struct source *source);

/* The cut of a part, or NULL. */
const struct room_cut *room_cuts_find(const struct source *source, int talk, int part);
