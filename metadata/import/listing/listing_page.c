#include "listing_page.h"

#include <ctype.h>
#include <libxml/HTMLparser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "charset.h"
#include "html.h"
#include "markup.h"
#include "mem.h"
#include "str.h"

enum {
    SNIFF_BYTES = 4096, /* of a page, searched for its charset and for HTML */
    MAX_DEPTH = 1000,   /* of tags: libxml2 takes time by the depth to close one */
    MIN_RULE = 5,       /* shorter runs of dashes occur in sentences */
};

static char *declared_charset(const char *html);
static bool is_html(const char *text);
static void text_read(struct listing_page *page, const char *text);
static int html_read(struct listing_page *page, const struct str *text, const char *name,
                     struct err *err);

int listing_page_parse(struct listing_page *out, const char *bytes, size_t nb_bytes,
                       const char *name, struct err *err)
{
    AUTO_STR text = {0};
    const int rc =
        charset_decode(&text, bytes, nb_bytes, name,
                       "HTML nor text; expected a listing page: save it from the browser as "
                       "HTML or as text in UTF-8",
                       declared_charset, err);
    if (rc < 0)
        return rc;
    if (is_html(text.s) && text.len > LISTING_PAGE_MAX_HTML_BYTES)
        return err_set(
            err, ERR_INVALID,
            "'%s': found an HTML page of %zu bytes; expected one of at most %d: save the "
            "page that lists the talks, or save it as text",
            name, text.len, LISTING_PAGE_MAX_HTML_BYTES);
    if (is_html(text.s))
        return html_read(out, &text, name, err);
    text_read(out, text.s);
    return 0;
}

void listing_page_finish(struct listing_page *page)
{
    for (size_t i = 0; i < page->nb_lines; i++)
        free(page->lines[i].text);
    free(page->lines);
    free(page->title);
    *page = (struct listing_page){0};
}

/* Encodings. */

/* The charset in <meta charset=...> or <meta content="...; charset=...">. As in browsers, Latin-1
 * means Windows-1252; that the page is not UTF-8 or UTF-16 is known already. A new string; NULL:
 * Windows-1252. */
static char *declared_charset(const char *html)
{
    if (!is_html(html))
        return NULL;
    AUTO_FREE char *head = mem_printf("%.*s", SNIFF_BYTES, html);
    const char *p = strcasestr(head, "charset");
    if (p) {
        p += strlen("charset");
        p += strspn(p, " \t\r\n=\"'");
        const size_t nb = strcspn(p, " \t\r\n\"'/;>");
        AUTO_FREE char *charset = mem_printf("%.*s", (int)nb, p);
        if (*charset && strcasecmp(charset, "iso-8859-1") != 0 &&
            strcasecmp(charset, "us-ascii") != 0 && strncasecmp(charset, "utf", 3) != 0)
            return mem_take(&charset);
    }
    return NULL;
}

static bool is_html(const char *text)
{
    if (str_starts(text, "\xef\xbb\xbf"))
        text += 3;
    text += strspn(text, " \t\r\n");
    if (text[0] == '<' && (isalpha((unsigned char)text[1]) || text[1] == '!' || text[1] == '?'))
        return true;
    AUTO_FREE char *head = mem_printf("%.*s", SNIFF_BYTES, text);
    return strcasestr(head, "<!doctype html") || strcasestr(head, "<html") ||
           strcasestr(head, "<body");
}

/* Lines. */

/* Appends a line; its text is a copy of mark and content. */
static struct line *add_line(struct listing_page *page, enum line_kind kind, int number,
                             const char *mark, const char *content)
{
    page->lines = mem_grow(page->lines, page->nb_lines, sizeof *page->lines);
    struct line *line = &page->lines[page->nb_lines++];
    *line = (struct line){.kind = kind, .number = number, .mark = strlen(mark)};
    AUTO_STR text = {0};
    str_add(&text, mark);
    str_add(&text, content);
    line->text = str_take(&text);
    return line;
}

static void add_break(struct listing_page *page, int number)
{
    if (page->nb_lines && page->lines[page->nb_lines - 1].kind != LINE_BREAK)
        add_line(page, LINE_BREAK, number, "", "");
}

