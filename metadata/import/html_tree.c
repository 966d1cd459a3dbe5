#include "html_tree.h"

#include <libxml/HTMLparser.h>
#include <string.h>
#include <strings.h>

#include "mem.h"
#include "str.h"

bool html_is_element(const xmlNode *node, const char *name)
{
    return node && node->type == XML_ELEMENT_NODE &&
           strcasecmp((const char *)node->name, name) == 0;
}

xmlNode *html_next_node(xmlNode *node, const xmlNode *top)
{
    if (node->children && node->type == XML_ELEMENT_NODE)
        return node->children;
    while (node != top && !node->next)
        node = node->parent;
    return node == top ? NULL : node->next;
}

char *html_visible_line(const char *text)
{
    AUTO_FREE char *line = str_clean_line(text);
    return *line ? mem_take(&line) : NULL;
}

char *html_content(const xmlNode *node)
{
    xmlChar *text = xmlNodeGetContent(node);
    char *line = html_visible_line(text ? (const char *)text : "");
    xmlFree(text);
    return line;
}

/* Closing tags and walking take time that grows with the depth: stop at deep pages. */
struct depth {
    int now;
    bool *too_deep;
    startElementSAXFunc start; /* libxml2's own, which make the tree */
    endElementSAXFunc end;
};

static void start_element(void *opaque, const xmlChar *name, const xmlChar **attributes)
{
    xmlParserCtxt *ctxt = opaque;
    struct depth *depth = ctxt->_private;
    if (depth->now > HTML_TREE_MAX_DEPTH) {
        *depth->too_deep = true;
        xmlStopParser(ctxt);
    } else {
        depth->now++;
        depth->start(ctxt, name, attributes);
    }
}

static void end_element(void *opaque, const xmlChar *name)
{
    const xmlParserCtxt *ctxt = opaque;
    struct depth *depth = ctxt->_private;
    depth->now--;
    depth->end(opaque, name);
}

xmlDoc *html_tree_parse(bool *out_deep, const struct str *text)
{
    htmlParserCtxt *ctxt = htmlNewParserCtxt();
    if (!ctxt)
        return NULL;
    struct depth depth = {0, out_deep, ctxt->sax->startElement, ctxt->sax->endElement};
    ctxt->sax->startElement = start_element;
    ctxt->sax->endElement = end_element;
    ctxt->_private = &depth;
    xmlDoc *doc = htmlCtxtReadMemory(ctxt, text->s, (int)text->len, NULL, "UTF-8",
                                     HTML_PARSE_RECOVER | HTML_PARSE_NOERROR |
                                         HTML_PARSE_NOWARNING | HTML_PARSE_NONET);
    htmlFreeParserCtxt(ctxt);
    return doc;
}
