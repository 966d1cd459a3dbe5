/*
 * Finds the files that are one recording: they have consecutive names in one folder, and sizes,
 * clocks or dates show that they belong together (docs/join.md). Uses names, sizes and probe
 * results; opens nothing.
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
    const json_t *probe;   /* of this file alone; NULL: unknown */
    bool inside_of_joined; /* it is already part of a recording, and not its first file */
    bool old;              /* said before: a row of old files alone is not reported again */
    /* filled by join_find */
    struct join_name name;
    bool named;
    bool twin;      /* about as large as another file of its row */
    bool continues; /* it continues the file before it in the list */
};

/* Whether a file of this size was ended because of its size: it is a limit of file systems. */
bool join_size_is_limit(int64_t size);
/* Whether two files were ended at the same size by a camera, so that another follows the second. */
bool join_sizes_are_full(int64_t a, int64_t b);

/* Sorts the files into rows and marks those that continue the file before them. Calls say with a
 * message if a file is missing or files differ, which are then not joined. Returns how often. */
size_t join_find(struct join_file *files, size_t nb, void (*say)(void *opaque, const char *line),
                 void *opaque);
