/* Where a part lies in its recording. Inner to plan/. */
#pragma once

#include "part.h"

/* Whether the parts of the talk all lie in this one recording. */
bool part_shares_recording(const struct part_plan *part);

/* Fills grid, begin, end and the members about the cut; the source and its probe are known. */
ATTR_NODISCARD int part_decide_cut(struct part_plan *part, const struct plan *plan,
                                   struct err *err);
