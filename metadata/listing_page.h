/*
 * A saved page as plain lines with their kinds, so that HTML and text take one way through the
 * listing importer. Owned by the caller, freed by listing_page_finish.
 */
#pragma once

#include <stddef.h>

#include "err.h"

enum line_kind {
    LINE_TEXT,    /* running text */
    LINE_ITEM,    /* the first line of a list item */
    LINE_HEADING, /* marked up as a heading */
    LINE_BREAK,   /* a rule, a table cell's end: what follows is apart from what went before */
};

struct line {
    enum line_kind kind;
    char *text; /* white space folded, never NULL; empty only for LINE_BREAK and a bare bullet */
    int number; /* in the file, from 1 */
};

struct listing_page {
    struct line *lines;
    size_t nb_lines;
    char *title; /* of the HTML head, or NULL */
};

/* Reads HTML (told by its content) or text; bytes that are no UTF-8 are taken as Windows-1252. */
ATTR_NODISCARD int listing_page_parse(struct listing_page *out, const char *bytes, size_t nb_bytes,
                                      const char *name, struct err *err);
void listing_page_finish(struct listing_page *page);
