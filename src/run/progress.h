/*
 * What a person sees of a run, on stderr: on a terminal a line for the whole and one for each talk
 * that is being worked on, drawn anew in place; plain lines elsewhere. Knows what each kind of job
 * was estimated to cost and what it really took, so that the time left gets honest after the first
 * jobs.
 */
#pragma once

#include <stddef.h>

#include "attr.h"

struct progress;

/* doing: what is going on, a word in front ("encoding"); percent and time left are of that alone.
 * workers: how many jobs run at once. quiet: nothing but messages. */
struct progress *progress_create(const char *doing, int workers, int quiet);
void progress_destroy(struct progress *progress);

/* Estimated core seconds that are still to be started, per stage (NB_STAGES). */
void progress_set_left(struct progress *progress, const double *left);

/* How a part's progress (owner: as its jobs say) is found out for its line: estimated core seconds
 * of the jobs that have ended, and of all. */
void progress_set_parts(struct progress *progress,
                        void (*costs)(void *opaque, size_t owner, double *done, double *all),
                        void *opaque);

struct job;
/* A slot's job: started, at a fraction, ended after so many seconds. */
void progress_job(struct progress *progress, int slot, const struct job *job);
void progress_at(struct progress *progress, int slot, double fraction);
void progress_job_end(struct progress *progress, int slot, double seconds, int ok);

/* Prints a line above the progress line: a message always, a note unless quiet. */
void progress_say(struct progress *progress, const char *fmt, ...) ATTR_PRINTF(2, 3);
void progress_note(struct progress *progress, const char *fmt, ...) ATTR_PRINTF(2, 3);

/* Draws anew; called a few times a second. */
void progress_draw(struct progress *progress);
/* Takes the line off the terminal. */
void progress_clear(struct progress *progress);

/* Estimated seconds to the end; negative while unknown. */
double progress_seconds_left(const struct progress *progress);
