/* Makes the missing probes and analyses of recordings, as worker jobs, and refreshes the plan.
 * Takes the event's lock if there is work and it is not held yet. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "err.h"
#include "executor.h"

struct plan;
struct pool;

/* Probes all recordings; those with skip[i] set are left out (skip NULL: none). */
ATTR_NODISCARD int probe_recordings(struct executor_result *total, struct plan *plan,
                                    struct pool *pool, const bool *skip, bool quiet,
                                    struct err *err);

/* Analyses the recordings that are probed and matched to the talks (nb_talks 0: to any talk). */
ATTR_NODISCARD int analyse_probed(struct executor_result *total, struct plan *plan,
                                  struct pool *pool, const int *talks, size_t nb_talks, bool quiet,
                                  struct err *err);

/* Probes all recordings and analyses those matched to the talks (nb_talks 0: to any talk). */
ATTR_NODISCARD int analyse_recordings(struct executor_result *total, struct plan *plan,
                                      struct pool *pool, const int *talks, size_t nb_talks,
                                      bool quiet, struct err *err);
