/*
 * The local executor: runs jobs as worker processes of this program, one per core, and writes what
 * they found into the store (it is the one writer). A worker that fails, crashes or stalls fails
 * its job only. SIGINT, SIGTERM and SIGHUP stop it: workers are killed, nothing finished is lost.
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
struct zygote;

/* Where jobs come from. All calls come from executor_run's thread. */
struct job_source {
    /* Moves the next job that can run now into *out, begun, and its spec into *spec. Returns 1, 0
     * when there is none now, or an error. */
    int (*next)(void *opaque, struct job *out, struct job_spec *spec, struct err *err);
    /* Tells that a job ended, its results written (ok) or its failure noted. */
    int (*ended)(void *opaque, const struct job *job, bool ok, struct err *err);
    void *opaque;
};

struct executor_result {
    size_t nb_run[NB_STAGES]; /* jobs that ended well */
    double cpu_s[NB_STAGES];  /* processor seconds that workers spent, those that failed too */
    long peak_kb[NB_STAGES];  /* the most memory that a worker took, in KiB */
    size_t nb_failed;
    bool stopped; /* by a signal */
    bool no_space;
};

/* Runs until the source has no more jobs and none is in flight. A failed job is no error. */
ATTR_NODISCARD int executor_run(struct executor_result *out, struct event *event,
                                struct zygote *zygote, const struct job_source *source,
                                struct progress *progress, struct err *err);

/* "5 cells, 1 sound, 4 assembled": what a run did; "nothing" where it did nothing. A new string. */
char *executor_summary(const struct executor_result *result);

/* Runs a list of jobs of the plan's recordings (moved out of the array), the longest first, and
 * adds up in *total. */
ATTR_NODISCARD int executor_run_list(struct executor_result *total, const struct plan *plan,
                                     struct zygote *zygote, struct job *jobs, size_t nb_jobs,
                                     struct progress *progress, struct err *err);
