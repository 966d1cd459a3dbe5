/* Estimates, from the event's finished files, how much disk space the missing files need: for the
 * message when a disk is full. */
#pragma once

#include <stddef.h>

struct event;
struct part_plan;

/* One per rendition of the settings, in their order. */
struct space {
    double made_bytes, made_ms; /* of finished files */
    double missing_ms;
    double likely_bytes; /* of missing files, estimated from their recordings */
};

/* Adds a part to the tallies. */
void space_add(struct space *by_rendition, const struct part_plan *part, const struct event *event);

/* "about 120.0 MB more are needed, and 3.1 MB are free"; a new string. */
char *space_message(const struct space *by_rendition, const struct event *event);
