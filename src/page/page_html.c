#include "page_html.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* HTML Standard, 13.1.2, "void elements". */
static bool is_void(const char *name)
{
    static const char *const names[] = {"area",  "base", "br",   "col",    "embed", "hr", "img",
                                        "input", "link", "meta", "source", "track", "wbr"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

void html_pieces_finish(struct html_pieces *p)
{
    for (size_t i = 0; i < p->nb; i++)
        free(p->texts[i]);
    free(p->texts);
    *p = (struct html_pieces){0};
}

void html_add_text(struct str *out, const char *text)
{
    for (const char *p = text; p && *p;) {
        const size_t nb = strcspn(p, "&<>\"");
        str_add_bytes(out, p, nb);
        p += nb;
        if (*p)
            str_add(out, *p == '&' ? "&amp;" : *p == '<' ? "&lt;" : *p == '>' ? "&gt;" : "&quot;");
        p += *p != '\0';
    }
}

/* A script ends at the first "</script", whatever is around it. */
static void add_json(struct str *out, const xmlChar *text)
{
    for (const char *p = (const char *)text; p && *p; p++)
        if (*p == '<')
            str_add(out, "\\u003c");
        else
            str_add_bytes(out, p, 1);
}

static void add_start_tag(struct str *out, const xmlNode *node)
{
    str_add(out, "<");
    str_add(out, (const char *)node->name);
    for (const xmlAttr *a = node->properties; a; a = a->next) {
        xmlChar *value = xmlNodeListGetString(node->doc, a->children, 1);
        str_add(out, " ");
        str_add(out, (const char *)a->name);
        str_add(out, "=\"");
        html_add_text(out, (const char *)value);
        str_add(out, "\"");
        xmlFree(value);
    }
    str_add(out, ">");
}

static void add_piece(struct str *out, const xmlNode *node, const struct html_pieces *pieces)
{
    const char *content = (const char *)node->content;
    const size_t number = content ? strtoul(content, NULL, 10) : 0;
    if (pieces && number < pieces->nb && strcmp((const char *)node->name, "piece") == 0)
        str_add(out, pieces->texts[number]);
}

static void add_nodes(struct str *out, const xmlNode *node, bool in_script,
                      const struct html_pieces *pieces);

static void add_element(struct str *out, const xmlNode *node, const struct html_pieces *pieces)
{
    const char *name = (const char *)node->name;
    add_start_tag(out, node);
    if (is_void(name))
        return;
    add_nodes(out, node->children, strcmp(name, "script") == 0, pieces);
    str_add(out, "</");
    str_add(out, name);
    str_add(out, ">");
}

static void add_nodes(struct str *out, const xmlNode *node, bool in_script,
                      const struct html_pieces *pieces)
{
    for (; node; node = node->next)
        if (node->type == XML_ELEMENT_NODE)
            add_element(out, node, pieces);
        else if (node->type == XML_PI_NODE && !in_script)
            add_piece(out, node, pieces);
        else if (node->type == XML_TEXT_NODE && in_script)
            add_json(out, node->content);
        else if (node->type == XML_TEXT_NODE)
            html_add_text(out, (const char *)node->content);
}

void html_write(struct str *out, const xmlDoc *doc, const struct html_pieces *pieces)
{
    str_add(out, "<!DOCTYPE html>\n");
    add_nodes(out, doc->children, false, pieces);
    str_add(out, "\n");
}
