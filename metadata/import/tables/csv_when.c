#include "csv_when.h"

#include <ctype.h>
#include <glib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "mem.h"
#include "str.h"

enum {
    MIN_SERIAL = 20000, /* 1954 */
    MAX_SERIAL = 80000, /* 2119 */
    DAY_S = 24 * 3600,
};

/* What is being read. */
struct scan {
    struct csv_when *when;
    const char *p;
    int year, month, day; /* 0: not seen yet */
    int nb_clocks;
    bool iso;   /* a "T" between date and time: what follows the time is an offset */
    bool range; /* a dash after the first time */
    bool half;  /* the first time said am or pm */
};

static bool is_letter(char c)
{
    return isalpha((unsigned char)c) || (unsigned char)c >= 0x80;
}

/* --- serial days ------------------------------------------------------------------------------ */

static void set_clock(struct datetime *out, int seconds)
{
    out->hour = seconds / 3600;
    out->minute = seconds / 60 % 60;
    out->second = seconds % 60;
    out->has_time = true;
}

/* A sheet whose cells lost their format has days since 1899-12-30, with the time as a fraction. */
static bool parse_serial(struct csv_when *out, const char *text)
{
    const size_t nb = strspn(text, "0123456789");
    const char *fraction = text[nb] == '.' || text[nb] == ',' ? text + nb + 1 : NULL;
    if (nb < 1 || nb > 5 || (!fraction && text[nb]) ||
        (fraction && (!*fraction || fraction[strspn(fraction, "0123456789")])))
        return false;
    const int days = atoi(text);
    double part = 0, unit = 1;
    for (const char *p = fraction; p && *p; p++)
        part += (*p - '0') * (unit /= 10);
    if (days ? days < MIN_SERIAL || days > MAX_SERIAL : !fraction)
        return false;
    int seconds = (int)lround(part * DAY_S);
    if (abs((seconds + 30) / 60 * 60 - seconds) <= 1)
        seconds = (seconds + 30) / 60 * 60; /* few digits are kept of it */
    if (seconds >= DAY_S)
        return false;
    if (days) {
        out->start = (struct datetime){.year = 1899, .month = 12, .day = 30, .has_day = true};
        datetime_add_days(&out->start, days);
    }
    if (fraction)
        set_clock(&out->start, seconds);
    return true;
}

/* --- times of day ----------------------------------------------------------------------------- */

/* "Z", "+02:00", "-0700" after a time. A dash without "T" before the time begins a range. */
static bool take_offset(struct scan *s)
{
    const char *p = s->p + strspn(s->p, " ");
    struct datetime *when = &s->when->start;
    if ((*p == 'Z' || *p == 'z') && !is_letter(p[1])) {
        s->p = p + 1;
        when->has_offset = true;
        return true;
    }
    if (*p != '+' && !(*p == '-' && s->iso))
        return true;
    const size_t nb = strspn(p + 1, "0123456789:");
    AUTO_FREE char *word = mem_printf("UTC%.*s", (int)nb + 1, p);
    s->p = p + 1 + nb;
    when->has_offset = csv_parse_offset(&when->offset_min, word);
    return when->has_offset;
}

/* "1:00 - 2:00 PM": the half of the day is said once. */
static void share_half(struct scan *s, bool half)
{
    struct datetime *start = &s->when->start;
    const struct datetime *end = &s->when->end;
    if (half && !s->half && end->hour >= 12 && start->hour < 12 &&
        datetime_clock_s(start) + DAY_S / 2 <= datetime_clock_s(end))
        start->hour += 12;
}

