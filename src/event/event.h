/*
 * An event's folder, which holds everything that talkpress knows and makes of one event:
 * talkpress.yaml (settings.h), talkpress.db (store.h), work/ (workdir.h) and out/ (publish.h). This
 * room creates, opens and locks it. Commands open the event and pass it on; one thread uses it.
 * Nothing here reads a programme or a recording.
 */
#pragma once

#include <sys/types.h>

#include "err.h"
#include "settings.h"

struct store;

/* Which file or folder a path led to when the event was opened. */
struct event_place {
    dev_t dev;
    ino_t ino;
};

/* Results that are not valid and so count as missing: see results.h in src/plan, which fills it. */
struct invalid_results {
    char (*keys)[33];
    size_t nb;
    char *first; /* what is wrong with the first one; owned */
};

struct event {
    char *dir;        /* absolute path */
    char *work, *out; /* paths of work/ and out/ in it */
    int work_dir;     /* descriptor of work/, for workdir_has */
    struct store *store;
    struct settings settings;
    struct event_encoders encoders;
    struct event_place dir_place, store_place, out_place;
    int lock;                        /* descriptor of the folder, which is locked; -1: not locked */
    int work_lock;                   /* of the file work/lock; -1: not locked */
    struct invalid_results *invalid; /* noted while this event is open */
};

/* Creates the folder, its settings file unless there is one, and an empty store. ERR_INVALID if
 * there is a store already. */
ATTR_NODISCARD int event_init(const char *dir, struct err *err);

/* Opens an event. *out is untouched on failure. ERR_NOT_FOUND if the folder has no store;
 * ERR_INVALID if the settings or the store's version are wrong. */
ATTR_NODISCARD int event_open(struct event *out, const char *dir, struct err *err);
/* Also releases the lock. */
void event_close(struct event *event);
#define AUTO_EVENT ATTR_CLEANUP(event_close) struct event

/* Copies the store beside itself, with the time (UTC) in its name. *out: the copy's path, a new
 * string. */
ATTR_NODISCARD int event_copy_store(char **out, const struct event *event, struct err *err);

/* Takes the lock that a process needs to write to work/ or out/. It is a lock of the event's folder
 * itself, so that nobody can remove it alone, and one of the file work/lock, which names the
 * process, keeps out earlier versions of talkpress, and protects a work/ that two events share.
 * Both are held until event_close or until the process ends, in whatever way. ERR_BUSY names the
 * process that holds them. */
ATTR_NODISCARD int event_lock(struct event *event, struct err *err);

/* Releases it early: others may change work/ and out/ from then on. */
void event_unlock(struct event *event);

/* For commands that run for long: ERR_IO if the event's folder, its store or work/ was removed,
 * renamed or replaced since it was opened. What is written then would be lost, or be written to
 * another event. Costs three system calls. */
ATTR_NODISCARD int event_check(const struct event *event, struct err *err);

/* The same without work/. */
ATTR_NODISCARD int event_check_store(const struct event *event, struct err *err);

/* Before out/ is written to: creates it if it was removed. ERR_IO if it is another folder than when
 * the event was opened, as if its disk was disconnected. */
ATTR_NODISCARD int event_check_out(const struct event *event, struct err *err);
