/*
 * Starts the executor's workers: one process that has every library loaded and forks for each job.
 * To start the program anew takes 60 to 80 ms of processor time, longer than many a job; a fork
 * takes one or two. It knows nothing of the event but what a spec says, and ends with the
 * coordinator.
 */
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include "err.h"

struct zygote;

/* work: the event's, for those who look at the list of processes. Starts nothing yet. */
struct zygote *zygote_create(const char *work);
/* Ends it; workers that still run end with it. */
void zygote_destroy_p(struct zygote **zygote);

/* So that it loads its libraries meanwhile; what follows does it where it was not done. */
ATTR_NODISCARD int zygote_start(struct zygote *zygote, struct err *err);

/* Starts a worker with these as its stdout and stderr, which stay the caller's too. Each must be
 * waited for. */
ATTR_NODISCARD int zygote_fork(pid_t *out, struct zygote *zygote, const char *spec_path, int out_fd,
                               int log_fd, struct err *err);
/* Waits until it has ended. Where the zygote was killed, and all workers with it, that is what
 * status says. */
void zygote_wait(int *status, struct rusage *used, struct zygote *zygote, pid_t pid);

/* ERR_INVALID where libav there has no such encoder; where says who asks for it. */
ATTR_NODISCARD int zygote_need_encoder(struct zygote *zygote, const char *encoder,
                                       const char *where, struct err *err);
