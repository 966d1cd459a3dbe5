#include "formats.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "charset.h"
#include "datetime.h"
#include "html_tree.h"
#include "listing_page.h"
#include "markup.h"
#include "mem.h"
#include "programme.h"
#include "programme_limits.h"
#include "programme_refs.h"
#include "str.h"

static const char talk_type[] = "schema.org/EducationEvent";

struct page {
    const char *name; /* of the file */
    struct programme *programme;
    const xmlNode *talk_scope, *section_scope; /* of the last ones; belong to the document */
    char *section;                             /* name of the last section, or NULL */
    struct err *err;
};

/* A new string, or NULL. */
static char *attribute(const xmlNode *node, const char *name)
{
    xmlChar *value =
        node->type == XML_ELEMENT_NODE ? xmlGetProp(node, (const xmlChar *)name) : NULL;
    char *copy = value ? mem_strdup((const char *)value) : NULL;
    xmlFree(value);
    return copy;
}

/* The element that a property belongs to; NULL: none. */
static xmlNode *scope_of(const xmlNode *node)
{
    xmlNode *up = node->parent;
    while (up && !(up->type == XML_ELEMENT_NODE && xmlHasProp(up, (const xmlChar *)"itemscope")))
        up = up->parent;
    return up;
}

static bool is_talk(const xmlNode *scope)
{
    AUTO_FREE char *type = attribute(scope, "itemtype");
    return type && str_ends(type, talk_type);
}