/* "9:00", "09:00:30", "9.30pm", "18h30", "9 AM". */
static bool take_clock(struct scan *s)
{
    size_t nb = strspn(s->p, "0123456789:.hH");
    if (nb > 3 && tolower((unsigned char)s->p[nb - 1]) == 'h')
        nb--; /* "9:00h" */
    const char *after = s->p + nb, *half = after + strspn(after, " ");
    const size_t dot = half[0] && half[1] == '.';
    const bool halved = half[0] && strchr("aApP", half[0]) &&
                        tolower((unsigned char)half[1 + dot]) == 'm' && !is_letter(half[2 + dot]);
    AUTO_FREE char *clock = mem_printf("%.*s", (int)nb, s->p);
    char *point = strchr(clock, ':') ? strchr(clock, '.') : NULL;
    if (point)
        *point = '\0'; /* a part of a second */
    AUTO_FREE char *with_half = mem_printf("%s %cm", clock, *half);
    struct datetime *out = s->nb_clocks ? &s->when->end : &s->when->start;
    if (s->nb_clocks > 1 || (s->nb_clocks == 1 && !s->range) ||
        (!(halved && datetime_parse_clock(out, with_half)) && /* "14:00 PM" is 14:00 */
         !datetime_parse_clock(out, clock)))
        return false;
    s->p = halved ? half + 2 + dot + (dot && half[3] == '.') : after;
    s->p += tolower((unsigned char)*s->p) == 'h' && !is_letter(s->p[1]);
    if (s->nb_clocks++) {
        s->when->has_end = true;
        share_half(s, halved);
        return true;
    }
    s->half = halved;
    return take_offset(s);
}

bool csv_parse_offset(int *out_min, const char *text)
{
    for (const char *p = text; *p; p++) {
        if (strncasecmp(p, "UTC", 3) != 0 && strncasecmp(p, "GMT", 3) != 0)
            continue;
        p += 3;
        p += strspn(p, " ");
        const int sign = *p == '-' ? -1 : 1;
        if (*p != '-' && *p != '+') {
            *out_min = 0;
            return true;
        }
        p++;
        const size_t nb = strspn(p, "0123456789");
        const int v = nb > 0 && nb <= 4 ? atoi(p) : -1;
        int minutes = nb > 2 ? v / 100 * 60 + v % 100 : v * 60;
        if (nb <= 2 && p[nb] == ':' && strspn(p + nb + 1, "0123456789") == 2)
            minutes += atoi(p + nb + 1);
        *out_min = sign * minutes;
        return v >= 0 && minutes < 16 * 60;
    }
    return false;
}

/* --- words ------------------------------------------------------------------------------------ */

/* The weekday whose name begins with the letters, from 1 for Monday; 0: none. */
static int weekday_by_name(const char *word)
{
    static const char *const days[] = {"monday",     "tuesday", "wednesday", "thursday", "friday",
                                       "saturday",   "sunday",  "montag",    "dienstag", "mittwoch",
                                       "donnerstag", "freitag", "samstag",   "sonntag"};
    static const char *const short_days[] = {"mo", "di", "mi", "do", "fr", "sa", "so"};
    const size_t nb = strlen(word);
    for (int i = 0; nb >= 3 && i < 14; i++)
        if (strncasecmp(word, days[i], nb) == 0)
            return i % 7 + 1;
    for (int i = 0; nb == 2 && i < 7; i++)
        if (strcasecmp(word, short_days[i]) == 0)
            return i + 1;
    return strcasecmp(word, "sonnabend") == 0 ? 6 : strcasecmp(word, "weds") == 0 ? 3 : 0;
}

/* A month in English, or in German, French or Spanish by the letters that differ. */
static int month_by_name(const char *word)
{
    static const struct {
        const char *begin;
        int month;
    } others[] = {{"janu", 1}, {"janv", 1},  {"ener", 1}, {"febr", 2},  {"fevr", 2},
                  {"marz", 3}, {"mrz", 3},   {"mars", 3}, {"abri", 4},  {"avri", 4},
                  {"mai", 5},  {"mayo", 5},  {"juni", 6}, {"juin", 6},  {"juli", 7},
                  {"juil", 7}, {"agos", 8},  {"aout", 8}, {"sept", 9},  {"okt", 10},
                  {"oct", 10}, {"novi", 11}, {"dez", 12}, {"dici", 12}, {"dece", 12}};
    const int month = datetime_month_by_name(word, strlen(word));
    if (month)
        return month;
    AUTO_FREE char *plain = g_str_to_ascii(word, "C");
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strncasecmp(plain, others[i].begin, strlen(others[i].begin)) == 0)
            return others[i].month;
    return 0;
}

static bool take_zone(struct scan *s, const char *word)
{
    if (strcasecmp(word, "utc") != 0 && strcasecmp(word, "gmt") != 0) {
        for (const char *c = word; *c; c++)
            if (!isupper((unsigned char)*c))
                return false;
        return strlen(word) >= 3 && strlen(word) <= 5; /* "CEST": local time */
    }
    const size_t nb = *s->p == '+' || *s->p == '-' ? strspn(s->p, "+-0123456789:") : 0;
    AUTO_FREE char *zone = mem_printf("UTC%.*s", (int)nb, s->p);
    s->p += nb;
    s->when->start.has_offset = csv_parse_offset(&s->when->start.offset_min, zone);
    return s->when->start.has_offset;
}

