/* What a pilot is and has: where it runs, for which task, its cores, memory and sandbox. Private to
 * pilot/. */
#pragma once

#include <stdbool.h>

struct pilot_self {
    char *node, *task, *name; /* owned; name: of its folder */
    int cores;
    long memory_mb;
    char *sandbox; /* in words; owned */
    bool sandbox_whole;
};

void pilot_self_find(struct pilot_self *out);
void pilot_self_finish(struct pilot_self *self);
