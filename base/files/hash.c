#include "hash.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "mem.h"
#include "str.h"

struct hash {
    XXH3_state_t *state;
};

struct hash *hash_create(void)
{
    struct hash *h = mem_zalloc(1, sizeof *h);
    h->state = mem_need(XXH3_createState());
    if (XXH3_128bits_reset(h->state) != XXH_OK)
        abort();
    return h;
}

void hash_destroy(struct hash *h)
{
    if (!h)
        return;
    XXH3_freeState(h->state);
    free(h);
}

void hash_add(struct hash *h, const void *bytes, size_t nb)
{
    if (XXH3_128bits_update(h->state, bytes, nb) != XXH_OK)
        abort();
}

void hash_add_str(struct hash *h, const char *s)
{
    hash_add(h, s, strlen(s) + 1);
}

void hash_add_int(struct hash *h, int64_t v)
{
    unsigned char b[8];
    for (int i = 0; i < 8; i++)
        b[i] = (unsigned char)((uint64_t)v >> (8 * i));
    hash_add(h, b, sizeof b);
}

static void to_hex(XXH128_hash_t digest, char out[HASH_BYTES])
{
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, digest);
    str_hex(out, canonical.digest, sizeof canonical.digest);
}

void hash_hex(const struct hash *h, char out[HASH_BYTES])
{
    to_hex(XXH3_128bits_digest(h->state), out);
}

void hash_bytes(const void *bytes, size_t nb, char out[HASH_BYTES])
{
    to_hex(XXH3_128bits(bytes, nb), out);
}
