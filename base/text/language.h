/* Language codes: short ones (ISO 639-1), as file names and web pages use them, and long ones (ISO
 * 639-2), as media files do. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { LANGUAGE_BYTES = 4 };

/* Whether the text has the form of a code: two or three ASCII letters. */
bool language_valid(const char *text, size_t nb);

/* The shortest code (BCP 47: ISO 639-1 if there is one, else code itself) in lower case. "" if code
 * is NULL, "und" or has not the form of a code. */
void language_short(char out[LANGUAGE_BYTES], const char *code);
/* ISO 639-2/T of a short code; a code of three letters stays. NULL: there is none. */
const char *language_long(char out[LANGUAGE_BYTES], const char *code);
/* The index-th of all short codes, in alphabetical order. False: there are fewer. */
bool language_known(char out[LANGUAGE_BYTES], size_t index);
