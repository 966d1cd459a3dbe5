/* SHA-256 sums of files, as published files carry them: the only place that knows which library
 * computes them. Job keys and fingerprints are hash.h's. From any thread. */
#pragma once

#include "err.h"

enum { SHA256_BYTES = 65 }; /* 64 lower-case hex digits and the NUL */

/* The sum of the file's content. ERR_IO where it cannot be read. */
ATTR_NODISCARD int sha256_file(char out[SHA256_BYTES], const char *path, struct err *err);
