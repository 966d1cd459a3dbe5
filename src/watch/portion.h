/*
 * Which recordings of many are probed now, and which after the next talk: folders may be full of
 * small files that are no recordings. Names and sizes alone; opens nothing.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PORTION_FILES = 64,            /* as many are probed without making talks in between */
    PORTION_SMALL_BYTES = 1 << 20, /* less is hardly a talk: two minutes of sound */
};

struct portion_file {
    const char *path;
    int64_t size;
    bool later; /* filled by portion_choose */
};

/* Puts off small files, the smallest ones, where there are more than PORTION_FILES; but none beside
 * a large one of the same row, which may be its end (docs/join.md). At least half a portion of them
 * is not put off. Returns how many are. */
size_t portion_choose(struct portion_file *files, size_t nb);
