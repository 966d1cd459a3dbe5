/* A growing string, and functions on UTF-8 text: reading, cleaning, quoting, making file names. */
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

/* Trims ASCII white space and folds each run of it to one space, in place. */
void str_fold_space(char *s);

/* Reads the code point at *p and moves *p after it. A malformed byte is read as U+FFFD, one byte
 * long. At the NUL it returns 0 and does not move *p. */
uint32_t str_next_utf8(const char **p);

/* Whether the text is valid UTF-8 (RFC 3629). */
bool str_is_utf8(const char *s);

/* A new string: U+FFFD instead of malformed UTF-8, without control characters (newline and tab
 * stay) and without characters that change the writing direction. */
char *str_clean(const char *s);

/* Whether the code point is white space of any kind, no-break and ideographic spaces included. */
bool str_is_space(uint32_t cp);

/* A new string: str_clean's text on one line, white space of all kinds trimmed and folded, without
 * invisible characters (str_is_invisible). */
char *str_clean_line(const char *s);
/* Control characters, soft hyphen, zero-width space, byte order mark, noncharacters, and characters
 * that change the writing direction. Test str_is_space first: some are both. */
bool str_is_invisible(uint32_t cp);

/* Whether the code point is in one of the ranges, whose ends belong to them. */
bool str_in_ranges(uint32_t cp, const uint32_t (*ranges)[2], size_t nb);
#define STR_IN_RANGES(cp, ranges) str_in_ranges(cp, ranges, sizeof(ranges) / sizeof *(ranges))

/* The start of a text for a message, as a new string: str_clean_line's text, cut to max_bytes and
 * then followed by "...". */
char *str_quote(const char *s, size_t max_bytes);
enum { STR_QUOTE_BYTES = 60 }; /* for what users wrote, in most messages */

/* Writes the bytes as lower-case hexadecimal digits, and a NUL: out has 2 * nb + 1 bytes. */
void str_hex(char *out, const uint8_t *bytes, size_t nb);

/* A word for a shell, as a new string: in quotes, so that nothing in it is obeyed when the command
 * is pasted. Characters that str_clean takes out are escaped as bash and zsh read them. */
char *str_shell(const char *s);

/* A file name of at most max_bytes, as a new string: letters and digits in lower case, words joined
 * by '-', '&' as "and", Latin letters without accents, letters of other scripts as they are. Never
 * empty: "untitled". */
char *str_slug(const char *text, size_t max_bytes);

/* How many columns a terminal needs for the text (wide East Asian characters take 2), by the
 * locale's LC_CTYPE. */
int str_columns(const char *s);
int str_columns_of(uint32_t code_point);

bool str_starts(const char *s, const char *prefix);
bool str_ends(const char *s, const char *suffix);
/* Whether the text is one of the words, in any case of ASCII letters. NULL ends them. */
bool str_is_one_of(const char *s, const char *const *words);
