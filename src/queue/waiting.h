/* The names of specs that wait: WORK/queue/new/SSSSSSSSSS-MMMMM-KEY.json. */
#pragma once

#include <stdbool.h>

#include "key.h"

struct waiting {
    unsigned long number; /* the executor's order: a lower one is taken first */
    long memory_mb;       /* that it is expected to need */
    char key[KEY_BYTES];
};

/* A new string. */
char *waiting_name(const struct waiting *waiting);
/* Returns false if the name is of another form. */
bool waiting_parse(struct waiting *out, const char *name);
