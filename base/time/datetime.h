/*
 * Days, times of day and durations as programmes write them, and in the form in which the store
 * keeps them. Zones are IANA names ("Europe/Berlin"), by the system's own zone files. Values only;
 * nothing is owned.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DATETIME_MAX_DURATION_S = 7 * 24 * 3600 };

struct datetime {
    int year, month, day;
    int hour, minute, second;
    int offset_min; /* of local time from UTC */
    bool has_day, has_time, has_offset;
};

/* "2014-09-26", with "T18:30", "T18:30:00" or a space for the T, with "Z", "+02:00" or "+0200",
 * with a fraction of a second, which is dropped. False where text is anything else, or no such day
 * or time exists. */
bool datetime_parse_iso(struct datetime *out, const char *text);

/* The day alone: "2014-09-26", "2014/9/26", "26.9.2014". A day and month apart by slashes are read
 * where only one order makes a date. Fields other than the day's stay. */
bool datetime_parse_day(struct datetime *out, const char *text);

/* The time alone: "9:00", "09:00:30", "9:00 AM", "9.30pm", "18h30". Fields other than the time's
 * stay. */
bool datetime_parse_clock(struct datetime *out, const char *text);

/* "2014-09-26T18:30:00+02:00"; without an offset it ends with the seconds. NULL where there is no
 * day or no time. A new string. */
char *datetime_format(const struct datetime *when);
/* "2014-09-26"; NULL where there is no day. */
char *datetime_format_day(const struct datetime *when);

bool datetime_is_valid(const struct datetime *when);

/* Whether the Gregorian calendar has this day; years 1 to 9999. */
bool datetime_is_day(int year, int month, int day);
/* The English name of month 1 to 12, static; NULL for other numbers. */
const char *datetime_month_name(int month);
/* The month, 1 to 12, whose English name begins with these nb letters, at least three, in any case:
 * "Sep", "sept". 0: none. */
int datetime_month_by_name(const char *letters, size_t nb);

/* Seconds of the day. */
int datetime_clock_s(const struct datetime *when);
/* Seconds since 1970; a time without an offset counts as UTC, a day without a time as midnight. */
int64_t datetime_unix_s(const struct datetime *when);
void datetime_add_days(struct datetime *when, int nb_days);
/* To the day and time; the offset stays. */
void datetime_add_s(struct datetime *when, int64_t nb_s);

/* Whether the system knows a zone of that name. */
bool datetime_is_zone(const char *zone);
/* Puts a day and time into the zone (NULL, or one that is not known: it stays as it is). One
 * without an offset is local time and gets the zone's; UTC becomes local time; another offset
 * stays, for that is local time already. */
void datetime_set_zone(struct datetime *when, const char *zone);

/* "00:50" (hours and minutes), "01:30:00", also above 24 hours, up to DATETIME_MAX_DURATION_S.
 * False, and *out_s as it was, where text is anything else. */
bool datetime_parse_duration(int *out_s, const char *text);
