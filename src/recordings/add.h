/* Adding files as recordings: new files, moved files, several files that are one recording. Writes
 * the store. A file that cannot be added is reported on stderr and does not stop the others. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "attr.h"

struct err;
struct event;
struct plan;

struct adding {
    struct event *event;
    size_t nb_added, nb_known, nb_failed; /* files */
    size_t nb_unjoined;                   /* how often files look like one recording but cannot be
                                             joined: one is missing, or they differ */
};

/* Adds all files under the path, each as one recording; join_recordings() joins them later. */
ATTR_NODISCARD int add_recordings(struct adding *registry, const char *path, struct err *err);

/* Adds all files under the paths as the user says: as one recording, in the given order, or each as
 * one recording. join_recordings() does not change these. */
ATTR_NODISCARD int add_recordings_by_hand(struct adding *registry, char **paths, int nb_paths,
                                          bool as_one, struct err *err);

/* Joins files that belong together, judging by their names and probes (docs/join.md). If *joined is
 * set, some were joined, and the plan must be loaded again. */
ATTR_NODISCARD int join_recordings(bool *joined, struct adding *registry, const struct plan *plan,
                                   struct err *err);
