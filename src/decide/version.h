/*
 * The version of a part: a hash of all that was decided and found about it. Whoever shows a part
 * hands its version back with a decision on it, so that nobody decides on what is no longer so.
 */
#pragma once

#include "attr.h"
#include "hash.h"

struct err;
struct part_plan;
struct plan;

/* part: as plan_part() filled it, before part_plan_trim(), which forgets what is made. */
ATTR_NODISCARD int part_version(char out[HASH_BYTES], const struct part_plan *part,
                                const struct plan *plan, struct err *err);
