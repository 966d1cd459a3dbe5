/* The messages between the coordinator and the zygote, through a socket that keeps packets apart.
 * Each request is one packet, and so is the answer to it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/types.h>

enum { ZYGOTE_NB_FDS = 2 /* a worker's stdout and stderr */ };

enum zygote_wish {
    ZYGOTE_START,   /* start a worker; text: the spec's path; with ZYGOTE_NB_FDS descriptors */
    ZYGOTE_WAIT,    /* wait for the worker pid */
    ZYGOTE_ENCODER, /* is there an encoder of this name? text: the name */
};

struct zygote_request {
    enum zygote_wish wish;
    pid_t pid;
    char text[4096];
};

struct zygote_answer {
    pid_t pid;          /* negative: no worker was started */
    int error;          /* errno, if pid is negative */
    int status;         /* ZYGOTE_WAIT: as of waitpid() */
    bool found;         /* ZYGOTE_ENCODER */
    struct rusage used; /* ZYGOTE_WAIT: of the worker and its children */
};

/* Sends one packet, with ZYGOTE_NB_FDS descriptors unless fds is NULL. Returns false on failure. */
bool zygote_send(int fd, const void *bytes, size_t nb, const int *fds);
