/*
 * When a file counts as finished: nobody writes it, it has not changed for a while, and it has an
 * end. This is the rule alone: times and what was seen come from the caller, so that it can be
 * tested without waiting. Private to watch/.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "file_end.h"

enum {
    SETTLE_LOCAL_S = 2,   /* for this long it must not change, on disks of this machine */
    SETTLE_REMOTE_S = 30, /* and where the kernel does not know who writes */
    SETTLE_MOST_S = 120,  /* for files that changed after they had seemed finished */
    /* Clocks of two machines may differ by this: a file that changed longer ago is steady. */
    SETTLE_CLOCK_S = 300,
};

enum settle {
    SETTLE_CHANGES,   /* it changed a moment ago */
    SETTLE_WRITTEN,   /* somebody has it open for writing */
    SETTLE_TEMPORARY, /* its name is temporary */
    SETTLE_EMPTY,
    SETTLE_NO_END, /* of an MP4: still being written, or cut off */
    SETTLE_SERIES, /* finished, but the file after it is not there yet (series.h) */
    SETTLE_FINISHED,
};

/* What is seen of a file by looking at its folder. */
struct settle_look {
    int64_t size, mtime_ns, ctime_ns;
    uint64_t inode;
};

/* What is asked about a file that is steady: the functions of file_end.h. */
struct settle_asks {
    enum writer (*writer)(const char *path);
    bool (*no_end)(const char *path);
};

struct settle_file {
    struct settle_look seen;
    double since_s;  /* when it became as it is, on the clock of settle_update's now_s */
    double steady_s; /* for how long it must not change */
    bool remote;
    bool known; /* seen before */
    enum settle state;
};

/* Notes what was seen now, and decides about the state (never SETTLE_SERIES). now_s: a clock that
 * stands still while the machine sleeps; age_s: how long ago the file says that it changed, by the
 * clock of the day. Returns whether the state or what was seen has changed. */
bool settle_update(struct settle_file *file, const struct settle_look *look, const char *path,
                   double now_s, double age_s, const struct settle_asks *asks);

/* After the machine slept: what is not finished must be steady anew. */
void settle_restart(struct settle_file *file, double now_s);

/* In how many seconds a look at the file could show something new; a large number: not by itself.
 */
double settle_due_s(const struct settle_file *file, double now_s);

/* Whether somebody is at work on a file in this state, as far as can be seen. */
bool settle_is_written(enum settle state);

/* What was said about a file since it was seen to be unfinished. */
struct settle_said {
    double since_s; /* on the clock of now_s */
    bool written, unfinished;
};
/* Whether to say now that the file is being written, or that it has no end: each once. If its
 * recorder is killed, one follows the other. Not for files that are finished. */
bool settle_is_to_say(struct settle_said *said, const struct settle_file *file, double now_s);
/* A sentence about a file that is not finished, without its name; static. */
const char *settle_text(enum settle state);
