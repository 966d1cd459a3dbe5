/* Registering files as recordings: new ones, those that were moved, several files that are one
 * recording. Writes the store; messages about single files go to stderr, and never stop the others.
 */
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
    size_t nb_unjoined;                   /* times that files look like one recording and cannot be
                                             joined: one is missing, or they differ */
};

/* All files under the path, each a recording of its own until join_recordings knows better. */
ATTR_NODISCARD int add_recordings(struct adding *registry, const char *path, struct err *err);

/* All files under the paths, in the given order, as one recording, or each for itself: a person
 * says so, and talkpress leaves them so. */
ATTR_NODISCARD int add_recordings_by_hand(struct adding *registry, char **paths, int nb_paths,
                                          bool as_one, struct err *err);

/* Joins files that belong together, by what their probes found (docs/join.md). *joined says whether
 * any were: the plan is to be loaded anew then. */
ATTR_NODISCARD int join_recordings(bool *joined, struct adding *registry, const struct plan *plan,
                                   struct err *err);