/* HTML Standard, 5.2.4, "values". A new string on one line; NULL: nothing is visible. */
static char *value_of(const xmlNode *node)
{
    static const char *const names[][2] = {
        {"meta", "content"}, {"time", "datetime"}, {"a", "href"}, {"link", "href"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        AUTO_FREE char *value =
            html_is_element(node, names[i][0]) ? attribute(node, names[i][1]) : NULL;
        if (value)
            return html_visible_line(value);
    }
    return html_content(node);
}

static int fail(const struct page *p, const xmlNode *node, const char *found, const char *expected)
{
    AUTO_FREE char *quote = str_quote(found, STR_QUOTE_BYTES);
    return err_set(p->err, ERR_INVALID, "'%s', line %ld: found \"%s\"; expected %s", p->name,
                   xmlGetLineNo(node), quote, expected);
}

/* --- a talk ----------------------------------------------------------------------------------- */

/* The talk's number, and then what the programme calls it. */
static int read_identifier(const struct page *p, const xmlNode *node, struct talk *talk,
                           const char *value)
{
    const size_t nb = strspn(value, "0123456789");
    if (talk->number || nb == 0 || value[nb]) {
        free(talk->ref);
        talk->ref = mem_strdup(value);
        return 0;
    }
    const int number = nb < 9 ? atoi(value) : 0;
    if (number < 1 || number > PROGRAMME_MAX_NUMBER || programme_find(p->programme, number))
        return fail(p, node, value, "a talk's number from 1 to 9999999, each once");
    talk->number = number;
    return 0;
}

/* Reads ISO 8601's "PT1H2M3S", whole numbers. False: it is something else. */
static bool parse_duration(int *out_s, const char *text)
{
    static const struct {
        char letter;
        int s;
    } units[] = {{'H', 3600}, {'M', 60}, {'S', 1}};
    const char *p = text + 2;
    int64_t s = 0;
    if (!str_starts(text, "PT") || !*p)
        return false;
    for (size_t i = 0; i < 3; i++) {
        const size_t nb = strspn(p, "0123456789");
        if (nb == 0 || nb > 6 || p[nb] != units[i].letter)
            continue;
        s += atoi(p) * (int64_t)units[i].s;
        p += nb + 1;
    }
    *out_s = (int)s;
    return !*p && s <= DATETIME_MAX_DURATION_S;
}

static int read_duration(const struct page *p, const xmlNode *node, struct talk *talk,
                         const char *value)
{
    int s = 0;
    if (!parse_duration(&s, value))
        return fail(p, node, value, "a duration, \"PT12M6S\"");
    talk_add_part(talk, s);
    return 0;
}

static void add_paragraph(struct talk *talk, const char *value)
{
    char *all = talk->abstract ? mem_printf("%s\n\n%s", talk->abstract, value) : mem_strdup(value);
    free(talk->abstract);
    talk->abstract = all;
}

static int read_talk_property(const struct page *p, const xmlNode *node, struct talk *talk,
                              const char *property, const char *value)
{
    struct {
        const char *name;
        char **to;
    } texts[] = {{"name", &talk->title},
                 {"startDate", &talk->start},
                 {"location", &talk->room},
                 {"inLanguage", &talk->language},
                 {"sameAs", &talk->url}};
    if (strcmp(property, "identifier") == 0)
        return read_identifier(p, node, talk, value);
    if (strcmp(property, "duration") == 0)
        return read_duration(p, node, talk, value);
    if (strcmp(property, "performer") == 0)
        talk_add_speaker(talk, value);
    if (strcmp(property, "description") == 0)
        add_paragraph(talk, value);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (strcmp(property, texts[i].name) == 0 && !*texts[i].to)
            *texts[i].to = mem_strdup(value);
    return 0;
}

/* --- the page --------------------------------------------------------------------------------- */

static void read_event_property(struct programme *programme, const char *property,
                                const char *value)
{
    struct {
        const char *name;
        char **to;
    } texts[] = {{"name", &programme->name},
                 {"location", &programme->place},
                 {"startDate", &programme->begin},
                 {"endDate", &programme->end}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (strcmp(property, texts[i].name) == 0 && !*texts[i].to)
            *texts[i].to = mem_strdup(value);
}

/* A section's name is before its talks. */
static int begin_talk(struct page *p, const xmlNode *node)
{
    struct talk *talk = programme_add_talk(p->programme, 0);
    p->talk_scope = node;
    const bool in_section = p->section && scope_of(node) == p->section_scope;
    talk->section = in_section ? mem_strdup(p->section) : NULL;
    return programme_check_count(p->programme->nb_talks, p->name, NULL, p->err);
}

static int read_property(struct page *p, const xmlNode *node, const char *property)
{
    const xmlNode *scope = scope_of(node);
    AUTO_FREE char *value = scope ? value_of(node) : NULL;
    if (!value)
        return 0;
    if (scope == p->talk_scope)
        return read_talk_property(p, node, &p->programme->talks[p->programme->nb_talks - 1],
                                  property, value);
    if (is_talk(scope))
        return 0;
    if (!scope_of(scope)) {
        read_event_property(p->programme, property, value);
    } else if (strcmp(property, "name") == 0) {
        free(p->section);
        p->section = mem_take(&value);
        p->section_scope = scope;
    }
    return 0;
}

static int read_nodes(struct page *p, xmlNode *top)
{
    for (xmlNode *node = top; node; node = html_next_node(node, top)) {
        AUTO_FREE char *property = attribute(node, "itemprop");
        const bool is_item =
            node->type == XML_ELEMENT_NODE && xmlHasProp(node, (const xmlChar *)"itemscope");
        if (is_item && is_talk(node) && begin_talk(p, node) < 0)
            return p->err->code;
        if (property && !is_item && read_property(p, node, property) < 0)
            return p->err->code;
    }
    return 0;
}

static int settle(const struct page *p)
{
    for (size_t i = 0; i < p->programme->nb_talks; i++) {
        struct talk *talk = &p->programme->talks[i];
        if (!talk->title)
            return err_set(
                p->err, ERR_INVALID,
                "'%s': talk %zu of the page has no itemprop \"name\"; expected its title", p->name,
                i + 1);
        if (talk->nb_parts == 0)
            talk_add_part(talk, 0);
    }
    programme_settle_refs(p->programme);
    return 0;
}

bool import_microdata_sniff(const char *bytes, size_t nb_bytes, const char *name)
{
    (void)name;
    const char *type = strstr(bytes, talk_type);
    return nb_bytes <= LISTING_PAGE_MAX_HTML_BYTES && type && strstr(bytes, "itemscope") &&
           strspn(type + strlen(talk_type), "\"' >") > 0;
}

int import_microdata_read(struct programme *out, const char *bytes, size_t nb_bytes,
                          const char *name, struct err *err)
{
    AUTO_STR text = {0};
    AUTO_PROGRAMME programme = {0};
    struct page p = {.name = name, .programme = &programme, .err = err};
    bool deep = false;
    if (charset_decode(&text, bytes, nb_bytes, name, "text nor HTML; expected a page", NULL, err) <
        0)
        return err->code;
    if (markup_crowded_line(text.s))
        return err_set(err, ERR_INVALID, "'%s', line %d: an element has too many attributes", name,
                       markup_crowded_line(text.s));
    xmlDoc *doc = html_tree_parse(&deep, &text);
    if (!doc)
        return err_set(err, ERR_NOMEM, "'%s': no memory for the HTML parser", name);
    if (deep)
        err_set(err, ERR_INVALID,
                "'%s': found tags nested more than %d deep; expected a page as a browser saves it: "
                "save it again",
                name, HTML_TREE_MAX_DEPTH);
    else if (read_nodes(&p, xmlDocGetRootElement(doc)) == 0)
        (void)settle(&p);
    xmlFreeDoc(doc);
    free(p.section);
    if (err->code < 0)
        return err->code;
    *out = programme;
    programme = (struct programme){0};
    return 0;
}
