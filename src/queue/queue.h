/*
 * The folder WORK/queue, through which the coordinator (src/cluster) and its pilots (src/pilot) on
 * other machines talk, often over NFS (docs/queue.md):
 *
 *     run.json       who coordinates, and that it is alive     (beats.h)
 *     terms.json     what a pilot must be to be let in         (terms.h)
 *     stop           if it exists, pilots stop their workers and end
 *     new/           specs that wait                           (waiting.h)
 *     pilots/NAME/   what a pilot says and holds, and where its workers work (beats.h, claims.h)
 *     done/          how workers ended                         (end_report.h)
 *     log/           what pilots print
 *
 * This room reads and writes these files, and nothing else of the event. Everything in the folder
 * can be lost: results are in work/ itself. So nothing is flushed, and a file that cannot be read
 * is as one that is not there. Files appear by rename, whole. One thread.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "attr.h"

struct err;

/* WORK/queue; a new string. */
char *queue_in(const char *work);

/* Creates the folder and those in it. */
ATTR_NODISCARD int queue_make(const char *queue, struct err *err);

/* Replaces a file by a document, which is borrowed. Not flushed. */
ATTR_NODISCARD int queue_write(const char *path, const json_t *document, struct err *err);
/* A new object; NULL: there is none that is whole. Specs may be larger than the rest. */
json_t *queue_read(const char *path);
json_t *queue_read_spec(const char *path);

/* The names in a folder, sorted, without those that begin with a dot; none if it is not there.
 * Opening the folder makes NFS ask its server what is in it. */
struct queue_names {
    char **names;
    size_t nb;
};
void queue_list(struct queue_names *out, const char *dir);
void queue_names_finish(struct queue_names *names);
#define AUTO_QUEUE_NAMES ATTR_CLEANUP(queue_names_finish) struct queue_names

/* Removes what a run leaves: specs, reports, and pilots' folders. The logs stay. */
void queue_clear(const char *queue);

/* Asks all pilots to end, or allows them to work. */
ATTR_NODISCARD int queue_set_stop(const char *queue, bool stop, struct err *err);
bool queue_stops(const char *queue);
