/*
 * work/removed/: what an event has lost, until gc deletes it. Each change that takes something away
 * (a publish that removes files from out/, an import that takes recordings from talks) makes a
 * folder there, named after its time. It holds the files, under their public names, and
 * removed.json, which says why and when, and lists the keys of the work that is no longer needed:
 * gc keeps the results under these keys, so that nothing has to be encoded again if the change was
 * a mistake.
 */
#pragma once

#include <jansson.h>

#include "err.h"

#define REMOVED_NOTE "removed.json"

/* Makes a folder with this note, which is an object; *out_dir: its path, a new string. Adds to the
 * note "at": when, in UTC ("2026-11-29T19:30:12Z"). Members that are read again:
 *   why     for the user, a clause: "removed from out/"
 *   talks   [{number, title}, ...], or
 *   files   [name, ...]
 *   keys    [key, ...] */
ATTR_NODISCARD int removed_begin(char **out_dir, const char *work, json_t *note, struct err *err);

/* Moves a file from out/ into the folder. from: another path of the same content, on the disk of
 * work/ if possible. */
ATTR_NODISCARD int removed_take(const char *dir, const char *path, const char *from,
                                struct err *err);

/* Calls each with every folder and its note, oldest first, until it returns non-zero, and returns
 * that. A folder whose note cannot be read has an empty one. */
ATTR_NODISCARD int removed_each(const char *work,
                                int (*each)(void *opaque, const char *dir, const json_t *note,
                                            struct err *err),
                                void *opaque, struct err *err);
