/* Names of languages: as file names and web pages want them, and as media files do. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { LANGUAGE_BYTES = 4 };

/* Whether the text looks like a name: two or three ASCII letters. */
bool language_valid(const char *text, size_t nb);

/* The shortest code (BCP 47: ISO 639-1, else as it is), in small letters; "" for NULL, "und" and
 * what is no code. */
void language_short(char out[LANGUAGE_BYTES], const char *code);
/* ISO 639-2/T, of a short code; NULL where there is none. */
const char *language_long(char out[LANGUAGE_BYTES], const char *code);
