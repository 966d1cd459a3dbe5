#include "plain_text.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "html.h"
#include "mem.h"
#include "str.h"

/*
 * libxml2's parser is not used: it takes each '<' before a letter for a tag, and abstracts hold
 * "<https://…>" and "vector<T>". Here, only the names of HTML elements make tags. Each byte is
 * looked at a bounded number of times.
 */

enum tag_action {
    TAG_INLINE,
    TAG_CELL,
    TAG_SKIP, /* with its content */
    TAG_BR,
    TAG_LINE, /* from here on: block markup */
    TAG_ITEM,
    TAG_PARAGRAPH,
    TAG_PRE,
};

static enum tag_action action_of(const struct html_element *tag)
{
    static const enum tag_action actions[] = {
        [HTML_INLINE] = TAG_INLINE,   [HTML_BOLD] = TAG_INLINE,
        [HTML_BR] = TAG_BR,           [HTML_LINE] = TAG_LINE,
        [HTML_BLOCK] = TAG_PARAGRAPH, [HTML_PARAGRAPH] = TAG_PARAGRAPH,
        [HTML_PRE] = TAG_PRE,         [HTML_HEADING] = TAG_PARAGRAPH,
        [HTML_RULE] = TAG_PARAGRAPH,  [HTML_TABLE] = TAG_PARAGRAPH,
        [HTML_ROW] = TAG_LINE,        [HTML_CELL] = TAG_CELL,
        [HTML_LIST] = TAG_PARAGRAPH,  [HTML_ITEM] = TAG_ITEM,
        [HTML_TERM] = TAG_LINE,       [HTML_DEFINITION] = TAG_LINE,
        [HTML_HEAD] = TAG_SKIP,       [HTML_TITLE] = TAG_SKIP,
        [HTML_HIDDEN] = TAG_SKIP,
    };
    return actions[tag->kind];
}

struct scan {
    struct str out;
    bool keep_lines;    /* newlines in the text count: it has no block markup */
    bool no_gt;         /* there are no more '>' */
    bool no_comment;    /* there are no more "-->" */
    bool no_skip;       /* a TAG_SKIP was not closed: from there on they are ignored */
    bool quotes_broken; /* an attribute's quote was not closed: ignore quotes */
    int pre;            /* how many <pre> are open */
    int newlines;       /* due before the next visible character, at most 2 */
    bool after_br;      /* they come from <br>: a newline after it adds none */
    bool space, item;   /* due as well: " ", "- " */
};

static const char *find_code_end(const char *p);
static const char *find_markup_end(struct scan *s, const char *p, const struct html_element **tag,
                                   bool *closes);
static const char *find_skip_end(struct scan *s, const char *p, const struct html_element *tag);
static void add_tag(struct scan *s, enum tag_action action, bool closes);
static void add_char(struct scan *s, uint32_t cp);

static bool has_blocks(const char *text)
{
    struct scan s = {0};
    for (const char *p = text; (p = strpbrk(p, "<`"));) {
        const struct html_element *tag = NULL;
        bool closes;
        const char *end = *p == '`' ? find_code_end(p) : find_markup_end(&s, p, &tag, &closes);
        if (end && tag && action_of(tag) >= TAG_LINE)
            return true;
        p = end ? end : p + 1;
    }
    return false;
}

char *plain_text(const char *text)
{
    if (!text)
        return NULL;
    struct scan s = {.keep_lines = !has_blocks(text)};
    while (*text) {
        const struct html_element *tag = NULL;
        bool closes;
        uint32_t cp;
        const char *end = *text == '<' ? find_markup_end(&s, text, &tag, &closes) : NULL;
        if (end) {
            if (tag && action_of(tag) == TAG_SKIP && !closes)
                end = find_skip_end(&s, end, tag);
            else if (tag)
                add_tag(&s, action_of(tag), closes);
        } else if ((end = *text == '`' && s.keep_lines ? find_code_end(text) : NULL)) {
            for (const char *p = text; p < end;)
                add_char(&s, str_next_utf8(&p));
        } else if ((end = html_read_entity(&cp, text))) {
            add_char(&s, cp);
        } else {
            end = text;
            add_char(&s, str_next_utf8(&end));
        }
        text = end;
    }
    return s.out.len ? str_take(&s.out) : NULL;
}

/* Markdown: the place after the code that begins at the back quote p; NULL if it does not end in
 * its line. */
static const char *find_code_end(const char *p)
{
    const char *end = strpbrk(p + 1, "`\n");
    return end && *end == '`' ? end + 1 : NULL;
}

