/* Recordings on disk: finding them in folders, fingerprinting them, keeping the store's list true.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "err.h"

struct event;
struct recording;
struct recording_file;

/* Size, time and fingerprint of the file; path is kept absolute, the caller's. Reads at most 1 MB
 * of it. */
ATTR_NODISCARD int recording_look(struct recording_file *out, const char *path, struct err *err);

/* A recording of the files, in their order: the caller's, to be freed with recording_finish. */
void recording_of_files(struct recording *out, const struct recording_file *files, size_t nb,
                        bool by_hand);

/* Files under the path (itself, where it is a file; what looks like media by its suffix, in a
 * folder), sorted. The caller frees with mem_free_strings. */
ATTR_NODISCARD int recordings_find(char ***out, size_t *out_nb, const char *path, struct err *err);

/* Looks whether registered files changed (by size and time) and renews those that did. Files that
 * are not there are left as they are: a disk may be unplugged. */
ATTR_NODISCARD int recordings_refresh(struct event *event, struct err *err);
