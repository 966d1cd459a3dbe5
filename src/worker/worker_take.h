/*
 * The outer, trusted half of a worker: takes what an inner process has left in its folder, which
 * may be an attacker's. It reads reports only through job_result.h, and of files no more than their
 * sums and first bytes. Private to worker/.
 */
#pragma once

#include <jansson.h>
#include <stddef.h>

#include "attr.h"
#include "sha256.h"

struct err;
struct worker;

/* One result of a job, while it is taken. */
struct taken {
    const char *key;
    const char *made_by; /* what encoded it; NULL: this stage encodes nothing */
    json_t *report;      /* of the process that made it */
    json_t *check; /* of the process that checked the file; NULL: files of this stage are not */
    char *file;    /* path of the file, out of reach of the inner processes; NULL: none */
    char sha256[SHA256_BYTES]; /* of the file; only if it is checked */
};
void taken_finish(struct taken *taken);
#define AUTO_TAKEN ATTR_CLEANUP(taken_finish) struct taken

/* Takes report and file of the job's result i from the folder of the process that made them, which
 * must have ended. ERR_EXTERNAL: they are not what they should be. A report that is not valid is
 * kept in work/failed/. */
ATTR_NODISCARD int worker_take(struct taken *out, const struct worker *worker, size_t i,
                               struct err *err);

/* Takes the report of the process that checked the file. */
ATTR_NODISCARD int worker_take_check(struct taken *taken, const struct worker *worker,
                                     struct err *err);

/* Completes the result and moves both into place in work/: the file, then KEY.json. */
ATTR_NODISCARD int worker_place(const struct taken *taken, const struct worker *worker,
                                struct err *err);
