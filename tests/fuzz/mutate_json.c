/*
 * For targets that read JSON: most bytes that libFuzzer flips in it only stop it from being JSON.
 * This changes one value in three of four inputs, to one that is of the wrong kind or out of all
 * bounds, and leaves the rest to libFuzzer. Of several documents, apart by lines of "---", one.
 */
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "json.h"
#include "mem.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

/* A value's place. */
struct place {
    json_t *parent;
    const char *key; /* in an object */
    size_t index;    /* in a list */
};

struct places {
    struct place *list;
    size_t nb;
};

static void add(struct places *p, struct place place)
{
    p->list = mem_grow(p->list, p->nb, sizeof *p->list);
    p->list[p->nb++] = place;
}

static void collect(struct places *p, json_t *value)
{
    const char *key;
    json_t *child;
    size_t i;
    json_object_foreach(value, key, child) {
        add(p, (struct place){value, key, 0});
        collect(p, child);
    }
    json_array_foreach(value, i, child) {
        add(p, (struct place){value, NULL, i});
        collect(p, child);
    }
}

static json_t *odd_value(unsigned *seed, const struct places *p)
{
    static const char *const odd[] = {
        "0",           "-1",          "1",          "2",
        "1000000",     "-2147483648", "2147483647", "4294967296",
        "null",        "1.5",         "true",       "[]",
        "{}",          "\"\"",        "1e300",      "9223372036854775807",
        "[[]]",        "[0]",         "\"x\"",      "false",
        "[1,1000000]", "[1000000,1]", "-1e-300",    "-9223372036854775808",
    };
    const size_t nb = sizeof odd / sizeof *odd, n = (size_t)rand_r(seed) % (nb + 4);
    if (n < nb)
        return json_loads(odd[n], JSON_DECODE_ANY, NULL);
    const struct place *other = &p->list[(size_t)rand_r(seed) % p->nb];
    return json_deep_copy(other->key ? json_object_get(other->parent, other->key)
                                     : json_array_get(other->parent, other->index));
}

static void change(struct places *p, unsigned *seed)
{
    const struct place place = p->list[(size_t)rand_r(seed) % p->nb];
    const bool drop = rand_r(seed) % 8 == 0;
    json_t *value = drop ? NULL : odd_value(seed, p);
    if (drop && place.key)
        json_object_del(place.parent, place.key);
    else if (drop)
        json_array_remove(place.parent, place.index);
    else if (place.key)
        json_object_set_new(place.parent, place.key, value);
    else
        json_array_set_new(place.parent, place.index, value);
}

/* Where the document that is to be changed begins and ends: any of them. */
static void choose(size_t *begin, size_t *end, const uint8_t *data, size_t size, unsigned *seed)
{
    static const char mark[] = "\n---\n";
    *begin = 0;
    for (;;) {
        const uint8_t *next = memmem(data + *begin, size - *begin, mark, sizeof mark - 1);
        *end = next ? (size_t)(next - data) : size;
        if (!next || rand_r(seed) % 2)
            return;
        *begin = *end + sizeof mark - 1;
    }
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    size_t begin, end;
    choose(&begin, &end, data, size, &seed);
    AUTO_JSON *value = json_loadb((const char *)data + begin, end - begin, 0, NULL);
    struct places places = {0};
    collect(&places, value);
    if (places.nb == 0 || rand_r(&seed) % 4 == 0) {
        free(places.list);
        return LLVMFuzzerMutate(data, size, max_size);
    }
    change(&places, &seed);
    free(places.list);
    AUTO_FREE char *text = json_print(value, JSON_COMPACT_STYLE);
    const size_t nb = text ? strlen(text) : 0, rest = size - end;
    if (begin + nb + rest > max_size)
        return size;
    memmove(data + begin + nb, data + end, rest);
    memcpy(data + begin, text, nb);
    return begin + nb + rest;
}
