/* What was decided about a part, and what remains to do. Private to report/. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

struct part_plan;
struct report_making;

/* Whether somebody must decide about the part, or mend what failed. */
bool report_part_needs_person(const struct part_plan *pp, const struct report_making *making);

/* [{what, command, person}], a new value: what remains to do, with the commands that do it. */
json_t *report_to_do(const struct part_plan *pp, const struct report_making *making);

/* [{what, at, because}], a new value: what a person decided, as it is
 * decided now. */
json_t *report_decisions(const struct part_plan *pp, const struct report_making *making);

/* Why the last job of the part that could run now failed, or NULL; the document's. */
const char *report_failure(const struct part_plan *pp, const struct report_making *making);
