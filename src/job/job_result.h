/*
 * The results of jobs: what a stage reports beside its file, as JSON. A result comes from a process
 * that has read a recording, and which an attacker may have taken over. So nothing reads a result
 * before this room has: it limits the size, checks each member against the stage's table (type and
 * range), removes control characters from texts, and drops members that are not in the table. What
 * is left is safe to add up, to show and to plan with. Whether it is true is another question:
 * docs/sandbox.md.
 *
 * The worker's outer process reads results here before it moves them into work/, the coordinator
 * before it writes them to the store, and the plan whenever it reads them.
 */
#pragma once

#include <jansson.h>
#include <stddef.h>

#include "err.h"
#include "stage.h"

/* Reads and validates a file. Only a regular file is read, and no more of it than the stage's
 * limit. *out: a new object. ERR_EXTERNAL if the result is not valid: the message says which member
 * of which file. ERR_IO, ERR_NOT_FOUND: it cannot be read. */
ATTR_NODISCARD int job_result_read(json_t **out, enum stage stage, const char *path,
                                   struct err *err);

/* Validates and cleans a value in place. The cells of a probe may be missing, because the store
 * keeps them apart. ERR_EXTERNAL. */
ATTR_NODISCARD int job_result_check(json_t *result, enum stage stage, const char *what,
                                    struct err *err);

/* The same for a summary of a probe (store_probe_summary). */
ATTR_NODISCARD int job_result_check_summary(json_t *summary, const char *what, struct err *err);

/* The same for the files that a worker's inner processes leave: what the stage reports, from which
 * the outer process makes the result, and what the check of a finished file found. Messages call it
 * what, since the file is gone when they are read. */
ATTR_NODISCARD int job_result_read_report(json_t **out, enum stage stage, const char *path,
                                          const char *what, struct err *err);
ATTR_NODISCARD int job_result_read_check(json_t **out, const char *path, const char *what,
                                         struct err *err);
