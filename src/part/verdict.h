/* Verifies a part, from the results of its probe and analysis. Private to part/. */
#pragma once

#include "part.h"

/* Sets verdict, cause and measured_ms. The source, the match and the cut must be set. */
void part_judge(struct part_plan *part, const struct plan *plan);

/* Damage of the recording, or a remark, that was found only when the outputs were made. A new
 * string, or NULL. */
char *part_output_cause(const struct part_plan *part);
