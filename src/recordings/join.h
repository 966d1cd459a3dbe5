/*
 * Finds the files that are one recording: their names form a row in one folder, and there is
 * evidence that they belong together (docs/join.md). Looks at names, sizes and probes; opens no
 * files.
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
    bool inside_of_joined; /* already a file of a joined recording, but not its first */
    /* set by join_find */
    struct join_name name;
    bool named;
    bool twin;      /* about as large as another file of its row */
    bool continues; /* it continues the file before it in the list */
};

/* Sorts the files into rows and marks those that continue the file before them. If a file is
 * missing, or the files of a recording differ, they are not joined, and say is called with a
 * message for the user. Returns how often it was called. */
size_t join_find(struct join_file *files, size_t nb, void (*say)(void *opaque, const char *line),
                 void *opaque);
