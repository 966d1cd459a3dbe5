/*
 * The limits of a programme, the same for all importers. More than that is a mistake or an attack,
 * and would overflow tables, cards and file names.
 */
#pragma once

#include <stddef.h>

#include "attr.h"

struct err;
struct programme;

enum {
    PROGRAMME_MAX_TALKS = 20000,
    PROGRAMME_MAX_CHARS = 1000,
    PROGRAMME_MAX_PARTS = 1000,      /* of one talk */
    PROGRAMME_MAX_SPEAKERS = 200000, /* of all talks together */
    PROGRAMME_MAX_NOTES = 100000,
    PROGRAMME_MAX_NUMBER = 9999999, /* of a talk */
};

/* To be called while reading: ERR_INVALID if nb_talks are too many. where is the place in the file,
 * "line 12", or NULL. */
ATTR_NODISCARD int programme_check_count(size_t nb_talks, const char *file, const char *where,
                                         struct err *err);

/* To be called after reading: ERR_INVALID if there are too many talks, parts, speakers or notes, or
 * if any text other than an abstract is longer than PROGRAMME_MAX_CHARS. */
ATTR_NODISCARD int programme_check(const struct programme *programme, const char *file,
                                   struct err *err);
