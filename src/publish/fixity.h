/*
 * Whether the files in out/ still are what was published: reads each of them, and compares its
 * SHA-256 with that of the check before it was published. Repairs what work/ has a good copy of.
 * The caller holds the event's lock, and publishes afterwards.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "err.h"

struct plan;

enum fixity {
    FIXITY_SAME,
    FIXITY_REPAIRED,
    FIXITY_DAMAGED,    /* and work/ has no good copy */
    FIXITY_MISSING,    /* or something else has its name */
    FIXITY_UNREADABLE, /* not permitted: nothing is known, and nothing was changed */
    FIXITY_UNKNOWN,    /* the store has no sum of it */
};

struct fixity_file {
    char *name;
    enum fixity state; /* not FIXITY_SAME */
    const char *why;   /* for the user: what was found, and what to do; static */
};

struct fixity_result {
    size_t nb_files, nb_same;  /* of talkpress in out/, without the lists */
    int64_t nb_bytes;          /* of the files that were read */
    struct fixity_file *files; /* owned: those that are not the same, by name */
    size_t nb_found;
    char *set_aside; /* owned: the folder with damaged files that were in work/; NULL: none */
};
void fixity_result_finish(struct fixity_result *result);
#define AUTO_FIXITY ATTR_CLEANUP(fixity_result_finish) struct fixity_result

/* How far the check is, for the user. */
typedef void fixity_progress(size_t nb_done, size_t nb_files, int64_t done_bytes,
                             int64_t all_bytes);

/* Reads all published files, and has publish compare all texts that it writes itself. A damaged
 * file in work/, which may be the same file, is moved to work/removed/, so that 'run' makes it
 * again; the one in out/ stays until then. progress: NULL: none. Finish *out also after an error.
 */
ATTR_NODISCARD int fixity_check(struct fixity_result *out, const struct plan *plan,
                                fixity_progress *progress, struct err *err);

/* After publishing: which missing files were put back. */
void fixity_settle(struct fixity_result *result, const struct plan *plan);

/* "repaired", "damaged", ... */
const char *fixity_name(enum fixity state);
