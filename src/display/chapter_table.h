/* Prints a part's chapters, or those that its slides propose. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "attr.h"

struct err;
struct part_plan;
struct plan;

struct chapter_table {
    bool proposed; /* the proposals */
    json_t *json;  /* the list to append to; NULL: print for people */
};

ATTR_NODISCARD int chapter_table_add(const struct chapter_table *table, const struct part_plan *pp,
                                     const struct plan *plan, struct err *err);
