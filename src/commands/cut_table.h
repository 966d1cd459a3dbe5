/* Recordings of several talks: where each talk lies, as proposed or as a person cut it, printed. */
#pragma once

#include <stdbool.h>

struct plan;

/* Of the recording, or (-1) of all that hold several talks. *person: whether a cut has to be taken
 * still. */
void cut_table_print(bool *person, const struct plan *plan, int recording, bool json);
