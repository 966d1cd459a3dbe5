/* What caption files are written in. */
#pragma once

#include <stddef.h>

#include "err.h"

/* A new string in UTF-8, without its mark, from UTF-8, UTF-16 with its mark, or Windows-1252 (what
 * is neither of the others). ERR_INVALID with file and line for what is no text, and for UTF-8 with
 * damage in it. path is for messages. */
ATTR_NODISCARD int captions_to_utf8(char **out, const char *path, const char *bytes, size_t nb,
                                    struct err *err);
