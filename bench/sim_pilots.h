/*
 * Simulated pilots: they do with the files of the queue folder what src/pilot does, at the times
 * that sim_nodes.h gives, and their workers leave what stand_in.h makes. Also the engine that
 * starts them, at once. One thread.
 */
#pragma once

#include <stddef.h>

#include "attr.h"
#include "engine.h"

struct err;
struct job_spec;
struct sim_pilots;

/* A job as the coordinator submitted it. Both are the caller's as long as it runs. */
struct sim_job {
    const struct job_spec *spec;
    double cost_s;
};

struct sim_pilots *sim_pilots_create(const char *work, size_t nb_nodes, size_t cores_per_node,
                                     const struct sim_job *jobs, size_t nb_jobs);
void sim_pilots_destroy(struct sim_pilots *pilots);

/* An engine, which must not outlive the pilots. */
struct engine *sim_pilots_engine(struct sim_pilots *pilots);

/* The job of that index was submitted now: its spec waits in the queue. */
void sim_pilots_give(struct sim_pilots *pilots, size_t job, double now_s);

/* Everything that they do until now. */
ATTR_NODISCARD int sim_pilots_turn(struct sim_pilots *pilots, double now_s, struct err *err);

/* Core seconds that jobs have used until now. */
double sim_pilots_used_s(const struct sim_pilots *pilots, double now_s);
