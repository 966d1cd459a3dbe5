/*
 * Serves the requests of media_request.h, which are what talkpress-media does besides the jobs of
 * src/worker: draws a card, tries the texts of many, makes a contact sheet, strips of pictures or
 * stand-in recordings, says which versions of libraries it uses. The requests come from talkpress,
 * which has validated the user's input. Called by main.c of talkpress-media alone.
 */
#pragma once

#include <stdbool.h>

/* Whether a request has that name. */
bool request_known(const char *name);

/* Reads the request from stdin and serves it. Writes results to stdout and messages to stderr.
 * Returns the process's exit status. */
int request_serve(const char *name);
