/* What a person names on the command line: talks, parts, recordings. */
#pragma once

#include <stddef.h>

#include "attr.h"

struct err;
struct plan;
struct programme;

/* Talk selections: "15", "3-7"; "15/2" is talk 15. An empty list selects all. Fills an array of
 * talk numbers (the caller frees it). ERR_USAGE where one cannot be read, ERR_NOT_FOUND where there
 * is none. */
ATTR_NODISCARD int selector_talks(int **out, size_t *out_nb, const struct programme *programme,
                                  char **args, int nb_args, struct err *err);

/* "15" or "15/2": *part 0 where none is said. ERR_USAGE where it cannot be read, ERR_NOT_FOUND
 * where the programme has no such. */
ATTR_NODISCARD int selector_part(int *talk, int *part, const struct programme *programme,
                                 const char *arg, struct err *err);

/* The index of a registered recording by the path or, where it is unique, the name of one of its
 * files. */
ATTR_NODISCARD int selector_recording(const struct plan *plan, const char *name, struct err *err);
