/* Estimates, from the event's finished files, how much space the missing files need on each disk of
 * the event's folders: for the message when a disk is full. Inner header. */
#pragma once

#include "key.h"

struct event;
struct part_plan;

/* Of one rendition. */
struct space {
    double made_bytes, made_ms; /* of finished files */
    double missing_ms;
    double likely_bytes; /* of missing files, estimated from their recordings */
};

struct space_needs {
    const struct event *event;
    struct space *by_rendition;   /* in the order of the settings */
    char (*published)[KEY_BYTES]; /* sorted: of what is in out/ */
    size_t nb_published;
    double unpublished_bytes; /* finished, and to be published */
};

/* Reads what is published; if it cannot be read, nothing is. */
void space_begin(struct space_needs *out, const struct event *event);
void space_add(struct space_needs *needs, const struct part_plan *part);
void space_finish(struct space_needs *needs);
#define AUTO_SPACE ATTR_CLEANUP(space_finish) struct space_needs

/* "about 120.0 MB more are needed, and 3.1 MB are free"; if the folders are on several disks, of
 * each. A new string. */
char *space_message(const struct space_needs *needs);
