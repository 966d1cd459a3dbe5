/* Loads the plan, and probes the recordings that are not probed: for 'add' and 'watch'. */
#pragma once

#include <stdbool.h>

#include "err.h"

struct command;
struct executor_result;
struct plan;

struct probing {
    /* Sets skip[i] of the plan's recordings that are not to be probed now. */
    int (*skip)(bool *skip, void *opaque, const struct plan *plan, struct err *err);
    void *opaque;
    bool quiet; /* show no progress */
};

/* *plan is empty before; the caller finishes it. Also notes captions and chapters beside the
 * recordings. Adds to *total. */
ATTR_NODISCARD int probing_load(struct plan *plan, struct executor_result *total,
                                struct command *command, const struct probing *probing,
                                struct err *err);
