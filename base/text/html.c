#include "html.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "html_entities.h"

static const struct html_element elements[] = {
    /* sorted by name */
    {"a", HTML_INLINE, true},         {"abbr", HTML_INLINE, true},
    {"address", HTML_BLOCK, false},   {"article", HTML_BLOCK, true},
    {"aside", HTML_BLOCK, false},     {"b", HTML_BOLD, true},
    {"big", HTML_INLINE, true},       {"blockquote", HTML_PARAGRAPH, true},
    {"body", HTML_BLOCK, true},       {"br", HTML_BR, true},
    {"button", HTML_HIDDEN, false},   {"caption", HTML_LINE, false},
    {"center", HTML_BLOCK, true},     {"cite", HTML_INLINE, true},
    {"code", HTML_INLINE, true},      {"dd", HTML_DEFINITION, true},
    {"del", HTML_INLINE, true},       {"details", HTML_BLOCK, true},
    {"dfn", HTML_INLINE, true},       {"dir", HTML_LIST, false},
    {"div", HTML_BLOCK, true},        {"dl", HTML_BLOCK, true},
    {"dt", HTML_TERM, true},          {"em", HTML_INLINE, true},
    {"fieldset", HTML_BLOCK, false},  {"figcaption", HTML_BLOCK, true},
    {"figure", HTML_BLOCK, true},     {"font", HTML_INLINE, true},
    {"footer", HTML_RULE, true},      {"form", HTML_BLOCK, false},
    {"h1", HTML_HEADING, true},       {"h2", HTML_HEADING, true},
    {"h3", HTML_HEADING, true},       {"h4", HTML_HEADING, true},
    {"h5", HTML_HEADING, true},       {"h6", HTML_HEADING, true},
    {"head", HTML_HEAD, true},        {"header", HTML_BLOCK, true},
    {"hr", HTML_RULE, true},          {"html", HTML_BLOCK, true},
    {"i", HTML_INLINE, true},         {"iframe", HTML_HIDDEN, true},
    {"img", HTML_INLINE, true},       {"ins", HTML_INLINE, true},
    {"kbd", HTML_INLINE, true},       {"li", HTML_ITEM, true},
    {"main", HTML_BLOCK, false},      {"mark", HTML_INLINE, true},
    {"menu", HTML_LIST, false},       {"nav", HTML_HIDDEN, false},
    {"noscript", HTML_HIDDEN, false}, {"object", HTML_HIDDEN, false},
    {"ol", HTML_LIST, true},          {"p", HTML_PARAGRAPH, true},
    {"pre", HTML_PRE, true},          {"q", HTML_INLINE, true},
    {"s", HTML_INLINE, true},         {"samp", HTML_INLINE, true},
    {"script", HTML_HIDDEN, true},    {"section", HTML_BLOCK, true},
    {"select", HTML_HIDDEN, false},   {"small", HTML_INLINE, true},
    {"span", HTML_INLINE, true},      {"strike", HTML_INLINE, true},
    {"strong", HTML_BOLD, true},      {"style", HTML_HIDDEN, true},
    {"sub", HTML_INLINE, true},       {"summary", HTML_LINE, true},
    {"sup", HTML_INLINE, true},       {"svg", HTML_HIDDEN, false},
    {"table", HTML_TABLE, true},      {"tbody", HTML_INLINE, true},
    {"td", HTML_CELL, true},          {"template", HTML_HIDDEN, false},
    {"textarea", HTML_HIDDEN, false}, {"tfoot", HTML_INLINE, true},
    {"th", HTML_CELL, true},          {"thead", HTML_INLINE, true},
    {"title", HTML_TITLE, false},     {"tr", HTML_ROW, true},
    {"tt", HTML_INLINE, true},        {"u", HTML_INLINE, true},
    {"ul", HTML_LIST, true},          {"var", HTML_INLINE, true},
    {"wbr", HTML_INLINE, true},
};

static int compare_name(const void *name, const void *element)
{
    return strcasecmp(name, ((const struct html_element *)element)->name);
}

const struct html_element *html_element(const char *name)
{
    return bsearch(name, elements, sizeof elements / sizeof *elements, sizeof *elements,
                   compare_name);
}

const char *html_read_entity(uint32_t *cp, const char *p)
{
    if (*p != '&')
        return NULL;
    const size_t nb = strcspn(p + 1, ";& \n<");
    if (!nb || nb > 12 || p[1 + nb] != ';')
        return NULL;
    char name[16] = "";
    memcpy(name, p + 1, nb);
    if (name[0] != '#') {
        *cp = html_entity(name);
    } else {
        const bool hex = tolower((unsigned char)name[1]) == 'x';
        const char *digits = name + 1 + hex;
        if (!*digits || digits[strspn(digits, hex ? "0123456789abcdefABCDEF" : "0123456789")])
            return NULL;
        const unsigned long value = strtoul(digits, NULL, hex ? 16 : 10);
        const bool valid = value && value <= 0x10ffff && (value < 0xd800 || value > 0xdfff);
        *cp = valid ? (uint32_t)value : 0xfffd;
    }
    return *cp ? p + nb + 2 : NULL;
}

/* --- pages ------------------------------------------------------------------------------------ */

bool html_asks_for_login(const char *page)
{
    return strcasestr(page, "type=\"password\"") || strcasestr(page, "type='password'") ||
           strcasestr(page, "type=password");
}