/* Text. */

/* The length of a bullet, or of an ordered list's number, at the start of s, with the space after
 * it; 0: there is none. */
static size_t mark_at(const char *s)
{
    static const char *const bullets[] = {"-", "*", "+", "•", "·", "◦", "▪", "–", "o"};
    size_t n = strspn(s, "0123456789");
    n = n > 0 && n <= 6 && (s[n] == '.' || s[n] == ')') ? n + 1 : 0;
    for (size_t i = 0; !n && i < sizeof bullets / sizeof *bullets; i++)
        if (str_starts(s, bullets[i]))
            n = strlen(bullets[i]);
    if (!n || (s[n] && s[n] != ' '))
        return 0;
    /* "o" is a word in several languages: it is a bullet only if a capital follows. */
    if (*s == 'o' && s[n] && islower((unsigned char)s[n + 1]))
        return 0;
    return s[n] ? n + 1 : n;
}

static bool is_rule(const char *s)
{
    return *s && strchr("-=_*", *s) && strspn(s, (char[]){*s, '\0'}) == strlen(s) &&
           strlen(s) >= MIN_RULE;
}

struct text_reader {
    struct listing_page *page;
    bool paragraph; /* after an empty line */
    char mark[16];  /* from a line with a bullet alone, for the next line */
};

/* Reads a line; s is clean, and is modified. */
static void text_line(struct text_reader *r, char *s, int number)
{
    size_t len = strlen(s);
    const size_t bars = strspn(s, "| ");
    if (!len) {
        r->paragraph = true;
        return;
    }
    if (bars == len || is_rule(s)) {
        add_break(r->page, number);
        r->mark[0] = '\0';
        return;
    }
    if (bars)
        add_break(r->page, number);
    s += bars;
    len -= bars;
    const bool closed = str_ends(s, " |");
    if (closed)
        s[len - 2] = '\0';

    const size_t mark = mark_at(s);
    if (mark && !s[mark] && mark < sizeof r->mark - 1) {
        snprintf(r->mark, sizeof r->mark, "%s ", s);
    } else {
        char own[16] = "";
        if (!*r->mark && mark)
            snprintf(own, sizeof own, "%.*s", (int)mark, s);
        const char *front = *r->mark ? r->mark : own;
        struct line *line =
            add_line(r->page, *front ? LINE_ITEM : LINE_TEXT, number, front, s + strlen(own));
        line->paragraph = r->paragraph;
        r->mark[0] = '\0';
        r->paragraph = false;
    }
    if (closed)
        add_break(r->page, number);
}

static void text_read(struct listing_page *page, const char *text)
{
    struct text_reader r = {.page = page};
    for (int number = 1; *text; number++) {
        const size_t len = strcspn(text, "\n");
        AUTO_FREE char *raw = mem_printf("%.*s", (int)len, text);
        AUTO_FREE char *line = str_clean_line(raw);
        text_line(&r, line, number);
        text += text[len] ? len + 1 : len;
    }
}

/* HTML. libxml2's parser calls back for each tag and text: it builds no tree, and its line counter
 * is right for files of any length (that of a node ends at 65535). */

struct html {
    htmlParserCtxtPtr ctxt;
    struct listing_page *page;
    struct str text; /* the current line */
    int number;      /* of the file's line where it begins; 0 before its first visible character */
    bool plain;      /* some of it is not bold */
    bool paragraph;  /* it begins a paragraph */
    char mark[16];   /* not empty: it begins a list item */
    int level;       /* of the open heading; 0: none */
    int nb_br;       /* <br> since visible text */
    int bold, items; /* how many of these elements are open */
    int depth;       /* of all elements */
    int skip_depth;  /* of the outermost element that is skipped; 0: none */
    int *counters;   /* one per open list: an <ol>'s next number, -1 for others */
    size_t nb_lists;
    int deep_line; /* where tags are nested deeper than MAX_DEPTH; 0: nowhere */
    bool in_title;
    struct str title;
};

static enum html_kind kind_of(const char *tag)
{
    const struct html_element *element = html_element(tag);
    return element ? element->kind : HTML_INLINE;
}

