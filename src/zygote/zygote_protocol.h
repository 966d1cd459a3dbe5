/* The messages between the coordinator and the process that starts its workers: each request is one
 * packet, and so is its answer. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/types.h>

enum { ZYGOTE_NB_FDS = 2 };

enum zygote_wish {
    ZYGOTE_START,   /* a worker, with two descriptors and the spec's path */
    ZYGOTE_WAIT,    /* for the worker */
    ZYGOTE_ENCODER, /* whether libav has one of this name */
};

struct zygote_request {
    enum zygote_wish wish;
    pid_t pid;
    char text[4096];
};

struct zygote_answer {
    pid_t pid; /* negative: no worker was started, error is the errno */
    int error, status;
    bool found;
    struct rusage used;
};

/* Sends bytes, and ZYGOTE_NB_FDS descriptors unless fds is NULL. */
bool zygote_send(int fd, const void *bytes, size_t nb, const int *fds);
