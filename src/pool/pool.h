/*
 * A pool runs jobs: in worker processes on this machine (local_pool.h), or on machines that share
 * the event's folder. Whoever has jobs submits each to a free slot, polls the pool, and cancels
 * what is left at the end; it does not know which kind of pool it has. A pool reports how a worker
 * ended, but not whether the job succeeded: that is so if its results are in work/.
 *
 * This room is the only one that starts workers. src/run and src/review use it. It writes neither
 * the store nor results. One thread.
 */
#pragma once

#include <stdbool.h>

#include "attr.h"

struct err;
struct job;
struct job_spec;

/* How a worker ended. */
struct worker_end {
    int status;      /* as of waitpid() */
    bool stalled;    /* it was killed because it made no progress */
    double done;     /* the progress that it last reported, 0 to 1 */
    char *last_line; /* of its standard output: the error, if it failed; NULL: none. Owned */
    char *log;       /* what was kept of its standard error, cleaned (worker_log_text). Owned */
    double wall_s, cpu_s;
    long peak_kb; /* its largest resident memory, in KiB */
    char *node;   /* the machine it ran on; NULL: this one. Owned */
    struct err
        *failed; /* the pool failed before a worker could run or end: why; else NULL. Owned */
};
void worker_end_finish(struct worker_end *end);
#define AUTO_WORKER_END ATTR_CLEANUP(worker_end_finish) struct worker_end

/* What a pool reports while it is polled. */
struct pool_listener {
    /* The job in the slot runs, and has come so far, 0 to 1. */
    void (*at)(void *opaque, int slot, double done);
    /* The job in the slot has ended, and the slot is free. end is valid during the call. A failure
     * ends the poll. */
    int (*ended)(void *opaque, int slot, const struct worker_end *end, struct err *err);
    /* A message for the user about the pool itself. */
    void (*say)(void *opaque, const char *message);
    void *opaque;
};

struct pool_ops {
    /* Starts the job, or lets it wait for a machine. The slot is free. The spec is borrowed until
     * the job has ended. */
    int (*submit)(void *self, int slot, const struct job *job, const struct job_spec *spec,
                  struct err *err);
    /* Waits for at most most_ms milliseconds, until something happens or a signal comes, and
     * reports it. */
    int (*poll)(void *self, int most_ms, const struct pool_listener *listener, struct err *err);
    /* Stops all jobs, and waits until none can write any more. All slots are free then. */
    void (*cancel)(void *self);
    void (*destroy)(void *self);
};

struct pool {
    const struct pool_ops *ops;
    void *self;
    int nb_slots; /* the number of jobs that it can be given at once, 1 or more */
    int nb_cores; /* how many of them it can run at once now; the others wait for a machine */
};

ATTR_NODISCARD int pool_submit(struct pool *pool, int slot, const struct job *job,
                               const struct job_spec *spec, struct err *err);
ATTR_NODISCARD int pool_poll(struct pool *pool, int most_ms, const struct pool_listener *listener,
                             struct err *err);
void pool_cancel(struct pool *pool);
void pool_destroy_p(struct pool **pool);
