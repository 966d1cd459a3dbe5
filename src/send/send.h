/*
 * Sends out/ to the targets of the settings ('publish.to'): copies what changed, what pages and
 * lists name before these, verifies it there, and only then removes what talkpress sent before and
 * nothing needs now. rsync and rclone do the copying. Called by 'publish --send', from one thread.
 * It never reads a recording, never changes out/, and never replaces or removes a file at a target
 * that talkpress did not send.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

struct event;

struct send_options {
    const char *name; /* of the event, so that two of them do not share a folder; NULL: unknown */
    bool dry_run;     /* only look what would be done */
    bool verify;      /* compare the content of all files at the target, not only of those sent */
    bool prune;       /* remove also many files */
    /* How far the copying is, for the user; NULL: not shown. */
    void (*progress)(void *opaque, const char *target, size_t nb_done, size_t nb_files,
                     int64_t done_bytes, int64_t all_bytes);
    void *opaque;
};

struct send_target_result {
    const char *target;          /* as the settings name it; theirs */
    size_t nb_files;             /* that should be there */
    size_t nb_sent, nb_compared; /* with dry_run: that would be */
    int64_t bytes;               /* of those sent */
    char **removed;              /* owned: what nothing needs now */
    size_t nb_removed;
    bool kept;      /* these are too many, and still there */
    char **changed; /* owned: what nothing needs now, but somebody else had changed: it stays */
    size_t nb_changed;
    char **altered; /* owned: what somebody else had changed or removed, and was sent again */
    size_t nb_altered;
    struct err err; /* why it is not complete */
};

struct send_result {
    struct send_target_result *targets; /* owned */
    size_t nb;
    bool told;           /* 'publish.after' was run */
    struct err told_err; /* why it failed */
};
void send_result_finish(struct send_result *result);
#define AUTO_SEND_RESULT ATTR_CLEANUP(send_result_finish) struct send_result

/* Sends to all targets; one that fails does not keep others from being served. Needs the event's
 * lock unless it is a dry run, and releases it as soon as out/ may change again. What fails at a
 * target is in its result; an error of the function ended all. Finish *out also then. */
ATTR_NODISCARD int send_all(struct send_result *out, struct event *event,
                            const struct send_options *options, struct err *err);
