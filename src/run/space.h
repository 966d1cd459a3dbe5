/* How much room on the disk what is missing will take: a guess from what the event's finished files
 * took, to be said where a disk is full. */
#pragma once

#include <stddef.h>

struct event;
struct part_plan;

/* One per rendition of the settings, in their order. */
struct space {
    double made_bytes, made_ms; /* of finished files */
    double missing_ms;
    double likely_bytes; /* of what is missing, guessed from its recordings */
};

/* Adds a part to the tallies. */
void space_add(struct space *by_rendition, const struct part_plan *part, const struct event *event);

/* "what is left takes about 120.0 MB more, and 3.1 MB are free"; a new string. */
char *space_message(const struct space *by_rendition, const struct event *event);
