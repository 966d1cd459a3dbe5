#include "markdown_item.h"

#include <ctype.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "csv_length.h"
#include "mem.h"
#include "plain_text.h"
#include "str.h"

enum { MAX_NESTED = 8 /* brackets */ };

/* --- marks ------------------------------------------------------------------------------------ */

/* The bracket that closes the one at open; NULL: there is none, or brackets are nested more deeply
 * than in any link, which would take time by the square of the line's length. Backslashes escape.
 */
static char *find_close(char *open, char close)
{
    const char opening = *open;
    int depth = 0;
    for (char *p = open; *p; p++) {
        if (*p == '\\' && p[1]) {
            p++;
        } else if (*p == opening && ++depth > MAX_NESTED) {
            return NULL;
        } else if (*p == close && --depth == 0) {
            return p;
        }
    }
    return NULL;
}

char *markdown_strip(const char *text)
{
    AUTO_FREE char *copy = mem_strdup(text);
    AUTO_STR out = {0};
    for (char *p = copy; *p; p++) {
        const bool image = p[0] == '!' && p[1] == '[';
        char *open = p + image;
        char *close = *open == '[' ? find_close(open, ']') : NULL;
        char *end = close && close[1] == '(' ? find_close(close + 1, ')') : NULL;
        if (end) {
            *close = '\0';
            AUTO_FREE char *shown =
                image || strchr(open + 1, '[') ? NULL : markdown_strip(open + 1);
            str_add(&out, shown ? shown : "");
            p = end;
        } else if (*p == '\\' && ispunct((unsigned char)p[1])) {
            str_add_bytes(&out, ++p, 1);
        } else if (str_starts(p, "**")) {
            p++;
        } else if (*p != '`') {
            str_add_bytes(&out, p, 1);
        }
    }
    AUTO_FREE char *line = plain_line(out.s);
    const size_t len = line ? strlen(line) : 0;
    if (len > 2 && line[0] == line[len - 1] && strchr("*_", line[0])) {
        line[len - 1] = '\0';
        return mem_strdup(line + 1);
    }
    return mem_take(&line);
}

size_t markdown_emphasis(const char **out_close, const char *p)
{
    static const char *const marks[][2] = {{"**", "**"}, {"__", "__"}, {"*", "*"}, {"_", "_"},
                                           {"\"", "\""}, {"“", "”"},   {"„", "“"}};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (str_starts(p, marks[i][0])) {
            *out_close = marks[i][1];
            return strlen(marks[i][0]);
        }
    return 0;
}

char *markdown_title(const char *text)
{
    AUTO_FREE char *title = markdown_strip(text);
    const char *close;
    const size_t nb = title ? markdown_emphasis(&close, title) : 0;
    const size_t len = title ? strlen(title) : 0;
    if (!nb || len <= nb + strlen(close) ||
        strstr(title + nb, close) != title + len - strlen(close))
        return mem_take(&title);
    return mem_printf("%.*s", (int)(len - nb - strlen(close)), title + nb);
}

/* --- times ----------------------------------------------------------------------------------- */

static bool is_time(const char *text)
{
    return isdigit((unsigned char)*text) && strchr(text, ':') &&
           !text[strspn(text, "0123456789:/ ")];
}

bool markdown_has_time(const char *text)
{
    for (const char *p = text; (p = strchr(p, ':')); p++)
        if (p > text && isdigit((unsigned char)p[-1]) && isdigit((unsigned char)p[1]) &&
            isdigit((unsigned char)p[2]))
            return true;
    return false;
}

static void trim_end(char *s)
{
    size_t len = strlen(s);
    while (len > 0 && strchr(" \t\n", s[len - 1]))
        s[--len] = '\0';
}

/* Cuts the last word off, with others that " / " joins to it, if it is a time; else NULL. */
static char *cut_bare_time(char *rest)
{
    char *word = strrchr(rest, ' ');
    while (word && word - rest > 3 && word[-1] == '/' && word[-2] == ' ') {
        char *before = word - 3;
        while (before > rest && *before != ' ')
            before--;
        word = before;
    }
    if (!word || !is_time(word + 1))
        return NULL;
    *word = '\0';
    return word + 1;
}

/* "25 min", "1h25m", "27:30 min" without brackets: the same for what follows the last dash or
 * comma. */
