/* The only place that prints JSON. Keys are hashes of printed JSON, and Jansson does not print the
 * same number alike in all its versions: json_dump*() is used nowhere (tests/lint looks). The bytes
 * are those of Jansson 2.14, of which the keys of older events are made, in every locale.
 *
 * A number with a fraction has 17 significant digits, so that reading gives the same number, or the
 * digits of the style; it has a point or an exponent ("1.0", "1e21", "1e-5"). Texts are printed as
 * they are, except quotes, backslashes and control characters below U+0020. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "err.h"

/* Zero-initialised: one line, "[1, 2]". */
struct json_style {
    int indent;   /* spaces a level, each value on a line of its own; 0: all on one line */
    bool compact; /* no space after commas and colons */
    bool sorted;  /* members by the bytes of their keys; false: as they were added */
    bool ascii;   /* other characters as \uXXXX, those above U+FFFF as two of them */
    int digits;   /* significant ones of numbers with a fraction, 1 to 17; 0: 17 */
};

/* A value of any kind, without a line end. A new string; NULL if value is NULL. */
char *json_print(const json_t *value, struct json_style style);

/* These abort if value is NULL. On one line without spaces; a new string. */
char *json_compact(const json_t *value);

/* The same with sorted members: equal values give equal text. */
char *json_canonical(const json_t *value);

/* The text of a file that people may look at: indented, members in their order, a line end. A new
 * string. */
char *json_file_text(const json_t *value);

/* Writes a value to a file, neither atomically nor flushed, without a line end. */
ATTR_NODISCARD int json_print_file(const char *path, const json_t *value, struct json_style style,
                                   struct err *err);

/* Styles of the files that talkpress keeps for itself. */
#define JSON_COMPACT_STYLE ((struct json_style){.compact = true})
#define JSON_RESULT_STYLE  ((struct json_style){.indent = 2, .sorted = true})
