/*
 * Runs another program that is installed, such as rsync or curl: its words are passed without a
 * shell, its output is read, and it ends with talkpress. For rooms whose work another program does:
 * child_run waits for its end, child_start does not. It never runs workers (zygote.h), and never
 * looks at what a program writes.
 */
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "err.h"
#include "str.h"

/* While it is open, the signals that stop talkpress (Ctrl-C) are noted, so that what runs is
 * stopped first. */
struct child_guard {
    int signals; /* descriptor */
    int lock;    /* a descriptor that programs inherit: what it locks is locked until they end */
    bool stopped;
    int signal; /* that stopped it */
    sigset_t before;
};
ATTR_NODISCARD int child_guard_open(struct child_guard *out, int lock, struct err *err);
/* Passes a signal that was noted on to the handler of the program, if it has one. */
void child_guard_close(struct child_guard *guard);
/* ERR_CANCELLED if the user stopped talkpress meanwhile. */
ATTR_NODISCARD int child_guard_check(struct child_guard *guard, struct err *err);
/* Waits; less if the user stops talkpress. */
ATTR_NODISCARD int child_guard_wait(struct child_guard *guard, int ms, struct err *err);

struct child {
    char *const *words;   /* the program and its arguments, then NULL */
    const char *package;  /* of Debian, for the message if the program is not installed */
    const char *dir;      /* its folder; NULL: unchanged */
    char *const *setting; /* variables of its environment, "NAME=VALUE", then NULL */
    /* Of the environment of talkpress, what it has too: "NAME=", or "BEGINNING*", then NULL. NULL:
     * what programs need to log in elsewhere. */
    const char *const *variables;
    bool outlives;     /* if talkpress is killed, it goes on */
    struct str *out;   /* takes its standard output; NULL: line gets that too */
    size_t most_bytes; /* of standard output: what writes more is ended; 0: the rest of what is
                        * more than 256 MiB is dropped */
    /* Called with each line, without its end. is_error: of standard error. */
    void (*line)(void *opaque, const char *line, bool is_error);
    void *opaque;
};

/* Runs it until it ends. *status: as the shell has it, 128 and more for a signal. ERR_NOT_FOUND: it
 * is not installed; ERR_CANCELLED: the user stopped talkpress, and so the program. */
ATTR_NODISCARD int child_run(int *status, const struct child *child, struct child_guard *guard,
                             struct err *err);

/* --- without waiting -------------------------------------------------------------------------- */

/* One that runs. Zero: none. */
struct child_process {
    struct child what; /* out, line and opaque are used until it is finished */
    pid_t pid;
    int ended;           /* descriptor of the process; -1: none */
    int outputs[2];      /* what it writes to standard output and error */
    struct str lines[2]; /* begun */
};
/* Starts it. guard may be NULL: the program inherits no lock, and the caller handles signals. *out
 * is zero on failure: ERR_NOT_FOUND if it is not installed. Finish it. */
ATTR_NODISCARD int child_start(struct child_process *out, const struct child *child,
                               const struct child_guard *guard, struct err *err);
/* Takes what it has written. Returns whether it has ended; waits up to ms for something to happen.
 */
bool child_step(struct child_process *process, int ms);
/* Ends it and all of its process group at once. */
void child_kill(struct child_process *process);
/* Waits for its end, takes the rest of what it wrote, and makes *process zero. Returns its status,
 * as child_run. */
int child_finish(struct child_process *process);
