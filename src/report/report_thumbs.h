/* Pictures of recordings, for parts without a storyboard. Private to report/. */
#pragma once

#include <stddef.h>

#include "report_pictures.h"

struct plan;
struct report_thumbs;
struct zygote;

struct report_thumbs *report_thumbs_create(const struct plan *plan);
void report_thumbs_destroy_p(struct report_thumbs **thumbs);
#define AUTO_REPORT_THUMBS ATTR_CLEANUP(report_thumbs_destroy_p) struct report_thumbs

/* Asks for eight pictures of the part's recording, from the begin to the end of its cut, if it has
 * any. */
ATTR_NODISCARD int report_thumbs_ask(struct report_thumbs *thumbs, size_t part,
                                     const struct part_plan *pp, struct err *err);

/* Makes those that work/ does not have, with the workers of the settings, and adds the strips. What
 * cannot be made is left out: returns why the first such one could not be made, or NULL. The lock
 * of the event is not needed. */
const char *report_thumbs_make(struct report_strips *strips, struct report_thumbs *thumbs,
                               struct zygote *zygote);
