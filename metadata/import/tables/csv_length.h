/*
 * Lengths of talks as tables have them: "25:07", "0:45", "45 min", "1h30", "45". One cell may leave
 * open whether it means minutes and seconds or hours and minutes, so the form is decided for the
 * column. Values only; nothing is owned.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "csv_columns.h"

struct csv_table;

enum { CSV_MAX_LENGTH_S = 24 * 3600 };

struct csv_lengths {
    bool h_mm;          /* "1:30" is hours and minutes, else minutes and seconds */
    int number_s;       /* what 1 of a number without a unit is; 0: such a number cannot be read */
    bool always_listed; /* the column is named so */
    bool never_listed;
    bool maybe_h_mm; /* all are read as minutes and seconds, but would do as hours and minutes */
};

/* Decides how the column of this kind (COL_LISTED, COL_LENGTH or COL_SLOT) at this index is to be
 * read. timetable: the table has times of day too, so that lengths are rather planned ones. */
void csv_lengths_decide(struct csv_lengths *out, const struct csv_table *table, int at,
                        enum csv_column kind, enum csv_unit unit, bool timetable);

/* The length in seconds, at most CSV_MAX_LENGTH_S, and whether it was measured: those that are
 * given to the second. -1: it cannot be read. */
int csv_length_s(bool *out_listed, const struct csv_lengths *how, const char *text);

/* Reads "0h00m25s", "1h30", "1.5 hours", "45min", "90 s", "45'", "PT45M": numbers, each with its
 * unit, as seconds, and whether the text has seconds. -1: it is not of this form, or more than a
 * day. */
int csv_parse_units(bool *out_seconds, const char *text);
