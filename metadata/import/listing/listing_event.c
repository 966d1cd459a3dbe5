#include "listing_event.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "datetime.h"
#include "listing_page.h"
#include "mem.h"
#include "programme.h"
#include "str.h"

enum {
    SENTENCE_BYTES = 500,      /* how far a sentence may extend before and after its date */
    PREAMBLE_BYTES = 256 << 10 /* how much of the page is searched for dates */
};

struct date {
    int y, m, d; /* 0: not given */
};

/* Dates in a text. */
struct dates {
    struct date begin, end;
    size_t at, after; /* offsets in the text of their start and end */
};

static char *event_name(const struct listing_page *page, size_t nb_lines);
static char *preamble(const struct listing_page *page, size_t nb_lines);
static bool find_event_dates(struct dates *out, const char *text, const char *name);
static char *sentence_around(const char *text, const struct dates *dates, size_t *out_at);
static char *find_place(const char *sentence, size_t dates_end);

void listing_event_read(struct programme *programme, const struct listing_page *page,
                        size_t nb_lines)
{
    programme->name = event_name(page, nb_lines);
    AUTO_FREE char *text = preamble(page, nb_lines);
    struct dates dates;
    if (!find_event_dates(&dates, text, programme->name))
        return;
    programme->begin = mem_printf("%04d-%02d-%02d", dates.begin.y, dates.begin.m, dates.begin.d);
    programme->end = mem_printf("%04d-%02d-%02d", dates.end.y, dates.end.m, dates.end.d);
    size_t at;
    AUTO_FREE char *sentence = sentence_around(text, &dates, &at);
    programme->place = find_place(sentence, at + dates.after - dates.at);
}

/* Name. */

/* "Home > Docs > Videos" and "Skip to content" belong to the site, not to the event. */
static bool is_navigation(const char *text)
{
    static const char *const arrows[] = {" > ", " » ", " › "};
    for (size_t i = 0; i < sizeof arrows / sizeof *arrows; i++)
        if (strstr(text, arrows[i]))
            return true;
    return strncasecmp(text, "skip to ", 8) == 0 || strncasecmp(text, "jump to ", 8) == 0;
}

static bool has_letter(const char *text)
{
    for (; *text; text++)
        if (isalpha((unsigned char)*text) || (unsigned char)*text >= 0x80)
            return true;
    return false;
}

/* In this order: an <h1>; a heading that the page's title contains (with the site's name); the
 * title up to a bar; the first line with a letter in it. */
static char *event_name(const struct listing_page *page, size_t nb_lines)
{
    const char *in_title = NULL, *first = NULL;
    for (size_t i = 0; i < nb_lines; i++) {
        const struct line *line = &page->lines[i];
        if (line->level == 1)
            return mem_strdup(line->text);
        const bool says = line->kind != LINE_ITEM && has_letter(line->text) &&
                          strlen(line->text) < SENTENCE_BYTES && !is_navigation(line->text);
        if (says && !first)
            first = line->text;
        if (says && !in_title && line->kind == LINE_HEADING && page->title &&
            strstr(page->title, line->text))
            in_title = line->text;
    }
    if (in_title || !page->title)
        return mem_strdup(in_title ? in_title : first);
    const char *bar = strstr(page->title, " | ");
    return bar ? mem_printf("%.*s", (int)(bar - page->title), page->title)
               : mem_strdup(page->title);
}

/* The lines as one text, with a newline where a paragraph begins. */
static char *preamble(const struct listing_page *page, size_t nb_lines)
{
    AUTO_STR text = {0};
    for (size_t i = 0; i < nb_lines && text.len < PREAMBLE_BYTES; i++) {
        const struct line *line = &page->lines[i];
        const bool apart = line->paragraph || line->kind != LINE_TEXT ||
                           (i > 0 && page->lines[i - 1].kind == LINE_HEADING);
        str_add(&text, apart ? "\n" : " ");
        str_add_bytes(&text, line->text, strnlen(line->text, PREAMBLE_BYTES));
    }
    return str_take(&text);
}

