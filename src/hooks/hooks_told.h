/* What hooks were told before, for those that are called only with what has changed since. What a
 * program did not take, because it failed, counts as not told. Inner header. */
#pragma once

#include "hooks.h"

/* The last that was told; NULL: nothing. It belongs to hooks until the next call. */
const json_t *hooks_told(struct hooks *hooks, enum hook which);

/* Takes what counts as told from now on. */
void hooks_keep_told(struct hooks *hooks, enum hook which, json_t *told);

/* hooks_call; takes what the hook was told with that. It replaces a call that is held, as that was
 * about a part of the same changes. */
void hooks_call_telling(struct hooks *hooks, enum hook which, json_t *document, json_t *told);

/* Nothing is to be told now: forgets a call that is held. */
void hooks_forget_held(struct hooks *hooks, enum hook which);

const struct event *hooks_event(const struct hooks *hooks);
/* When they were opened: "2026-11-30T09:12:16Z". */
const char *hooks_opened_at(const struct hooks *hooks);
