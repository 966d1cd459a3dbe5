#include "datetime.h"

#include <ctype.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "attr.h"
#include "mem.h"

/* Reads up to nb digits at *p and moves *p after them; -1: there is none. */
static int digits(const char **p, int nb)
{
    if (!isdigit((unsigned char)**p))
        return -1;
    int v = 0;
    for (; nb > 0 && isdigit((unsigned char)**p); nb--)
        v = v * 10 + *(*p)++ - '0';
    return v;
}

bool datetime_is_day(int year, int month, int day)
{
    return year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= 31 &&
           g_date_valid_dmy((GDateDay)day, (GDateMonth)month, (GDateYear)year);
}

static const char *const months[] = {"January",   "February", "March",    "April",
                                     "May",       "June",     "July",     "August",
                                     "September", "October",  "November", "December"};

const char *datetime_month_name(int month)
{
    return month >= 1 && month <= 12 ? months[month - 1] : NULL;
}

int datetime_month_by_name(const char *letters, size_t nb)
{
    for (int i = 0; nb >= 3 && i < 12; i++)
        if (strncasecmp(letters, months[i], nb) == 0)
            return i + 1;
    return 0;
}

bool datetime_is_valid(const struct datetime *w)
{
    if (w->has_day &&
        (w->year < 1900 || w->year > 2999 || !datetime_is_day(w->year, w->month, w->day)))
        return false;
    if (w->has_time && (w->hour < 0 || w->hour > 23 || w->minute < 0 || w->minute > 59 ||
                        w->second < 0 || w->second > 60))
        return false;
    return !w->has_offset || (w->offset_min > -24 * 60 && w->offset_min < 24 * 60);
}

/* "Z", "+02:00", "-0700", "+02"; anything else is left, and there is no offset. */
static bool parse_offset(struct datetime *w, const char **p)
{
    const char sign = **p;
    if (sign == 'Z' || sign == 'z') {
        (*p)++;
        w->has_offset = true;
        return true;
    }
    if (sign != '+' && sign != '-')
        return true;
    (*p)++;
    const char *begin = *p;
    const int hours = digits(p, 2);
    if (*p - begin != 2)
        return false;
    *p += **p == ':';
    const int minutes = isdigit((unsigned char)**p) ? digits(p, 2) : 0;
    if (minutes > 59)
        return false;
    w->offset_min = (sign == '-' ? -1 : 1) * (hours * 60 + minutes);
    w->has_offset = true;
    return true;
}

/* Not g_date_time_new_from_iso8601: that refuses a day alone, a time without seconds, a month or an
 * hour of one digit and a space before the offset, all of which programmes have, and accepts week
 * dates, days of the year and dates without hyphens, which in a programme are rather mistakes. */
bool datetime_parse_iso(struct datetime *out, const char *text)
{
    struct datetime w = {.has_day = true};
    const char *p = text;
    w.year = digits(&p, 4);
    if (p - text != 4 || *p++ != '-' || (w.month = digits(&p, 2)) < 0 || *p++ != '-' ||
        (w.day = digits(&p, 2)) < 0)
        return false;
    if (*p == 'T' || *p == 't' || *p == ' ') {
        p++;
        w.has_time = true;
        w.hour = digits(&p, 2);
        if (*p++ != ':' || (w.minute = digits(&p, 2)) < 0)
            return false;
        if (*p == ':') {
            p++;
            w.second = digits(&p, 2);
        }
        if (*p == '.' || *p == ',')
            p += 1 + strspn(p + 1, "0123456789");
        p += *p == ' ';
        if (!parse_offset(&w, &p))
            return false;
    }
    if (*p || !datetime_is_valid(&w))
        return false;
    *out = w;
    return true;
}

/* "am", "p.m."; without them the hour stays. */
static bool parse_half(int *hour, const char **p)
{
    const char half = (char)tolower((unsigned char)**p);
    if (half != 'a' && half != 'p')
        return true;
    (*p)++;
    *p += **p == '.';
    if (tolower((unsigned char)**p) != 'm' || *hour < 1 || *hour > 12)
        return false;
    (*p)++;
    *p += **p == '.';
    *hour = *hour % 12 + (half == 'p' ? 12 : 0);
    return true;
}

bool datetime_parse_clock(struct datetime *out, const char *text)
{
    struct datetime w = {.has_time = true};
    const char *p = text;
    w.hour = digits(&p, 2);
    if (w.hour < 0)
        return false;
    bool marked = *p && strchr(":.hH", *p);
    if (marked) {
        const bool h = tolower((unsigned char)*p++) == 'h';
        const char *begin = p;
        w.minute = h && !*p ? 0 : digits(&p, 2);
        if (w.minute < 0 || (*begin && p - begin != 2))
            return false;
        if (*p == ':') {
            p++;
            w.second = digits(&p, 2);
        }
    }
    p += strspn(p, " ");
    marked = marked || isalpha((unsigned char)*p);
    if (!parse_half(&w.hour, &p) || *p || !marked || !datetime_is_valid(&w))
        return false;
    out->hour = w.hour;
    out->minute = w.minute;
    out->second = w.second;
    out->has_time = true;
    return true;
}

