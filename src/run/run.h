/*
 * A run: makes what is missing of some talks' parts. It plans each part in waves, as jobs of one
 * wave make what those of the next need, hands the jobs to the executor in the order of
 * schedule.h, and keeps each part's last plan, from which the outcome is counted. It publishes
 * nothing and opens no media. One thread; the event's lock is held.
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

/* All three are the caller's and outlive the run. */
struct run *run_create(struct plan *plan, struct zygote *zygote, struct progress *progress);
void run_destroy(struct run *run);

/* Runs until nothing is missing that can be made now. Where *total says that jobs before were
 * stopped or had no space, it only plans the parts. Once for each run; after an error too,
 * run_space_message can be asked. */
ATTR_NODISCARD int run_execute(struct executor_result *total, struct run *run, const int *talks,
                               size_t nb_talks, struct err *err);

/* Parts by their state after the run. Those without a recording that were accepted are not
 * counted. */
struct run_tally {
    size_t nb; /* all that are counted */
    size_t nb_complete;
    size_t nb_waiting; /* for the user */
    size_t nb_unfinished;
};
struct run_tally run_count(const struct run *run);

/* The last plan of each part, trimmed; the run's. */
size_t run_nb_parts(const struct run *run);
const struct part_plan *run_part(const struct run *run, size_t i);

/* How much space the rest takes and how much is free (space.h); plans all parts again. A new
 * string. */
char *run_space_message(const struct run *run);
