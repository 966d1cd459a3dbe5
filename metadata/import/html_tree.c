#include "html_tree.h"

#include <libxml/HTMLparser.h>
#include <libxml/SAX2.h>
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
static void start_element(void *opaque, const xmlChar *name, const xmlChar **attributes)
{
    xmlParserCtxt *ctxt = opaque;
    if (ctxt->nodeNr > HTML_TREE_MAX_DEPTH) {
        *(bool *)ctxt->_private = true;
        xmlStopParser(ctxt);
    } else {
        xmlSAX2StartElement(ctxt, name, attributes);
    }
}

xmlDoc *html_tree_parse(bool *out_deep, const struct str *text)
{
    htmlParserCtxt *ctxt = htmlNewParserCtxt();
    if (!ctxt)
        return NULL;
    ctxt->sax->startElement = start_element;
    ctxt->_private = out_deep;
    xmlDoc *doc = htmlCtxtReadMemory(ctxt, text->s, (int)text->len, NULL, "UTF-8",
                                     HTML_PARSE_RECOVER | HTML_PARSE_NOERROR |
                                         HTML_PARSE_NOWARNING | HTML_PARSE_NONET);
    htmlFreeParserCtxt(ctxt);
    return doc;
}
