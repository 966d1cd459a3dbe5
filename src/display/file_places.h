/*
 * Where the files of a recording of several files lie in it, so that a moment can be found in a
 * player, which opens one file.
 */
#pragma once

#include <stdint.h>

#include "attr.h"

struct err;
struct event;
struct frame_grid;
struct source;

struct file_places {
    const struct source *source;
    int64_t *start_ms; /* of each file; NULL: it is one file, or the lengths are not known */
};

/* Free with file_places_finish. */
ATTR_NODISCARD int file_places_find(struct file_places *out, const struct event *event,
                                    const struct source *source, const struct frame_grid *grid,
                                    struct err *err);
void file_places_finish(struct file_places *places);
#define AUTO_FILE_PLACES ATTR_CLEANUP(file_places_finish) struct file_places

/* The name of a file of the recording, or its path where another of its files has the same name. */
const char *file_places_name(const struct source *source, size_t i);

/* "'GH020042.MP4' at 0:12.300"; a new string, or NULL where it is not known. */
char *file_places_describe(const struct file_places *places, int64_t ms);
