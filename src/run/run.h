/*
 * A run makes what is missing of the parts of some talks. It plans each part in waves, as the jobs
 * of one wave make the inputs of the next, gives the jobs to the executor in the order of
 * schedule.h, and keeps the last plan of each part to count the outcome. It publishes nothing and
 * opens no media. One thread; the caller holds the event's lock.
 */
#pragma once

#include <stddef.h>

#include "err.h"

struct executor_result;
struct part_plan;
struct plan;
struct progress;
struct run;
struct zygote;

/* The run uses all three until it is destroyed; the caller owns them. */
struct run *run_create(struct plan *plan, struct zygote *zygote, struct progress *progress);
void run_destroy(struct run *run);

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
