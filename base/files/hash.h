/* 128-bit XXH3 hashes as 32 hex digits: job keys and content fingerprints. Not cryptographic:
 * published files carry SHA-256 sums beside. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct hash; /* a running hash; heap, the creator's */

enum { HASH_BYTES = 33 }; /* hex digits and the NUL */

struct hash *hash_create(void);
void hash_destroy(struct hash *h);
void hash_add(struct hash *h, const void *bytes, size_t nb);
/* The string with its NUL, so that "ab","c" and "a","bc" differ. */
void hash_add_str(struct hash *h, const char *s);
void hash_add_int(struct hash *h, int64_t v);
void hash_hex(const struct hash *h, char out[HASH_BYTES]);

/* One buffer at once. */
void hash_bytes(const void *bytes, size_t nb, char out[HASH_BYTES]);
