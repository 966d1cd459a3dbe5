#include "when.h"

#include <ctype.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "mem.h"

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

/* NULL where there is no such zone. glib takes the name for a path below the zone files: what is
 * not of a zone's form must not get there. */
static GTimeZone *zone_open(const char *name)
{
    if (!isupper((unsigned char)*name))
        return NULL;
    for (const char *p = name; *p; p++)
        if (!isalnum((unsigned char)*p) && !strchr("_+-/", *p))
            return NULL;
    return g_time_zone_new_identifier(name);
}

bool when_is_zone(const char *zone)
{
    AUTO_ZONE *tz = zone_open(zone);
    return tz != NULL;
}

/* Reads the n digits at *p, or up to n where at_least is less, and moves behind them. */
static bool read_digits(int *out, const char **p, int at_least, int n)
{
    int nb = 0, value = 0;
    for (; nb < n && isdigit((unsigned char)**p); nb++)
        value = value * 10 + (*(*p)++ - '0');
    *out = value;
    return nb >= at_least && !isdigit((unsigned char)**p);
}

/* Hours, minutes and, where they stand, seconds. Returns what follows, NULL at anything else. */
static const char *read_hms(int *out_s, const char *text)
{
    int h, m, s = 0;
    const char *p = text;
    if (!read_digits(&h, &p, 1, 3) || *p++ != ':' || !read_digits(&m, &p, 2, 2) || m > 59)
        return NULL;
    if (*p == ':') {
        p++;
        if (!read_digits(&s, &p, 2, 2) || s > 59)
            return NULL;
    }
    *out_s = h * 3600 + m * 60 + s;
    return p;
}

bool when_read_clock(int *out_s, const char *text)
{
    int s;
    const char *end = read_hms(&s, text);
    if (!end || *end || s >= 24 * 3600)
        return false;
    *out_s = s;
    return true;
}

bool when_read_duration(int *out_s, const char *text)
{
    int s;
    const char *end = read_hms(&s, text);
    if (!end || *end || s > WHEN_MAX_DURATION_S)
        return false;
    *out_s = s;
    return true;
}

/* Reads "2010-04-28" at *p and moves behind it; the date may be one that no calendar has. */
static bool read_ymd(int ymd[3], const char **p)
{
    return read_digits(&ymd[0], p, 4, 4) && *(*p)++ == '-' && read_digits(&ymd[1], p, 2, 2) &&
           *(*p)++ == '-' && read_digits(&ymd[2], p, 2, 2);
}

/* Reads the zone's mark at the end: nothing, "Z", "+01:00", "+0100" or "+01". */
static bool read_offset(bool *given, int *offset_s, const char *p)
{
    *given = *p;
    *offset_s = 0;
    if (!*p || strcmp(p, "Z") == 0 || strcmp(p, "z") == 0)
        return true;
    const int sign = *p == '+' ? 1 : *p == '-' ? -1 : 0;
    if (!sign)
        return false;
    int h, m = 0;
    const size_t nb = strspn(p + 1, "0123456789:");
    if (p[1 + nb] || (nb != 2 && nb != 4 && nb != 5) ||
        sscanf(p + 1, nb == 4 ? "%2d%2d" : "%2d:%2d", &h, &m) < (nb == 2 ? 1 : 2) || h > 23 ||
        m > 59)
        return false;
    *offset_s = sign * (h * 3600 + m * 60);
    return true;
}

static bool put(struct when *out, GDateTime *dt, bool has_offset)
{
    if (!dt || g_date_time_get_year(dt) < 1000)
        return false;
    gchar *text = g_date_time_format(dt, has_offset ? "%Y-%m-%dT%H:%M:%S%:z" : "%Y-%m-%dT%H:%M:%S");
    const bool fits = text && strlen(text) < sizeof out->text;
    if (fits) {
        snprintf(out->text, sizeof out->text, "%s", text);
        out->unix_s = g_date_time_to_unix(dt);
    }
    g_free(text);
    return fits;
}

bool when_read(struct when *out, const char *text, const char *zone)
{
    int ymd[3], time_s, offset_s;
    bool given;
    const char *p = text;
    if (!read_ymd(ymd, &p) || (*p != 'T' && *p != 't' && *p != ' '))
        return false;
    p = read_hms(&time_s, p + 1);
    if (!p || time_s >= 24 * 3600)
        return false;
    if (*p == '.')
        p += 1 + strspn(p + 1, "0123456789");
    if (!read_offset(&given, &offset_s, p))
        return false;
    AUTO_ZONE *local = zone ? zone_open(zone) : NULL;
    AUTO_ZONE *own = given   ? g_time_zone_new_offset(offset_s)
                     : local ? g_time_zone_ref(local)
                             : g_time_zone_new_utc();
    AUTO_DATE_TIME *dt =
        g_date_time_new(own, ymd[0], ymd[1], ymd[2], time_s / 3600, time_s / 60 % 60, time_s % 60);
    if (!dt || !given || offset_s || !local)
        return put(out, dt, given || local);
    AUTO_DATE_TIME *there = g_date_time_to_timezone(dt, local);
    return put(out, there, true);
}

bool when_combine(struct when *out, const char *date, const char *time, const char *zone)
{
    int s;
    if (!when_read_clock(&s, time))
        return false;
    AUTO_FREE char *text = mem_printf("%sT%d:%02d:%02d", date, s / 3600, s / 60 % 60, s % 60);
    return when_read(out, text, zone);
}

bool when_read_date(char out[WHEN_DATE_BYTES], const char *text, const char *zone, int nb_days)
{
    struct when when;
    AUTO_FREE char *midnight = mem_printf("%sT00:00", text);
    if (!when_read(&when, midnight, NULL) && !when_read(&when, text, zone))
        return false;
    int ymd[3];
    const char *p = when.text;
    if (!read_ymd(ymd, &p))
        return false;
    AUTO_DATE_TIME *day = g_date_time_new_utc(ymd[0], ymd[1], ymd[2], 0, 0, 0);
    AUTO_DATE_TIME *then = day ? g_date_time_add_days(day, nb_days) : NULL;
    if (!then)
        return false;
    gchar *text_then = g_date_time_format(then, "%Y-%m-%d");
    const bool fits = text_then && strlen(text_then) < WHEN_DATE_BYTES;
    if (fits)
        snprintf(out, WHEN_DATE_BYTES, "%s", text_then);
    g_free(text_then);
    return fits;
}
