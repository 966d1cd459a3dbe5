/* Writes a tree as HTML 5. libxml2 knows only the elements of HTML 4: it would write an end tag for
 * <source>. Private to site/. */
#pragma once

#include <libxml/tree.h>

#include "str.h"

/* Appends the document's elements. Text and values of attributes are escaped, also in scripts,
 * which may therefore hold nothing but JSON. Comments are left out. */
void html_write(struct str *out, const xmlDoc *doc);
