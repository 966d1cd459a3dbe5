/*
 * A programme in the form of pyvideo.org's data: a folder of JSON files, one for each talk, with
 * category.json for the event. docs/import.md says what is taken of them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "err.h"

struct programme;

/* Whether the bytes are one talk's file. */
bool import_pyvideo_sniff(const char *bytes, size_t nb_bytes, const char *name);

/* Reads one talk's file into *out (zero-initialised by the caller, who frees it with
 * programme_finish; untouched on failure). name is its path, the talk's ref is made from it. */
ATTR_NODISCARD int import_pyvideo_read(struct programme *out, const char *bytes, size_t nb_bytes,
                                       const char *name, struct err *err);

/* Reads a folder with videos/ in it, or with the files themselves, in order of their names. */
ATTR_NODISCARD int import_pyvideo_read_folder(struct programme *out, const char *path,
                                              struct err *err);
