/* Recordings on disk: finding them in folders, taking their fingerprints, updating the store when
 * they change. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "err.h"

struct event;
struct recording;
struct recording_file;

/* Sets out to the file's size, time, fingerprint and absolute path, which the caller frees. Reads
 * at most 1 MB of it. */
ATTR_NODISCARD int recording_look(struct recording_file *out, const char *path, struct err *err);

/* A recording of the files, in their order. Free with recording_finish. */
void recording_of_files(struct recording *out, const struct recording_file *files, size_t nb,
                        bool by_hand);

/* The files under the path, sorted: the path itself if it is a file; in a folder, all files with a
 * suffix of media. Free with mem_free_strings. */
ATTR_NODISCARD int recordings_find(char ***out, size_t *out_nb, const char *path, struct err *err);

/* Updates the recordings in the store whose files have another size or time than when they were
 * added. Files that are not there are skipped: a disk may be unplugged. */
ATTR_NODISCARD int recordings_refresh(struct event *event, struct err *err);
