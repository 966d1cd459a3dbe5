/*
 * Refuses to replace an event's programme by mistake: says which talks an import would remove, and
 * what to type if that is right.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "err.h"
#include "replacement.h"

struct programme;
struct store;

struct import_guard {
    const struct programme *before, *after;
    struct replacement replacement;
    size_t *nb_files; /* for each talk in replacement.gone: its files in out/ */
};

/* Compares the programmes, which must outlive *out. Finish it also after an error. */
ATTR_NODISCARD int import_guard_find(struct import_guard *out, struct store *store,
                                     const struct programme *before, const struct programme *after,
                                     struct err *err);
void import_guard_finish(struct import_guard *guard);
#define AUTO_IMPORT_GUARD ATTR_CLEANUP(import_guard_finish) struct import_guard

json_t *import_guard_json(const struct import_guard *guard);

/* Sets the error of a programme that is too different to be applied without '--replace'. */
int import_guard_refuse(const struct import_guard *guard, const char *path, bool dry_run,
                        struct err *err);
