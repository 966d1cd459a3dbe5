/*
 * A list of cues: texts with the times at which they show. Plain data, its holder's.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "attr.h"

struct cue {
    int64_t start_ms, end_ms;
    char *text;
};

/* In the order of their starts; may overlap. Zero-initialised is none. */
struct cues {
    struct cue *cues;
    size_t nb;
};

void cues_finish(struct cues *cues);
#define AUTO_CUES ATTR_CLEANUP(cues_finish) struct cues

/* Appends a cue; takes the text over. */
void cues_add(struct cues *cues, int64_t start_ms, int64_t end_ms, char *text);
/* Puts cues in the order of their starts; those that start together stay as they were. */
void cues_sort(struct cues *cues);
