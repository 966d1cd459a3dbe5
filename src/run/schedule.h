/*
 * Decides which part of a run gets the next free core: the open part with the most work left, so
 * that all open parts end at about the same time and no long one runs alone at the end. While a
 * part waits (for its last cell, before its files can be assembled), the others use the core. Only
 * a few parts are open at a time, the longest first: finished talks appear throughout the run, and
 * only open parts have jobs in memory. Pure: knows costs, no jobs.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct schedule;

/* How many parts with jobs to start are kept open for each worker, so that there are others while
 * one waits; and how many at most, as each has hundreds of jobs in memory. */
enum { SCHEDULE_OPEN_PER_WORKER = 2, SCHEDULE_MOST_OPEN = 256 };

/* Parts are numbers below nb_parts; it is empty at first. */
struct schedule *schedule_create(size_t nb_parts, int workers);
void schedule_destroy(struct schedule *schedule);

/* Parts are opened, and their jobs start, in the order of their numbers in place of the longest
 * first. Before the first schedule_open. */
void schedule_keep_order(struct schedule *schedule);

/* Adds a part to be opened. Before the first schedule_open. */
void schedule_add(struct schedule *schedule, size_t part, double cost);

/* Opens the longest part that is left, or the first; returns false if enough are open, or all. */
bool schedule_open(size_t *out, struct schedule *schedule);

/* Sets what is left to start of an open part, and whether one of its jobs can start now. */
void schedule_set(struct schedule *schedule, size_t part, double cost, bool ready);
void schedule_close(struct schedule *schedule, size_t part);

/* The open part whose job starts next; returns false if none is ready. */
bool schedule_most(size_t *out, const struct schedule *schedule);
