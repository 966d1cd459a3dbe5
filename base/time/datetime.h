/*
 * Dates, times of day and durations as programmes write them, and in the form in which the store
 * keeps them. Time zones are IANA names ("Europe/Berlin") from the system's zone files. Values
 * only; nothing is owned.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DATETIME_MAX_DURATION_S = 7 * 24 * 3600 };

struct datetime {
    int year, month, day;
    int hour, minute, second;
    int offset_min; /* local time minus UTC */
    bool has_day, has_time, has_offset;
};

/* Reads "2014-09-26", optionally followed by "T18:30" or "T18:30:00" (or a space instead of the T),
 * a fraction of a second, which is dropped, and "Z", "+02:00" or "+0200". False if the text is
 * anything else, or if no such day or time exists. */
bool datetime_parse_iso(struct datetime *out, const char *text);

/* Reads a time of day: "9:00", "09:00:30", "9:00 AM", "9.30pm", "18h30". Sets only the fields of
 * the time. */
bool datetime_parse_clock(struct datetime *out, const char *text);

/* "2014-09-26T18:30:00+02:00", without the offset if none is known. NULL if the day or the time is
 * not known. A new string. */
char *datetime_format(const struct datetime *when);
/* "2014-09-26"; NULL if the day is not known. A new string. */
char *datetime_format_day(const struct datetime *when);

/* Whether the fields that are set make a date (years 1900 to 2999), time (second 60 included) and
 * offset. */
bool datetime_is_valid(const struct datetime *when);

/* Whether the Gregorian calendar has this day; years 1 to 9999. */
bool datetime_is_day(int year, int month, int day);
/* The English name of month 1 to 12, static; NULL for other numbers. */
const char *datetime_month_name(int month);
/* The month, 1 to 12, whose English name begins with these nb letters, at least three, in any case:
 * "Sep", "sept". 0: none. */
int datetime_month_by_name(const char *letters, size_t nb);

/* Seconds since midnight. */
int datetime_clock_s(const struct datetime *when);
/* Seconds since 1970-01-01 UTC. A time without an offset counts as UTC, a day without a time as
 * midnight. */
int64_t datetime_unix_s(const struct datetime *when);
/* Changes the day. */
void datetime_add_days(struct datetime *when, int nb_days);
/* Changes the day and the time; the offset stays. */
void datetime_add_s(struct datetime *when, int64_t nb_s);

/* Whether the system knows a time zone of this name. */
bool datetime_is_zone(const char *zone);
/* Puts a day and time into a zone. One without an offset is local time and gets the zone's offset;
 * UTC becomes local time; one with another offset is local time already and stays. Nothing changes
 * if zone is NULL or not known. */
void datetime_set_zone(struct datetime *when, const char *zone);

/* Reads "00:50" (hours and minutes) or "01:30:00"; the hours may exceed 24, the whole may not
 * exceed DATETIME_MAX_DURATION_S. False if the text is anything else; *out_s is then unchanged. */
bool datetime_parse_duration(int *out_s, const char *text);
