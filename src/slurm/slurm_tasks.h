/*
 * The tasks of one run as squeue lists them, and what Slurm's words mean: which states are the end,
 * which reasons to wait pass, and which never do. Pure: it starts nothing. Inner header of slurm/.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "attr.h"

/* What squeue is asked for; slurm_tasks_read reads it. The name comes first, as only others' names
 * can have a bar. */
#define SLURM_FORMAT "%j|%F|%K|%T|%r|%N"

enum slurm_phase {
    SLURM_WAITS,
    SLURM_RUNS,
    SLURM_DONE,   /* in an orderly way, or with its node, or it is not known how */
    SLURM_FAILED, /* Slurm could not start it or ended it, or it exited with an error */
};

struct slurm_task {
    char *id; /* "12_3", as its pilot is named */
    enum slurm_phase phase;
    char *state, *reason, *node; /* as squeue has them; "" where it has none */
    bool seen;                   /* by squeue, at least once */
    int nb_missed;               /* the queries in a row that did not list it */
    double begin_s;              /* when it was first seen to run (clock_now_s); 0: not yet */
};

struct slurm_tasks {
    struct slurm_task *list;
    size_t nb;
};

/* What a query changed. */
struct slurm_change {
    size_t nb_found;   /* tasks that were not known, and have not ended */
    size_t nb_failed;  /* tasks that have now failed, soon after they began */
    bool any, healthy; /* healthy: a task ended in an orderly way, or has run for a while */
};

/* Adds tasks that were just submitted, as an array: they wait. */
void slurm_tasks_add(struct slurm_tasks *tasks, long array, int nb);

/* Takes in the answer of squeue, for the tasks with this name. */
struct slurm_change slurm_tasks_read(struct slurm_tasks *tasks, const char *text, const char *name,
                                     double now_s);
/* All are asked to end, and are not counted from now on. */
void slurm_tasks_end(struct slurm_tasks *tasks);
void slurm_tasks_finish(struct slurm_tasks *tasks);

size_t slurm_tasks_count(const struct slurm_tasks *tasks, enum slurm_phase phase);
/* The first task of this phase; NULL: none. */
const struct slurm_task *slurm_tasks_first(const struct slurm_tasks *tasks, enum slurm_phase phase);
/* The one that failed last; NULL: none. */
const struct slurm_task *slurm_tasks_last_failed(const struct slurm_tasks *tasks);
/* Whether some wait, and all that have not ended do so for a reason that never passes. */
bool slurm_tasks_stuck(const struct slurm_tasks *tasks);

/* The names of earlier runs in the answer that begin with prefix, differ from name and have tasks
 * that have not ended: the first; NULL: none. A new string. */
char *slurm_tasks_stale(const char *text, const char *prefix, const char *name);

/* Whether a task that waits for this reason can never start as things are. */
bool slurm_reason_is_final(const char *reason);
/* What a reason means to a user, after Slurm's own word: a new string. */
char *slurm_reason_text(const char *reason);

/* Whether a command that complained so may work later: the controller was not reached, or is busy.
 */
bool slurm_complaint_passes(const char *complaint);
