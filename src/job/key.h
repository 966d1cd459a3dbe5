/*
 * The key of a result: a hash (XXH3, 128 bits) of the stage, its version and everything else that
 * can change the result, added in a fixed order. Equal keys name equal results.
 */
#pragma once

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

enum { KEY_BYTES = 33 }; /* 32 hexadecimal digits and the NUL */

struct key {
    struct hash *hash;
};

/* Begins a key. The caller ends it with key_end or key_drop. */
struct key key_begin(const char *stage, int version);
void key_json(struct key *key, const json_t *value); /* in canonical form */
void key_text(struct key *key, const char *text);    /* NULL counts as "" */
void key_maybe(struct key *key, const char *text);   /* NULL differs from "" */
void key_int(struct key *key, int64_t value);
/* Writes the key as text, and frees the hash. */
void key_end(struct key *key, char out[KEY_BYTES]);
/* Frees the hash; also after key_end. */
void key_drop(struct key *key);

/* Appends a key to a list, which the caller frees with free(). */
void key_append(char (**list)[KEY_BYTES], size_t *nb, const char *key);