/* Dates. Each reader moves *p after the text that it reads, or leaves *p and returns 0 or false. */

static void skip_space(const char **p)
{
    *p += strspn(*p, " \n");
}

/* How many letters the capitalised word at p has; 0: it is not one ("may" and "march" are verbs).
 */
static size_t capitalised_letters(const char *p)
{
    size_t nb = 0;
    while (isalpha((unsigned char)p[nb]))
        nb++;
    return isupper((unsigned char)*p) ? nb : 0;
}

/* "September", "Sept", "Sep." */
static int read_month(const char **p)
{
    const size_t nb = capitalised_letters(*p);
    const int month = datetime_month_by_name(*p, nb);
    if (month)
        *p += nb + ((*p)[nb] == '.');
    return month;
}

/* "Wednesday, ", "Wed. " */
static void skip_weekday(const char **p)
{
    static const char *const days[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                       "Friday", "Saturday", "Sunday"};
    const size_t nb = capitalised_letters(*p);
    for (size_t i = 0; nb >= 3 && i < sizeof days / sizeof *days; i++) {
        if (strncasecmp(*p, days[i], nb) == 0) {
            *p += nb + ((*p)[nb] == '.');
            *p += strspn(*p, ", \n");
            return;
        }
    }
}

/* A number of exactly nb_min to nb_max digits. */
static int read_digits(const char **p, size_t nb_min, size_t nb_max)
{
    const size_t nb = strspn(*p, "0123456789");
    if (nb < nb_min || nb > nb_max)
        return 0;
    const int v = atoi(*p);
    *p += nb;
    return v;
}

/* "28", "28th"; not "28:30" or "28k". */
static int read_day(const char **p)
{
    static const char *const ordinals[] = {"st", "nd", "rd", "th"};
    const char *s = *p;
    const int day = read_digits(&s, 1, 2);
    for (size_t i = 0; i < 4; i++) {
        if (str_starts(s, ordinals[i])) {
            s += 2;
            break;
        }
    }
    if (day < 1 || day > 31 || isalnum((unsigned char)*s) || *s == ':')
        return 0;
    *p = s;
    return day;
}

static int read_year(const char **p)
{
    const char *s = *p + strspn(*p, ", \n");
    const int year = read_digits(&s, 4, 4);
    if (year < 1900 || year > 2199)
        return 0;
    *p = s;
    return year;
}

/* "2010-04-28", "April 28, 2010", "28 April 2010"; the year may be missing, and so may the month in
 * the last form. */
static bool read_date(struct date *out, const char **p)
{
    const char *s = *p;
    *out = (struct date){0};
    if ((out->y = read_digits(&s, 4, 4))) {
        if (*s++ != '-' || !(out->m = read_digits(&s, 2, 2)) || *s++ != '-' ||
            !(out->d = read_digits(&s, 2, 2)))
            return false;
        *p = s;
        return true;
    }
    skip_weekday(&s);
    out->m = read_month(&s);
    if (out->m)
        skip_space(&s);
    out->d = read_day(&s);
    if (!out->d)
        return false;
    if (!out->m) {
        const char *month = s;
        skip_space(&month);
        month += str_starts(month, "of ") ? 3 : 0;
        if ((out->m = read_month(&month)))
            s = month;
    }
    out->y = read_year(&s);
    *p = s;
    return true;
}

/* Reads the word between the first and the last day. *next_only: what follows counts only if it is
 * the next day ("28 and 29"), because otherwise it is hardly a day ("April 28, 27 talks"). */
static bool read_to(const char **p, bool *next_only)
{
    static const char *const words[] = {"-",        "–",      "—",    "/", "to ",
                                        "through ", "until ", "and ", "&", ","};
    const char *s = *p;
    skip_space(&s);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (str_starts(s, words[i])) {
            *p = s + strlen(words[i]);
            skip_space(p);
            *next_only = i >= 7;
            return true;
        }
    }
    return false;
}

