/* The names of all files of talkpress that should be in out/ since the last publish: finished
 * files, texts and the two lists. */
#pragma once

#include <stddef.h>

#include "err.h"

struct event;

/* *out: a new list, sorted, to be freed with mem_free_strings. */
ATTR_NODISCARD int published_names(char ***out, size_t *out_nb, struct event *event,
                                   struct err *err);
