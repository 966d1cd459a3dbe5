/*
 * One round of 'watch': adds what is finished, matches, makes what is sure and publishes, while it
 * holds the event's lock. cmd_watch.c decides when there is one. Private to cmd_watch.c.
 */
#pragma once

#include <glib.h>
#include <signal.h>
#include <stdbool.h>

#include "cli.h"
#include "watch_lines.h"

struct pauses;
struct watch;
struct watch_file;

struct watching {
    struct command round; /* first: command_run calls watch_round with it */
    struct watch_lines lines;
    struct watch *watch;
    size_t nb_folders;
    struct watch_file *file; /* of the event that the last round was for; NULL: none */
    struct pauses *pauses;   /* NULL until the first round */
    GHashTable *said;        /* what was said about parts that need a person: text by name */
    GHashTable *overdue;     /* set of the numbers of talks that were said to have no recording */
    GHashTable *later;       /* recordings that are yet to be probed and said: the number of the
                                round that put them off, by path */
    unsigned nb_rounds;
    const volatile sig_atomic_t *stop; /* not 0: a signal has come */
    const char *programme; /* where it is read again from: a path or an address; NULL: where it was
                            * imported from */
    bool once;
    bool stopped;       /* by a signal */
    bool paused;        /* the last round left work, because something new had to be looked at */
    bool back;          /* a folder was gone, and is there again */
    bool no_space;      /* the last round ended because the disk is full */
    int64_t full_bytes; /* what was free when the round first found the disk full; negative: it has
                           not, or that could not be read */
    bool kept_said;     /* that out/ keeps many stale files */
    bool where_said;    /* that talks are not made on the machines that the settings name */
    double refreshed_s; /* when the programme was read again, on the monotonic clock; 0: never */
    double untold_s;    /* since when a hook is to be told of what was published, on the monotonic
                           clock; 0: nothing is */
    double started;     /* seconds since 1970 */
    double next_try;    /* when a failed job may be tried again, seconds since 1970; 0: none */
    double last_look_s, last_store_s, last_backlog_s,
        last_shown_s; /* on the monotonic clock, within a round */
};

/* Seconds since 1970. */
double watch_unix_s(void);

/* Notes, before that is said, what is free on a disk that was found full: at the end of the round
 * somebody may have made room already, and it would be waited for in vain. */
void watch_note_full(struct watching *watching);

/* Whether a round is to read the programme again. */
bool watch_is_refresh_due(const struct watching *watching);

/* The command's function: takes the round of a struct watching, and returns an exit status. */
command_function watch_round;
