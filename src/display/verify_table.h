/* The verification table: a row per part, for people or as JSON. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "err.h"
#include "table.h"
#include "verify.h"

struct plan;

enum verify_shown {
    VERIFY_JSON = 1 << 0,
    VERIFY_PROBLEMS = 1 << 1, /* only the parts that need a decision */
};

/* shown: flags. *undecided: the user has to decide on a part of these talks. */
ATTR_NODISCARD int verify_table_print(bool *undecided, struct plan *plan, const int *talks,
                                      size_t nb_talks, enum verify_shown shown, struct err *err);

enum table_colour verdict_colour(enum verdict verdict, bool accepted);
