/*
 * Which failed jobs a round of 'watch' says and repeats, and which talks it makes: not those whose
 * recording is being replaced, or whose job failed a moment ago. Private to watch_round.c.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "attr.h"

struct adding;
struct err;
struct plan;
struct store;
struct watching;

/* Opens watching->pauses in the event's work/, if it is not open. */
void watch_open_pauses(struct watching *watching, const char *work);

/* Says the failures that are new, and plans when their jobs are tried again. tried: jobs were run
 * since the last call. */
ATTR_NODISCARD int watch_note_failures(struct watching *watching, struct store *store, bool tried,
                                       struct err *err);

/* Jobs that failed because their recording was being written to, or because its disk was unplugged,
 * are tried at once. */
ATTR_NODISCARD int watch_end_pauses(const struct watching *watching, const struct plan *plan,
                                    const struct adding *adding, struct err *err);

/* Which talks are made now, in the order of their ends; the caller frees the list. *any_failed: one
 * is left out because its job failed. */
ATTR_NODISCARD int watch_list_talks(int **out, size_t *out_nb, bool *any_failed,
                                    const struct watching *watching, const struct plan *plan,
                                    struct err *err);