/* Ends the current line. Without visible text it is dropped, and its mark stays for the next. */
static void html_flush(struct html *h)
{
    AUTO_FREE char *text = str_clean_line(h->text.s ? h->text.s : "");
    if (*text) {
        const int level = h->level ? h->level : !h->plain && !h->items ? 7 : 0;
        const enum line_kind kind = *h->mark ? LINE_ITEM : level ? LINE_HEADING : LINE_TEXT;
        struct line *line = add_line(h->page, kind, h->number, h->mark, text);
        line->level = kind == LINE_HEADING ? level : 0;
        line->paragraph = h->paragraph;
        h->paragraph = false;
        h->mark[0] = '\0';
    }
    str_clear(&h->text);
    h->plain = false;
    h->number = 0;
}

/* In a heading, <br> does not end the line. */
static bool ends_line(const struct html *h, enum html_kind kind)
{
    return kind != HTML_INLINE && kind != HTML_HEAD && kind != HTML_HIDDEN && kind != HTML_BOLD &&
           !(kind == HTML_BR && h->level);
}

static int attribute_int(const xmlChar **attributes, const char *key, int fallback)
{
    for (; attributes && attributes[0]; attributes += 2)
        if (strcmp((const char *)attributes[0], key) == 0 && attributes[1])
            return (int)strtol((const char *)attributes[1], NULL, 10);
    return fallback;
}

static void html_item(struct html *h, const xmlChar **attributes)
{
    h->items++;
    h->paragraph = true;
    int *counter = h->nb_lists ? &h->counters[h->nb_lists - 1] : NULL;
    if (!counter || *counter < 0) {
        snprintf(h->mark, sizeof h->mark, "- ");
        return;
    }
    *counter = attribute_int(attributes, "value", *counter);
    snprintf(h->mark, sizeof h->mark, "%d. ", *counter);
    *counter = *counter < 0 || *counter > 99999999 ? 0 : *counter + 1;
}

static void html_list(struct html *h, const char *tag, const xmlChar **attributes)
{
    h->counters = mem_grow(h->counters, h->nb_lists, sizeof *h->counters);
    h->counters[h->nb_lists++] =
        strcmp(tag, "ol") == 0 ? attribute_int(attributes, "start", 1) : -1;
}

static void html_start(void *user, const xmlChar *name, const xmlChar **attributes)
{
    struct html *h = user;
    const char *tag = (const char *)name;
    if (++h->depth > MAX_DEPTH && !h->deep_line) {
        h->deep_line = xmlSAX2GetLineNumber(h->ctxt);
        xmlStopParser(h->ctxt);
    }
    if (h->skip_depth)
        return;
    const enum html_kind kind = kind_of(tag);
    if (ends_line(h, kind))
        html_flush(h);
    switch (kind) {
    case HTML_HIDDEN:
        h->skip_depth = h->depth;
        break;
    case HTML_TITLE:
        h->in_title = true;
        break;
    case HTML_BOLD:
        h->bold++;
        break;
    case HTML_BR:
        str_add(&h->text, " ");
        if (++h->nb_br > 1)
            h->paragraph = true;
        break;
    case HTML_PARAGRAPH:
    case HTML_PRE:
    case HTML_DEFINITION:
        h->paragraph = true;
        break;
    case HTML_HEADING:
        h->level = tag[1] - '0';
        break;
    case HTML_TERM:
        h->items++;
        snprintf(h->mark, sizeof h->mark, "- ");
        break;
    case HTML_ITEM:
        html_item(h, attributes);
        break;
    case HTML_LIST:
        html_list(h, tag, attributes);
        break;
    case HTML_RULE:
    case HTML_TABLE:
    case HTML_ROW:
    case HTML_CELL:
        add_break(h->page, xmlSAX2GetLineNumber(h->ctxt));
        break;
    case HTML_INLINE:
    case HTML_HEAD:
    case HTML_LINE:
    case HTML_BLOCK:
        break;
    }
}

