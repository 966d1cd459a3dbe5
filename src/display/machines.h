/* The machines that work on the event now, as their pilots' beats in the queue folder (queue.h)
 * show them: for 'status'. Private to commands/. */
#pragma once

#include <jansson.h>

/* Adds to out, unless no run works, "machines": those that work, by node: node, task, cores,
 * memory_mb, sandbox, jobs (keys), silent_s (0, or for how long the run has not heard it); and
 * "lost_machines": those whose jobs were given to others: node, task, silent_s. Else both are
 * empty. */
void machines_add_json(json_t *out, const char *work);

/* Prints them, if there are any. */
void machines_print(const char *work);
