#include "captions_text.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "mem.h"
#include "str.h"

/* --- building -------------------------------------------------------------------------------- */

static const char tag_letters[] = "ibu";
enum { NB_TAGS = 3 };

/* Tags and white space are written only before a character that shows: so no tag is empty, no line
 * is, and all are nested. */
struct builder {
    struct str out;
    bool wanted[NB_TAGS];
    int open[NB_TAGS], nb_open; /* as they were opened */
    bool space, newline;        /* before the next character */
    bool plain;                 /* no tags, nothing escaped */
    bool shows;
};

static bool is_open(const struct builder *b, int tag)
{
    for (int i = 0; i < b->nb_open; i++)
        if (b->open[i] == tag)
            return true;
    return false;
}

static void close_tags(struct builder *b)
{
    int keep = 0;
    while (keep < b->nb_open && b->wanted[b->open[keep]])
        keep++;
    while (b->nb_open > keep)
        str_addf(&b->out, "</%c>", tag_letters[b->open[--b->nb_open]]);
}

static void open_tags(struct builder *b)
{
    for (int t = 0; t < NB_TAGS; t++) {
        if (!b->wanted[t] || is_open(b, t))
            continue;
        str_addf(&b->out, "<%c>", tag_letters[t]);
        b->open[b->nb_open++] = t;
    }
}

static void put(struct builder *b, uint32_t c)
{
    if (c == '\n' || c == ' ' || c == '\t') {
        b->newline = b->newline || c == '\n';
        b->space = true;
        return;
    }
    if (c < ' ' || c == 0x7f || c == 0xfeff)
        return;
    if (!b->plain)
        close_tags(b);
    if (b->out.len && (b->newline || b->space))
        str_add(&b->out, b->newline ? "\n" : " ");
    b->newline = b->space = false;
    if (!b->plain)
        open_tags(b);
    b->shows = b->shows || c != 0xa0;
    if (c == '&' && !b->plain)
        str_add(&b->out, "&amp;");
    else if (c == '<' && !b->plain)
        str_add(&b->out, "&lt;");
    else if (c == '>' && !b->plain)
        str_add(&b->out, "&gt;");
    else
        str_add_utf8(&b->out, c);
}

static char *finish(struct builder *b)
{
    memset(b->wanted, 0, sizeof b->wanted);
    close_tags(b);
    if (!b->shows)
        str_clear(&b->out);
    return str_take(&b->out);
}

/* The next character and, after a letter, those that follow it: none of them needs more. */
static void put_next(struct builder *b, const char **p)
{
    const bool letter = isalnum((unsigned char)**p);
    size_t nb = 0;
    put(b, str_next_utf8(p));
    while (letter && isalnum((unsigned char)(*p)[nb]))
        nb++;
    str_add_bytes(&b->out, *p, nb);
    *p += nb;
}

/* --- SubRip and WebVTT ------------------------------------------------------------------------ */

/* The character of the entity at *p, and moves *p after it; 0: it is not an entity. */
static uint32_t entity(const char **p)
{
    static const struct {
        const char *name;
        uint32_t c;
    } names[] = {{"&amp;", '&'},    {"&lt;", '<'},     {"&gt;", '>'},   {"&nbsp;", 0xa0},
                 {"&lrm;", 0x200e}, {"&rlm;", 0x200f}, {"&quot;", '"'}, {"&apos;", '\''}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_starts(*p, names[i].name)) {
            *p += strlen(names[i].name);
            return names[i].c;
        }
    if (!str_starts(*p, "&#"))
        return 0;
    const bool hex = (*p)[2] == 'x' || (*p)[2] == 'X';
    const char *digits = *p + (hex ? 3 : 2);
    char *end;
    if (!isxdigit((unsigned char)*digits))
        return 0;
    const unsigned long c = strtoul(digits, &end, hex ? 16 : 10);
    if (end == digits || *end != ';' || c == 0 || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
        return 0;
    *p = end + 1;
    return (uint32_t)c;
}

/* Takes the tag whose name is [name, name + nb); 0: SubRip does not have it. */
static int take_tag(struct builder *b, const char *name, size_t nb, bool closing)
{
    static const struct {
        const char *name;
        int tag; /* -1: only dropped; -2: a new line */
    } known[] = {{"i", 0},     {"em", 0}, {"b", 1},  {"strong", 1}, {"u", 2},  {"font", -1},
                 {"span", -1}, {"c", -1}, {"s", -1}, {"v", -1},     {"br", -2}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strlen(known[i].name) != nb || strncasecmp(known[i].name, name, nb) != 0)
            continue;
        if (known[i].tag >= 0)
            b->wanted[known[i].tag] = !closing;
        else if (known[i].tag == -2)
            put(b, '\n');
        return 1;
    }
    return 0;
}

