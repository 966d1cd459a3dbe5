/* What the settings say of the event itself: the block "event" of talkpress.yaml. */
#pragma once

#include <jansson.h>

#include "err.h"

struct programme;

/* Each may be NULL; then the programme's own counts. All are owned by the struct. */
struct event_about {
    char *id; /* a UUID */
    char *name, *place;
    char *begin, *end; /* "2010-04-28" */
    char *zone;        /* "Europe/Berlin"; for times without one */
    char *language;    /* ISO 639-2 */
    char *licence;
};

/* Reads it from the settings. where names their file in messages. On failure, ERR_INVALID, *out may
 * be filled in part; finish it then too. */
ATTR_NODISCARD int event_about_read(struct event_about *out, const json_t *settings,
                                    const char *where, struct err *err);
void event_about_finish(struct event_about *about);

/* Replaces the name, place and days of a programme that the store has, and gives its times without
 * an offset that of the zone. */
void event_about_apply(const struct event_about *about, struct programme *programme);
