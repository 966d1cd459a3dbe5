/* Fills out/: the finished files under their public names, talks.json and SHA256SUMS. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "err.h"

struct plan;
struct site_settings;

/* The file in out/ that lists the programme and its published files. */
#define PUBLISH_LIST "talks.json"
/* The one with their sums, as sha256sum(1) reads it. */
#define PUBLISH_SUMS "SHA256SUMS"
enum {
    /* Of that list, as docs/talks.schema.json describes it: raised if a member goes or changes its
     * meaning. */
    PUBLISH_VERSION = 1,
    /* More files than these, of more than one part, are removed from out/ only if prune is set:
     * they are many if a programme or a setting is wrong, and few if somebody withdraws a talk. */
    PUBLISH_FEW = 5,
};

/* A file of talkpress in out/ that nothing needs under its name any more. */
struct publish_stale {
    char *name;
    char *now;       /* the name that replaces it, so that it was only renamed; NULL: none */
    const char *why; /* why there is none, for the user; static */
    int talk, part;
};

struct publish_result {
    size_t nb_parts, nb_files;     /* in out/ now */
    size_t nb_written, nb_removed; /* with the lists */
    size_t nb_lists, nb_texts;     /* of those written, the lists; pages, feeds, lists of cues */
    bool wrote_sums;               /* SHA256SUMS is one of them */
    struct publish_stale *stale;   /* owned, in order of their names */
    size_t nb_stale, nb_renamed;   /* of the stale ones */
    bool kept;                     /* those that were not renamed are still in out/, as too many */
    char *removed_to; /* owned: the folder where they are now; NULL: none was removed */
    char **foreign;   /* owned: files in out/ that are not of talkpress, but have the name of a page
                         or list, which was left out */
    size_t nb_foreign;
    bool has_pages;         /* out/ has a site */
    char *no_contact_sheet; /* owned: why it could not be made; NULL: it was, or there is none */
};
void publish_result_finish(struct publish_result *result);
#define AUTO_PUBLISH_RESULT ATTR_CLEANUP(publish_result_finish) struct publish_result

/* Brings out/ up to date with the parts that are complete: links new files, writes the lists and
 * moves stale files of talkpress to work/removed/ (removed.h); old names of renamed files are
 * removed. Without prune, stale files stay if they are more than PUBLISH_FEW and of several parts;
 * the lists then name them. Files of a part that is being made again stay until the new ones are
 * there. Other files are never changed. Needs the event's lock. Finish *out also after an error. */
ATTR_NODISCARD int publish(struct publish_result *out, struct plan *plan, bool prune,
                           struct err *err);

/* The name in out/ of the feeds' picture; NULL: the settings have none. */
const char *publish_feed_image(const struct site_settings *site);

/* Stores the recordings of published files for which an earlier version of talkpress did not store
 * them. Called before matches change; publish does it too. */
ATTR_NODISCARD int publish_note_recordings(struct plan *plan, struct err *err);
