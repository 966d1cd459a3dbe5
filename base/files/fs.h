/* Files and folders: reading whole files, writing atomically (all of a file or nothing, also after
 * a crash), and paths. Functions that return an error code name the path in the message.
 *
 * What is read here was made by talkpress or is named by the user, so links are followed; but it
 * must be a regular file, and no command waits for a pipe. For files that talkpress finds by itself
 * in a folder of others, see found.h. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "err.h"

/* For an AUTO local that holds a descriptor, or -1. */
void fs_close_p(int *fd);
#define AUTO_FD ATTR_CLEANUP(fs_close_p) int

/* Reads a whole file. *out ends with a NUL that *out_nb (may be NULL) does not count; the caller
 * frees it. ERR_INVALID: not a regular file, or larger than max_bytes. */
ATTR_NODISCARD int fs_read(char **out, size_t *out_nb, const char *path, size_t max_bytes,
                           struct err *err);

/* Opens a file to read it. *out: a descriptor, the caller's. ERR_INVALID as fs_read. */
ATTR_NODISCARD int fs_open(int *out, const char *path, int64_t max_bytes, struct err *err);

/* Whether fs_open would take the file, or takes what is open: for files that a library opens. */
ATTR_NODISCARD int fs_check(const char *path, int64_t max_bytes, struct err *err);
ATTR_NODISCARD int fs_check_opened(int fd, const char *name, int64_t max_bytes, struct err *err);

/* fs_read of what is open already, whatever it is. name: for messages. */
ATTR_NODISCARD int fs_read_opened(char **out, size_t *out_nb, int fd, const char *name,
                                  size_t max_bytes, struct err *err);

/* The functions below first write to a file with this mark and the process id after its name. A
 * killed process may leave such a file. */
#define FS_TMP_MARK ".tmp-"
char *fs_tmp_name(const char *path); /* a new string */

/* write() until all is written. Returns 0, or -1 with errno. */
ATTR_NODISCARD int fs_write_all(int fd, const void *bytes, size_t nb);

/* Writes a file, neither atomically nor flushed. */
ATTR_NODISCARD int fs_write(const char *path, const void *bytes, size_t nb, struct err *err);

/* The same for a file that must not exist. */
ATTR_NODISCARD int fs_write_new(const char *path, const void *bytes, size_t nb, struct err *err);

/* Flushes all of the disk that holds the folder, which costs less than many fsyncs. */
ATTR_NODISCARD int fs_sync_disk(const char *dir, struct err *err);

/* Writes a temporary file beside path, fsyncs it, renames it to path, and fsyncs the folder. */
ATTR_NODISCARD int fs_write_atomic(const char *path, const void *bytes, size_t nb, struct err *err);

/* Writes what a command was asked for to the path that the user gave (-o). Links are followed. A
 * file, or none yet, is written as by fs_write_atomic where the links lead; so the link stays, and
 * a file's permissions. A device or a pipe is opened and written, after a pipe's reader came, and
 * /dev/stdout and /dev/fd/N are the descriptors that talkpress was started with. */
ATTR_NODISCARD int fs_write_output(const char *path, const void *bytes, size_t nb, struct err *err);

/* To see early what fs_write_output cannot write. ERR_INVALID: a folder, a socket or standard
 * input. ERR_NOT_FOUND: no file, and no folder for it. */
ATTR_NODISCARD int fs_check_output(const char *path, struct err *err);

/* Whether there is a file that fs_write_output would replace. */
bool fs_output_replaces(const char *path);

/* Where to tell the user about what was written: stderr if path leads to stdout, else stdout. */
FILE *fs_beside_output(const char *path);

/* fsyncs a file, or a folder and so the names in it. */
ATTR_NODISCARD int fs_sync(const char *path, struct err *err);

/* Renames from, which is no folder, to to. A folder in its place is an error that names it. */
ATTR_NODISCARD int fs_rename(const char *from, const char *to, struct err *err);

/* fsyncs from and renames it to to. The new name is durable only after the folder is synced, for
 * example by an fs_commit of another file in it. */
ATTR_NODISCARD int fs_place(const char *from, const char *to, struct err *err);

/* fsyncs from, renames it to to, and fsyncs the folder of to. */
ATTR_NODISCARD int fs_commit(const char *from, const char *to, struct err *err);

/* Gives from a second name, to, atomically, replacing a file of that name. A hard link; a copy,
 * with the same modification time, if the file system does not support one. */
ATTR_NODISCARD int fs_link_atomic(const char *from, const char *to, struct err *err);

/* The same without the copy: returns 0, and changes nothing, if the file system does not support a
 * hard link there; else 1. */
ATTR_NODISCARD int fs_try_link(const char *from, const char *to, struct err *err);

/* Creates a folder in one that exists; one that is there already is no error. Not flushed. */
ATTR_NODISCARD int fs_mkdir(const char *path, struct err *err);

/* Creates a folder and its parents, and fsyncs the folders that they were created in. */
ATTR_NODISCARD int fs_mkdirs(const char *path, struct err *err);

/* Removes a file, or a folder and all that is in it. A path that does not exist is not an error. */
ATTR_NODISCARD int fs_remove_all(const char *path, struct err *err);

bool fs_exists(const char *path);
bool fs_is_there(const char *path); /* a file, for sure also on NFS, which asks its server */
bool fs_is_gone(const char *path);  /* as surely not there; false also if the disk fails */
bool fs_is_dir(const char *path);
bool fs_is_taken(const char *path);   /* by anything, also a link that leads nowhere */
bool fs_is_regular(const char *path); /* a file itself, not a link to one */
int64_t fs_size(const char *path);    /* in bytes; -1: there is no such file */
int64_t fs_free_bytes(
    const char *path); /* that unprivileged users can write there; -1: not known */

/* dir/name, and the path without its last component ("." if it has only one): new strings. */
char *fs_join(const char *dir, const char *name);
char *fs_dirname(const char *path);
/* The last component; points into path. */
const char *fs_basename(const char *path);
