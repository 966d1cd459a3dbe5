/*
 * The door: the program talkpress-review, which serves the page of `talkpress review` to browsers.
 * It has no files, no store and no decoder, and is in the sandbox (SANDBOX_DOOR) before it accepts
 * a connection: whoever takes it over can ask the service (src/review) for what a user may ask, and
 * nothing else. It decides who may ask (rules.h) and what can be asked (routes.h), passes requests
 * on (review_link.h), and sends the bytes of the files that the service answers with.
 *
 * One thread and one epoll. libmicrohttpd reads and writes HTTP; a connection whose request the
 * service works at is suspended. Called by main.c only.
 */
#pragma once

#include "err.h"

/* Serves until the service ends (0) or cannot be understood. folder: of the page's files. The
 * descriptors are LINK_LISTEN_FD and LINK_FD. */
ATTR_NODISCARD int door_serve(const char *folder, struct err *err);
