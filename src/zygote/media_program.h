/*
 * Finds (program.h) and runs talkpress-media, the program that uses libav and libass: workers,
 * cards, rehearsals.
 */
#pragma once

#include <jansson.h>

#include "err.h"

/* *out: its path, a new string. ERR_NOT_FOUND: talkpress is not completely installed. */
ATTR_NODISCARD int media_program_find(char **out, struct err *err);

/* Runs the program with those words and that request, waits for it and reads the JSON that it wrote
 * to standard output: *answer is a new value. ERR_EXTERNAL if it failed; its messages are on
 * standard error. */
ATTR_NODISCARD int media_program_ask(json_t **answer, const char *program, char **words,
                                     const json_t *request, struct err *err);

/* The same for a request that answers with nothing but why it failed, {"failure"}, if it did. word:
 * what is asked for. */
ATTR_NODISCARD int media_program_make(const char *word, const json_t *request, struct err *err);

/* Replaces this process by the program at that path (execv). words: its arguments after the name,
 * ending in NULL. request: its standard input (media_request.h); NULL: standard input is unchanged.
 * Returns only on failure. */
void media_program_become(const char *program, char **words, const json_t *request,
                          struct err *err);
