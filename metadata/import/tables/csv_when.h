/*
 * Dates and times of day as people write them in tables. Where a date has only numbers, one cell
 * may leave open which of them is the day: "09/05/2014". The caller decides that for all cells of
 * the table. Values only; nothing is owned.
 */
#pragma once

#include <stdbool.h>

#include "datetime.h"

struct csv_when {
    struct datetime start;
    struct datetime end; /* of a range, "9:00 - 9:45": the time of day only */
    bool has_end;
    bool paired;     /* the order of pair is open; start has the year alone */
    int pair[2];     /* day and month, or month and day */
    bool incomplete; /* says a day, but no date: "fri", "March 14", "Day 2" */
    int weekday;     /* 1 is Monday; 0: none */
};

/* Reads a date, a time of day or both, in any order: "27.9.2014", "Mon, 16th Oct 2025 at 9:00 AM",
 * "2020-Nov-09 10:00", "9:00-9:45", a serial day of Excel ("41909.375") or Excel's part of a day
 * ("0.375"). False: it is neither; *out is then undefined. */
bool csv_when_parse(struct csv_when *out, const char *text);

/* Whether the open pair is a date in this order, and on the weekday if the cell names one. */
bool csv_when_fits(const struct csv_when *when, bool month_first);

/* Sets the day from the pair. False: there is no such date. */
bool csv_when_settle(struct csv_when *when, bool month_first);

/* Whether the cell names another weekday than its date has. */
bool csv_when_contradicts(const struct csv_when *when);

/* The offset from UTC in a text such as "NZDT UTC+13", in minutes. False: it has none, or one of 16
 * hours or more; *out_min is then undefined. */
bool csv_parse_offset(int *out_min, const char *text);
