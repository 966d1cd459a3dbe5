/*
 * The pool of pilots (cluster_pool.h) as a simulation uses it: the virtual clock (virtual_clock.h)
 * runs while coordinator and pool work, and stands still while the simulated pilots do
 * (sim_pilots.h). Where the pool would sleep, the clock jumps.
 */
#pragma once

#include <stddef.h>

#include "pool.h"

struct sim_settings {
    const char *work; /* path of the event's folder work/ */
    int nb_nodes, cores_per_node;
    size_t most_jobs; /* then the run is stopped as by a signal; 0: never */
};

struct sim_figures {
    size_t nb_jobs;           /* that have ended */
    double *job_ms;           /* of each, what the coordinator used to start and to end it, with
                                 what it did before that was for no job */
    double begin_s, end_s;    /* when the first job was submitted, and when the last call was */
    double coordinator_s;     /* own time between the two */
    double coordinator_cpu_s; /* of which processor time */
    double used_s, cost_s;    /* core seconds that jobs used; that those that ended take */
};

/* The figures are of the pool, and are complete after its last call. */
struct pool *sim_pool_create(const struct sim_figures **out, const struct sim_settings *settings);
