/* This process as the coordinator of a run: it opens the queue folder, continues an earlier run
 * that was killed, and beats. Private to cluster/. */
#pragma once

#include <stdbool.h>

#include "attr.h"
#include "beats.h"
#include "terms.h"

struct crew;
struct err;

struct presence {
    char *queue;
    struct terms terms; /* that pilots read */
    int64_t beat;
    double beat_s;    /* when it was last written; 0: never */
    double failing_s; /* since when it cannot be; 0: it can */
    bool open;
};
void presence_finish(struct presence *presence);

/* Opens the queue. *adopted: the run is an earlier process's, whose pilots may still work; else the
 * folder is empty. ERR_BUSY: a process on another machine coordinates this event now. */
ATTR_NODISCARD int presence_open(struct presence *presence, bool *adopted, struct err *err);

/* Adds the folder to the terms, unless it is in them. */
ATTR_NODISCARD int presence_add_folder(struct presence *presence, const char *folder,
                                       struct err *err);

/* Beats if it is time, and says which of the crew are silent. ERR_BUSY: another process has taken
 * over, and the queue is not open here any more; others: the disk fails for long. */
ATTR_NODISCARD int presence_beat(struct presence *presence, const struct crew *crew, double now_s,
                                 struct err *err);

/* Ends the run: its folder is emptied, and pilots that come late find that they should end. */
void presence_close(struct presence *presence);
