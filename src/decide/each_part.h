/* The parts that a wish is about. Private to decide/. */
#pragma once

#include "decide.h"
#include "part.h"
#include "plan.h"

typedef int decide_part_call(struct decided *out, const struct part_plan *part,
                             const struct plan *plan, const void *wish, struct err *err);

/* Calls each with the plan of the part, or of each part of the talk (part 0), and notes it in out.
 * ERR_NOT_FOUND if the programme has no such talk or part. */
ATTR_NODISCARD int decide_each_part(struct decided *out, const struct plan *plan, int talk,
                                    int part, decide_part_call *each, const void *wish,
                                    struct err *err);

/* The talk, if it has the part (0: any); NULL: *err says what the programme lacks. */
const struct talk *decide_find(const struct plan *plan, int talk, int part, struct err *err);

/* Notes that the part was decided on. */
void decided_add(struct decided *out, int talk, int part);
