/* Recordings of several talks: which talks they hold, and where each talk should be cut. The
 * results are stored in each struct source. Only plan_refresh calls the first two functions. */
#pragma once

#include "err.h"

struct plan;
struct room_cut;
struct source;

/* The farthest that a cut is moved to a quieter moment, if only a listed time decides it. */
enum { PLAN_SNAP_MS = 5000 };

/* Finds the talks that share a recording, and marks their matches. */
ATTR_NODISCARD int room_cuts_find_shared(struct plan *plan, struct err *err);
/* Proposes cuts for the shared recordings that are analysed; their results must be loaded. */
ATTR_NODISCARD int room_cuts_propose(struct plan *plan, struct err *err);
void room_cuts_finish(struct source *source);

/* The cut of a part in this recording, or NULL. */
const struct room_cut *room_cuts_find(const struct source *source, int talk, int part);
