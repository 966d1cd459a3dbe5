#include "key.h"

#include <stdio.h>

#include "hash.h"
#include "json.h"
#include "mem.h"

struct key key_begin(const char *stage, int version)
{
    struct key k = {hash_create()};
    hash_add_str(k.hash, stage);
    hash_add_int(k.hash, version);
    return k;
}

void key_json(struct key *k, const json_t *value)
{
    AUTO_FREE char *text = json_canonical(value);
    hash_add_str(k->hash, text);
}

void key_text(struct key *k, const char *text)
{
    hash_add_str(k->hash, text ? text : "");
}

void key_maybe(struct key *k, const char *text)
{
    key_int(k, text != NULL);
    key_text(k, text);
}

void key_int(struct key *k, int64_t value)
{
    hash_add_int(k->hash, value);
}

void key_end(struct key *k, char out[KEY_BYTES])
{
    hash_hex(k->hash, out);
    key_drop(k);
}

void key_drop(struct key *k)
{
    hash_destroy(k->hash);
    k->hash = NULL;
}

void key_append(char (**list)[KEY_BYTES], size_t *nb, const char *key)
{
    *list = mem_grow(*list, *nb, sizeof **list);
    snprintf((*list)[(*nb)++], KEY_BYTES, "%s", key);
}
