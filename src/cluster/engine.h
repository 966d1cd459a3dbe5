/*
 * An engine starts pilots (src/pilot) on other machines: Slurm, or a user. It does not know jobs,
 * and what it says is never the truth about one: results in work/ are. The pool of pilots
 * (cluster_pool.h) calls it, and src/slurm implements it. No call may block for long: the pool
 * calls turn() several times a second, also while the engine's own service is down. One thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct err;

/* What the engine knows of the tasks of this run. All pointers belong to the engine, and are valid
 * until its next call. */
struct engine_view {
    size_t nb_waiting, nb_running; /* a task that was asked for waits, until more is known of it */
    const char *reason;            /* why tasks wait, for the user; NULL: not known */
    const char *trouble;     /* what the user should know now, "the controller does not answer" */
    bool fresh;              /* running is of this moment: a task that is not in it has ended */
    const struct err *never; /* these tasks can never start: why, in one message; NULL: they may */
    char **running;          /* the tasks that run, by the name that their pilots have (below) */
    size_t nb_ids;
};

struct engine_ops {
    /* Called before the others, and again after cancel for another run: the run's id, 32 hex
     * digits, and the queue folder. Tasks of an earlier process with the same id are this run's
     * too. */
    void (*begin)(void *self, const char *run, const char *queue);
    /* Asks for nb more tasks, each of which runs 'talkpress pilot QUEUE'. Does not wait. */
    int (*start)(void *self, int nb, struct err *err);
    /* Does what is due, and describes this run's tasks. */
    int (*turn)(void *self, struct engine_view *out, struct err *err);
    /* Ends this run's tasks. Waits a few seconds at most. More may be started afterwards. */
    void (*cancel)(void *self);
    void (*destroy)(void *self);
};

/*
 * A pilot learns its task from its environment: SLURM_JOB_ID, or SLURM_ARRAY_JOB_ID and
 * SLURM_ARRAY_TASK_ID as "12_3", else TALKPRESS_TASK, else its process id; its node from
 * SLURMD_NODENAME, else the host's name. Its cores: SLURM_CPUS_PER_TASK, else TALKPRESS_CORES, else
 * all that it may use. Its memory: SLURM_MEM_PER_NODE in MiB, else all.
 */
struct engine {
    const struct engine_ops *ops;
    void *self;
    const char *name;   /* for messages: "slurm" */
    int nb_tasks;       /* how many tasks it runs at most, 1 or more */
    int cores_per_task; /* 1 or more */
    long memory_mb;     /* that each task has; 0: not known */
};
