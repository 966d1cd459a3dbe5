/*
 * The bounds of a programme, the same for all importers. What goes beyond them is a mistake or
 * worse, and would fill tables, cards and file names.
 */
#pragma once

#include <stddef.h>

#include "attr.h"

struct err;
struct programme;

enum { PROGRAMME_MAX_TALKS = 20000, PROGRAMME_MAX_CHARS = 1000 };

/* While it is read: ERR_INVALID where nb_talks are too many. where is the place in the file, "line
 * 12", or NULL. */
ATTR_NODISCARD int programme_check_count(size_t nb_talks, const char *file, const char *where,
                                         struct err *err);

/* All of it was read: ERR_INVALID where it has too many talks, or where anything but an abstract is
 * longer than PROGRAMME_MAX_CHARS. */
ATTR_NODISCARD int programme_check(const struct programme *programme, const char *file,
                                   struct err *err);
