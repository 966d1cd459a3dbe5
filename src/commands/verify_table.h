/* The verification table: a row per part, for people or as JSON. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "err.h"

struct plan;

/* *undecided: the user has to decide on a part of these talks. */
ATTR_NODISCARD int verify_table_print(bool *undecided, struct plan *plan, const int *talks,
                                      size_t nb_talks, bool json, struct err *err);
