/*
 * Starts the executor's workers: one process of talkpress-media has all libraries loaded and forks
 * for each job. Starting the program takes 60 to 80 ms of processor time, longer than many jobs; a
 * fork takes one or two. The process knows nothing of the event except what a spec says, and ends
 * when the coordinator ends.
 */
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include "err.h"

struct zygote;

/* work: the event's folder, shown in the list of processes. Does not start the process yet. */
struct zygote *zygote_create(const char *work);
/* Ends the process, and workers that are still running. */
void zygote_destroy_p(struct zygote **zygote);

/* Starts the process if it is not running, so that it loads its libraries while the caller goes on.
 * The functions below do so too. */
ATTR_NODISCARD int zygote_start(struct zygote *zygote, struct err *err);

/* Starts a worker whose stdout and stderr are out_fd and log_fd; the caller keeps both. Each worker
 * must be waited for. */
ATTR_NODISCARD int zygote_fork(pid_t *out, struct zygote *zygote, const char *spec_path, int out_fd,
                               int log_fd, struct err *err);
/* Waits until the worker has ended. If the zygote was killed, and so all workers, *status says that
 * the worker was killed. */
void zygote_wait(int *status, struct rusage *used, struct zygote *zygote, pid_t pid);

/* ERR_INVALID if libav has no such encoder; where names, in the message, what asks for it. */
ATTR_NODISCARD int zygote_need_encoder(struct zygote *zygote, const char *encoder,
                                       const char *where, struct err *err);