static bool markup_tag(struct builder *b, const char **p, bool strict)
{
    const char *end = strchr(*p, '>');
    const char *name = *p + 1;
    const bool closing = *name == '/';
    name += closing;
    size_t nb = 0;
    while (isalnum((unsigned char)name[nb]))
        nb++;
    if (!end || end < name + nb || (!strict && !strchr(" \t./>=", name[nb])))
        return false;
    const bool known = take_tag(b, name, nb, closing);
    if (!known && (!strict || (nb == 0 && name[0] != '>')))
        return false;
    *p = end + 1;
    return true;
}

static void ass_overrides(struct builder *b, const char *text, size_t nb, bool *drawing);

/* SubRip borrows {\an8} and its like. */
static bool borrowed_override(struct builder *b, const char **p)
{
    const char *end = strchr(*p, '}');
    bool drawing = false;
    if (!str_starts(*p, "{\\") || !end)
        return false;
    ass_overrides(b, *p, (size_t)(end - *p), &drawing);
    *p = end + 1;
    return true;
}

static char *from_markup(const char *text, bool strict, bool plain)
{
    struct builder b = {.plain = plain};
    for (const char *p = text; *p;) {
        uint32_t c = 0;
        if (*p == '<' && markup_tag(&b, &p, strict))
            continue;
        if (*p == '{' && !strict && borrowed_override(&b, &p))
            continue;
        if (*p == '&')
            c = entity(&p);
        if (c)
            put(&b, c);
        else
            put_next(&b, &p);
    }
    return finish(&b);
}

char *captions_from_markup(const char *text, bool strict)
{
    return from_markup(text, strict, false);
}

char *captions_to_plain(const char *text)
{
    return from_markup(text, true, true);
}

char *captions_from_plain(const char *text)
{
    struct builder b = {0};
    for (const char *p = text; *p;)
        put_next(&b, &p);
    return finish(&b);
}

/* --- Advanced SubStation ---------------------------------------------------------------------- */

/* The overrides between braces: \i1, \b700, \u0, \r, \p1. */
static void ass_overrides(struct builder *b, const char *text, size_t nb, bool *drawing)
{
    for (const char *p = text; p < text + nb; p++) {
        if (*p != '\\' || p + 1 >= text + nb)
            continue;
        const char *tag = memchr(tag_letters, p[1], NB_TAGS);
        const bool number = isdigit((unsigned char)p[2]);
        if (tag && (number || p[2] == '\\' || p[2] == '}'))
            b->wanted[tag - tag_letters] = number && atoi(p + 2) > 0;
        else if (p[1] == 'p' && number)
            *drawing = atoi(p + 2) > 0;
        else if (p[1] == 'r' && !str_starts(p + 1, "rnd"))
            memset(b->wanted, 0, sizeof b->wanted);
    }
}

char *captions_from_ass(const char *text)
{
    struct builder b = {0};
    bool drawing = false;
    for (const char *p = text; *p;) {
        const char *end = *p == '{' ? strchr(p, '}') : NULL;
        if (end) {
            ass_overrides(&b, p, (size_t)(end - p), &drawing);
            p = end + 1;
        } else if (drawing) {
            p++;
        } else if (*p == '\\' && p[1] && strchr("Nnh", p[1])) {
            put(&b, p[1] == 'h' ? 0xa0 : '\n');
            p += 2;
        } else if (*p == '\\' && p[1] && strchr("{}", p[1])) {
            put(&b, (uint32_t)p[1]);
            p += 2;
        } else {
            put_next(&b, &p);
        }
    }
    return finish(&b);
}
