/* Makes the missing probes and analyses of recordings, as worker jobs, and refreshes the plan.
 * Takes the event's lock if there is work and it is not held yet. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "err.h"
#include "executor.h"

struct plan;
struct zygote;

/* Probes all recordings; those with skip[i] set are left out (skip NULL: none). */
ATTR_NODISCARD int probe_recordings(struct executor_result *total, struct plan *plan,
                                    struct zygote *zygote, const bool *skip, bool quiet,
                                    struct err *err);

/* Probes all recordings and analyses those matched to the talks (nb_talks 0: to any talk). */
ATTR_NODISCARD int analyse_recordings(struct executor_result *total, struct plan *plan,
                                      struct zygote *zygote, const int *talks, size_t nb_talks,
                                      bool quiet, struct err *err);
