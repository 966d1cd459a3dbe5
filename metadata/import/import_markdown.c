#include "formats.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "charset.h"
#include "clock.h"
#include "mem.h"
#include "plain_text.h"
#include "programme.h"
#include "programme_limits.h"
#include "programme_refs.h"
#include "speakers.h"
#include "str.h"

enum {
    MAX_S = 24 * 3600,
    MAX_ITEM_BYTES = 4 << 10, /* and of a heading */
    MAX_NESTED = 8,           /* of brackets */
};

static const char expected_entry[] =
    "\"- [Title](https://...) by **Speaker** [25:07]\": complete the item, or remove it from the "
    "list";

struct reader {
    struct programme *programme;
    char *section;
    const char *name;
    int line; /* the first line of the item that is being read */
    struct err *err;
};

/* An item's pieces, which point into one copy of its text. */
struct item {
    char *text;
    char *title, *url; /* NULL: it does not begin with a link */
    char *rest;        /* the text between the link and the time */
    char *time;        /* NULL: none */
};

static void item_finish(struct item *item)
{
    free(item->text);
}

static void reader_finish(struct reader *r)
{
    free(r->section);
}

/* Lines. */

/* The text after the bullet or number of a list item; NULL: the line does not begin one. */
static const char *skip_bullet(const char *line)
{
    line += strspn(line, " \t");
    const size_t nb = strspn(line, "0123456789");
    if (nb > 0 && nb < 10 && (line[nb] == '.' || line[nb] == ')'))
        line += nb + 1;
    else if (*line && strchr("-*+", *line))
        line++;
    else
        return NULL;
    return *line == ' ' || *line == '\t' ? line + strspn(line, " \t") : NULL;
}

/* The level of a heading, and its text in *text; 0: the line is not a heading. */
static int heading_level(const char **text, const char *line)
{
    const size_t nb = strspn(line, "#");
    if (nb < 1 || nb > 6 || (line[nb] != ' ' && line[nb] != '\t'))
        return 0;
    *text = line + nb;
    return (int)nb;
}

static bool is_fence(const char *line)
{
    line += strspn(line, " ");
    return str_starts(line, "```") || str_starts(line, "~~~");
}

/* Inline marks. */

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

/* The text without marks of emphasis and code, escapes and images, and with the text of links only.
 * A new string; NULL: nothing is visible. */
static char *strip_marks(const char *text)
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
            AUTO_FREE char *shown = image || strchr(open + 1, '[') ? NULL : strip_marks(open + 1);
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

static bool is_time(const char *text)
{
    return isdigit((unsigned char)*text) && strchr(text, ':') &&
           !text[strspn(text, "0123456789:/ ")];
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

/* Cuts the time off the end of the rest: "[1:04:34]", "`30:03`", "(30:03)" or bare. Any other text
 * in square brackets or back quotes, "[Article]", is a note and is dropped. */
static char *cut_time(char *rest)
{
    trim_end(rest);
    const size_t len = strlen(rest);
    if (!len)
        return NULL;
    static const char closes[] = "])`", opens[] = "[(`";
    const char *kind = strchr(closes, rest[len - 1]);
    if (!kind)
        return cut_bare_time(rest);
    rest[len - 1] = '\0';
    char *open = strrchr(rest, opens[kind - closes]);
    if (open && is_time(open + 1 + strspn(open + 1, " "))) {
        *open = '\0';
        return open + 1;
    }
    if (open && *kind != ')')
        *open = '\0';
    else
        rest[len - 1] = *kind;
    return NULL;
}

static void item_parse(struct item *item, const char *text)
{
    item->text = mem_printf("%s", text);
    item->rest = item->text;
    char *open = item->text + strspn(item->text, "*_ ");
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
    }
    item->time = cut_time(item->rest);
}

static bool is_absolute(const char *url)
{
    return strstr(url, "://") != NULL;
}

/* Entries. */

/* Always sets an error about the item. */
static int fail(const struct reader *r, const char *what, const char *found, const char *expected)
{
    AUTO_FREE char *quote = str_quote(found, STR_QUOTE_BYTES);
    return err_set(r->err, ERR_INVALID, "'%s', line %d: %s: found \"%s\"; expected %s", r->name,
                   r->line, what, quote, expected);
}

static int read_times(const struct reader *r, struct talk *talk, char *times)
{
    AUTO_FREE char *found = mem_strdup(times);
    char *rest = times;
    for (char *time; (time = strsep(&rest, "/"));) {
        int64_t ms;
        str_fold_space(time);
        if (!strchr(time, ':') || !clock_parse_ms(time, &ms) || ms < 1000 ||
            ms > MAX_S * INT64_C(1000))
            return fail(r, "the time cannot be read", found,
                        "minutes and seconds, \"25:07\", with hours \"1:02:03\", from 0:01 to "
                        "24:00:00");
        talk_add_part(talk, (int)(ms / 1000));
    }
    return 0;
}

