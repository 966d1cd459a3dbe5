/* 128-bit XXH3 hashes as 32 hex digits, for job keys and fingerprints of recordings. Not
 * cryptographic: what must not be forged has SHA-256 sums (sha256.h). */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct hash; /* a running hash; the creator owns it */

enum { HASH_BYTES = 33 }; /* hex digits and the NUL */

struct hash *hash_create(void);
void hash_destroy(struct hash *h); /* NULL is allowed */
void hash_add(struct hash *h, const void *bytes, size_t nb);
/* Adds the string with its NUL, so that "ab","c" and "a","bc" differ. */
void hash_add_str(struct hash *h, const char *s);
void hash_add_int(struct hash *h, int64_t v);
/* The hash of all that was added so far. */
void hash_hex(const struct hash *h, char out[HASH_BYTES]);

/* The hash of one buffer. */
void hash_bytes(const void *bytes, size_t nb, char out[HASH_BYTES]);
