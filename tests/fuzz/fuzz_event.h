/*
 * An event for the targets that need one: two talks, one of two parts, and a recording matched to
 * each; nothing is known of them yet.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "attr.h"

/* Its folder, made at the first call: a new string. */
char *fuzz_event(void);

/* Writes the bytes to the path, unsafely and quickly, and the folders above it. */
void fuzz_put(const void *bytes, size_t nb, const char *path_fmt, ...) ATTR_PRINTF(3, 4);