/* libxml2 ends each element that it began, in order, even if the page does not. */
static void html_end(void *user, const xmlChar *name)
{
    struct html *h = user;
    const int depth = h->depth--;
    if (h->skip_depth) {
        if (h->skip_depth == depth)
            h->skip_depth = 0;
        return;
    }
    const enum html_kind kind = kind_of((const char *)name);
    if (ends_line(h, kind) && kind != HTML_BR)
        html_flush(h);
    switch (kind) {
    case HTML_TITLE:
        h->in_title = false;
        break;
    case HTML_BOLD:
        h->bold--;
        break;
    case HTML_PARAGRAPH:
    case HTML_PRE:
    case HTML_DEFINITION:
        h->paragraph = true;
        break;
    case HTML_HEADING:
        h->level = 0;
        break;
    case HTML_TERM:
    case HTML_ITEM:
        h->items--;
        h->paragraph = true;
        h->mark[0] = '\0';
        break;
    case HTML_LIST:
        h->nb_lists--;
        h->paragraph = true;
        break;
    case HTML_RULE:
    case HTML_TABLE:
    case HTML_ROW:
    case HTML_CELL:
        add_break(h->page, xmlSAX2GetLineNumber(h->ctxt));
        break;
    case HTML_INLINE:
    case HTML_HEAD:
    case HTML_HIDDEN:
    case HTML_LINE:
    case HTML_BLOCK:
    case HTML_BR:
        break;
    }
}

static void html_text(void *user, const xmlChar *bytes, int nb_bytes)
{
    struct html *h = user;
    if (h->skip_depth)
        return;
    struct str *text = h->in_title ? &h->title : &h->text;
    const size_t at = text->len;
    str_add_bytes(text, (const char *)bytes, (size_t)nb_bytes);
    if (h->in_title)
        return;
    /* The line counter is already after this text: subtract its newlines. */
    int number = xmlSAX2GetLineNumber(h->ctxt);
    for (const char *p = text->s + at; (p = strchr(p, '\n')); p++)
        number--;
    bool visible = false;
    const char *p = text->s + at;
    for (uint32_t cp; !visible && (cp = str_next_utf8(&p));) {
        number += cp == '\n';
        visible = !str_is_space(cp) && !str_is_invisible(cp);
    }
    if (visible) {
        h->number = h->number ? h->number : number;
        h->plain |= !h->bold;
        h->nb_br = 0;
    }
}

static int html_read(struct listing_page *page, const struct str *text, const char *name,
                     struct err *err)
{
    const int crowded = markup_crowded_line(text->s);
    if (crowded)
        return err_set(
            err, ERR_INVALID,
            "'%s', line %d: found a tag with more than %d attributes; expected a page as "
            "a browser saves it: save it again, or as text",
            name, crowded, MARKUP_MAX_ATTRIBUTES);
    struct html h = {.page = page, .ctxt = htmlNewParserCtxt()};
    if (!h.ctxt)
        return err_set(err, ERR_NOMEM, "'%s': no memory for the HTML parser", name);
    *h.ctxt->sax = (htmlSAXHandler){
        .initialized = 1,
        .startElement = html_start,
        .endElement = html_end,
        .characters = html_text,
        .ignorableWhitespace = html_text,
    };
    h.ctxt->userData = &h;
    htmlCtxtReadMemory(h.ctxt, text->s, (int)text->len, NULL, "UTF-8",
                       HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
                           HTML_PARSE_NONET);
    html_flush(&h);
    const xmlError *last = xmlCtxtGetLastError(h.ctxt);
    int rc = 0;
    if (h.deep_line)
        rc = err_set(err, ERR_INVALID,
                     "'%s', line %d: found tags nested more than %d deep; expected a page as a "
                     "browser saves it: save it again, or as text",
                     name, h.deep_line, MAX_DEPTH);
    else if (last && last->code == XML_ERR_NO_MEMORY)
        rc = err_set(err, ERR_NOMEM, "'%s': no memory for the HTML parser", name);
    AUTO_FREE char *title = str_clean_line(h.title.s ? h.title.s : "");
    page->title = *title ? mem_take(&title) : NULL;
    htmlFreeParserCtxt(h.ctxt);
    str_finish(&h.title);
    str_finish(&h.text);
    free(h.counters);
    return rc;
}
