#include "programme_identity.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "programme.h"

char *talk_identity(const struct talk *t)
{
    return t->identity ? mem_strdup(t->identity)
           : t->ref    ? mem_strdup(t->ref)
                       : mem_printf("talk-%d", t->number);
}

/* Unless another talk has it already. */
static void keep(GHashTable *given, struct talk *t, const struct talk *was)
{
    AUTO_FREE char *identity = was ? talk_identity(was) : NULL;
    if (identity && !t->identity && g_hash_table_add(given, mem_strdup(identity)))
        t->identity = mem_take(&identity);
}

/* Another ref and another title under the same number: another talk. */
static bool is_other(const struct talk *t, const struct talk *was)
{
    return t->ref && was->ref && strcmp(t->ref, was->ref) != 0 &&
           g_strcmp0(t->title, was->title) != 0;
}

static void keep_numbered(GHashTable *given, struct programme *p, const struct programme *before,
                          const struct recognised *recognised)
{
    GHashTable *by_ref = g_hash_table_new(g_str_hash, g_str_equal);
    for (size_t i = 0; i < before->nb_talks; i++)
        if (before->talks[i].ref)
            g_hash_table_insert(by_ref, before->talks[i].ref, &before->talks[i]);
    for (size_t i = 0; i < p->nb_talks; i++)
        if (recognised[i].by_number && p->talks[i].ref)
            keep(given, &p->talks[i], g_hash_table_lookup(by_ref, p->talks[i].ref));
    for (size_t i = 0; i < p->nb_talks; i++) {
        const struct talk *was = programme_find(before, p->talks[i].number);
        if (recognised[i].by_number && was && !is_other(&p->talks[i], was))
            keep(given, &p->talks[i], was);
    }
    g_hash_table_unref(by_ref);
}

static void choose_new(GHashTable *given, struct talk *t)
{
    AUTO_FREE char *base = talk_identity(t), *identity = mem_strdup(base);
    for (int i = 2; g_hash_table_contains(given, identity); i++) {
        free(identity);
        identity = mem_printf("%s-%d", base, i);
    }
    g_hash_table_add(given, mem_strdup(identity));
    t->identity = mem_take(&identity);
}

void programme_identify_talks(struct programme *p, const struct programme *before,
                              const struct recognised *recognised)
{
    GHashTable *given = g_hash_table_new_full(g_str_hash, g_str_equal, free, NULL);
    for (size_t i = 0; i < p->nb_talks; i++)
        keep(given, &p->talks[i], recognised[i].was);
    keep_numbered(given, p, before, recognised);
    for (size_t i = 0; i < before->nb_talks; i++)
        g_hash_table_add(given, talk_identity(&before->talks[i]));
    for (size_t i = 0; i < p->nb_talks; i++)
        if (!p->talks[i].identity)
            choose_new(given, &p->talks[i]);
    g_hash_table_unref(given);
}
