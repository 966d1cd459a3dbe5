/*
 * Pages: what the site and the report have in common. Templates (here), which are XSLT style sheets
 * that turn data into a page; the writer of HTML (page_html.h); and values as pages show them
 * (page_text.h). Called by src/site and src/report. It reads only templates, writes no files and
 * knows nothing of an event.
 */
#pragma once

#include <jansson.h>

#include "err.h"

struct html_pieces;
struct str;
struct template;

/* Reads and compiles FOLDER/NAME. A template can read other templates, but cannot write files or
 * use the network. ERR_INVALID: it is no style sheet; the message names the line. */
ATTR_NODISCARD int template_open(struct template **out, const char *folder, const char *name,
                                 struct err *err);
void template_close_p(struct template **t);
#define AUTO_TEMPLATE ATTR_CLEANUP(template_close_p) struct template

/* Appends the page that the template makes of the data: HTML in UTF-8. The data appears as XML: the
 * root has the name given, a member is an element of its name, and an item of an array is <item>.
 * Members that are null or false are left out, as are numbers that are no integers; true is an
 * empty element. pieces: for html_write. */
ATTR_NODISCARD int template_apply(struct str *out, const struct template *t, const char *root,
                                  const json_t *data, const struct html_pieces *pieces,
                                  struct err *err);
