/*
 * The pool whose workers run on other machines. It writes specs to the folder WORK/queue (queue.h),
 * where pilots (src/pilot) take them, has an engine (engine.h) start as many pilots as there is
 * work for, and watches them: jobs of a pilot that is lost go to others, at most twice. Whether a
 * job is done it sees by its results in work/ alone. It never runs a job, never opens the store,
 * and reads only what pilots report. src/commands makes it. One thread.
 */
#pragma once

#include <jansson.h>

#include "pool.h"
#include "sandbox.h"

struct engine;

/* Strings are borrowed, and must outlive the pool. */
struct cluster_settings {
    const char *work; /* path of the event's folder work/, the same on all machines */
    int stall_s;      /* a worker is killed after so many seconds without progress */
    int silent_s;     /* pilot and coordinator believe each other lost after so long; 0: 60 */
    int idle_s;       /* a pilot without work ends after so long; 0: 60 */
    enum sandbox_mode sandbox;
    /* What pilots must have, as terms.h says; NULL: what this machine has. For tests. */
    json_t *programs;
};

/* Takes over the engine. Nothing is started and no folder is made before the first job. */
struct pool *cluster_pool_create(const struct cluster_settings *settings, struct engine *engine);
