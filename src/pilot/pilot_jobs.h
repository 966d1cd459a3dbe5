/*
 * The jobs of a pilot: it claims specs, runs them and reports how they ended, in this order: the
 * report, then the claim goes. A job whose claim was taken away is stopped, and not reported.
 * Private to pilot/.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "attr.h"

struct err;
struct pilot_beat;
struct pilot_self;
struct pool;
struct terms;
struct zygote;

struct pilot_jobs;

/* All are borrowed. */
struct pilot_jobs *pilot_jobs_create(const char *queue, const struct pilot_self *self,
                                     const struct terms *terms, struct zygote *zygote);
void pilot_jobs_destroy(struct pilot_jobs *jobs);

/* Claims and starts what waits and fits. An error says that this machine cannot do the event's
 * jobs; those that run go on. */
ATTR_NODISCARD int pilot_jobs_claim(struct pilot_jobs *jobs, struct err *err);

/* Starts what is claimed, but could not be started because the disk failed; gives it back after a
 * time. An error is that of pilot_jobs_claim. */
ATTR_NODISCARD int pilot_jobs_begin_again(struct pilot_jobs *jobs, struct err *err);

/* Waits for at most most_ms milliseconds until something happens, and reports what ended. */
ATTR_NODISCARD int pilot_jobs_wait(struct pilot_jobs *jobs, int most_ms, struct err *err);

/* Stops those whose claim is gone. */
void pilot_jobs_check_claims(struct pilot_jobs *jobs);

/* Gives back those that will not end within so many seconds, as far as can be told. */
void pilot_jobs_give_back_long(struct pilot_jobs *jobs, double left_s);

/* Stops all, and gives them back. */
void pilot_jobs_give_back_all(struct pilot_jobs *jobs);

size_t pilot_jobs_nb(const struct pilot_jobs *jobs);

/* Sets what runs, and how far it is. */
void pilot_jobs_describe(struct pilot_beat *out, const struct pilot_jobs *jobs);
