/*
 * A list of cues: texts with the times during which they show. Plain data, the holder's.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "attr.h"

struct cue {
    int64_t start_ms, end_ms; /* [start_ms, end_ms) */
    char *text;               /* the cue's; see captions.h */
};

/* In the order of their starts; they may overlap. Zero-initialised: empty. */
struct cues {
    struct cue *cues;
    size_t nb;
    /* Of a WebVTT file: how many of its blocks are neither cue nor comment, as browsers leave them
     * out too, and the line of the first. */
    size_t nb_left_out, left_out_line;
};

void cues_finish(struct cues *cues);
#define AUTO_CUES ATTR_CLEANUP(cues_finish) struct cues

/* Appends a cue; text becomes the list's. */
void cues_add(struct cues *cues, int64_t start_ms, int64_t end_ms, char *text);
/* Sorts cues by their starts; a stable sort. */
void cues_sort(struct cues *cues);