static bool take_word(struct scan *s)
{
    static const char *const fillers[] = {"at", "on", "the", "of", "um", "uhr", "den", "de", NULL};
    static const char *const ranges[] = {"to", "bis", "until", "till", "–", "—", NULL};
    size_t nb = 0;
    while (is_letter(s->p[nb]))
        nb++;
    AUTO_FREE char *word = mem_printf("%.*s", (int)nb, s->p);
    s->p += nb;
    const bool has_date = s->day || s->when->paired;
    if (str_is_one_of(word, ranges)) {
        s->range = s->nb_clocks == 1;
        return s->range;
    }
    if (str_is_one_of(word, fillers))
        return true;
    if (has_date && !s->nb_clocks && strcasecmp(word, "T") == 0) {
        s->iso = true;
        return true;
    }
    const int month = s->month ? 0 : month_by_name(word), weekday = weekday_by_name(word);
    if (month) {
        s->month = month;
    } else if (weekday && !s->when->weekday) {
        s->when->weekday = weekday;
    } else if (!s->nb_clocks &&
               (strcasecmp(word, "noon") == 0 || strcasecmp(word, "midday") == 0)) {
        set_clock(&s->when->start, DAY_S / 2);
        s->nb_clocks++;
    } else if (strcasecmp(word, "day") == 0 || strcasecmp(word, "tag") == 0) {
        s->p += strspn(s->p, " 0123456789");
        s->when->incomplete = true;
    } else {
        return s->nb_clocks && take_zone(s, word);
    }
    s->p += *s->p == '.';
    return true;
}

/* --- dates ------------------------------------------------------------------------------------ */

static int full_year(int year, size_t nb_digits)
{
    return nb_digits == 2 ? year + (year < 70 ? 2000 : 1900) : year;
}

/* "27/9/2014", "2014-09-26", "27.9.", "9/27": at the first mark. */
static bool take_numeric_date(struct scan *s)
{
    const char *p = s->p;
    int v[3] = {0};
    size_t nb[3] = {0}, count = 0;
    const char mark = p[strspn(p, "0123456789")];
    while (count < 3 && isdigit((unsigned char)*p)) {
        nb[count] = strspn(p, "0123456789");
        if (nb[count] > 4)
            return false;
        v[count] = atoi(p);
        p += nb[count++];
        if (*p != mark)
            break;
        p++;
    }
    if (count < 2 || s->day || s->month || nb[1] > 2)
        return false;
    s->p = p;
    if (count == 2) {
        s->when->incomplete = true;
        return nb[0] <= 2;
    }
    if (nb[0] == 4) {
        s->year = v[0];
        s->month = v[1];
        s->day = v[2];
        return nb[2] <= 2;
    }
    if (nb[0] > 2 || (nb[2] != 4 && nb[2] != 2))
        return false;
    s->year = full_year(v[2], nb[2]);
    if (mark == '.' || v[0] == v[1]) {
        s->day = v[0];
        s->month = v[1];
        return true;
    }
    s->when->paired = true;
    s->when->pair[0] = v[0];
    s->when->pair[1] = v[1];
    return true;
}

/* "20251016", a whole cell. */
static bool take_compact_date(struct scan *s)
{
    const int v = atoi(s->p);
    s->year = v / 10000;
    s->month = v / 100 % 100;
    s->day = v % 100;
    s->p += 8;
    return !*s->p || *s->p == 'T';
}

/* "T093000Z" after such a date. */
static bool take_compact_clock(struct scan *s)
{
    const int v = atoi(s->p);
    set_clock(&s->when->start, v / 10000 * 3600 + v / 100 % 100 * 60 + v % 100);
    s->nb_clocks++;
    s->p += 6;
    return v / 10000 < 24 && v / 100 % 100 < 60 && v % 100 < 60 && take_offset(s);
}

