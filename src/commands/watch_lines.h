/* What 'watch' says: a line with the time for people, or an object a line for programs. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "attr.h"

struct watch_lines {
    bool json;
};

/* event: what happened, as JSON names it ("published"). more: other members for JSON; taken; NULL:
 * none. The text is for people, and also in JSON. */
void watch_line(const struct watch_lines *lines, const char *event, json_t *more, const char *fmt,
                ...) ATTR_PRINTF(4, 5);

/* "40 s", "12 min", "3.5 h": about this long. buf has WATCH_TIME_BYTES; returns it. */
enum { WATCH_TIME_BYTES = 32 };
const char *watch_time(char *buf, double seconds);

/* "3 talks to make, about 40 min of work; 25 min behind": a new string. */
char *watch_backlog_text(size_t nb_parts, double work_s, double behind_s);