/* The names in "by **Names**", "by Names (Event)", ": Name, Event", "- Name (Event)", "**Names**":
 * a new string, or NULL. After a colon or a dash, a comma begins the event's name. */
static char *find_speakers(const char *rest)
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
    return strip_marks(names);
}

static int read_item(struct reader *r, const char *text)
{
    ATTR_CLEANUP(item_finish) struct item item = {0};
    item_parse(&item, text);
    if (!item.title || !*item.url)
        return item.time ? fail(r, "a list item has a time but no link", text, expected_entry) : 0;
    /* Links within the page, or to a file beside it, are not talks. */
    if (!is_absolute(item.url) && !item.time)
        return 0;
    AUTO_FREE char *names = find_speakers(item.rest);
    const bool more = item.rest[strspn(item.rest, " .,;")] != '\0';
    if (!names && (more || !item.time))
        return fail(r,
                    more ? "what follows the link cannot be read"
                         : "a list item has a link, but neither speaker nor time",
                    more ? item.rest : item.title, expected_entry);
    char where[32];
    snprintf(where, sizeof where, "line %d", r->line);
    if (programme_check_count(r->programme->nb_talks + 1, r->name, where, r->err) < 0)
        return r->err->code;
    struct talk *talk = programme_add_talk(r->programme, 0);
    talk->title = strip_marks(item.title);
    if (!talk->title)
        return fail(r, "the link has no text", text, expected_entry);
    if (names)
        speakers_add(talk, names);
    talk->section = mem_strdup(r->section);
    talk->url = plain_line(item.url);
    talk->ref = mem_strdup(talk->url);
    if (item.time)
        return read_times(r, talk, item.time);
    talk_add_part(talk, 0);
    return 0;
}

/* A first-level heading before the first talk names the event; others name sections. */
static void read_heading(struct reader *r, int level, const char *text)
{
    AUTO_FREE char *shown = strip_marks(text);
    for (size_t len = shown ? strlen(shown) : 0; len > 0 && strchr("# ", shown[len - 1]);)
        shown[--len] = '\0';
    if (level == 1 && !r->programme->name && !r->programme->nb_talks) {
        r->programme->name = mem_take(&shown);
        return;
    }
    free(r->section);
    r->section = mem_take(&shown);
}

/* Ends the item, if there is one, and reads it. */
static int settle(struct reader *r, struct str *item)
{
    const int rc = item->len ? read_item(r, item->s) : 0;
    str_clear(item);
    return rc;
}

static int read_line(struct reader *r, struct str *item, const char *line, int number)
{
    const char *text = NULL;
    const int level = heading_level(&text, line);
    const char *begin = skip_bullet(line);
    const bool empty = !line[strspn(line, " \t")];
    if ((level || begin || empty) && settle(r, item) < 0)
        return r->err->code;
    if (level && strlen(text) <= MAX_ITEM_BYTES) {
        read_heading(r, level, text);
    } else if (begin) {
        r->line = number;
        str_add(item, begin);
    } else if (item->len) {
        str_addf(item, " %s", line + strspn(line, " \t"));
    }
    if (item->len > MAX_ITEM_BYTES)
        return fail(r, "a list item is too long", item->s,
                    "at most 4096 bytes: put an empty line after the item");
    return 0;
}

bool import_markdown_sniff(const char *bytes, size_t nb_bytes, const char *name)
{
    (void)name;
    for (const char *p = bytes, *end = bytes + nb_bytes; p < end;) {
        const size_t len = strcspn(p, "\n");
        if (len < MAX_ITEM_BYTES) {
            AUTO_FREE char *line = mem_printf("%.*s", (int)len, p);
            const char *begin = skip_bullet(line);
            ATTR_CLEANUP(item_finish) struct item item = {0};
            if (begin && begin[strspn(begin, "*_ ")] == '[')
                item_parse(&item, begin);
            if (item.title && item.time)
                return true;
        }
        p += len + 1;
    }
    return false;
}

int import_markdown_read(struct programme *out, const char *bytes, size_t nb_bytes,
                         const char *name, struct err *err)
{
    AUTO_STR text = {0};
    AUTO_STR item = {0};
    AUTO_PROGRAMME programme = {0};
    ATTR_CLEANUP(reader_finish)
    struct reader r = {.programme = &programme, .name = name, .err = err};
    if (charset_decode(&text, bytes, nb_bytes, name, "text nor a list; expected Markdown", NULL,
                       err) < 0)
        return err->code;
    bool fenced = false;
    int number = 0;
    char *rest = text.s;
    for (char *line; (line = strsep(&rest, "\n"));) {
        number++;
        const bool fence = is_fence(line);
        if (!fence && !fenced && read_line(&r, &item, line, number) < 0)
            return err->code;
        fenced ^= fence;
    }
    if (settle(&r, &item) < 0)
        return err->code;
    if (!programme.nb_talks)
        return err_set(err, ERR_INVALID, "'%s': found no talk in %d lines; expected %s", name,
                       number, expected_entry);
    programme_settle_refs(&programme);
    *out = programme;
    programme = (struct programme){0};
    return 0;
}
