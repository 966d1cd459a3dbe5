/* A work/ with an empty queue folder, in the test program's own folder. */
#pragma once

#include <stdint.h>

#include "attr.h"
#include "beats.h"

struct queue_place {
    char *work, *queue;
};

void queue_place_make(struct queue_place *out);
void queue_place_finish(struct queue_place *place);
#define AUTO_PLACE ATTR_CLEANUP(queue_place_finish) struct queue_place

/* The pilot's beat; it has four cores, and is a task of the engine: "12_3". */
void queue_place_beat(const struct queue_place *place, const char *pilot, int64_t number,
                      enum pilot_state state);
