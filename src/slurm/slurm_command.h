/*
 * One command of Slurm (sbatch, squeue, scancel) as a child process that nobody waits for: where
 * the controller does not answer, it takes ten seconds to say so. Inner header of slurm/.
 *
 * Of the environment it has little, since SBATCH_PARTITION, SQUEUE_FORMAT and many others change
 * what the commands do, and sbatch passes its environment on to the tasks. Neither Ctrl-C nor the
 * end of talkpress ends it between asking and being answered. One thread.
 */
#pragma once

#include <stdbool.h>

#include "child.h"
#include "err.h"
#include "str.h"

struct words;

/* Zero: none. It does not move while one runs. */
struct slurm_command {
    struct child_process process;
    struct str answer;    /* what it wrote to standard output */
    struct str complaint; /* and to standard error, in one line */
    double until_s;       /* it is killed then (clock_now_s) */
    bool killed;
    int status; /* after it has ended: of exit(), or 128 + a signal's number */
};

/* Starts it; the struct is zeroed, or finished. ERR_NOT_FOUND: it is not installed. */
ATTR_NODISCARD int slurm_command_start(struct slurm_command *command, const struct words *words,
                                       double limit_s, struct err *err);

/* Takes what it has written. Returns whether it has ended, and waits up to wait_ms for that. */
bool slurm_command_ended(struct slurm_command *command, int wait_ms);

/* What it complained about, in one line: a new string, never empty. */
char *slurm_command_complaint(const struct slurm_command *command);

/* Kills it if it runs, and frees what it wrote. */
void slurm_command_finish(struct slurm_command *command);
