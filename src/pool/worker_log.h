/*
 * The log of one worker: what it and its libraries write to stderr, read from a pipe. The worker
 * may be under an attacker's control, so only the first and the last WORKER_LOG_BYTES are kept,
 * however much it writes; the rest is read and dropped. One thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WORKER_LOG_BYTES = 64 << 10 };

/* Begins as {.fd = the pipe's reading end, non-blocking}, which it then owns. */
struct worker_log {
    int fd;      /* -1: closed */
    char *first; /* the first bytes; NULL until there are any */
    char *last;  /* a ring of the bytes after these; NULL until there are any */
    int64_t nb;  /* bytes read in all */
};

/* Reads until the pipe is empty, but at most most_bytes. Closes it at its end. */
void worker_log_read(struct worker_log *log, size_t most_bytes);

/* What was kept, with a line in place of what was dropped: "[… 12345 bytes left out …]". Without
 * control characters (str_clean). A new string. */
char *worker_log_text(const struct worker_log *log);

/* The last lines of such a text. A part of it. */
const char *worker_log_last_lines(const char *text, int nb_lines);

/* Closes the pipe and frees what was kept. */
void worker_log_finish(struct worker_log *log);
