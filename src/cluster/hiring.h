/* Asks the engine for as many tasks as there is work for, and tells the user why they do not come.
 * Tasks that end without having done a job are replaced ever more slowly, and at last no more.
 * Private to cluster/. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "attr.h"
#include "crew.h"
#include "engine.h"

struct err;

struct hiring {
    struct engine *engine;
    struct engine_view view; /* of the last turn */
    double next_s;           /* no more are asked for before */
    double turned_s;
    int nb_vain;     /* how often tasks had to be replaced since a job was last done */
    size_t expected; /* how many there would be now if none had ended */
    char *told;      /* what was said last */
    double waits_s;  /* since when nobody works; 0: somebody does */
};
void hiring_finish(struct hiring *hiring);

/* A job was done: the tasks are good for something. */
void hiring_note_done(struct hiring *hiring);

/* nb_jobs: that wait or run. An error says that they can never run. */
ATTR_NODISCARD int hiring_turn(struct hiring *hiring, double now_s, size_t nb_jobs,
                               const struct crew *crew,
                               void (*say)(void *opaque, const char *message), void *opaque,
                               struct err *err);
