/* The pool of worker processes on this machine. If a worker makes no progress for a time, it is
 * killed. */
#pragma once

#include "pool.h"

struct zygote;

/* The strings and the zygote are borrowed, and must outlive the pool. */
struct local_pool_settings {
    const char *work; /* path of the event's folder work/ */
    const char *tmp;  /* where specs are written; NULL: WORK/tmp */
    int nb_workers;   /* how many run at once */
    int stall_s;      /* a worker is killed after so many seconds without progress */
    struct zygote *zygote;
};
struct pool *local_pool_create(const struct local_pool_settings *settings);

/* Kills the worker of a slot. Its end is reported as any other. */
void local_pool_stop(struct pool *pool, int slot);
