/* Recordings on disk: finds them in folders, fingerprints them, keeps the store's list up to date.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "err.h"

struct event;
struct recording;
struct recording_file;

/* Size, time, fingerprint and absolute path of the file; the caller frees the path. Reads at most
 * 1 MB. folder: the real path of the folder in which it was found, which a link must not leave;
 * NULL: the user named the file. */
ATTR_NODISCARD int recording_look(struct recording_file *out, const char *path, const char *folder,
                                  struct err *err);

/* Makes a recording of the files, in their order; the caller frees it with recording_finish. */
void recording_of_files(struct recording *out, const struct recording_file *files, size_t nb,
                        bool by_hand);

struct recordings_found {
    char **paths; /* sorted */
    size_t nb;
    char **folders; /* that were looked into, with the first one; none if a file was named */
    size_t nb_folders;
    char *folder; /* the real path of the folder that they were found in; NULL: a file was named */
    /* Small copies of others, which are left out: how many, and the first one and its original as
     * an example (names without folder; NULL if there are none). */
    size_t nb_copies;
    char *copy, *original;
    size_t nb_unfinished; /* downloads, which are left out too, with an example */
    char *unfinished;
    size_t nb_closed; /* folders that cannot be opened, with what was wrong with the first one; only
                         by recordings_find_open */
    char *closed;
    size_t nb_links; /* that lead out of the folder, which are refused, with an example */
    char *link;
};

/* Lists the files under the path: a file itself, of a folder all with a media suffix that are no
 * small copies that a camera made of others (doubles.h), no debris (debris.h) and no links that
 * lead out of the folder. What is in work/ and out/ of an event's folder is left out: talkpress
 * made it. */
ATTR_NODISCARD int recordings_find(struct recordings_found *out, const char *path, struct err *err);
/* The same, but a subfolder that cannot be opened, or is nested too deeply, is left out and
 * counted.
 */
ATTR_NODISCARD int recordings_find_open(struct recordings_found *out, const char *path,
                                        struct err *err);
void recordings_found_finish(struct recordings_found *found);

/* Updates the files whose size or time changed. Missing files are kept in the store: their disk may
 * be unplugged. */
ATTR_NODISCARD int recordings_refresh(struct event *event, struct err *err);
