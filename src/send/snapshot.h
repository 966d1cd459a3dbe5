/* out/ as it is when a send begins: links to its files, in work/send/. A publish replaces files,
 * and changes none, so that other commands can go on while this state is sent. Inner header of
 * send/. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "err.h"

struct event;
struct send_plan;

struct snapshot {
    char *scratch; /* work/send; owned */
    char *dir;     /* the folder with the files; owned. NULL: none was taken */
    bool linked;   /* out/ may change: files that it replaces are still in the snapshot */
    int lock;      /* descriptor */
};

/* Waits some seconds for what a killed send left running. ERR_BUSY: another one is sending. */
ATTR_NODISCARD int snapshot_lock(struct snapshot *out, const struct event *event, struct err *err);

/* Needs the event's lock. */
ATTR_NODISCARD int snapshot_take(struct snapshot *snapshot, const struct event *event,
                                 char *const *names, size_t nb, struct err *err);

/* Adds its files, with their sums, to what should be at a target. dir: the snapshot's, or out/. */
ATTR_NODISCARD int snapshot_list(struct send_plan *plan, const char *dir, char *const *names,
                                 size_t nb, struct err *err);

/* Removes it, and releases the lock. */
void snapshot_finish(struct snapshot *snapshot);
#define AUTO_SNAPSHOT ATTR_CLEANUP(snapshot_finish) struct snapshot
