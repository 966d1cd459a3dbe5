/*
 * The files of a programme, read whole before anything in them is parsed: who reads them may open
 * files, and who parses them (import.h) needs none. Bounded: one file, or those of a folder
 * together, have at most IMPORT_MAX_BYTES.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "attr.h"

struct err;

enum { IMPORT_MAX_BYTES = 64 << 20 };

struct import_file {
    char *path;
    char *bytes; /* end with a NUL that nb_bytes does not count */
    size_t nb_bytes;
};

struct import_files {
    char *path;                /* as the user named it */
    bool is_folder;            /* of pyvideo's files */
    struct import_file *files; /* one, or those of the talks in the order of their names */
    size_t nb;
    struct import_file *categories; /* category.json of the folder, then of the one around it */
    size_t nb_categories;
};

/* *out is untouched on failure. ERR_INVALID: too large, or a folder without talks. */
ATTR_NODISCARD int import_files_read(struct import_files *out, const char *path, struct err *err);
/* A programme that is not in a file: path says in messages what it is, and its end may tell the
 * format. Takes bytes, which end with a NUL that nb_bytes does not count. */
void import_files_set(struct import_files *out, const char *path, char *bytes, size_t nb_bytes);
void import_files_finish(struct import_files *files);
#define AUTO_IMPORT_FILES ATTR_CLEANUP(import_files_finish) struct import_files
