/* The table of what may be asked of the door: methods and paths, and the request to the service
 * that follows from each. Nothing else is served. Pure; nothing of a path is ever a name of a file.
 * Inner header. */
#pragma once

#include <stddef.h>

#include "review_link.h"

/* One parameter after the '?'. */
struct route_parameter {
    const char *name, *value; /* value: "" if there is none */
};

enum { ROUTE_MAX_PARAMETERS = 4 };

enum route_kind { ROUTE_PAGE, ROUTE_EVENTS, ROUTE_ASK };

struct route {
    enum route_kind kind;
    const char *page;            /* ROUTE_PAGE: the name of a file of the pages; points into path */
    const char *token;           /* of the first link, with page "index.html"; or NULL */
    struct link_request request; /* ROUTE_ASK: all but id and body */
    size_t max_body_bytes;       /* 0: it takes no body */
    const char *allowed;         /* the methods of the path, for 405: "GET, HEAD" */
};

/* Finds what is asked for. Returns 0 or the status to answer with: 404, 405 (out->allowed is set),
 * 400 (a parameter that the path does not take). path is what came, without its parameters: percent
 * signs are not decoded, since no path that exists needs any. */
int route_find(struct route *out, const char *method, const char *path,
               const struct route_parameter *parameters, size_t nb);
