#include "listing_start.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "listing_page.h"
#include "mem.h"

enum { START_BYTES = 64 }; /* "Episode 15 (two parts):" is shorter */

/* The words before an entry's number. If no entry of the page with such a word has a time, list
 * items may begin with the bare number instead. */
static const char *const keywords[] = {"episode", "talk", "session", "lecture", "video"};
enum { BARE = sizeof keywords / sizeof *keywords, NB_KEYWORDS };

static bool read_start(struct listing_start *out, const struct listing_page *page, size_t i);
static int survey_heads(struct listing_start *starts, size_t nb, const struct listing_page *page);

void listing_starts_find(struct listing_start **out, size_t *out_nb,
                         const struct listing_page *page)
{
    struct listing_start *starts = NULL;
    size_t nb = 0;
    for (size_t i = 0; i < page->nb_lines; i++) {
        struct listing_start start = {0};
        if (!read_start(&start, page, i))
            continue;
        start.line = i;
        starts = mem_grow(starts, nb, sizeof *starts);
        starts[nb++] = start;
    }
    const int keyword = survey_heads(starts, nb, page);
    *out = starts;
    *out_nb = 0;
    for (size_t i = 0; i < nb; i++)
        if (starts[i].keyword == keyword || (starts[i].timed && starts[i].keyword != BARE))
            starts[(*out_nb)++] = starts[i];
}

/* Looks at the text after each start, and returns the page's keyword, or -1 if there is no start.
 * The page's keyword is the one with most times after it: in "Session 1: Storage" above "Talk 5:
 * ...", the session is a section. Starts with another keyword count if they have a time. */
static int survey_heads(struct listing_start *starts, size_t nb, const struct listing_page *page)
{
    size_t timed[NB_KEYWORDS] = {0};
    int keyword = -1;
    for (size_t i = 0; i < nb; i++) {
        struct listing_start *start = &starts[i];
        const size_t end = i + 1 < nb ? starts[i + 1].line : page->nb_lines;
        AUTO_LISTING_BLOCK b = {0};
        listing_block_build(&b, page, start->line, end, LISTING_HEAD_BYTES);
        /* read_start did not know where the next one begins: "Talk 1", then "Talk 2:" */
        if (start->after > b.text.len)
            start->after = b.text.len;
        start->timed = listing_find_time(b.text.s + start->after) != NULL;
        timed[start->keyword] += start->timed;
        if (keyword < 0 && start->keyword != BARE)
            keyword = start->keyword;
    }
    for (int k = 0; k < NB_KEYWORDS; k++)
        if (timed[k] > (keyword < 0 ? 0 : timed[keyword]))
            keyword = k;
    return keyword;
}

const char *listing_skip_space(const char *s)
{
    return s + strspn(s, " \n");
}

bool listing_is_time_at(const char *s)
{
    if (*s != '(' || !isdigit((unsigned char)*(s = listing_skip_space(s + 1))))
        return false;
    return *listing_skip_space(s + strspn(s, "0123456789")) == ':';
}

const char *listing_find_time(const char *text)
{
    for (const char *p = text; *p && p - text < LISTING_HEAD_BYTES; p++)
        if (listing_is_time_at(p))
            return p;
    return NULL;
}

/* Reads "(two parts)" or "(2 parts)" and moves *p after the parentheses; -1: anything else. */
static int read_parts(const char **p)
{
    static const char *const words[] = {"two",   "three", "four", "five", "six",
                                        "seven", "eight", "nine", "ten"};
    const char *close = strchr(*p, ')');
    if (!close)
        return -1;
    const char *s = listing_skip_space(*p + 1);
    *p = close + 1;
    int nb = 0;
    size_t len = strspn(s, "0123456789");
    if (len && len < 3)
        nb = atoi(s);
    for (size_t i = 0; !len && i < sizeof words / sizeof *words; i++) {
        if (strncasecmp(s, words[i], strlen(words[i])) == 0) {
            nb = (int)i + 2;
            len = strlen(words[i]);
        }
    }
    s = listing_skip_space(s + len);
    return nb >= 2 && strncasecmp(s, "parts", 5) == 0 && listing_skip_space(s + 5) == close ? nb
                                                                                            : -1;
}

