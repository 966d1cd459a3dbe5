/*
 * The requests of media_request.h: a card drawn, stand-in recordings made. They come from talkpress
 * itself, after it has read what the user wrote; nothing here knows of events or programmes.
 */
#pragma once

#include <stdbool.h>

/* Whether there is a request of that name. */
bool request_known(const char *name);

/* Reads the request from stdin and does what it asks. Results go to stdout, messages to stderr.
 * Returns the process's exit status. */
int request_serve(const char *name);
