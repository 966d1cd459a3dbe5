#include "timetable_times.h"

#include <stdlib.h>
#include <string.h>

#include "event_times.h"
#include "mem.h"
#include "plain_text.h"

bool timetable_read_iso(struct datetime *out, const struct timetable *t, const char *text)
{
    if (!datetime_parse_iso(out, text))
        return false;
    datetime_set_zone(out, t->zone);
    return true;
}

static struct datetime at_clock(const struct timetable *t, const struct datetime *day,
                                const struct datetime *clock)
{
    struct datetime when = *clock;
    when.year = day->year;
    when.month = day->month;
    when.day = day->day;
    when.has_day = true;
    datetime_set_zone(&when, t->zone);
    return when;
}

/* The same as when, at the time of day that is nearest to it. */
static struct datetime nearest(const struct datetime *when, const struct datetime *clock)
{
    enum { DAY_S = 24 * 3600 };
    struct datetime near = *when;
    int shift_s = datetime_clock_s(clock) - datetime_clock_s(when);
    if (shift_s > DAY_S / 2)
        shift_s -= DAY_S;
    else if (shift_s < -DAY_S / 2)
        shift_s += DAY_S;
    datetime_add_s(&near, shift_s);
    return near;
}

/* Sets the start from two date-times. Of two names for one moment, local time says more than UTC.
 */
static void claim_moments(struct event_times *out, const struct datetime *date, const char *text,
                          const struct datetime *start, const char *start_text)
{
    const bool same = datetime_unix_s(date) == datetime_unix_s(start);
    const bool local = same && !date->offset_min && start->offset_min;
    start_claim_set(&out->start[0], local ? start : date, "date", text);
    if (!same && date->has_offset == start->has_offset)
        start_claim_set(&out->start[1], start, "start", start_text);
}

/* Sets the start from a date-time, which may be in another zone, and the local time of day. */
static void claim_clock(struct event_times *out, const struct timetable *t,
                        const struct datetime *date, const char *text, const struct datetime *clock,
                        const char *start)
{
    const struct datetime second = nearest(date, clock);
    start_claim_set(&out->start[0], date, "date", text);
    out->is_utc = date->has_offset && !date->offset_min && !t->zone;
    if (llabs(datetime_unix_s(&second) - datetime_unix_s(date)) >= 60)
        start_claim_set(&out->start[1], &second, "start", start);
}

/* A start in the morning may belong to the night after its day, if that does not end before. */
static void compare_day(struct event_times *out, const struct timetable *t,
                        const struct timetable_talk *e)
{
    AUTO_FREE char *text = plain_line(e->day.date);
    struct datetime day, when = out->start[0].when;
    if (!when.has_time || out->start[1].when.has_time || out->is_utc || !text ||
        !timetable_read_iso(&day, t, text))
        return;
    AUTO_FREE char *wanted = datetime_format_day(&day), *first = datetime_format_day(&when);
    datetime_add_days(&when, -1);
    AUTO_FREE char *night = datetime_format_day(&when);
    const bool over = out->day_end && datetime_unix_s(&out->start[0].when) >= out->day_end;
    if (strcmp(wanted, first) == 0 || (when.hour < 12 && !over && strcmp(wanted, night) == 0))
        return;
    when.year = day.year;
    when.month = day.month;
    when.day = day.day;
    start_claim_set(&out->start[1], &when, "day", text);
}

/* A time of day before its day begins is in the night after it, if the day lasts that long. */
static void move_to_night(struct datetime *when, const struct event_times *times)
{
    enum { DAY_S = 24 * 3600 };
    const int64_t start = datetime_unix_s(when);
    if (times->day_begin && start < times->day_begin && start + DAY_S < times->day_end)
        datetime_add_days(when, 1);
}

/* Reads the event's start: its own date-time, or else a date and the time of day; a time before
 * day_change_s is in the night after the day. If the file has neither, there is none. */