static long day_count(const struct date *date)
{
    return date->y * 372L + date->m * 31L + date->d;
}

/* Without a year, it may be a leap year. */
static bool is_valid(const struct date *date)
{
    return datetime_is_day(date->y ? date->y : 2000, date->m, date->d);
}

/* Reads dates that begin at p. The year may be missing (0). */
static bool read_dates(struct dates *out, const char *p)
{
    const char *begin = p;
    struct date first, last;
    if (!read_date(&first, &p))
        return false;
    last = first;
    out->after = (size_t)(p - begin);
    for (bool next_only; read_to(&p, &next_only);) {
        struct date next;
        if (!read_date(&next, &p))
            break;
        next.m = next.m ? next.m : last.m;
        first.m = first.m ? first.m : next.m;
        last.m = last.m ? last.m : next.m;
        if (next_only && (next.m != last.m || next.d != last.d + 1))
            break;
        /* A year given once is that of both, except in "December 30 - January 2, 2011". */
        if (!next.y && last.y)
            next.y = last.y + (next.m < last.m);
        else if (next.y && !first.y)
            first.y = next.y - (next.m < first.m);
        const bool next_year = !next.y && next.m < first.m;
        if (!next_year && day_count(&next) <= day_count(&first))
            break;
        last = next;
        out->after = (size_t)(p - begin);
    }
    out->begin = first;
    out->end = last;
    return is_valid(&first) && is_valid(&last);
}

/* Finds the first dates in text from offset at on. */
static bool find_dates(struct dates *out, const char *text, size_t at)
{
    for (const char *p = text + at; *p; p++) {
        const bool inside = p > text && (isalnum((unsigned char)p[-1]) || p[-1] == '-');
        if (!inside && isalnum((unsigned char)*p) && read_dates(out, p)) {
            out->at = (size_t)(p - text);
            out->after += out->at;
            return true;
        }
    }
    return false;
}

bool listing_event_has_date(const char *text)
{
    struct dates dates;
    return find_dates(&dates, text, 0);
}

static int find_year(const char *text)
{
    for (const char *p = text; *p; p++) {
        const char *s = p;
        const int year = isdigit((unsigned char)*p) ? read_year(&s) : 0;
        if (year && !isalnum((unsigned char)*s))
            return year;
        while (isalnum((unsigned char)*p) && isalnum((unsigned char)p[1]))
            p++;
    }
    return 0;
}

/* Finds the first range of days, or else the first day; a missing year is taken from its sentence
 * or from the name. */
static bool find_event_dates(struct dates *out, const char *text, const char *name)
{
    bool found = false;
    struct dates dates;
    for (size_t at = 0; find_dates(&dates, text, at); at = dates.after) {
        if (!dates.begin.y) {
            size_t in_sentence;
            AUTO_FREE char *sentence = sentence_around(text, &dates, &in_sentence);
            const int year = find_year(sentence);
            dates.begin.y = year ? year : find_year(name ? name : "");
        }
        if (!dates.end.y)
            dates.end.y = dates.begin.y + (dates.end.m < dates.begin.m);
        if (!dates.begin.y || !is_valid(&dates.begin) || !is_valid(&dates.end))
            continue;
        const bool range = day_count(&dates.end) > day_count(&dates.begin);
        if (!found || range)
            *out = dates;
        found = true;
        if (range)
            return true;
    }
    return found;
}

/* A full stop, a newline or the end of the text; "St. Louis" and "D.C." do not end a sentence. */
static bool ends_sentence(const char *text, size_t at)
{
    if (!text[at] || text[at] == '\n')
        return true;
    return strchr(".!?", text[at]) &&
           (!text[at + 1] || text[at + 1] == ' ' || text[at + 1] == '\n') && at >= 3 &&
           (islower((unsigned char)text[at - 1]) || isdigit((unsigned char)text[at - 1]) ||
            text[at - 1] == ')') &&
           !isupper((unsigned char)text[at - 2]);
}