char *datetime_format_day(const struct datetime *w)
{
    return w->has_day ? mem_printf("%04d-%02d-%02d", w->year, w->month, w->day) : NULL;
}

char *datetime_format(const struct datetime *w)
{
    if (!w->has_day || !w->has_time)
        return NULL;
    char offset[32] = "";
    const int abs_min = w->offset_min < 0 ? -w->offset_min : w->offset_min;
    if (w->has_offset)
        snprintf(offset, sizeof offset, "%c%02d:%02d", w->offset_min < 0 ? '-' : '+', abs_min / 60,
                 abs_min % 60);
    return mem_printf("%04d-%02d-%02dT%02d:%02d:%02d%s", w->year, w->month, w->day, w->hour,
                      w->minute, w->second, offset);
}

int datetime_clock_s(const struct datetime *w)
{
    return (w->hour * 60 + w->minute) * 60 + w->second;
}

int64_t datetime_unix_s(const struct datetime *w)
{
    struct tm tm = {.tm_year = w->year - 1900,
                    .tm_mon = w->month - 1,
                    .tm_mday = w->day,
                    .tm_hour = w->hour,
                    .tm_min = w->minute - (w->has_offset ? w->offset_min : 0),
                    .tm_sec = w->second};
    return timegm(&tm);
}

void datetime_add_days(struct datetime *w, int nb_days)
{
    struct tm tm = {.tm_year = w->year - 1900, .tm_mon = w->month - 1, .tm_mday = w->day + nb_days};
    timegm(&tm); /* normalises the date */
    w->year = tm.tm_year + 1900;
    w->month = tm.tm_mon + 1;
    w->day = tm.tm_mday;
}

void datetime_add_s(struct datetime *w, int64_t nb_s)
{
    struct datetime local = *w;
    local.has_offset = false;
    const time_t then = (time_t)(datetime_unix_s(&local) + nb_s);
    struct tm tm;
    gmtime_r(&then, &tm);
    w->year = tm.tm_year + 1900;
    w->month = tm.tm_mon + 1;
    w->day = tm.tm_mday;
    w->hour = tm.tm_hour;
    w->minute = tm.tm_min;
    w->second = tm.tm_sec;
}

/* Zones. */

static void zone_unref(GTimeZone **zone)
{
    if (*zone)
        g_time_zone_unref(*zone);
}
#define AUTO_ZONE ATTR_CLEANUP(zone_unref) GTimeZone

static void date_time_unref(GDateTime **dt)
{
    if (*dt)
        g_date_time_unref(*dt);
}
#define AUTO_DATE_TIME ATTR_CLEANUP(date_time_unref) GDateTime

/* NULL: there is no such zone. GLib opens the name as a path below the zone files, so only names of
 * the form of a zone are passed to it. */
static GTimeZone *zone_open(const char *name)
{
    if (!isupper((unsigned char)*name))
        return NULL;
    for (const char *p = name; *p; p++)
        if (!isalnum((unsigned char)*p) && !strchr("_+-/", *p))
            return NULL;
    return g_time_zone_new_identifier(name);
}

bool datetime_is_zone(const char *zone)
{
    AUTO_ZONE *tz = zone_open(zone);
    return tz != NULL;
}

void datetime_set_zone(struct datetime *w, const char *zone)
{
    if (!zone || !w->has_day || !w->has_time || w->offset_min)
        return;
    AUTO_ZONE *local = zone_open(zone);
    AUTO_ZONE *own = w->has_offset ? g_time_zone_new_utc() : local ? g_time_zone_ref(local) : NULL;
    AUTO_DATE_TIME *dt = local ? g_date_time_new(own, w->year, w->month, w->day, w->hour, w->minute,
                                                 w->second > 59 ? 59 : w->second)
                               : NULL;
    AUTO_DATE_TIME *there = dt ? g_date_time_to_timezone(dt, local) : NULL;
    if (!there)
        return;
    *w = (struct datetime){.year = g_date_time_get_year(there),
                           .month = g_date_time_get_month(there),
                           .day = g_date_time_get_day_of_month(there),
                           .hour = g_date_time_get_hour(there),
                           .minute = g_date_time_get_minute(there),
                           .second = g_date_time_get_second(there),
                           .offset_min =
                               (int)(g_date_time_get_utc_offset(there) / G_TIME_SPAN_MINUTE),
                           .has_day = true,
                           .has_time = true,
                           .has_offset = true};
}

bool datetime_parse_duration(int *out_s, const char *text)
{
    int parts[3] = {0}; /* hours, minutes, seconds */
    const char *p = text;
    for (int i = 0; i < 3; i++) {
        const char *begin = p;
        parts[i] = digits(&p, i ? 2 : 3);
        if (parts[i] < 0 || (i && (p - begin != 2 || parts[i] > 59)))
            return false;
        if (i && !*p)
            break;
        if (i == 2 || *p++ != ':')
            return false;
    }
    const int s = (parts[0] * 60 + parts[1]) * 60 + parts[2];
    if (s > DATETIME_MAX_DURATION_S)
        return false;
    *out_s = s;
    return true;
}