static char *cut_bare_length(struct markdown_item *item)
{
    static const char *const separators[] = {" - ", " – ", " — ", ", "};
    static const char *const units[] = {" min", " mins", " minutes"};
    char *at = NULL, *tail = NULL;
    for (size_t i = 0; i < sizeof separators / sizeof *separators; i++) {
        char *last = g_strrstr(item->rest, separators[i]);
        if (last && last >= (at ? at : item->rest)) {
            at = last;
            tail = last + strlen(separators[i]);
        }
    }
    if (!tail || !isdigit((unsigned char)*tail))
        return NULL;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (str_ends(tail, units[i]) && strchr(tail, ':')) {
            tail[strlen(tail) - strlen(units[i])] = '\0';
            *at = '\0';
            return tail;
        }
    bool listed;
    const int s = csv_parse_units(&listed, tail);
    if (s > 0) {
        item->slot_s = s;
        *at = '\0';
    }
    return NULL;
}

/* Cuts the time off the end of the rest: "[1:04:34]", "`30:03`", "(30:03)" or bare. A length in
 * words, "[25 min]", is a slot. Any other text in square brackets or back quotes, "[Article]", is a
 * note and is dropped. */
static char *cut_time(struct markdown_item *item)
{
    char *rest = item->rest;
    trim_end(rest);
    const size_t len = strlen(rest);
    if (!len)
        return NULL;
    static const char closes[] = "])`", opens[] = "[(`";
    const char *kind = strchr(closes, rest[len - 1]);
    if (!kind) {
        char *time = cut_bare_time(rest);
        return time ? time : cut_bare_length(item);
    }
    rest[len - 1] = '\0';
    char *open = strrchr(rest, opens[kind - closes]);
    bool listed;
    if (open && is_time(open + 1 + strspn(open + 1, " "))) {
        *open = '\0';
        return open + 1;
    }
    const int slot_s = open ? csv_parse_units(&listed, open + 1) : 0;
    item->slot_s = slot_s > 0 ? slot_s : 0;
    if (open && (*kind != ')' || item->slot_s))
        *open = '\0';
    else
        rest[len - 1] = *kind;
    return NULL;
}

/* "[25:07] by Ann Lee", "by Ann Lee [25:07] - a great talk": cuts a time in brackets out of the
 * rest, with what follows it, unless only that can be the speakers. */
static char *cut_inner_time(struct markdown_item *item)
{
    static const char closes[] = "])`", opens[] = "[(`";
    for (char *p = item->rest; *p; p++) {
        const char *kind = strchr(opens, *p);
        const size_t nb = kind ? strspn(p + 1, "0123456789:/ ") : 0;
        if (!nb || p[1 + nb] != closes[kind - opens])
            continue;
        p[1 + nb] = '\0';
        if (is_time(p + 1 + strspn(p + 1, " "))) {
            *p = '\0';
            if (!item->rest[strspn(item->rest, " ")])
                item->rest = p + nb + 2;
            return p + 1;
        }
        p[1 + nb] = closes[kind - opens];
    }
    return NULL;
}

/* The length of a time, alone or in brackets, and of the separator after it; 0: it is none. */
static size_t time_before(const char *p)
{
    const bool bracket = *p == '[' || *p == '(' || *p == '`';
    const size_t nb = strspn(p + bracket, "0123456789:");
    const char *end = p + bracket + nb;
    if (!nb || !isdigit((unsigned char)p[bracket]) || !memchr(p + bracket, ':', nb) ||
        (bracket && (!*end || !strchr("])`", *end))) || (!bracket && *end != ' '))
        return 0;
    end += bracket;
    return (size_t)(end - p) + strspn(end, " -|:");
}

/* --- items ----------------------------------------------------------------------------------- */

