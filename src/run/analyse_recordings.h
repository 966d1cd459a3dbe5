/* Bringing the facts of recordings up to date: changed files, missing probes and analyses. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "err.h"
#include "executor.h"

struct plan;

/* Probes what is not probed and analyses what is matched to the talks (none: all) and not analysed
 * yet, as worker jobs, and refreshes the plan. Takes the event's lock only where there is work. */
ATTR_NODISCARD int analyse_recordings(struct executor_result *total, struct plan *plan,
                                      const int *talks, size_t nb_talks, bool quiet,
                                      struct err *err);
