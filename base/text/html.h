/* What the readers of HTML know of it: its elements and its entities. Pure; owns nothing. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* How an element is laid out. */
enum html_kind {
    HTML_INLINE,
    HTML_BOLD,
    HTML_BR,
    HTML_LINE,      /* begins and ends a line: <summary> */
    HTML_BLOCK,     /* the same, for blocks that may hold others: <div> */
    HTML_PARAGRAPH, /* set apart by a gap: <p> */
    HTML_PRE,       /* a paragraph whose line ends are kept */
    HTML_HEADING,   /* <h1> to <h6> */
    HTML_RULE,      /* separates the text before and after it: <hr>, <footer> */
    HTML_TABLE,
    HTML_ROW,
    HTML_CELL,
    HTML_LIST,
    HTML_ITEM,
    HTML_TERM,       /* <dt> */
    HTML_DEFINITION, /* <dd> */
    HTML_HEAD,
    HTML_TITLE,
    HTML_HIDDEN, /* not shown, nor is its content: <script>, <nav> */
};

struct html_element {
    const char *name;
    enum html_kind kind;
    bool in_text; /* people mark up abstracts with it; where it is false, "<main>" in an abstract is
                   * rather a word in angle brackets */
};

/* Whether the page has a field for a password: it is shown in place of one that needs a login. */
bool html_asks_for_login(const char *page);

/* The element of this name, in small or capital letters; NULL: no layout is known of it, treat it
 * as inline. Static. */
const struct html_element *html_element(const char *name);

/* Reads the character reference at p, "&amp;" or "&#8230;", to *cp. Returns the place after
 * it; NULL: there is none at p. Numbers that are no character give U+FFFD. */
const char *html_read_entity(uint32_t *cp, const char *p);
