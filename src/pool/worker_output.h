/*
 * What one worker says on stdout: its progress, and in its last line the error if it fails. The
 * worker may be under an attacker's control: only a rising number counts as progress, a line that
 * is too long is dropped, and nothing grows with what it says. One thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "str.h"

enum {
    WORKER_LINE_BYTES = 16 << 10, /* the longest line; an error message has 1 KiB */
    /* Progress counts in steps of 1/1000, as workers report it: so a worker that lives on its
     * reports alone ends after 1000 times stall_s. */
    WORKER_STEPS = 1000,
};

/* Begins as {.fd = the pipe's reading end, non-blocking, .steps = -1}; it then owns fd. */
struct worker_output {
    int fd;          /* -1: closed */
    struct str line; /* the bytes after the last newline */
    bool too_long;   /* what is left of this line is dropped */
    char *last_line; /* the last complete line; NULL: none yet */
    int steps;       /* the highest progress reported, 0 to WORKER_STEPS; -1: none yet */
};

/* Reads until the pipe is empty, but at most most_bytes. Closes it at its end. Returns whether
 * progress has risen. */
bool worker_output_read(struct worker_output *out, size_t most_bytes);

/* The highest progress reported, 0 to 1. */
double worker_output_done(const struct worker_output *out);

/* Closes the pipe. */
void worker_output_finish(struct worker_output *out);
