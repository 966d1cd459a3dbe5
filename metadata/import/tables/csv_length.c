#include "csv_length.h"

#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "csv_table.h"
#include "mem.h"
#include "str.h"

enum {
    MAX_NUMBER_DIGITS = 6,
    MAX_PLANNED_H = 12,        /* "13:00" is rather minutes and seconds */
    MAX_TIMETABLE_H = 3,       /* the same where minutes and seconds are the usual form */
    LEAST_S_NUMBER = 60,       /* a column of seconds has none below, */
    MOST_MIN_NUMBER = 24 * 60, /* and one above */
};

/* "45", "1.5", "0,75": moves *p after the number. Negative: there is none. */
static double take_number(const char **p)
{
    const size_t nb = strspn(*p, "0123456789");
    if (nb < 1 || nb > MAX_NUMBER_DIGITS)
        return -1;
    double v = atoi(*p), unit = 1;
    *p += nb;
    if ((**p == '.' || **p == ',') && isdigit((unsigned char)(*p)[1]))
        for ((*p)++; isdigit((unsigned char)**p); (*p)++)
            v += (**p - '0') * (unit /= 10);
    return v;
}

/* The seconds of the unit at *p, and moves *p after it; 0: there is none. */
static int take_unit(const char **p)
{
    static const struct {
        const char *name;
        int seconds;
    } units[] = {{"hours", 3600}, {"hour", 3600},    {"hrs", 3600},    {"hr", 3600},
                 {"h", 3600},     {"stunden", 3600}, {"stunde", 3600}, {"std", 3600},
                 {"minuten", 60}, {"minutes", 60},   {"minute", 60},   {"mins", 60},
                 {"min", 60},     {"m", 60},         {"'", 60},        {"’", 60},
                 {"′", 60},       {"seconds", 1},    {"secs", 1},      {"sec", 1},
                 {"s", 1}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (str_starts(*p, units[i].name)) {
            *p += strlen(units[i].name);
            *p += **p == '.';
            return units[i].seconds;
        }
    return 0;
}

/* Between two numbers with units: "1 hour and 30 minutes", "1 h, 30 min". */
static void skip_joint(const char **p)
{
    *p += strspn(*p, " ,");
    if (str_starts(*p, "and "))
        *p += strlen("and ");
}

int csv_parse_units(bool *out_seconds, const char *text)
{
    AUTO_FREE char *s = mem_strdup(text);
    for (char *c = s; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    double sum = 0;
    int last = 0;
    *out_seconds = false;
    for (const char *p = s + (str_starts(s, "pt") ? 2 : 0); *p; skip_joint(&p)) {
        const double v = take_number(&p);
        p += strspn(p, " ");
        int unit = take_unit(&p);
        if (!unit && last == 3600 && !*p)
            unit = 60; /* "1h30" */
        if (v < 0 || !unit || (last && unit >= last))
            return -1;
        last = unit;
        sum += v * unit;
        *out_seconds = *out_seconds || unit == 1;
    }
    return last && sum <= CSV_MAX_LENGTH_S ? (int)lround(sum) : -1;
}

/* Two numbers with a colon: "25:07". */
static bool is_two(const char *text)
{
    const size_t nb = strspn(text, "0123456789");
    return nb > 0 && nb <= 3 && text[nb] == ':' && isdigit((unsigned char)text[nb + 1]) &&
           isdigit((unsigned char)text[nb + 2]) && !text[nb + 3];
}

/* A number alone; negative: the text is something else. */
static double lone_number(const char *text)
{
    const double v = take_number(&text);
    return *text ? -1 : v;
}

/* "1:30 h", "0:45 hours": hours and minutes, without the unit. NULL: something else. */
static char *strip_hours(const char *text)
{
    const char *p = text + strspn(text, "0123456789:");
    const char *unit = p + strspn(p, " ");
    if (!strchr(text, ':') || tolower((unsigned char)*unit) != 'h')
        return NULL;
    AUTO_FREE char *two = mem_printf("%.*s", (int)(p - text), text);
    return is_two(two) ? mem_take(&two) : NULL;
}

/* A column's cells in brief. */
struct survey {
    int most_before_colon; /* of two numbers */
    bool all_five;         /* two numbers: whole five minutes, if they are hours and minutes */
    bool any_two;
    bool any_fraction;  /* among numbers alone, */
    double least, most; /* whose range this is */
};

static void survey(struct survey *out, const struct csv_table *table, int at)
{
    *out = (struct survey){.all_five = true, .least = INFINITY};
    for (size_t i = 1; i < table->nb_rows; i++) {
        const char *text = table->rows[i].fields[at];
        const double v = lone_number(text);
        if (is_two(text)) {
            const int before = atoi(text);
            out->any_two = true;
            out->most_before_colon =
                before > out->most_before_colon ? before : out->most_before_colon;
            out->all_five = out->all_five && atoi(strchr(text, ':') + 1) % 5 == 0;
        } else if (v >= 0) {
            out->least = v < out->least ? v : out->least;
            out->most = v > out->most ? v : out->most;
            out->any_fraction = out->any_fraction || v != floor(v);
        }
    }
}

void csv_lengths_decide(struct csv_lengths *out, const struct csv_table *table, int at,
                        enum csv_column kind, enum csv_unit unit, bool timetable)
{
    struct survey s;
    survey(&s, table, at);
    *out = (struct csv_lengths){.always_listed = kind == COL_LISTED};
    if (kind == COL_SLOT)
        out->h_mm = s.most_before_colon <= MAX_PLANNED_H;
    else if (kind == COL_LENGTH)
        out->h_mm = timetable && s.most_before_colon <= MAX_TIMETABLE_H && s.all_five;
    out->maybe_h_mm = kind == COL_LENGTH && unit == UNIT_NONE && !out->h_mm && s.any_two &&
                      s.most_before_colon <= MAX_TIMETABLE_H && s.all_five;
    if (unit == UNIT_H_MM || unit == UNIT_MM_SS)
        out->h_mm = unit == UNIT_H_MM;
    const bool seconds = s.most > MOST_MIN_NUMBER && s.least >= LEAST_S_NUMBER;
    const bool hours = s.any_fraction && s.most <= MAX_PLANNED_H;
    out->number_s = seconds ? 1 : hours ? 3600 : 60;
    if (unit == UNIT_SECONDS || unit == UNIT_MINUTES || unit == UNIT_HOURS)
        out->number_s = unit == UNIT_SECONDS ? 1 : unit == UNIT_MINUTES ? 60 : 3600;
    else if (kind == COL_LISTED)
        out->number_s = 0;
    out->never_listed = kind == COL_SLOT && out->h_mm && out->number_s != 1;
}

/* The length, and in *out_seconds whether it is given to the second. */
static double read_length(bool *out_seconds, const struct csv_lengths *how, const char *text)
{
    AUTO_FREE char *hours = strip_hours(text);
    const double v = lone_number(text);
    const int units = csv_parse_units(out_seconds, text);
    if (units >= 0)
        return units;
    if (v > 0 && v < 1 && strlen(text) > 4)
        return v * CSV_MAX_LENGTH_S; /* Excel's part of a day */
    if (v >= 0)
        return how->number_s ? v * how->number_s : -1;
    const bool two = is_two(text);
    AUTO_FREE char *h_mm =
        hours || (two && how->h_mm) ? mem_printf("%s:00", hours ? hours : text) : NULL;
    *out_seconds = !h_mm;
    int64_t ms;
    if (!strchr(text, ':') || strchr(text, '.') || !clock_parse_ms(h_mm ? h_mm : text, &ms))
        return -1;
    const int64_t s = ms / 1000;
    return (double)s;
}

int csv_length_s(bool *out_listed, const struct csv_lengths *how, const char *text)
{
    bool seconds;
    const double v = read_length(&seconds, how, text);
    const int s = v <= CSV_MAX_LENGTH_S ? (int)lround(v) : -1;
    seconds = seconds || (how->number_s == 1 && lone_number(text) >= 0 && s % 60);
    *out_listed = how->always_listed || (seconds && !how->never_listed);
    return s;
}
