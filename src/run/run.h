/*
 * A run makes what is missing of the parts of some talks. It plans each part in waves, as the jobs
 * of one wave make the inputs of the next, gives the jobs to the executor in the order of
 * schedule.h, and keeps the last plan of each part to count the outcome. It publishes nothing and
 * opens no media. One thread; the caller holds the event's lock.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "err.h"

struct executor_result;
struct part_plan;
struct plan;
struct pool;
struct progress;
struct run;
struct zygote;

/* The run uses all of them until it is destroyed; the caller owns them. zygote: says whether libav
 * has the renditions' encoders. */
struct run *run_create(struct plan *plan, struct pool *pool, struct zygote *zygote,
                       struct progress *progress);
void run_destroy(struct run *run);

/* For a run while the event goes on (src/watch). Calls come from run_execute's thread. */
struct run_attendant {
    /* Whether to start no more jobs: what runs is ended, and run_execute returns. Called before
     * each job; or NULL. */
    bool (*pauses)(void *opaque);
    /* A part is made: all its outputs are in work/. part borrows. A failure ends the run. */
    int (*made)(void *opaque, const struct part_plan *part, struct err *err);
    void *opaque;
};
/* Before run_execute. Parts are then made in the order in which run_execute is given the talks, not
 * the longest first. The caller keeps *attendant. */
void run_attend(struct run *run, const struct run_attendant *attendant);

/* Estimated core seconds of what is not started yet. */
double run_left_s(const struct run *run);
/* How many parts have something left to make. */
size_t run_nb_left(const struct run *run);

/* Runs until nothing more can be made now, and adds up in *total. If *total says that earlier jobs
 * were stopped or had no space, it only plans the parts. Called once for each run. */
ATTR_NODISCARD int run_execute(struct executor_result *total, struct run *run, const int *talks,
                               size_t nb_talks, struct err *err);

/* Counts parts by their state. Accepted parts without a recording are not counted. */
struct run_tally {
    size_t nb; /* sum of the others */
    size_t nb_complete;
    size_t nb_waiting; /* for the user */
    size_t nb_unfinished;
};
struct run_tally run_count(const struct run *run);

/* The last plan of each part, trimmed; owned by the run. */
size_t run_nb_parts(const struct run *run);
const struct part_plan *run_part(const struct run *run, size_t i);

/* How much space the missing files need and how much is free (space.h); plans all parts again.
 * Also after an error of run_execute. A new string. */
char *run_space_message(const struct run *run);
