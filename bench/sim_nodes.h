/*
 * The cores of a simulated cluster: which one a job gets, when it starts and ends, and how long
 * cores were busy. Knows neither files nor talkpress. Times are in seconds of one clock, which the
 * caller reads.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct sim_nodes;

/* most_jobs: how many there are at once. delay_s: how long a free core takes to start a job. */
struct sim_nodes *sim_nodes_create(size_t nb_cores, size_t most_jobs, double delay_s);
void sim_nodes_destroy(struct sim_nodes *nodes);

/* A job that takes cost_s of one core. It gets the core that is free first, and waits for it. */
void sim_nodes_give(struct sim_nodes *nodes, size_t job, double cost_s, double now_s);

/* The job that starts, or ends, first, and its core; false: none has by now. */
bool sim_nodes_take_started(size_t *job, size_t *core, struct sim_nodes *nodes, double now_s);
bool sim_nodes_take_ended(size_t *job, size_t *core, struct sim_nodes *nodes, double now_s);

/* Core seconds that jobs have used until now. */
double sim_nodes_used_s(const struct sim_nodes *nodes, double now_s);