static int read_start(struct event_times *out, const struct timetable *t,
                      const struct timetable_talk *e, struct err *err)
{
    AUTO_FREE char *date = plain_line(e->date), *start = plain_line(e->start);
    AUTO_FREE char *day = plain_line(e->day.date);
    struct datetime own = {0}, on = {0}, clock = {0};
    const bool has_date = date && timetable_read_iso(&on, t, date);
    const bool has_own = start && timetable_read_iso(&own, t, start) && own.has_time;
    const bool has_clock = start && !has_own && datetime_parse_clock(&clock, start);
    if (on.has_time && has_own)
        claim_moments(out, &on, date, &own, start);
    else if (on.has_time && has_clock)
        claim_clock(out, t, &on, date, &clock, start);
    else if (on.has_time || has_own)
        start_claim_set(&out->start[0], on.has_time ? &on : &own, on.has_time ? "date" : "start",
                        on.has_time ? date : start);
    if (out->start[0].when.has_time)
        return 0;
    if (date && !has_date)
        return timetable_fail(t, e->where, "the event's date", date, TIMETABLE_DATE_FORM, err);
    if (start && !has_clock)
        return timetable_fail(t, e->where, "the event's start", start,
                              "a time such as \"09:00\", or \"2010-04-28T09:00:00+02:00\"", err);
    if (!date && day && !timetable_read_iso(&on, t, day))
        return timetable_fail(t, e->where, "the day's date", day, TIMETABLE_DATE_FORM, err);
    if (!start || !on.has_day)
        return 0;
    if (!date && datetime_clock_s(&clock) < t->day_change_s)
        datetime_add_days(&on, 1);
    struct datetime when = at_clock(t, &on, &clock);
    if (!date)
        move_to_night(&when, out);
    start_claim_set(&out->start[0], &when, date ? "date" : "start", date ? date : start);
    return 0;
}

/* The event's end, which belongs to the start start[*base]; false: it cannot be read. */
static bool read_end(struct datetime *out, size_t *base, const struct event_times *times,
                     const struct timetable *t, const char *text)
{
    struct datetime clock;
    *base = 0;
    if (timetable_read_iso(out, t, text) && out->has_time)
        return true;
    if (!datetime_parse_clock(&clock, text))
        return false;
    *base = times->start[1].when.has_time;
    *out = nearest(&times->start[*base].when, &clock);
    if (datetime_unix_s(out) < datetime_unix_s(&times->start[*base].when))
        datetime_add_days(out, 1);
    return true;
}

/* A length from the end. If there is a duration too, they must agree for one of the starts. */
static int read_length(struct event_times *out, const struct timetable *t,
                       const struct timetable_talk *e, const char *text, struct err *err)
{
    const int duration_s = out->length[0].s;
    struct datetime end;
    size_t base;
    if (!read_end(&end, &base, out, t, text))
        return duration_s >= 0
                   ? 0
                   : timetable_fail(t, e->where, "the event's end", text,
                                    "a date and time such as \"2010-04-28T09:00:00+02:00\"", err);
    const size_t other = out->start[1].when.has_time ? 1 - base : base;
    int64_t s = datetime_unix_s(&end) - datetime_unix_s(&out->start[base].when);
    const int64_t other_s = datetime_unix_s(&end) - datetime_unix_s(&out->start[other].when);
    if (duration_s > 0) {
        if (s && llabs(s - duration_s) >= 60 && llabs(other_s - duration_s) >= 60)
            length_claim_set(&out->length[1], s < 0 ? 0 : s, "end", text);
        return 0;
    }
    s = s < 0 ? other_s : s;
    if (s >= 0 && s <= DATETIME_MAX_DURATION_S)
        length_claim_set(&out->length[0], s, "end", text);
    else if (duration_s < 0)
        return timetable_fail(t, e->where, "the event's end", text,
                              "a time after its start, within seven days", err);
    return 0;
}

static int64_t read_moment(const struct timetable *t, const char *text)
{
    AUTO_FREE char *line = plain_line(text);
    struct datetime when;
    return line && timetable_read_iso(&when, t, line) && when.has_time ? datetime_unix_s(&when) : 0;
}

int timetable_read_times(struct event_times *out, const struct timetable *t,
                         const struct timetable_talk *e, struct err *err)
{
    int slot_s = 0;
    out->where = mem_strdup(e->where);
    out->day_begin = read_moment(t, e->day.begin);
    out->day_end = read_moment(t, e->day.end);
    if (read_start(out, t, e, err) < 0)
        return err->code;
    compare_day(out, t, e);
    AUTO_FREE char *duration = plain_line(e->duration), *until = plain_line(e->end);
    if (duration && !datetime_parse_duration(&slot_s, duration))
        return timetable_fail(t, e->where, "the event's duration", duration,
                              "hours and minutes, \"00:50\", at most 168:00", err);
    if (duration)
        length_claim_set(&out->length[0], slot_s, "duration", duration);
    return until && out->start[0].when.has_time ? read_length(out, t, e, until, err) : 0;
}
