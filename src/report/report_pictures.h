/* The strips of eight pictures. Private to report/. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

struct event;
struct part_plan;
struct report_sight;

enum { REPORT_PICTURES = 8 };

/* Which pictures a part's strip has, by the files that have them. */
struct report_strip {
    size_t part;                                        /* in the document */
    size_t nb;                                          /* of pictures */
    char *sheets[REPORT_PICTURES];                      /* owned */
    int index[REPORT_PICTURES], columns, width, height; /* as picture_strip.h has them */
    int64_t at_ms[REPORT_PICTURES];                     /* in the file that it is of */
};
struct report_strips {
    struct report_strip *list;
    size_t nb;
};
void report_strips_finish(struct report_strips *strips);
#define AUTO_REPORT_STRIPS ATTR_CLEANUP(report_strips_finish) struct report_strips

/* Takes over the strip's members. */
void report_strips_put(struct report_strips *strips, const struct report_strip *strip);

/* Adds the strip of a part with a storyboard. Returns whether it has one. */
bool report_strips_add(struct report_strips *strips, size_t part, const struct part_plan *pp,
                       const struct event *event);

/* Makes all of them at once, in the sandbox, and sets them as HTML in the sights of their parts. */
ATTR_NODISCARD int report_strips_make(struct report_sight *sights,
                                      const struct report_strips *strips, const struct event *event,
                                      struct err *err);