char *plain_line(const char *text)
{
    AUTO_STR out = {0};
    while (text && *text) {
        uint32_t cp;
        const char *end = html_read_entity(&cp, text);
        if (!end) {
            end = text;
            cp = str_next_utf8(&end);
        }
        str_add_utf8(&out, cp);
        text = end;
    }
    AUTO_FREE char *line = str_clean_line(out.s ? out.s : "");
    return *line ? mem_take(&line) : NULL;
}

char *plain_text_escape(const char *text)
{
    struct scan s = {0};
    AUTO_STR out = {0};
    if (!text)
        return NULL;
    while (*text) {
        const struct html_element *tag;
        bool closes;
        uint32_t cp;
        const char *end = *text == '`' ? find_code_end(text) : NULL;
        if (end) { /* plain_text finds no markup in it */
            str_add_bytes(&out, text, (size_t)(end - text));
            text = end;
            continue;
        }
        if (*text == '<' && find_markup_end(&s, text, &tag, &closes))
            str_add(&out, "&lt;");
        else if (html_read_entity(&cp, text))
            str_add(&out, "&amp;");
        else
            str_add_bytes(&out, text, 1);
        text++;
    }
    return str_take(&out);
}

char *plain_line_escape(const char *line)
{
    AUTO_STR out = {0};
    if (!line)
        return NULL;
    for (uint32_t cp; *line; line++) {
        if (html_read_entity(&cp, line))
            str_add(&out, "&amp;");
        else
            str_add_bytes(&out, line, 1);
    }
    return str_take(&out);
}

/* The '>' that ends the tag whose attributes begin at p; one in a quoted value does not count.
 * NULL: there is none. The scan records marks that it did not find, so as not to search for them
 * twice. */
static const char *find_tag_end(struct scan *s, const char *p)
{
    if (s->no_gt)
        return NULL;
    for (const char *q = p; !s->quotes_broken;) {
        q += strcspn(q, ">\"'");
        if (*q == '>')
            return q;
        const char *close = *q && q > p && q[-1] == '=' ? strchr(q + 1, *q) : q;
        s->quotes_broken = !*q || !close;
        q = s->quotes_broken ? q : close + 1;
    }
    const char *gt = strchr(p, '>');
    s->no_gt = !gt;
    return gt;
}

/* Returns the place after the tag or comment that begins at the '<' p; NULL: it begins neither.
 * *tag is NULL for a comment. */
static const char *find_markup_end(struct scan *s, const char *p, const struct html_element **tag,
                                   bool *closes)
{
    *tag = NULL;
    *closes = p[1] == '/';
    if (str_starts(p, "<!--")) {
        const char *end = s->no_comment ? NULL : strstr(p + 4, "-->");
        s->no_comment = !end;
        return end ? end + 3 : NULL;
    }
    const char *name = p + 1 + *closes;
    size_t nb = 0;
    while (nb < 12 && isalnum((unsigned char)name[nb]))
        nb++;
    if (!nb || !name[nb] || !strchr(" \t\r\n/>", name[nb]))
        return NULL;
    char key[16] = "";
    memcpy(key, name, nb);
    *tag = html_element(key);
    if (*tag && !(*tag)->in_text)
        *tag = NULL;
    const char *end = *tag ? find_tag_end(s, name + nb) : NULL;
    return end ? end + 1 : NULL;
}

/* The end of the content, which begins at p, of <script> and its like. */
static const char *find_skip_end(struct scan *s, const char *p, const struct html_element *tag)
{
    AUTO_FREE char *close = mem_printf("</%s", tag->name);
    const char *end = s->no_skip ? NULL : strcasestr(p, close);
    s->no_skip = !end;
    return end ? end : p;
}

static void add_tag(struct scan *s, enum tag_action action, bool closes)
{
    const int least = action >= TAG_PARAGRAPH ? 2 : action >= TAG_LINE ? 1 : 0;
    if (!s->item && s->newlines < least)
        s->newlines = least;
    if (action == TAG_CELL)
        s->space = true;
    if (action == TAG_ITEM)
        s->item = !closes;
    if (action == TAG_PRE)
        s->pre = closes ? s->pre - (s->pre > 0) : s->pre + 1;
    if (action == TAG_BR) {
        s->newlines += s->newlines < 2;
        s->after_br = true;
    }
}

static void add_char(struct scan *s, uint32_t cp)
{
    if (cp == '\n' && (s->keep_lines || s->pre)) {
        if (!s->after_br)
            s->newlines += s->newlines < 2;
        s->after_br = false;
    } else if (str_is_space(cp)) {
        s->space = true;
    } else if (!str_is_invisible(cp)) {
        if (s->out.len)
            str_add(&s->out, s->newlines == 2 ? "\n\n" : s->newlines ? "\n" : s->space ? " " : "");
        if (s->item)
            str_add(&s->out, "- ");
        str_add_utf8(&s->out, cp);
        s->newlines = 0;
        s->after_br = s->space = s->item = false;
    }
}
