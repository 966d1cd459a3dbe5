/* Files and folders: whole reads, writes that are there entirely or not at all, paths. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

/* Reads a whole file of at most max_bytes. *out ends with a NUL that *out_nb (may be NULL) does not
 * count; the caller frees it. */
ATTR_NODISCARD int fs_read(char **out, size_t *out_nb, const char *path, size_t max_bytes,
                           struct err *err);

/* What stands between a file's name and digits in the name under which the functions below write
 * it; of a process that was killed, such a file may stay. */
#define FS_TMP_MARK ".tmp-"

/* Writes beside path, fsyncs, renames over path and fsyncs the folder. */
ATTR_NODISCARD int fs_write_atomic(const char *path, const void *bytes, size_t nb, struct err *err);

/* Flushes a file, or the entries of a folder, to disk. */
ATTR_NODISCARD int fs_sync(const char *path, struct err *err);

/* fsyncs from and renames it to to. That it lies there is on disk only once the folder is synced,
 * by an fs_commit of another file in it. */
ATTR_NODISCARD int fs_place(const char *from, const char *to, struct err *err);

/* fsyncs from, renames it to to, and fsyncs to's folder. */
ATTR_NODISCARD int fs_commit(const char *from, const char *to, struct err *err);

/* Makes to a second name of from (a hard link; a copy where the file system cannot), beside and
 * renamed, replacing what was there. */
ATTR_NODISCARD int fs_link_atomic(const char *from, const char *to, struct err *err);

/* Creates a folder and those above it, and flushes where they were made. */
ATTR_NODISCARD int fs_mkdirs(const char *path, struct err *err);

/* Removes a file or a folder with all that is in it; one that does not exist is no error. */
ATTR_NODISCARD int fs_remove_all(const char *path, struct err *err);

bool fs_exists(const char *path);
bool fs_is_dir(const char *path);
int64_t fs_size(const char *path);       /* -1 where there is no such file */
int64_t fs_free_bytes(const char *path); /* what a plain user can still write there; -1 unknown */

/* New strings. */
char *fs_join(const char *dir, const char *name);
char *fs_dirname(const char *path);
const char *fs_basename(const char *path); /* points into path */
