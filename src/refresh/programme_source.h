/*
 * Where the event's programme came from, as the store keeps it: a file, a folder or an address on
 * the web, and what was there when it was last read. Kept like a result, which a store that was
 * replaced by its backup lacks: then it is not known until the next import. Nothing here reads the
 * programme.
 */
#pragma once

#include <stdbool.h>

#include "err.h"

struct store;

struct programme_source {
    char *place; /* absolute path, or address; NULL: nowhere that can be read again */
    bool is_web;
    char hash[33];         /* of the bytes that were there; "": not read yet */
    char *etag, *modified; /* what the server said of these; NULL: nothing */
    bool away;             /* it could not be reached when it was last looked at */
    int state;  /* enum refresh_state of what was there when it was last read: that it waits
                 * for a person or was refused; else 0 */
    char *text; /* what was said then; NULL: nothing */
};

/* *out is the caller's; place is NULL if it is not known. */
ATTR_NODISCARD int programme_source_load(struct programme_source *out, struct store *store,
                                         struct err *err);
/* Writes only what differs from what the store has. */
ATTR_NODISCARD int programme_source_keep(struct store *store, const struct programme_source *source,
                                         struct err *err);
void programme_source_finish(struct programme_source *source);
#define AUTO_PROGRAMME_SOURCE ATTR_CLEANUP(programme_source_finish) struct programme_source
