/* What the user names on the command line: talks, parts, recordings. */
#pragma once

#include <stddef.h>

#include "attr.h"

struct err;
struct plan;
struct programme;

/* Talk selections: "15", "3-7"; "15/2" is talk 15. An empty list selects all. Fills an array of
 * talk numbers (the caller frees it). ERR_USAGE if one cannot be parsed, ERR_NOT_FOUND if there is
 * no such talk. */
ATTR_NODISCARD int selector_talks(int **out, size_t *out_nb, const struct programme *programme,
                                  char **args, int nb_args, struct err *err);

/* "15" (*part is 0) or "15/2". ERR_USAGE if it cannot be parsed, ERR_NOT_FOUND if the programme
 * does not have it. */
ATTR_NODISCARD int selector_part(int *talk, int *part, const struct programme *programme,
                                 const char *arg, struct err *err);

/* The index of a recording of the event by the path of one of its files or, if unique, the name,
 * with or without folders: "00000.MTS", "card-2/00000.MTS". */
ATTR_NODISCARD int selector_recording(const struct plan *plan, const char *name, struct err *err);
