/*
 * The process of talkpress that runs one call of a hook's program: it waits for an earlier call of
 * the same hook to end, starts the program, reads what it writes, ends it when its time is over,
 * with all that it started, and writes the outcome. It has none of the command's files and locks,
 * and outlives the command. Inner header.
 */
#pragma once

#include <jansson.h>
#include <sys/types.h>

#include "err.h"

/* All is borrowed. */
struct hook_call {
    const char *name;    /* of the hook */
    const char *program; /* its path */
    const char *dir;     /* the event's folder */
    const char *work;    /* its work/; work/hooks/ exists */
    int seconds;         /* it may take */
    const json_t *document;
    const json_t *told; /* kept as NAME.told if the program succeeds; NULL: nothing */
};

enum {
    HOOK_GRACE_S = 1, /* from the request to end to the end */
};

/* *out: the process, to be waited for. */
ATTR_NODISCARD int hook_process_start(pid_t *out, const struct hook_call *call, struct err *err);
