/* SHA-256 sums, for what must not be forged: the identity of recordings, and the sums that
 * published files carry. The only place that knows which library computes them. Keys of jobs are
 * hash.h's. From any thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

enum { SHA256_BYTES = 65 }; /* 64 lower-case hex digits and the NUL */

struct sha256; /* a running sum; the creator owns it */

struct sha256 *sha256_create(void);
void sha256_destroy(struct sha256 *sum); /* NULL is allowed */
void sha256_add(struct sha256 *sum, const void *bytes, size_t nb);
/* Adds the string with its NUL, so that "ab","c" and "a","bc" differ. */
void sha256_add_str(struct sha256 *sum, const char *s);
void sha256_add_int(struct sha256 *sum, int64_t v);
/* The sum of all that was added; then it begins again. */
void sha256_hex(struct sha256 *sum, char out[SHA256_BYTES]);

/* The code of a message under a key (HMAC, RFC 2104): who does not know the key cannot make it. */
void sha256_hmac_hex(char out[SHA256_BYTES], const char *key, const void *bytes, size_t nb);
/* Whether two sums or codes are equal, in a time that says nothing about where they differ. */
bool sha256_equal(const char a[SHA256_BYTES], const char b[SHA256_BYTES]);

/* The sum of the file's content. ERR_IO where it cannot be read. */
ATTR_NODISCARD int sha256_file(char out[SHA256_BYTES], const char *path, struct err *err);

/* Whether the file's content has that sum; false too if it cannot be read to its end. */
bool sha256_is_of(const char *wanted, const char *path);
