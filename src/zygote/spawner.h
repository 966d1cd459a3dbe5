/*
 * Starts the executor's workers: one process that has every library loaded and forks for each job.
 * To start the program anew takes 60 to 80 ms of processor time, longer than many a job; a fork
 * takes one or two. It knows nothing of the event but what a spec says, and ends with the coordinator.
 */
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include "err.h"

struct spawner;

/* work: the event's, for those who look at the list of processes. Starts nothing yet. */
struct spawner *spawner_create(const char *work);
/* Ends it; workers that still run end with it. */
void spawner_destroy_p(struct spawner **spawner);

/* So that it loads its libraries meanwhile; what follows does it where it was not done. */
ATTR_NODISCARD int spawner_start(struct spawner *spawner, struct err *err);

/* Starts a worker with these as its stdout and stderr, which stay the caller's too. Each must be
 * waited for. */
ATTR_NODISCARD int spawner_fork(pid_t *out, struct spawner *spawner, const char *spec_path,
                                int out_fd, int log_fd, struct err *err);
/* Waits until it has ended. Where the spawner was killed, and all workers with it, that is what
 * status says. */
void spawner_wait(int *status, struct rusage *used, struct spawner *spawner, pid_t pid);

/* ERR_INVALID where libav there has no such encoder; where says who asks for it. */
ATTR_NODISCARD int spawner_need_encoder(struct spawner *spawner, const char *encoder,
                                        const char *where, struct err *err);