/* A copy of the sentence with the dates, which begin at *out_at in the copy. */
static char *sentence_around(const char *text, const struct dates *dates, size_t *out_at)
{
    size_t begin = dates->at, end = dates->after;
    while (begin > 0 && dates->at - begin < SENTENCE_BYTES && !ends_sentence(text, begin - 1))
        begin--;
    while (end - dates->after < SENTENCE_BYTES && !ends_sentence(text, end))
        end++;
    *out_at = dates->at - begin;
    return mem_printf("%.*s", (int)(end - begin), text + begin);
}

/* Place. */

static bool is_particle(const char *word, size_t len)
{
    static const char *const particles[] = {"of",  "de",  "du",   "la",  "le",  "am", "an",
                                            "der", "den", "upon", "the", "del", "do", "da"};
    for (size_t i = 0; i < sizeof particles / sizeof *particles; i++)
        if (strlen(particles[i]) == len && strncmp(word, particles[i], len) == 0)
            return true;
    return false;
}

/* The length in bytes of the capitalised words at p, and of particles between them: "Hynes
 * Convention Center", "Boston, MA". */
static size_t name_length(const char *p)
{
    size_t len = 0;
    for (const char *word = p; *word;) {
        const size_t n = strcspn(word, " ,;()\n|");
        const unsigned char first = (unsigned char)*word;
        const char *month = word;
        if (!n || read_month(&month) || (first < 0x80 && !isupper(first) && !is_particle(word, n)))
            break;
        if (!is_particle(word, n))
            len = (size_t)(word - p) + n;
        else if (word == p)
            break;
        word += n;
        if (*word == ',')
            word++;
        if (*word != ' ')
            break;
        word++;
    }
    /* drop the sentence's full stop; in "D.C." it is part of the name */
    if (len > 1 && p[len - 1] == '.' && memchr(p, '.', len) == p + len - 1)
        len--;
    return len;
}

/* The name after a preposition, without "our" or "the". A new string; NULL: there is none. */
static char *place_after(const char *p)
{
    static const char *const articles[] = {"our ",   "the ",       "its ",
                                           "their ", "beautiful ", "sunny "};
    for (size_t i = 0; i < sizeof articles / sizeof *articles; i++)
        if (str_starts(p, articles[i]))
            p += strlen(articles[i]);
    const size_t len = name_length(p);
    /* "at AMD's headquarters" does not name a place. */
    const bool owner = len > 2 && strncmp(p + len - 2, "'s", 2) == 0;
    return len && !owner ? mem_printf("%.*s", (int)len, p) : NULL;
}

/* "X Center, Y" from "at the X Center in Y". A new string; NULL: the text names no place. */
static char *place_in(const char *text)
{
    AUTO_FREE char *at = NULL;
    AUTO_FREE char *in = NULL;
    for (const char *p = text; *p && !in; p++) {
        if (p > text && p[-1] != ' ')
            continue;
        if (!at && strncasecmp(p, "at ", 3) == 0)
            at = place_after(p + 3);
        else if (strncasecmp(p, "in ", 3) == 0)
            in = place_after(p + 3);
    }
    if (at && in)
        return mem_printf("%s, %s", at, in);
    return mem_take(at ? &at : &in);
}

/* Looks after the dates first, because "... on April 28-29 in Boston" is the usual order; then
 * anywhere in the sentence; then for a bare name, as in "April 28-29, 2010, Boston". */
static char *find_place(const char *sentence, size_t dates_end)
{
    const char *rest = sentence + dates_end;
    char *place = place_in(rest);
    if (!place)
        place = place_in(sentence);
    if (!place) {
        rest += strspn(rest, " ,;:|-");
        const size_t len = name_length(rest);
        if (len && !rest[len])
            place = mem_strdup(rest);
    }
    return place;
}
