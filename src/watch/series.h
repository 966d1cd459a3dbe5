/*
 * Files of one recording that a camera split (docs/join.md), of which not all are there yet: the
 * first ones wait for the last one. Names and sizes alone; opens nothing. Private to watch/.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How long the next file may take to appear after one that ended because of its size. */
enum { SERIES_MOST_S = 180 };

struct series_file {
    const char *path;
    int64_t size;
    bool finished;
    bool broken;     /* nobody waits for it */
    double steady_s; /* for how long it has not changed */
    /* filled by series_judge */
    bool waits;
    char *awaits; /* the name of the file that it waits for; owned; NULL: it does not wait */
};

/* Which of the finished files wait. */
void series_judge(struct series_file *files, size_t nb);
void series_finish(struct series_file *files, size_t nb);