/* The link that an item begins with, after a box to tick, a time or an emoji. */
static char *find_link(struct markdown_item *item)
{
    char *p = item->text, *time = NULL;
    for (size_t nb = 1; nb;) {
        p += strspn(p, "*_ ");
        const gunichar c = g_utf8_get_char(p);
        const GUnicodeType type = g_unichar_type(c);
        nb = str_starts(p, "[ ] ") || str_starts(p, "[x] ") || str_starts(p, "[X] ") ? 4
             : str_starts(p, "~~")                                                   ? 2
             : c >= 0x80 && (type == G_UNICODE_OTHER_SYMBOL || type == G_UNICODE_NON_SPACING_MARK)
                 ? (size_t)(g_utf8_next_char(p) - p)
                 : 0;
        item->struck = item->struck || str_starts(p, "~~");
        if (!nb && !time && (nb = time_before(p)))
            time = p;
        p += nb;
    }
    if (time && *p == '[') {
        item->time = time + strspn(time, "[(`");
        item->time[strspn(item->time, "0123456789:")] = '\0';
    }
    return time && !item->time ? time : p;
}

void markdown_item_finish(struct markdown_item *item)
{
    free(item->text);
}

void markdown_item_parse(struct markdown_item *item, const char *text)
{
    item->text = mem_printf("%s", text);
    item->rest = item->text;
    char *open = find_link(item);
    char *close = *open == '[' ? find_close(open, ']') : NULL;
    char *end = close && close[1] == '(' ? find_close(close + 1, ')') : NULL;
    if (end) {
        item->title = open + 1;
        item->url = close + 2 + strspn(close + 2, " <");
        *close = *end = '\0';
        item->url[strcspn(item->url, " >\t\n")] = '\0';
        item->rest = end + 1;
        if (open > item->text)
            item->rest += strspn(item->rest, "*_");
    } else if (item->time) { /* it is no link */
        memcpy(item->text, text, strlen(text) + 1);
        item->time = NULL;
    }
    const size_t len = strlen(item->rest);
    item->bare = len && isdigit((unsigned char)item->rest[len - 1]);
    char *time = cut_time(item);
    if (!time && item->title && !item->time)
        time = cut_inner_time(item);
    item->time = time ? time : item->time;
}

/* --- names ----------------------------------------------------------------------------------- */

char *markdown_speakers(const char *rest)
{
    static const char *const leads[] = {"by ", ": ", "- ", "– ", "— "};
    const char *p = rest + strspn(rest, " ");
    size_t lead = 0;
    while (lead < sizeof leads / sizeof *leads &&
           strncasecmp(p, leads[lead], strlen(leads[lead])) != 0)
        lead++;
    const bool led = lead < sizeof leads / sizeof *leads;
    if (led)
        p += strlen(leads[lead]);
    p += strspn(p, " ");
    const char *bold_end = str_starts(p, "**") ? strstr(p + 2, "**") : NULL;
    if (!bold_end && !led)
        return NULL;
    AUTO_FREE char *names = NULL;
    if (bold_end) {
        names = mem_printf("%.*s", (int)(bold_end - p - 2), p + 2);
    } else {
        size_t len = strcspn(p, lead == 0 ? "" : ",");
        const char *paren = strstr(p, " (");
        if (paren && (size_t)(paren - p) < len)
            len = (size_t)(paren - p);
        names = mem_printf("%.*s", (int)len, p);
    }
    return markdown_strip(names);
}

/* "Ann Lee: **Title**": cuts the names off before the emphasised title; NULL: it has another form.
 */
static char *cut_names_before(char *title)
{
    static const char *const separators[] = {": ", " - ", " – ", " — "};
    for (size_t i = 0; i < sizeof separators / sizeof *separators; i++) {
        char *at = strstr(title, separators[i]);
        const char *close, *begin = at ? at + strlen(separators[i]) : NULL;
        const size_t nb = begin && at > title ? markdown_emphasis(&close, begin) : 0;
        if (!nb || !str_ends(begin + nb, close) || strlen(begin) <= nb + strlen(close))
            continue;
        AUTO_FREE char *names = mem_printf("%.*s", (int)(at - title), title);
        memmove(title, begin, strlen(begin) + 1);
        return markdown_strip(names);
    }
    return NULL;
}

/* "**Title** by Ann Lee": the same for names after it. */
static char *cut_names_after(char *title)
{
    const char *close;
    const size_t nb = markdown_emphasis(&close, title);
    char *end = nb ? strstr(title + nb, close) : NULL;
    if (!end || !end[strlen(close)])
        return NULL;
    char *names = markdown_speakers(end + strlen(close));
    if (names)
        end[strlen(close)] = '\0';
    return names;
}

char *markdown_cut_names(char *title)
{
    char *names = cut_names_before(title);
    return names ? names : cut_names_after(title);
}
