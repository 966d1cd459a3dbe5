/* Bytes of a file into text, whatever encoding they came in. */
#pragma once

#include <stddef.h>

#include "err.h"
#include "str.h"

/* Sets *out (zero-initialised) to valid UTF-8 with "\n" line ends and no byte order mark. Such a
 * mark says the encoding; bytes that are UTF-8 are taken as such; others as the charset that
 * declared (may be NULL) finds in them, a new string, or as Windows-1252. A NUL is ERR_INVALID:
 * name stands for the file in the message, and expected ends "so this is neither ...". */
ATTR_NODISCARD int text_decode(struct str *out, const char *bytes, size_t nb_bytes,
                               const char *name, const char *expected,
                               char *(*declared)(const char *text), struct err *err);
