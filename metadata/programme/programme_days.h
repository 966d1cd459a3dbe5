/*
 * The event's first and last day, from its talks, for programmes that do not state them.
 */
#pragma once

struct programme;
struct datetime;

/* Extends the event's begin and end so that they include the day; a time without a day changes
 * nothing. */
void programme_widen(struct programme *programme, const struct datetime *when);
