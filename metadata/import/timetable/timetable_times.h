/*
 * When an event of a timetable is: its start from its date, the day's date and the time of day, its
 * length from the duration and the end. Private to timetable.c.
 */
#pragma once

#include <stdbool.h>

#include "datetime.h"
#include "timetable.h"

struct event_times;

#define TIMETABLE_DATE_FORM "a date such as \"2010-04-28\", or one with a time"

/* Reads a date, or a date and time in the conference's zone. */
bool timetable_read_iso(struct datetime *out, const struct timetable *timetable, const char *text);

/* Fills *out (initialised) with what the file says, contradictions included. ERR_INVALID: a value
 * cannot be read. */
ATTR_NODISCARD int timetable_read_times(struct event_times *out, const struct timetable *timetable,
                                        const struct timetable_talk *talk, struct err *err);
