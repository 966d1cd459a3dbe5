/* Whether a 'watch' works on the event, and how far it is behind: for 'status'. Private to
 * commands/. */
#pragma once

#include <jansson.h>

/* {folders, parts, work_s, behind_s}; null if none works. A new value. */
json_t *watch_status_json(const char *work);

/* Prints a line, if one works. */
void watch_status_print(const char *work);
