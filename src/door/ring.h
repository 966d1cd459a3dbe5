/* The last events that the service sent, as text of an event stream, so that a browser that was
 * away for a moment gets what it missed. A reader has a place in the ring; one that is too slow, or
 * away for too long, loses its place. Pure. Inner header. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "str.h"

struct ring;

/* run: distinguishes the events of this run of the door from those of others; lower-case letters
 * and digits. */
struct ring *ring_create(const char *run);
void ring_destroy(struct ring *ring); /* NULL is allowed */

/* data: one line of JSON. Old events are dropped so that there are at most 256, of 1 MiB. */
void ring_add(struct ring *ring, const char *name, const char *data);

struct ring_reader {
    int64_t next;     /* the number of the event that is read next */
    size_t offset;    /* in its text, or in first */
    bool lost;        /* the stream must end */
    struct str first; /* what is sent before all events */
};

/* Begins to read. last_id: of the last event that the client has seen; NULL: only what comes from
 * now on. If events after last_id are lost, the client gets the event "reload". */
void ring_reader_begin(struct ring_reader *out, const struct ring *ring, const char *last_id);
void ring_reader_finish(struct ring_reader *reader);

/* Copies the next bytes. 0: there are none yet, or, if reader->lost, never again. */
size_t ring_reader_read(struct ring_reader *reader, const struct ring *ring, char *out, size_t nb);
