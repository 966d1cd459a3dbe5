/* What a worker's sandbox lets through: the files that its job's spec names, and the fonts. */
#pragma once

#include <sys/types.h>

#include "attr.h"

struct err;
struct worker;

/* Closes the sandbox around this process (sandbox.h), whose folder exists already. */
ATTR_NODISCARD int worker_enter_sandbox(const struct worker *worker, pid_t parent, struct err *err);
