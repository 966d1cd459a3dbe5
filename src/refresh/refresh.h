/*
 * The programme once more: the store knows where it was imported from, a file, a folder or an
 * address on the web, and this room reads it from there again while the event runs. What is only a
 * correction (times, rooms, speakers, titles of talks that are not published) is imported, through
 * the same guard as 'talkpress import'; everything else waits for a person, who sees what has
 * changed.
 *
 * For 'import' and 'watch'. One thread; it prints nothing and asks nobody. Nothing here decides on
 * a match or on what is published, and no recording is opened.
 */
#pragma once

#include <stdbool.h>

#include "diff.h"
#include "err.h"
#include "programme.h"

struct event;

enum refresh_state {
    REFRESH_UNKNOWN,   /* the store does not know where the programme came from */
    REFRESH_UNCHANGED, /* it says what was imported */
    REFRESH_APPLIED,   /* it has changed and was imported: load the plan again */
    REFRESH_WAITS,     /* it has changed, and a person must import it: text says why */
    REFRESH_AWAY,    /* it cannot be reached now: no network, no such file; normal, and no fault */
    REFRESH_REFUSED, /* what is there now is no programme that can be read */
};

struct refresh_result {
    enum refresh_state state;
    bool is_news; /* no call before said the same, in whichever process: worth a line */
    char *source; /* the path or the address; NULL: not known */
    char *text; /* for the user, a sentence or two with the command to run; NULL: nothing to say */
    struct programme programme; /* the new one, if diff is not empty */
    struct diff diff;           /* applied, or what waits, where this call found it */
};

/* Reads the programme again and compares. Costs one request if it comes from the web and is
 * unchanged there; waits for the network for up to REFRESH_NETWORK_S. What went wrong with the
 * programme itself is a state, not an error. ERR_CANCELLED: the user stopped talkpress meanwhile;
 * ERR_BUSY: another process writes to the store. Writes to the store in one transaction, or
 * nothing. */
enum { REFRESH_NETWORK_S = 60 };
ATTR_NODISCARD int refresh_programme(struct refresh_result *out, struct event *event,
                                     struct err *err);
/* From now on the programme is read from there, a path or an address: what is there counts as new.
 * Reads nothing, and changes nothing if it is the place already. ERR_NOT_FOUND: there is no such
 * path. */
ATTR_NODISCARD int refresh_set_place(struct event *event, const char *where, struct err *err);
void refresh_result_finish(struct refresh_result *result);
#define AUTO_REFRESH_RESULT ATTR_CLEANUP(refresh_result_finish) struct refresh_result
