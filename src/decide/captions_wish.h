/*
 * The text of a part's captions, on the recording's clock: 0 is its first picture.
 */
#pragma once

#include <stddef.h>

#include "attr.h"

struct err;
struct event;
struct part_plan;
struct plan;

/* Reads nb bytes of WebVTT that somebody wrote, in the sandbox. *out: the same as talkpress writes
 * it, a new string. ERR_INVALID says in which line something is no cue, and that there are none.
 * name: for messages. Call it before plan_begin(). */
ATTR_NODISCARD int captions_check(char **out, const struct event *event, const char *name,
                                  const char *bytes, size_t nb, struct err *err);

/* Captions n of the part (part_plan.captions) as WebVTT: as corrected, else as they were made,
 * which is what the cut shows. A new string. ERR_NOT_FOUND if they are not made yet. */
ATTR_NODISCARD int captions_read_made(char **out, const struct part_plan *part,
                                      const struct plan *plan, size_t n, struct err *err);
