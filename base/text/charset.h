/*
 * Bytes of a file to UTF-8. A byte order mark says which encoding they are in; else bytes that are
 * valid UTF-8 are taken as that, and others as a legacy encoding. The result has no such mark.
 */
#pragma once

#include <stddef.h>

#include "err.h"
#include "str.h"

/* For programmes: malformed bytes give U+FFFD. Sets *out (zero-initialised) to
 * valid UTF-8 with "\n" as line ends. Bytes that are neither UTF-8 nor UTF-16 are in the charset
 * whose name declared finds in them (a new string, or NULL; declared may be NULL too),
 * else in Windows-1252. A NUL is ERR_INVALID: name is the file in the message, and expected ends
 * its sentence "so this is neither ...". */
ATTR_NODISCARD int charset_decode(struct str *out, const char *bytes, size_t nb_bytes,
                                  const char *name, const char *expected,
                                  char *(*declared)(const char *text), struct err *err);

/* For captions, which are published as they are: refuses damage. *out is a new string; line ends
 * stay. bytes end with a NUL that nb_bytes does not count, and are UTF-8, UTF-16 with a byte order
 * mark, or Windows-1252. ERR_INVALID, with name and line, for a NUL, for a byte that Windows-1252
 * does not have, and for text that is UTF-8 except for some bytes; advice ends the message. */
ATTR_NODISCARD int charset_decode_strictly(char **out, const char *bytes, size_t nb_bytes,
                                           const char *name, const char *advice, struct err *err);

/* Loads the converter of the charset that the first bytes of an HTML or XML file name, for a
 * process that cannot load it later because it enters a sandbox. */
void charset_load_declared(const char *bytes);
