/*
 * The pilots of a run, as their beats show them. Whether a pilot that is silent has ended, is cut
 * off or sleeps cannot be seen: after a time it counts as lost, and its jobs go to others. If it
 * comes back, it works again. Private to cluster/.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "attr.h"

struct crew;
struct engine_view;
struct err;
struct pilot_beat;
struct run_beat;

/* What crew_look calls. name: the pilot's; beat: what it said last. */
struct crew_listener {
    /* It says that it runs these jobs. */
    void (*runs)(void *opaque, const char *name, const struct pilot_beat *beat);
    /* It has ended, or counts as lost: it may still hold claims. why: for the user. A failure ends
     * the look. */
    int (*left)(void *opaque, const char *name, const struct pilot_beat *beat, bool lost,
                struct err *err);
    void (*say)(void *opaque, const char *message);
    void *opaque;
};

/* What it counts. */
struct crew_count {
    size_t nb_working, nb_refusing; /* pilots that work now; that have refused so far */
    int nb_cores;                   /* of those that work */
};

struct crew *crew_create(const char *queue, int silent_s);
void crew_destroy(struct crew *crew);

/* Reads the beats, if it is time. view: which tasks run, if it is fresh. */
ATTR_NODISCARD int crew_look(struct crew *crew, double now_s, const struct engine_view *view,
                             const struct crew_listener *listener, struct err *err);

struct crew_count crew_count(const struct crew *crew);
/* Adds those that are lost, and those that missed several beats, as of the last look. */
void crew_add_silent(struct run_beat *out, const struct crew *crew);
/* Why pilots refused to work, the first reason; NULL: none did. */
const char *crew_refusal(const struct crew *crew);
/* The node of a pilot; its name, if it has never been heard. */
const char *crew_node(const struct crew *crew, const char *pilot);

/* Waits until all pilots that were heard of late have ended, for at most most_s seconds. */
void crew_wait_for_end(struct crew *crew, double most_s);
/* Forgets all. */
void crew_clear(struct crew *crew);
