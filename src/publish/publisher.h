/* A publish in progress: the files that should be in out/, and those of before. Shared by
 * publish.c and its other halves. */
#pragma once

#include <jansson.h>

#include "publish.h"
#include "store.h"

struct file {
    char *name;
    char key[33];
    char recording[33]; /* fingerprint; "": not known */
    char sha256[65];
    const char *ext; /* in work/ */
    int talk, part;
    bool linked;    /* publish_put_new has put it into out/ */
    json_t *result; /* of a file of before; owned; NULL: not known */
};

/* What becomes of an old file that is not among the new ones. */
enum fate {
    FATE_STAYS,   /* it is among them */
    FATE_RENAMED, /* the same file, or a newer one of the same kind, has another name */
    FATE_REMOVED,
    FATE_LOST, /* the user removed it, or put something else in its place */
};

struct publisher {
    struct plan *plan;
    struct store *store;
    struct file *files;
    size_t nb;
    struct file *old; /* as the store lists them */
    enum fate *fates; /* of the old ones */
    size_t nb_old;
    json_t *talks, *not_removed;
    struct texts *texts;
    bool prune;
    struct publish_result *result;
};

/* Appends a file. Takes over the name. The pointer is valid until the next one is added. */
struct file *publisher_add(struct file **files, size_t *nb, char *name, const char *key, int talk,
                           int part, const char *recording);

/* Both lists are sorted by name: the store's always, the other once it is complete. */
void publisher_sort(struct publisher *u);
const struct file *publisher_find(const struct file *files, size_t nb, const char *name);

/* --- publish_texts.c: pages, feeds, lists of cues --- */

/* Makes u->texts, and lists in the result those that have the name of a file of the user. all: the
 * document of talks.json, to which the contact sheet is added, and which names none of those. */
ATTR_NODISCARD int publish_make_texts(struct publisher *u, json_t *all, struct err *err);

/* --- publish_new.c: files under new names --- */

/* Notes all new names in the store, and puts those files into out/ that can be linked there. */
ATTR_NODISCARD int publish_put_new(struct publisher *u, struct err *err);

/* --- publish_stale.c: what should be there no longer --- */

/* Finds the fate of each old file, once all new ones are known and sorted, and lists the stale ones
 * in the result. If they are too many, they stay, and are added to the new ones. */
void stale_judge(struct publisher *u);

/* Removes the files that do not stay from out/ and from the store, once the new ones are there. */
ATTR_NODISCARD int stale_remove(struct publisher *u, struct err *err);
