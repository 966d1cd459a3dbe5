/*
 * An event's folder: talkpress.yaml (settings), talkpress.db (the store), work/ and out/. Opened by
 * a command, closed at its end; one thread.
 */
#pragma once

#include "err.h"
#include "settings.h"

struct store;

struct event {
    char *dir; /* absolute */
    char *work, *out;
    int work_dir; /* work/ opened, to look for files in it by workdir_has; of an open event */
    struct store *store;
    struct settings settings;
    int lock; /* file descriptor, -1 while not held */
};

/* Makes the folder with its settings file and an empty store; ERR_INVALID where it is one. */
ATTR_NODISCARD int event_init(const char *dir, struct err *err);

ATTR_NODISCARD int event_open(struct event *out, const char *dir, struct err *err);
void event_close(struct event *event);
#define AUTO_EVENT ATTR_CLEANUP(event_close) struct event

/* Takes the folder for one writer of work/ and out/ at a time. ERR_BUSY says who holds it. */
ATTR_NODISCARD int event_lock(struct event *event, struct err *err);
