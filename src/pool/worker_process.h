/*
 * A running worker, as its pool sees it: its process, what it says on stdout and its log. The
 * worker may be under an attacker's control, and must not be able to keep the pool busy: after
 * each read of a pipe, the pool leaves it alone for a moment, so that a worker that writes
 * without end fills the pipe and has to wait. One thread.
 */
#pragma once

#include <poll.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "err.h"
#include "worker_log.h"
#include "worker_output.h"

struct zygote;

enum { WORKER_PROCESS_FDS = 3 };

struct worker_process {
    pid_t pid; /* -1: not started */
    /* Descriptor of the process, readable when it has exited; -1: the kernel has none. */
    int exited;
    struct worker_output output;
    struct worker_log log;
    double begin_s, heard_s; /* when it started, and when its progress last rose (clock_now_s) */
    double rests_until_s;    /* its pipes are not read until then */
    double exited_s;         /* when it was found to have exited; 0: it runs */
};

/* No worker. */
extern const struct worker_process worker_process_none;

/* Starts a worker on the spec. On failure *out is as after worker_process_finish. */
ATTR_NODISCARD int worker_process_start(struct worker_process *out, struct zygote *zygote,
                                        const char *spec_path, struct err *err);

/* Fills in what poll() should wait for, WORKER_PROCESS_FDS entries. Returns for how many
 * milliseconds at most; -1: for any time. */
int worker_process_expect(struct pollfd *fds, const struct worker_process *process);

/* Reads some of what it has written, depending on what poll() found. Returns false when it has
 * ended. */
bool worker_process_listen(struct worker_process *process, const struct pollfd *fds);

/* The status and the resources of a worker that has ended. */
void worker_process_wait(int *status, struct rusage *used, struct worker_process *process,
                         struct zygote *zygote);

void worker_process_kill(const struct worker_process *process);

/* Waits until a killed worker and its process in the sandbox have ended. */
void worker_process_reap(struct worker_process *process, struct zygote *zygote);

/* Frees everything, and leaves no worker. */
void worker_process_finish(struct worker_process *process);
