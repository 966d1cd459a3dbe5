/*
 * A saved page as plain lines with their kinds, so that the rest of the listing importer is the
 * same for HTML and text. The caller owns it and frees it with listing_page_finish.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "attr.h"
#include "err.h"

/* Larger pages of HTML are refused: they take long to read, and list no talks. */
enum { LISTING_PAGE_MAX_HTML_BYTES = 8 << 20 };

enum line_kind {
    LINE_TEXT,    /* running text */
    LINE_ITEM,    /* the first line of a list item */
    LINE_HEADING, /* marked up as a heading, or all bold outside a list */
    LINE_BREAK,   /* a rule or the edge of a table cell: separates the lines before and after */
};

struct line {
    enum line_kind kind;
    int level;      /* of LINE_HEADING: 1 to 6 as in h1 to h6, 7 for a bold line; otherwise 0 */
    bool paragraph; /* begins a paragraph: after <p>, <br><br>, an empty line */
    char *text;     /* valid UTF-8, white space folded; empty only for LINE_BREAK */
    size_t mark;    /* of LINE_ITEM: length of the mark at the start of text, "- " or "15. " */
    int number;     /* in the file, from 1 */
};

struct listing_page {
    struct line *lines;
    size_t nb_lines;
    char *title; /* of the HTML head, or NULL */
};

/* Reads HTML or text (the content decides) into *out (zero-initialised by the caller). For the
 * encoding see charset_decode; a page of HTML may declare a charset. ERR_INVALID: a NUL, HTML
 * longer than LISTING_PAGE_MAX_HTML_BYTES, or tags nested too deeply. name is the file in messages.
 */
ATTR_NODISCARD int listing_page_parse(struct listing_page *out, const char *bytes, size_t nb_bytes,
                                      const char *name, struct err *err);
void listing_page_finish(struct listing_page *page);
#define AUTO_LISTING_PAGE ATTR_CLEANUP(listing_page_finish) struct listing_page