/* Reads a talk's number; 0: out of range, or followed by more ("15a", "1.2"). */
static int read_number(const char **p)
{
    int v = 0;
    for (; isdigit((unsigned char)**p); (*p)++)
        v = v > LISTING_MAX_NUMBER ? v : v * 10 + (**p - '0');
    if (isalpha((unsigned char)**p) || (**p == '.' && isdigit((unsigned char)(*p)[1])))
        return 0;
    return v <= LISTING_MAX_NUMBER ? v : 0;
}

/* Reads the mark after the number, ":", "." or a dash, if there is one. Moves *p to the title. */
static void read_separator(const char **p)
{
    static const char *const marks[] = {":", ".", ")", "-", "–", "—"};
    const char *s = listing_skip_space(*p);
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        if (str_starts(s, marks[i])) {
            s = listing_skip_space(s + strlen(marks[i]));
            break;
        }
    }
    *p = s;
}

static int keyword_at(const char *text)
{
    int k = 0;
    while (k < BARE && strncasecmp(text, keywords[k], strlen(keywords[k])) != 0)
        k++;
    return k;
}

bool listing_is_keyword_at(const char *text)
{
    return keyword_at(text) != BARE;
}

/* Reads "Episode 15 (two parts):". In running text the colon is required; an item or a heading may
 * do without. */
static bool read_keyword_start(struct listing_start *out, const char *text, enum line_kind kind)
{
    out->keyword = keyword_at(text);
    if (out->keyword == BARE)
        return false;
    const char *after = text + strlen(keywords[out->keyword]);
    const char *s = listing_skip_space(after);
    if (s == after && *s != '#')
        return false;
    s += *s == '#';
    if (!isdigit((unsigned char)*s))
        return false;
    out->number = read_number(&s);
    const char *open = listing_skip_space(s);
    out->parts = 0;
    if (*open == '(') {
        s = open;
        out->parts = read_parts(&s);
    }
    const bool colon = *listing_skip_space(s) == ':';
    read_separator(&s);
    out->after = (size_t)(s - text);
    return colon || kind != LINE_TEXT;
}

/* Reads "15. Title", "#15 Title", or the mark of a numbered list item. */
static bool read_bare_start(struct listing_start *out, const struct line *line)
{
    const char *s = line->text + line->mark;
    *out = (struct listing_start){.keyword = BARE};
    if (line->kind != LINE_ITEM)
        return false;
    const bool hash = *s == '#';
    const char *digits = s + hash;
    if (isdigit((unsigned char)*digits)) {
        const char *p = digits;
        out->number = read_number(&p);
        if (p > digits && (hash || (*p && strchr(".):", *p))) && out->number) {
            read_separator(&p);
            out->after = (size_t)(p - s);
            return true;
        }
    }
    digits = line->text;
    if (!isdigit((unsigned char)*digits))
        return false;
    out->number = read_number(&digits);
    out->after = 0;
    return true;
}

/* Whether an entry seems to begin in this line; the entry may be wrapped anywhere. */
static bool read_start(struct listing_start *out, const struct listing_page *page, size_t i)
{
    const struct line *line = &page->lines[i];
    if (isalpha((unsigned char)line->text[line->mark])) {
        AUTO_LISTING_BLOCK b = {0};
        listing_block_build(&b, page, i, page->nb_lines, START_BYTES);
        if (read_keyword_start(out, b.text.s, line->kind))
            return true;
    }
    return read_bare_start(out, line);
}

void listing_block_finish(struct listing_block *b)
{
    str_finish(&b->text);
    free(b->offsets);
}

void listing_block_build(struct listing_block *b, const struct listing_page *page, size_t first,
                         size_t end, size_t max_bytes)
{
    b->first = first;
    for (size_t i = first; i < end && b->text.len < max_bytes; i++) {
        const struct line *line = &page->lines[i];
        if (i > first && (line->kind == LINE_BREAK || line->kind == LINE_HEADING))
            break;
        if (i > first)
            str_add(&b->text, line->paragraph ? "\n\n" : " ");
        b->offsets = mem_grow(b->offsets, b->nb_lines, sizeof *b->offsets);
        b->offsets[b->nb_lines++] = b->text.len;
        const char *text = i > first ? line->text : line->text + line->mark;
        str_add_bytes(&b->text, text, strnlen(text, max_bytes - b->text.len));
    }
}

size_t listing_block_line(const struct listing_block *b, size_t offset)
{
    size_t i = b->nb_lines;
    while (i > 1 && b->offsets[i - 1] > offset)
        i--;
    return b->first + i - 1;
}
