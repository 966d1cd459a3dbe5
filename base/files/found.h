/*
 * Files that talkpress finds by itself in a folder that others may have filled: captions beside a
 * recording, the talks of a pyvideo folder. Whoever fills the folder must gain nothing
 * by it. So a link is followed only if it leads to a file in the same folder or below it, what is
 * opened must be a regular file, and no function waits for a pipe or opens a terminal.
 *
 * folder: a path that the user named; links in it are followed. name: relative to it, perhaps with
 * slashes. Messages name name alone; the caller knows the folder. ERR_INVALID: the name was refused
 * because of what it is. Other codes: it could not be opened, as any file may be.
 */
#pragma once

#include <stddef.h>

#include "err.h"

/* Reads a whole file; see fs_read. */
ATTR_NODISCARD int found_read(char **out, size_t *out_nb, const char *folder, const char *name,
                              size_t max_bytes, struct err *err);

/* Opens a folder below the folder to list it. *out: a descriptor, the caller's. */
ATTR_NODISCARD int found_open_folder(int *out, const char *folder, const char *name,
                                     struct err *err);
