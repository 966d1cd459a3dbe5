/* Decides where a part begins and ends in its recording. Private to part/. */
#pragma once

#include "part.h"

/* Whether one recording holds all parts of the talk, which are several. */
bool part_shares_recording(const struct part_plan *part);

/* How much of the recording is lead-in, which precedes what is listed (lead_in.h); 0: none, or the
 * recording holds other talks too. */
int64_t part_lead_in_ms(const struct part_plan *part, const struct plan *plan);

/* Sets grid, begin, end and the members about the cut. part->source must have a probe. */
ATTR_NODISCARD int part_decide_cut(struct part_plan *part, const struct plan *plan,
                                   struct err *err);
