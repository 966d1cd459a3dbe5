/*
 * The identity of a recording's content: the SHA-256 sums of its files. They are computed by the
 * worker's outer process, which reads the bytes but parses none, while the stage in the sandbox
 * probes the same files: so a process that a hostile recording has taken over cannot claim another
 * recording's content. Only probes have it; for other stages all of this does nothing. One thread.
 */
#pragma once

#include <jansson.h>
#include <sys/types.h>

#include "attr.h"

struct err;
struct job_spec;

struct content_hash; /* closed by content_hash_close_p */

/* Never NULL. The spec must outlive it. */
struct content_hash *content_hash_open(const struct job_spec *spec);
void content_hash_close_p(struct content_hash **hash);
#define AUTO_CONTENT_HASH ATTR_CLEANUP(content_hash_close_p) struct content_hash

/* Waits for the child process as waitpid() does, and reads the files until it ends. */
void content_hash_wait(struct content_hash *hash, pid_t child, int *status);

/* Reads the rest of the files, and replaces what the result of the stage says of its identity:
 *   hash: of one file its SHA-256 sum, of several a sum of their sums and sizes, 64 digits; "" if
 *         the result has an "error",
 *   sums: of several files the SHA-256 sum of each.
 * Fails where a file cannot be read, or is not the one of the spec. */
ATTR_NODISCARD int content_hash_add(struct content_hash *hash, json_t *result, struct err *err);
