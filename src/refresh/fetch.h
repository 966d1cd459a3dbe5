/*
 * Fetches one file from the web into memory, with curl: https and http alone, also where a server
 * leads elsewhere; no cookies, no passwords, no settings of the user but the proxies of the
 * environment. What comes is not looked at. Inner header of refresh/.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "err.h"

struct fetch_request {
    const char *url;             /* as address_read returns it */
    const char *etag, *modified; /* fetch only if these differ there; NULL: always */
    int connect_s;               /* to find the server */
    int silent_s;                /* without any data */
    int whole_s;                 /* for all of it */
    size_t most_bytes;           /* after decompression */
};

struct fetched {
    char *bytes; /* end with a NUL that nb_bytes does not count; NULL: not_modified */
    size_t nb_bytes;
    bool not_modified;
    char *type;            /* "text/html; charset=utf-8"; NULL: not said */
    char *url;             /* where it came from in the end */
    char *etag, *modified; /* NULL: not said */
};

/* *out is untouched on failure. ERR_BUSY: it cannot be reached now, or the server has trouble;
 * later it may work. ERR_INVALID: what is there cannot be had, or is too large. ERR_NOT_FOUND: no
 * such file there, or no curl. ERR_CANCELLED: the user stopped talkpress. The message names the
 * address and says what to do. */
ATTR_NODISCARD int fetch(struct fetched *out, const struct fetch_request *request, struct err *err);
void fetched_finish(struct fetched *fetched);
#define AUTO_FETCHED ATTR_CLEANUP(fetched_finish) struct fetched
