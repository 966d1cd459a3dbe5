/*
 * What a worker leaves, without its work: files of no or little content and a result as the real
 * stage would write it, so that planning sees what it would see. One thread.
 */
#pragma once

#include <jansson.h>

#include "err.h"

struct job_spec;

/* Calls each with the key, the file's suffix and the result of everything that the job makes, until
 * one returns an error. */
ATTR_NODISCARD int stand_in_results(const struct job_spec *spec,
                                    int (*each)(void *opaque, const char *key, const char *ext,
                                                const json_t *result, struct err *err),
                                    void *opaque, struct err *err);

/* Writes work/ab/abcdef….EXT, without fsync: what is measured is not the disk. */
ATTR_NODISCARD int stand_in_file(const char *work, const char *key, const char *ext,
                                 const char *text, struct err *err);
