/*
 * Which part of a run gets the next free core. Of the parts that are open the one with most work
 * left goes first, so that they come to their ends together and no long one is left to run alone;
 * what they wait for (the last cell before the files can be put together) is filled with work of
 * the others. Only a few are open at a time, the longest first: so finished talks come out all
 * along, and the jobs of the others need not be in memory. Pure: knows costs, no jobs.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct schedule;

/* So many parts with jobs to start are kept open for each worker: where one waits for a job, there
 * are others. */
enum { SCHEDULE_OPEN_PER_WORKER = 2 };

/* Parts are numbers below nb_parts; none is in it at first. */
struct schedule *schedule_create(size_t nb_parts, int workers);
void schedule_destroy(struct schedule *schedule);

/* A part to be opened some time. Before the first schedule_open. */
void schedule_add(struct schedule *schedule, size_t part, double cost);

/* Opens the next part, the longest: returns false where enough are open, or all. */
bool schedule_open(size_t *out, struct schedule *schedule);

/* What is left to start of an open part, and whether a job of it can start now. */
void schedule_set(struct schedule *schedule, size_t part, double cost, bool ready);
void schedule_close(struct schedule *schedule, size_t part);

/* The open part to take a job of; false where none is ready. */
bool schedule_most(size_t *out, const struct schedule *schedule);
