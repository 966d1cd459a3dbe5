/* Texts within the limits of hosts. Private to kits/. Texts are new strings. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Characters of a text in UTF-8. */
size_t kit_nb_chars(const char *text);

/* The text, or as much of it as fits with "…" after it, cut between words where there are some.
 * *cut (may be NULL) is set if something was left out. */
char *kit_cut_chars(const char *text, size_t max_chars, bool *cut);
char *kit_cut_bytes(const char *text, size_t max_bytes, bool *cut);

/* The text as HTML: paragraphs, and line ends in them. "" for NULL. */
char *kit_html(const char *text);

/* The same of at most max_bytes, cut before it becomes HTML. */
char *kit_html_within(const char *text, size_t max_bytes);

/* U+2039 and U+203A instead of '<' and '>', which YouTube forbids. */
char *kit_no_angles(const char *text);
