/*
 * Watched folders: which recordings in them are finished. It looks at names, sizes, times and who
 * writes a file, and waits for changes (docs/watch.md). It knows nothing of the event and the
 * store, adds nothing, and changes nothing. 'talkpress watch' (src/commands/cmd_watch.c) adds, runs
 * and publishes. One thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct recordings_found;
struct watch;

enum watch_news {
    WATCH_GONE,       /* a folder: it cannot be opened, or its disk was taken away */
    WATCH_BACK,       /* it is there again */
    WATCH_REFUSED,    /* a folder: files in it cannot be listed; why says it */
    WATCH_WRITTEN,    /* a file is being written for some seconds */
    WATCH_UNFINISHED, /* a file is not finished and does not change; why says it */
    WATCH_POLLED,     /* a folder: the kernel does not tell of its changes */
    WATCH_SERIES,     /* a file waits for the next one of its series */
};
const char *watch_news_name(enum watch_news news);

/* Is called once for each: folder or file, and a sentence about it. */
typedef void watch_say(void *opaque, enum watch_news news, const char *path, const char *text);

/* Folders that do not exist yet are gone. */
struct watch *watch_create(char *const *folders, size_t nb_folders, watch_say *say, void *opaque);
/* Nothing under this path is a recording: talkpress writes there. The path need not exist yet. */
void watch_leave_out(struct watch *watch, const char *path);
void watch_destroy_p(struct watch **watch);

/* Looks at the folders if the kernel has told of a change, or if it is time to. Returns quickly
 * otherwise. */
void watch_look(struct watch *watch);
/* The same, without a moment in which changes that follow each other are gathered: for who has not
 * looked for a while. */
void watch_catch_up(struct watch *watch);
/* Waits until something may have changed, for at most most_s seconds; a signal ends it. */
void watch_wait(struct watch *watch, double most_s);

/* How many files are finished and not taken. */
size_t watch_nb_ready(const struct watch *watch);
/* How many changed a moment ago and will be finished soon if nobody writes them. */
size_t watch_nb_settling(const struct watch *watch);
/* How many are being written, changed a moment ago, or are finished and not taken. */
size_t watch_nb_coming(const struct watch *watch);
/* Moves the finished files of one of the folders that has some to *out, which the caller frees:
 * from then on they are taken, until they change. Returns false if no folder has any. */
bool watch_take(struct recordings_found *out, struct watch *watch);
/* Marks a file as taken if it has this size and time: it is known already. A folder without files
 * from which one is known counts as gone: its disk is not mounted. */
void watch_know(struct watch *watch, const char *path, int64_t size, int64_t mtime_ns);

/* All finished files are to be taken again, but for those that watch_know names. */
void watch_forget_taken(struct watch *watch);

/* Whether the file is in one of the folders and not finished, or has changed since it was. */
bool watch_is_unfinished(const struct watch *watch, const char *path);
/* When the file was written to or moved last, in seconds since 1970: a copy may have the times of
 * its original. 0: it is in none of the folders. */
double watch_closed_at(const struct watch *watch, const char *path);
/* Whether the path is in a folder that is gone. */
bool watch_is_gone(const struct watch *watch, const char *path);
/* Says all that is not finished, without waiting for it: before the end of a single pass. Returns
 * how many files and folders. */
size_t watch_say_all(struct watch *watch);
