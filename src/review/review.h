/*
 * The service of 'talkpress review': what the page in the browser shows, and what happens to what a
 * person decides there. It owns the event, the plan and the workers. The door (src/door), another
 * program, speaks HTTP with browsers and passes their requests on; the service answers each with a
 * descriptor that the door may read, and no path ever goes to or comes from the door.
 *
 * The service holds no lock: decisions are transactions of the store, as those of commands are, and
 * previews are made beside a 'run' (on_demand.h). It never encodes anything that is published. One
 * thread, one loop; docs/review-service.md.
 */
#pragma once

#include <stdbool.h>

#include "err.h"

struct event;
struct zygote;

struct review_params {
    const char *listen; /* address; NULL: 127.0.0.1 */
    int port;           /* 0: a free one */
    bool open;          /* show the page in the user's browser */
};

/* Whether the address, NULL or numeric, and the port can be listened on. ERR_USAGE. */
ATTR_NODISCARD int review_check(const struct review_params *params, struct err *err);

/* Serves until a signal (SIGINT, SIGTERM, SIGHUP), which is no error, or until the event's folder
 * is gone. Prints the link on standard output. */
ATTR_NODISCARD int review_serve(struct event *event, struct zygote *zygote,
                                const struct review_params *params, struct err *err);
