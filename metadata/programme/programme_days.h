/*
 * The event's days, taken from its talks where the programme itself states none.
 */
#pragma once

struct programme;
struct datetime;

/* Moves the event's begin and end apart until the day lies within; a time without a day changes
 * nothing. */
void programme_widen(struct programme *programme, const struct datetime *when);
