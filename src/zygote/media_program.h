/*
 * talkpress-media, the program with libav and libass in it: the workers, the cards, the rehearsal.
 * It is installed beside talkpress, or in the libexec that belongs to its bin.
 */
#pragma once

#include <jansson.h>

#include "err.h"

/* Its path, a new string; ERR_NOT_FOUND where talkpress is not installed completely. */
ATTR_NODISCARD int media_program_find(char **out, struct err *err);

/* Becomes the program at that path, to run the words after its name; the last is NULL. request is
 * its standard input (media_request.h); NULL: that stays as it is. Returns only on failure. */
void media_program_become(const char *program, char **words, const json_t *request,
                          struct err *err);
