/* Prints where each talk of a recording of several is: as proposed, or as the user set it. */
#pragma once

#include <stdbool.h>

struct plan;

/* Of the recording, or (-1) of all that hold several talks. *undecided: a cut is only proposed. */
void cut_table_print(bool *undecided, const struct plan *plan, int recording, bool json);
