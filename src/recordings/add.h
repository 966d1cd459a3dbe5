/* Adds files to the event as recordings: new files, moved files, several files that are one
 * recording. Writes the store. Messages about single files go to stderr; the other files continue.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "attr.h"

struct err;
struct event;
struct plan;
struct recording;
struct recordings_found;

/* Begun with its event alone; ended with adding_finish. */
struct adding {
    struct event *event;
    size_t nb_added, nb_known, nb_failed; /* files */
    size_t nb_unjoined;                   /* how often files look like one recording but are not
                                             joined: one is missing, or they differ. Only where one
                                             of them is news */
    struct adding_paths *paths;           /* inner */
    struct identity *identity;            /* inner */
    bool in_folder;                       /* inner */
};
void adding_finish(struct adding *adding);
#define AUTO_ADDING ATTR_CLEANUP(adding_finish) struct adding

enum adding_news {
    ADDING_NOTHING, /* it was not named */
    ADDING_KNOWN,   /* known already, as it is; found in a folder */
    ADDING_NAMED,   /* known already, and named itself */
    ADDING_NEWS,    /* added, replaced, moved, joined or taken apart */
};
/* What this call did with a recording: the most of what it did with one of its files. */
enum adding_news adding_news_of(const struct adding *adding, const struct recording *recording);
/* Whether it did more than to find what was known. */
bool adding_has_news(const struct adding *adding);

/* Adds all files under the path, each as a recording of its own; join_recordings may join them. */
ATTR_NODISCARD int add_recordings(struct adding *adding, const char *path, struct err *err);

/* Adds the files of a list that recordings_find made, from which the caller may have taken some
 * out. Says nothing about what the list leaves out. */
ATTR_NODISCARD int add_recordings_found(struct adding *adding, const struct recordings_found *found,
                                        struct err *err);

/* Adds all files under the paths as one recording, in the given order, or each as its own. As the
 * user decided this, talkpress never changes it. */
ATTR_NODISCARD int add_recordings_by_hand(struct adding *adding, char **paths, int nb_paths,
                                          bool as_one, struct err *err);

/* Joins files that belong together, as their probes show (docs/join.md). *joined: some were, and
 * the plan must be loaded again. */
ATTR_NODISCARD int join_recordings(bool *joined, struct adding *adding, const struct plan *plan,
                                   struct err *err);
