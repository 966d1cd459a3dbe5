/* A page of HTML as libxml2's tree, for the importers. Inner header. */
#pragma once

#include <libxml/tree.h>
#include <stdbool.h>

struct str;

enum { HTML_TREE_MAX_DEPTH = 250 };

/* Parses a page in UTF-8. *out_deep: its tags are nested too deeply, so it was not read to its end.
 * The caller frees it with xmlFreeDoc. NULL: out of memory. */
xmlDoc *html_tree_parse(bool *out_deep, const struct str *text);

bool html_is_element(const xmlNode *node, const char *name);
/* The next node in document order, within top; NULL: none. */
xmlNode *html_next_node(xmlNode *node, const xmlNode *top);

/* A text on one line: a new string; NULL: nothing is visible. The parser has decoded the entities.
 */
char *html_visible_line(const char *text);
char *html_content(const xmlNode *node);
