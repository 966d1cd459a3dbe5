/* What the coordinator and the process that starts its workers tell each other: one packet there,
 * one back. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/types.h>

enum { SPAWNER_NB_FDS = 2 };

enum spawner_wish {
    SPAWNER_START,   /* a worker, with two descriptors and the spec's path */
    SPAWNER_WAIT,    /* for the worker */
    SPAWNER_ENCODER, /* is there one of this name? */
};

struct spawner_request {
    enum spawner_wish wish;
    pid_t pid;
    char text[4096];
};

struct spawner_answer {
    pid_t pid; /* negative: error says why none was started */
    int error, status;
    bool found;
    struct rusage used;
};

/* Sends bytes, and descriptors where there are any. */
bool spawner_send(int fd, const void *bytes, size_t nb, const int *fds);
