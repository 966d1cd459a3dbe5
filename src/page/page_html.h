/* Writes HTML 5: a tree, or elements one by one. libxml2 knows only the elements of HTML 4: it
 * would write an end tag for <source>. */
#pragma once

#include <libxml/tree.h>

#include "str.h"

/* Parts of a page that are written without a tree, as a transcript has thousands of lines. */
struct html_pieces {
    char **texts; /* HTML that the functions below wrote */
    size_t nb;
};
void html_pieces_finish(struct html_pieces *pieces);
#define AUTO_HTML_PIECES ATTR_CLEANUP(html_pieces_finish) struct html_pieces

/* Appends the document's elements. Text and values of attributes are escaped, also in scripts,
 * which may therefore hold nothing but JSON. Comments are left out. A processing instruction
 * <?piece N?> becomes the piece of that number; pieces may be NULL. */
void html_write(struct str *out, const xmlDoc *doc, const struct html_pieces *pieces);

/* Appends text, escaped: also for values of attributes in double quotes. */
void html_add_text(struct str *out, const char *text);
