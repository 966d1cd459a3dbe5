/* The parts that TALK or TALK/PART on the command line names. */
#pragma once

#include <stdbool.h>

#include "attr.h"

struct err;
struct part_plan;
struct plan;

typedef int named_part_call(const struct part_plan *part, const struct plan *plan, void *opaque,
                            struct err *err);

/* Calls each with the plan of every part that the operand names. It is looked up in the programme
 * as the plan has it now: another process may have imported one. only_one: ERR_USAGE if it names a
 * talk of several parts. */
ATTR_NODISCARD int named_parts_each(const struct plan *plan, const char *operand, bool only_one,
                                    named_part_call *each, void *opaque, struct err *err);

/* ERR_USAGE if no part is named (*part is 0) of a talk that has several. */
ATTR_NODISCARD int named_parts_one(int *part, const struct plan *plan, int talk, struct err *err);
