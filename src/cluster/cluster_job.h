/* A job as the pool of pilots keeps it, from its submission to its end. Private to cluster/. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "attr.h"
#include "pool.h"
#include "waiting.h"

struct err;
struct job_spec;

struct cluster_job {
    struct waiting waiting;
    const struct job_spec *spec; /* of the first slot, borrowed */
    int *slots;                  /* owned: the same job may be submitted in several */
    size_t nb_slots;
    double seen_s;         /* when it was last seen waiting or running */
    int nb_lost;           /* how often its pilot was lost */
    int nb_given_back;     /* how often a pilot ended before it did */
    int nb_disk_failed;    /* how often it could not begin, as a disk failed */
    char *nodes;           /* where: "n1, n2"; owned; NULL: nowhere yet */
    bool placing;          /* its worker has ended well, but its results are not seen yet */
    double placed_s;       /* since when */
    struct worker_end end; /* of that worker */
};

struct cluster_job *cluster_job_create(const struct job_spec *spec, const struct waiting *waiting);
void cluster_job_destroy(struct cluster_job *job);
void cluster_job_add_slot(struct cluster_job *job, int slot);
void cluster_job_add_node(struct cluster_job *job, const char *node);

/* Writes the spec to the queue, where it waits. */
ATTR_NODISCARD int cluster_job_queue(const struct cluster_job *job, const char *queue,
                                     struct err *err);
/* Removes it from there, if it waits. */
void cluster_job_unqueue(const struct cluster_job *job, const char *queue);

/* Whether all its results are in work/; asks the server of a network disk what is there. */
bool cluster_job_made(const struct cluster_job *job, const char *work);
