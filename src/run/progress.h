/*
 * Shows the progress of jobs on stderr. On a terminal that is not dumb: one line for the whole and
 * one for each job that runs, redrawn in place; elsewhere: a plain line every 30 s. Compares what
 * jobs of each stage were estimated to cost with what they took, so that the time left is accurate
 * after the first jobs.
 */
#pragma once

#include <stddef.h>

#include "attr.h"

struct progress;

/* doing: the first word of the line ("encoding"). nb_slots: how many jobs run or wait for a machine
 * at once. quiet: show only messages. */
struct progress *progress_create(const char *doing, int nb_slots, int quiet);
void progress_destroy(struct progress *progress);

/* Estimated core seconds of jobs not started yet, per stage (NB_STAGES). */
void progress_set_left(struct progress *progress, const double *left);

/* How many jobs run at once now; nb_slots at first. */
void progress_set_cores(struct progress *progress, int nb_cores);

/* Sets the function that gives the progress of a part (job->owner): estimated core seconds of the
 * jobs that have ended, and of all. */
void progress_set_parts(struct progress *progress,
                        void (*costs)(void *opaque, size_t owner, double *done, double *all),
                        void *opaque);

/* Lets other processes see the progress, in a file in work/ (progress_file.h), until it is
 * destroyed. Whether quiet or not. */
void progress_share(struct progress *progress, const char *work);

/* How many parts are done, of all that the run works on. */
void progress_set_done(struct progress *progress, size_t nb_done, size_t nb);

struct job;
/* The job of a slot was given to the pool, runs and has reached a fraction (0 to 1), has ended
 * after some seconds. */
void progress_job(struct progress *progress, int slot, const struct job *job);
void progress_at(struct progress *progress, int slot, double fraction);
void progress_job_end(struct progress *progress, int slot, double seconds, int ok);

/* Print a line above the progress line: a message always, a note unless quiet. */
void progress_say(struct progress *progress, const char *fmt, ...) ATTR_PRINTF(2, 3);
void progress_note(struct progress *progress, const char *fmt, ...) ATTR_PRINTF(2, 3);

/* Redraws; called a few times a second. */
void progress_draw(struct progress *progress);
/* Removes the lines from the terminal. */
void progress_clear(struct progress *progress);
