/* The socket that browsers connect to, and what it is called. Inner header. */
#pragma once

#include <stdbool.h>

#include "err.h"

enum { LISTENING_NAME_BYTES = 80 };

struct listening {
    int fd;                          /* -1: none */
    char host[LISTENING_NAME_BYTES]; /* "127.0.0.1", "[::1]": as in links */
    int port;
    bool loopback; /* only this machine can reach it */
};

/* address: numeric, IPv4 or IPv6; NULL: 127.0.0.1. port 0: a free one. ERR_USAGE: not an address;
 * ERR_BUSY: another program listens there. */
ATTR_NODISCARD int listening_open(struct listening *out, const char *address, int port,
                                  struct err *err);
void listening_close(struct listening *listening);

/* Whether it is an address; NULL is. ERR_USAGE. */
ATTR_NODISCARD int listening_check(const char *address, struct err *err);