/* A number alone: the day beside a month's name, the year, or "0930". */
static bool take_plain_number(struct scan *s, size_t nb)
{
    static const char *const ordinals[] = {"st", "nd", "rd", "th", "er", NULL};
    const int v = atoi(s->p);
    AUTO_FREE char *suffix = mem_printf("%.2s", s->p + nb);
    if (nb == 4 && !s->nb_clocks && !s->p[4] && (s->year || (!s->day && !s->month))) {
        set_clock(&s->when->start, v / 100 * 3600 + v % 100 * 60);
        s->nb_clocks++;
        s->p += nb;
        return v < 2400 && v % 100 < 60;
    }
    if (nb <= 2 && !s->day) {
        s->day = v;
        s->p += nb + (str_is_one_of(suffix, ordinals) ? 2 : 0);
        s->p += *s->p == '.';
        return true;
    }
    if ((nb != 4 && (nb != 2 || !s->month)) || s->year)
        return false;
    s->year = full_year(v, nb);
    s->p += nb;
    return true;
}

static bool take_number(struct scan *s)
{
    const size_t nb = strspn(s->p, "0123456789");
    const char *p = s->p + nb;
    const size_t next = *p ? strspn(p + 1, "0123456789") : 0;
    const char *half = p + strspn(p, " ");
    if (nb == 8 && !s->day && !s->month)
        return take_compact_date(s);
    if (nb == 6 && s->iso && !s->nb_clocks)
        return take_compact_clock(s);
    if (nb > 4)
        return false;
    if (nb <= 2 && *half && strchr("aApP", *half) &&
        (tolower((unsigned char)half[1]) == 'm' || half[1] == '.'))
        return take_clock(s);
    if (nb <= 2 && (*p == ':' || ((*p == 'h' || *p == 'H') && !is_letter(p[1]))))
        return take_clock(s);
    if (nb <= 2 && *p == '.' && next == 2 && p[1 + next] != '.')
        return take_clock(s); /* "9.30"; a date has a second mark */
    if (*p && strchr("-/.", *p) && next && !(s->month && !s->day) && !s->day)
        return take_numeric_date(s);
    return take_plain_number(s, nb);
}

static bool take_token(struct scan *s)
{
    const bool begun = s->year || s->month || s->day;
    if (*s->p && strchr(" ,|()@\t\n", *s->p)) {
        s->p++;
        return true;
    }
    if (str_starts(s->p, "–") || str_starts(s->p, "—") || *s->p == '-') {
        s->p += *s->p == '-' ? 1 : strlen("–");
        s->range = s->nb_clocks == 1;
        return s->range || (begun && !s->nb_clocks);
    }
    if (begun && !s->nb_clocks && (*s->p == '/' || *s->p == '.')) {
        s->p++; /* "16/Oct/2025" */
        return true;
    }
    if (isdigit((unsigned char)*s->p))
        return take_number(s);
    return is_letter(*s->p) && take_word(s);
}

static bool conclude(struct scan *s)
{
    struct csv_when *w = s->when;
    w->start.has_time = s->nb_clocks > 0;
    if (s->range && s->nb_clocks < 2)
        return false;
    if (w->paired) {
        w->start.year = s->year;
        return true;
    }
    if (s->day && s->month && s->year) {
        w->start.year = s->year;
        w->start.month = s->month;
        w->start.day = s->day;
        w->start.has_day = true;
        return datetime_is_valid(&w->start);
    }
    w->incomplete = w->incomplete || s->day || s->month || s->year || w->weekday;
    return w->incomplete || s->nb_clocks;
}

bool csv_when_parse(struct csv_when *out, const char *text)
{
    *out = (struct csv_when){0};
    if (parse_serial(out, text))
        return true;
    struct scan s = {.when = out, .p = text};
    while (*s.p)
        if (!take_token(&s))
            return false;
    return conclude(&s);
}

static int weekday_of(const struct datetime *day)
{
    GDate date;
    g_date_clear(&date, 1);
    g_date_set_dmy(&date, (GDateDay)day->day, (GDateMonth)day->month, (GDateYear)day->year);
    return (int)g_date_get_weekday(&date);
}

bool csv_when_settle(struct csv_when *w, bool month_first)
{
    w->start.day = w->pair[month_first];
    w->start.month = w->pair[!month_first];
    w->start.has_day = true;
    return datetime_is_valid(&w->start);
}

bool csv_when_fits(const struct csv_when *when, bool month_first)
{
    struct csv_when w = *when;
    return csv_when_settle(&w, month_first) && !csv_when_contradicts(&w);
}

bool csv_when_contradicts(const struct csv_when *w)
{
    return w->weekday && w->start.has_day && weekday_of(&w->start) != w->weekday;
}
