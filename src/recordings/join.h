/*
 * Which files are one recording: rows of names in one folder, and evidence that the files belong
 * together (docs/join.md). Looks at names, sizes and probe results; opens nothing.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "join_name.h"

struct recording_file;

struct join_file {
    const struct recording_file *file; /* the caller's, not looked at */
    const char *path;                  /* absolute */
    int64_t size;
    const json_t *probe;   /* of this file alone; NULL: not known */
    bool inside_of_joined; /* it goes on in a recording of several files already */
    /* filled by join_find */
    struct join_name name;
    bool named;
    bool twin;      /* about as large as another file of its row */
    bool continues; /* it belongs behind the file before it in the list */
};

/* Sorts the files into rows and marks those that continue the file before them. say is called with
 * a line for a person where a file is missing, or files of one recording differ: those are not
 * joined. Returns how often. */
size_t join_find(struct join_file *files, size_t nb, void (*say)(void *opaque, const char *line),
                 void *opaque);
