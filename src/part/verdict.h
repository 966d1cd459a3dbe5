/* What verify says of a part, from what its probe and analysis found. Inner to plan/. */
#pragma once

#include "part.h"

/* Fills verdict, cause and measured_ms; the source, the match and the cut are known. */
void part_judge(struct part_plan *part, const struct plan *plan);

/* Why a part that verify finds ok is damaged all the same: damage that only the full decode for its
 * outputs met. A new string, or NULL. */
char *part_output_cause(const struct part_plan *part);
