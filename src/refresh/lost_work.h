/* Work of talks that lose their recording by a change of the programme: noted for gc, so that a
 * mistake costs no encoding. */
#pragma once

#include <stdbool.h>

#include "err.h"

struct plan;

/* Whether a part that had a recording in the plan before has no recording, or another one, after.
 */
bool lost_work_any(const struct plan *before, const struct plan *after);

/* Notes in work/removed/ what was made of parts that had a recording in the plan before and have no
 * recording, or another one, after. Writes nothing if nothing was made. */
ATTR_NODISCARD int lost_work_note(const struct plan *before, const struct plan *after,
                                  struct err *err);
