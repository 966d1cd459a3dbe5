/* Breaks and offsets: parts of the decision on a cut. Private to decide/. */
#pragma once

#include "decide.h"
#include "part.h"

/* Stores the breaks that the wish asks for, of a part cut from begin to end. ERR_INVALID if one is
 * at an end of the cut, or outside it. */
ATTR_NODISCARD int decide_drops(const struct part_plan *part, struct store *store,
                                const struct cut_wish *wish, int64_t begin, int64_t end,
                                struct err *err);
ATTR_NODISCARD int decide_offset(const struct part_plan *part, struct store *store,
                                 int sound_offset_ms, struct err *err);
