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
 * 1 MB. */
ATTR_NODISCARD int recording_look(struct recording_file *out, const char *path, struct err *err);

/* Makes a recording of the files, in their order; the caller frees it with recording_finish. */
void recording_of_files(struct recording *out, const struct recording_file *files, size_t nb,
                        bool by_hand);

/* Lists the files under the path, sorted: a file itself, of a folder all with a media suffix. The
 * caller frees with mem_free_strings. */
ATTR_NODISCARD int recordings_find(char ***out, size_t *out_nb, const char *path, struct err *err);

/* Updates the files whose size or time changed. Missing files are kept in the store: their disk may
 * be unplugged. */
ATTR_NODISCARD int recordings_refresh(struct event *event, struct err *err);
