/* The words of a command line, or the variables of an environment: strings that it owns. */
#pragma once

#include <stddef.h>

#include "attr.h"

/* Zero: none. */
struct words {
    char **list; /* ends with NULL, if there is any */
    size_t nb;   /* without it */
};
void words_add(struct words *words, const char *fmt, ...) ATTR_PRINTF(2, 3);
void words_finish(struct words *words);
#define AUTO_WORDS ATTR_CLEANUP(words_finish) struct words
