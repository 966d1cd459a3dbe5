/* What the coordinator and the process that starts its workers tell each other: one packet there,
 * one back. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/types.h>

enum { ZYGOTE_NB_FDS = 2 };

enum zygote_wish {
    ZYGOTE_START,   /* a worker, with two descriptors and the spec's path */
    ZYGOTE_WAIT,    /* for the worker */
    ZYGOTE_ENCODER, /* is there one of this name? */
};

struct zygote_request {
    enum zygote_wish wish;
    pid_t pid;
    char text[4096];
};

struct zygote_answer {
    pid_t pid; /* negative: error says why none was started */
    int error, status;
    bool found;
    struct rusage used;
};

/* Sends bytes, and descriptors where there are any. */
bool zygote_send(int fd, const void *bytes, size_t nb, const int *fds);
