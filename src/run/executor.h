/*
 * The executor gives jobs to a pool of workers (pool.h), and writes their results to the store.
 * Nothing else writes results of jobs. If a worker fails, crashes or stalls, only its job fails.
 * SIGINT, SIGTERM, SIGHUP and SIGXCPU stop the executor: workers are stopped, and no finished
 * result is lost. The caller holds the event's lock. One
 * thread; one executor at a time.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "err.h"
#include "stage.h"

struct event;
struct job;
struct job_spec;
struct plan;
struct progress;
struct pool;

/* The source of jobs. All calls come from executor_run's thread. */
struct job_source {
    /* Moves the next job that can start now into *out, and its spec into *spec. Returns 1, 0 if
     * there is none now, or a negative code. */
    int (*next)(void *opaque, struct job *out, struct job_spec *spec, struct err *err);
    /* Called when a job has ended. ok: its results are in the store; else its failure is. */
    int (*ended)(void *opaque, const struct job *job, bool ok, struct err *err);
    void *opaque;
};

struct executor_result {
    size_t nb_run[NB_STAGES]; /* number of jobs that succeeded */
    double cpu_s[NB_STAGES];  /* processor time of workers, also of failed jobs, in seconds */
    long peak_kb[NB_STAGES];  /* the largest resident memory of a worker, in KiB */
    size_t nb_failed;         /* number of jobs that failed */
    bool stopped;             /* by a signal */
    bool no_space;            /* a job failed because the disk is full */
};

/* Runs jobs until the source has none and none is running, or until a signal or a full disk stops
 * it. Adds to *out. A failed job is not an error. */
ATTR_NODISCARD int executor_run(struct executor_result *out, struct event *event, struct pool *pool,
                                const struct job_source *source, struct progress *progress,
                                struct err *err);

/* The number of succeeded jobs by stage: "cell 5, sound 1, assemble 4", or "none". A new string. */
char *executor_summary(const struct executor_result *result);

/* Runs jobs of the plan's recordings, the costliest first. Sorts the array, and moves the jobs that
 * start out of it. Adds to *total. */
ATTR_NODISCARD int executor_run_list(struct executor_result *total, const struct plan *plan,
                                     struct pool *pool, struct job *jobs, size_t nb_jobs,
                                     struct progress *progress, struct err *err);
