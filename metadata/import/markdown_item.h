/* Items of lists in Markdown, and their texts: for import_markdown.c. Strings that are returned are
 * new ones. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* An item's pieces, which point into one copy of its text. */
struct markdown_item {
    char *text;
    char *title, *url; /* NULL: it does not begin with a link */
    char *rest;        /* the text between the link and the time */
    char *time;        /* NULL: none */
    int slot_s;        /* a length in words, "25 min"; 0: none */
    bool bare;         /* the time is in no brackets */
    bool struck;       /* ~~through~~ */
};

/* Of an item's text, without its bullet. */
void markdown_item_parse(struct markdown_item *out, const char *text);
void markdown_item_finish(struct markdown_item *item);

/* The text without marks of emphasis and code, escapes and images, and with the text of links only.
 * A new string; NULL: nothing is visible. */
char *markdown_strip(const char *text);

/* markdown_strip's text, also without quotation marks around all of it. */
char *markdown_title(const char *text);

/* Whether a word of the text looks like a time. */
bool markdown_has_time(const char *text);

/* The length of the mark of emphasis or quotation at p; 0: there is none. *out_close is what ends
 * it. */
size_t markdown_emphasis(const char **out_close, const char *p);

/* The names in "by **Names**", "by Names (Event)", ": Name, Event", "- Name (Event)", "**Names**":
 * a new string, or NULL. After a colon or a dash, a comma begins the event's name. */
char *markdown_speakers(const char *rest);

/* Cuts the names off a link's text, before or after its emphasised title: "Ann Lee: **Title**",
 * "**Title** by Ann Lee". NULL: it has another form. */
char *markdown_cut_names(char *title);
