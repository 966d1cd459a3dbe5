/* The sandbox of a worker. It allows reading of the files that the spec names and of fonts, and
 * writing of the files of the results, which it makes empty in the job's folder. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "attr.h"

struct err;
struct worker;

/* Puts this process into the sandbox (sandbox.h). The job's folder must exist. parent: the process
 * with which this one ends. */
ATTR_NODISCARD int worker_enter_sandbox(const struct worker *worker, pid_t parent, struct err *err);

/* What libraries read in it besides the files of a job: facts about the machine, and with fonts
 * what drawing text reads. A new list, to be freed with mem_free_strings. */
char **worker_readable(size_t *out_nb, bool fonts);
