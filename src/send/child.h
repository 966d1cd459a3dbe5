/* Runs another program: its words are passed without a shell, its output is read, and it ends with
 * talkpress. Inner header of send/. */
#pragma once

#include <signal.h>
#include <stdbool.h>

#include "err.h"

struct str;

/* While it is open, the signals that stop talkpress (Ctrl-C) are noted, so that what runs is
 * stopped first. */
struct child_guard {
    int signals; /* descriptor */
    int lock;    /* a descriptor that programs inherit: what it locks is locked until they end */
    bool stopped;
    sigset_t before;
};
ATTR_NODISCARD int child_guard_open(struct child_guard *out, int lock, struct err *err);
void child_guard_close(struct child_guard *guard);
/* ERR_CANCELLED if the user stopped talkpress meanwhile. */
ATTR_NODISCARD int child_guard_check(struct child_guard *guard, struct err *err);
/* Waits; less if the user stops talkpress. */
ATTR_NODISCARD int child_guard_wait(struct child_guard *guard, int ms, struct err *err);

struct child {
    char *const *words;     /* the program and its arguments, then NULL */
    const char *package;    /* of Debian, for the message if the program is not installed */
    const char *dir;        /* its folder; NULL: unchanged */
    char *const *setting;   /* variables of its environment, "NAME=VALUE", then NULL */
    bool whole_environment; /* it has those of talkpress too, not only what logs in needs */
    struct str *out;        /* takes its standard output; NULL: line gets that too */
    /* Called with each line, without its end. is_error: of standard error. */
    void (*line)(void *opaque, const char *line, bool is_error);
    void *opaque;
};

/* Runs it until it ends. *status: as the shell has it, 128 and more for a signal. ERR_NOT_FOUND: it
 * is not installed; ERR_CANCELLED: the user stopped talkpress, and so the program. */
ATTR_NODISCARD int child_run(int *status, const struct child *child, struct child_guard *guard,
                             struct err *err);
