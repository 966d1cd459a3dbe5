/*
 * The zygote: a process of talkpress-media that has loaded all libraries and forks a worker for
 * each job. Starting the program takes 60 to 80 ms of processor time, longer than many jobs; a fork
 * takes 1 to 2 ms. The process ends when the coordinator ends.
 *
 * This room is the coordinator's side of talkpress-media: it finds the program
 * (media_program.h), writes requests to it (media_request.h), and starts workers through the
 * zygote. src/run and src/commands use it; src/worker implements the other side of both protocols.
 * It never loads libav, and knows nothing of events, programmes or jobs.
 */
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include "err.h"

struct zygote;

/* work: path of the event's folder work/, shown in the list of processes. The process is not
 * started yet. */
struct zygote *zygote_create(const char *work);
/* Kills the process, and with it workers that are still running. */
void zygote_destroy_p(struct zygote **zygote);

/* Starts the process unless it is running, so that it loads its libraries while the caller
 * continues. zygote_fork and zygote_need_encoder also start it. ERR_NOT_FOUND: talkpress-media is
 * missing. */
ATTR_NODISCARD int zygote_start(struct zygote *zygote, struct err *err);

/* Starts a worker. Its stdout and stderr are out_fd and log_fd, which the caller still owns. The
 * caller must wait for each worker. */
ATTR_NODISCARD int zygote_fork(pid_t *out, struct zygote *zygote, const char *spec_path, int out_fd,
                               int log_fd, struct err *err);
/* Waits until the worker ends. *status is as of waitpid(). If the zygote was killed, and so all its
 * workers, it is that of a process killed by SIGKILL. */
void zygote_wait(int *status, struct rusage *used, struct zygote *zygote, pid_t pid);

/* Returns ERR_INVALID if libav has no such encoder. The message begins with where, which names the
 * rendition. */
ATTR_NODISCARD int zygote_need_encoder(struct zygote *zygote, const char *encoder,
                                       const char *where, struct err *err);
