/* The candidates for a word, which are printed as they are found, or the kind of file that the
 * shell is to look for. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "attr.h"

struct candidates {
    FILE *to;
    const char *before; /* begins each word: "--executor=", "15="; not owned */
    const char *typed;  /* what follows that in the word which is completed; not owned */
    bool no_dash;       /* words that begin with '-' are left out: they would be options */
    size_t nb;          /* that were printed */
    const char *files;  /* "files" or "folders", to be printed if there are none; or NULL */
};

/* Whether the word begins with what was typed. */
bool candidates_fit(const struct candidates *c, const char *word);
/* Prints before and the word. Left out is a word that a line cannot hold or a terminal should not
 * show: with control characters, or not in UTF-8. fmt is the description, of which control
 * characters are left out. */
void candidates_add(struct candidates *c, const char *word, const char *fmt, ...) ATTR_PRINTF(3, 4);
/* After the last one: prints the kind of file. */
void candidates_end(const struct candidates *c);
