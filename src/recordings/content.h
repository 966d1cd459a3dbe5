/* What the content of a file is, beyond the fingerprint of its samples (recordings.h), whose places
 * everybody knows. Reads files; knows nothing of the store. Private to recordings/. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "sha256.h"

/* Whether the files are equal to the byte; reads both. */
ATTR_NODISCARD int content_equal(bool *out, const char *a, const char *b, struct err *err);

/* A fingerprint made of the whole content. It begins with a letter that is no hexadecimal digit, so
 * that it differs from all fingerprints of samples. out has 33 bytes. */
ATTR_NODISCARD int content_fingerprint(char *out, const char *path, struct err *err);
/* Whether it is one of those. */
bool content_is_fingerprint(const char *fingerprint);
/* One of a SHA-256 sum. */
void content_fingerprint_of_sum(char *out, const char *sum);

/* A hash of samples at places that only who knows the secret can compute. */
ATTR_NODISCARD int content_proof(char out[SHA256_BYTES], const char *secret, const char *path,
                                 int64_t size, struct err *err);
