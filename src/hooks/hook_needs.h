/* The parts that need a person, for comparison and for a document. Inner header. */
#pragma once

#include <jansson.h>

#include "err.h"

struct plan;

struct hook_needs {
    json_t *parts;   /* [{…part, kind, why, what, commands, change}], change set later */
    json_t *reasons; /* {NAME: "KIND: WHY"}: what is compared */
    json_int_t nb_without_recording; /* parts that need nothing but their recording */
};
void hook_needs_finish(struct hook_needs *needs);
#define AUTO_HOOK_NEEDS ATTR_CLEANUP(hook_needs_finish) struct hook_needs

/* Plans all parts. Finish *out also after an error. */
ATTR_NODISCARD int hook_needs_find(struct hook_needs *out, struct plan *plan, struct err *err);

/* Marks each part as "new", "changed" or "same" against the reasons that were told (NULL: none).
 * Returns the names of parts that need nobody any more, a new value. */
json_t *hook_needs_compare(struct hook_needs *needs, const json_t *told);
