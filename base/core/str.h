/* A growing string, and what talkpress does to text: trim, check UTF-8, make file names. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attr.h"

/* Zero-initialised is an empty string. s is NULL or NUL-terminated; free with str_finish. */
struct str {
    char *s;
    size_t len, cap;
};

void str_add(struct str *str, const char *text);
void str_add_bytes(struct str *str, const char *bytes, size_t nb);
void str_addf(struct str *str, const char *fmt, ...) ATTR_PRINTF(2, 3);
void str_add_utf8(struct str *str, uint32_t code_point);
void str_clear(struct str *str);
/* Moves the text out (never NULL); the caller frees it. */
char *str_take(struct str *str);
void str_finish(struct str *str);
#define AUTO_STR ATTR_CLEANUP(str_finish) struct str

/* Cuts white space off both ends, in place, and folds each run of it inside to one space. */
void str_fold_space(char *s);

/* Reads one code point at *p and moves *p behind it. At a malformed byte: U+FFFD, one byte on. At
 * the NUL: 0, not moved. */
uint32_t str_next_utf8(const char **p);

/* Whether text is valid UTF-8. */
bool str_is_utf8(const char *s);

/* Replaces malformed UTF-8 by U+FFFD and drops control characters except newline and tab, and those
 * that turn the direction of writing. Returns a new string. */
char *str_clean(const char *s);

/* Whether a code point is white space of some kind, no-break and ideographic ones too. */
bool str_is_space(uint32_t cp);

/* One line of such text: white space of all kinds folded and cut off both ends, characters without
 * a picture dropped too: soft hyphen, zero-width space, BOM, noncharacters. Returns a new string.
 */
char *str_clean_line(const char *s);
/* Whether str_clean_line drops the code point (white space comes first). */
bool str_is_invisible(uint32_t cp);

/* The beginning of a text, for a message: one line as str_clean_line makes it, of at most
 * max_bytes, with "..." behind them where it was cut. Returns a new string. */
char *str_quote(const char *s, size_t max_bytes);
enum { STR_QUOTE_BYTES = 60 }; /* of what a user wrote, in most messages */

/* A file name: lower-case ASCII letters and digits of text, words joined by '-', at most max_bytes;
 * accents are folded off Latin letters, '&' is "and"; other scripts' letters are kept as UTF-8.
 * Never empty ("untitled"). Returns a new string. */
char *str_slug(const char *text, size_t max_bytes);

/* Columns a terminal gives the text (wide East Asian characters take 2). */
int str_columns(const char *s);
int str_columns_of(uint32_t code_point);

bool str_starts(const char *s, const char *prefix);
bool str_ends(const char *s, const char *suffix);
