/*
 * A saved page as plain lines with their kinds, so that HTML and text take one way through the
 * listing importer. Owned by the caller, freed by listing_page_finish.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "attr.h"
#include "err.h"

/* Of a page of HTML: larger ones list no talks, and take long to tell so. */
enum { LISTING_PAGE_MAX_HTML_BYTES = 8 << 20 };

enum line_kind {
    LINE_TEXT,    /* running text */
    LINE_ITEM,    /* the first line of a list item */
    LINE_HEADING, /* marked up as a heading, or all bold outside a list */
    LINE_BREAK,   /* a rule, a table cell's edge: what follows is apart from what went before */
};

struct line {
    enum line_kind kind;
    int level;      /* of LINE_HEADING: 1 to 6 as in h1 to h6, 7 for a bold line; otherwise 0 */
    bool paragraph; /* apart from the line before: <p>, <br><br>, an empty line */
    char *text;     /* valid UTF-8, white space folded; empty for LINE_BREAK alone */
    size_t mark;    /* of LINE_ITEM: bytes at the head of text that are its mark, "- " or "15. " */
    int number;     /* in the file, from 1 */
};

struct listing_page {
    struct line *lines;
    size_t nb_lines;
    char *title; /* of the HTML head, or NULL */
};

/* Reads HTML (told by its content) or text into *out (zero-initialised by the caller). A byte order
 * mark says the encoding; bytes that are UTF-8 are taken as such; others as the page's own charset
 * says, or as Windows-1252. A file with a NUL, HTML that is longer than
 * LISTING_PAGE_MAX_HTML_BYTES or nests its tags beyond reason, is ERR_INVALID. name stands for the
 * file in messages. */
ATTR_NODISCARD int listing_page_parse(struct listing_page *out, const char *bytes, size_t nb_bytes,
                                      const char *name, struct err *err);
void listing_page_finish(struct listing_page *page);
#define AUTO_LISTING_PAGE ATTR_CLEANUP(listing_page_finish) struct listing_page
