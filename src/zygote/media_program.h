/*
 * talkpress-media, the program with libav and libass in it: the workers, the cards, the rehearsal.
 * It lies beside talkpress, or in the libexec that belongs to its bin.
 */
#pragma once

#include "err.h"

/* Its path, a new string; ERR_NOT_FOUND where talkpress is not installed whole. */
ATTR_NODISCARD int media_program_find(char **out, struct err *err);

/* Becomes it, to run the command argv for the event in dir. Returns only when that failed. */
void media_program_become(const char *dir, char **argv, struct err *err);
