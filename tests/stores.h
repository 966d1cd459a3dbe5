/* A new store in the test's folder, filled from tables. For tests that link metadata. */
#pragma once

#include "store.h"
#include "support.h"
#include "talks.h"

static const struct talk_row FULL[] = {
    {1, "Keynote: 大規模 & \"quotes\"", "Ian Pratt", "Opening", "One.\n\nTwo; 'three'.", {1800}},
    {15, "Two parts", "Dullor Rao|Jun Nakajima", "Memory", NULL, {726, 1461}},
    {7, "No times", NULL, NULL, NULL, {-1}},
    {8, "Half known", "A|B|C", NULL, "", {300, -1, 500}},
};

static inline struct store *open_new(const char *name)
{
    struct err err = {0};
    struct store *store = NULL;
    AUTO_FREE char *path = folder_path("%s.db", name);
    assert_done(store_create(path, &err));
    assert_done(store_open(&store, path, &err));
    return store;
}

static inline void set(struct store *store, const struct talk_row *rows, size_t nb)
{
    struct err err = {0};
    AUTO_PROGRAMME p = {0};
    talks_make(&p, rows, nb);
    assert_done(store_set_programme(store, &p, &err));
}

static inline char *dump(struct store *store)
{
    struct err err = {0};
    AUTO_PROGRAMME p = {0};
    assert_done(store_programme(&p, store, &err));
    return talks_dump(&p);
}
