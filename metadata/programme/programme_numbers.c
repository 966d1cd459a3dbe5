#include "programme_numbers.h"

#include <ctype.h>
#include <glib.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "programme.h"
#include "str.h"

/* Talks that share a ref in either programme. Pointers belong to the programmes. */
struct group {
    struct talk **after;        /* without a number yet */
    const struct talk **before; /* NULL: already recognised */
    size_t nb_after, nb_before;
    int suffix; /* the last one that a new talk got */
};

struct numbering {
    struct programme *programme;
    const struct programme *before;
    GHashTable *taken;  /* numbers in programme */
    GHashTable *groups; /* ref to struct group; owns both */
    GHashTable *refs;   /* a set: those of before, and those of programme that are not shared */
    int next;
};

static bool ids_contradict(const struct programme *p, const struct programme *before);
static void collect_groups(struct numbering *n);
static void recognise(const struct group *group);
static void give_number(struct numbering *n, struct talk *talk, int wish);

static void group_free(void *opaque)
{
    struct group *group = opaque;
    free(group->after);
    free(group->before);
    free(group);
}

static int highest(const struct programme *p)
{
    int most = 0;
    for (size_t i = 0; i < p->nb_talks; i++)
        if (p->talks[i].number > most)
            most = p->talks[i].number;
    return most;
}

/* The ref as the programme itself has it. */
static const char *own_ref(const struct talk *talk)
{
    return talk->shared_ref ? talk->shared_ref : talk->ref;
}

static void numbering_init(struct numbering *n, struct programme *p, const struct programme *before)
{
    const int here = highest(p), there = highest(before);
    *n = (struct numbering){.programme = p, .before = before, .next = here > there ? here : there};
    n->taken = g_hash_table_new(NULL, NULL);
    n->groups = g_hash_table_new_full(g_str_hash, g_str_equal, free, group_free);
    n->refs = g_hash_table_new_full(g_str_hash, g_str_equal, free, NULL);
}

static void numbering_finish(struct numbering *n)
{
    g_hash_table_unref(n->taken);
    g_hash_table_unref(n->groups);
    g_hash_table_unref(n->refs);
}

void programme_number_talks(struct programme *p, const struct programme *before)
{
    struct numbering n;
    int *wishes = mem_zalloc(p->nb_talks + 1, sizeof *wishes);
    numbering_init(&n, p, before);
    const bool by_ref = p->numbers_are_ids && ids_contradict(p, before);
    for (size_t i = 0; i < p->nb_talks && by_ref; i++) {
        wishes[i] = p->talks[i].number;
        p->talks[i].number = 0;
    }
    for (size_t i = 0; i < p->nb_talks; i++)
        if (p->talks[i].number)
            g_hash_table_add(n.taken, GINT_TO_POINTER(p->talks[i].number));
    collect_groups(&n);
    GHashTableIter iter;
    g_hash_table_iter_init(&iter, n.groups);
    for (void *group; g_hash_table_iter_next(&iter, NULL, &group);)
        recognise(group);
    for (size_t i = 0; i < p->nb_talks; i++) /* a new talk must not take a known one's number */
        if (p->talks[i].number)
            g_hash_table_add(n.taken, GINT_TO_POINTER(p->talks[i].number));
    for (size_t i = 0; i < p->nb_talks; i++)
        if (!p->talks[i].number)
            give_number(&n, &p->talks[i], wishes[i]);
    numbering_finish(&n);
    free(wishes);
}

/* Whether the ids number the talks differently from before: a talk that is known by its ref had
 * another number, or a number was another talk's. Shared refs prove nothing. */
static bool ids_contradict(const struct programme *p, const struct programme *before)
{
    GHashTable *known = g_hash_table_new(g_str_hash, g_str_equal);  /* ref to former talk */
    GHashTable *numbers = g_hash_table_new(NULL, NULL);             /* number to former talk */
    GHashTable *shared = g_hash_table_new(g_str_hash, g_str_equal); /* a set */
    for (size_t i = 0; i < before->nb_talks; i++) {
        struct talk *t = &before->talks[i];
        g_hash_table_insert(numbers, GINT_TO_POINTER(t->number), t);
        if (t->ref)
            g_hash_table_insert(known, t->ref, t);
    }
    for (size_t i = 0; i < p->nb_talks; i++)
        if (p->talks[i].shared_ref)
            g_hash_table_add(shared, p->talks[i].shared_ref);
    bool found = false;
    for (size_t i = 0; i < p->nb_talks && !found; i++) {
        const struct talk *t = &p->talks[i];
        if (!t->ref || t->shared_ref || g_hash_table_contains(shared, t->ref))
            continue;
        const struct talk *same_ref = g_hash_table_lookup(known, t->ref);
        const struct talk *same_number = g_hash_table_lookup(numbers, GINT_TO_POINTER(t->number));
        found = (same_ref && same_ref->number != t->number) ||
                (!same_ref && same_number && same_number->ref &&
                 g_ascii_strcasecmp(same_number->title, t->title) != 0);
    }
    g_hash_table_unref(known);
    g_hash_table_unref(numbers);
    g_hash_table_unref(shared);
    return found;
}

/* --- groups --- */

static struct group *group_of(struct numbering *n, const char *ref)
{
    return g_hash_table_lookup(n->groups, ref);
}

/* The group of a former talk: of the ref itself, or without the "-2" that made it different. */
static struct group *group_of_former(struct numbering *n, GHashTable *former, const char *ref)
{
    struct group *group = group_of(n, ref);
    size_t len = strlen(ref);
    while (len > 0 && isdigit((unsigned char)ref[len - 1]))
        len--;
    if (group || !ref[len] || len < 2 || ref[len - 1] != '-' || ref[len] == '0')
        return group;
    AUTO_FREE char *base = mem_printf("%.*s", (int)len - 1, ref);
    return g_hash_table_contains(former, base) ? group_of(n, base) : NULL;
}

static void collect_groups(struct numbering *n)
{
    struct programme *p = n->programme;
    const struct programme *before = n->before;
    GHashTable *former = g_hash_table_new(g_str_hash, g_str_equal); /* a set of refs */
    for (size_t i = 0; i < p->nb_talks; i++) {
        struct talk *t = &p->talks[i];
        if (!t->ref)
            continue;
        if (!t->shared_ref)
            g_hash_table_add(n->refs, mem_strdup(t->ref));
        if (t->number)
            continue;
        struct group *group = group_of(n, own_ref(t));
        if (!group) {
            group = mem_zalloc(1, sizeof *group);
            group->suffix = 1;
            g_hash_table_insert(n->groups, mem_strdup(own_ref(t)), group);
        }
        group->after = mem_grow(group->after, group->nb_after, sizeof *group->after);
        group->after[group->nb_after++] = t;
    }
    for (size_t i = 0; i < before->nb_talks; i++)
        if (before->talks[i].ref)
            g_hash_table_add(former, before->talks[i].ref);
    for (size_t i = 0; i < before->nb_talks; i++) {
        const struct talk *t = &before->talks[i];
        if (!t->ref || g_hash_table_contains(n->taken, GINT_TO_POINTER(t->number)))
            continue;
        struct group *group = group_of_former(n, former, t->ref);
        if (!group)
            continue;
        group->before = mem_grow(group->before, group->nb_before, sizeof *group->before);
        group->before[group->nb_before++] = t;
    }
    for (size_t i = 0; i < before->nb_talks; i++)
        if (before->talks[i].ref)
            g_hash_table_add(n->refs, mem_strdup(before->talks[i].ref));
    g_hash_table_unref(former);
}

/* --- recognising the talks of a group --- */

enum { TITLE = 1, SPEAKERS = 2, START = 4, ROOM = 8, ANY_EMPTY = 16 };

/* A round looks for talks that agree in some fields. The first rounds are the surest. */
struct round {
    int fields;
    bool several;      /* also if several talks agree in them: those in order of their start */
    const char *doubt; /* of the talks that it finds */
};

static const char in_order[] =
    "talks of this title share its id and are in the order of their start";
static const char title_only[] = "it shares its id with other talks and only the title agrees";
static const char speakers_only[] = "it shares its id with other talks and only the speakers agree";
static const char slot_only[] = "it shares its id with other talks and only start and room agree";

static const struct round by_title[] = {
    {TITLE | SPEAKERS | START | ROOM | ANY_EMPTY, true, NULL},
    {TITLE | SPEAKERS | START, false, NULL},
    {TITLE | START | ROOM, false, NULL},
    {TITLE | SPEAKERS | ROOM, false, NULL},
    {TITLE | SPEAKERS, false, NULL},
    {TITLE | START, false, NULL},
    {TITLE, false, NULL},
    {TITLE | SPEAKERS, true, in_order},
    {TITLE, true, in_order},
};

static const struct round by_others[] = {
    {SPEAKERS | START | ROOM, false, NULL},
    {SPEAKERS | START, false, NULL},
    {SPEAKERS, false, speakers_only},
    {START | ROOM, false, slot_only},
};

struct keyed {
    char *key;
    size_t i;
    bool former;
};

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* In any order: organisers sort them differently. */
static char *speakers_key(const struct talk *t)
{
    char **names = mem_zalloc(t->nb_speakers + 1, sizeof *names);
    for (size_t i = 0; i < t->nb_speakers; i++)
        names[i] = t->speakers[i];
    qsort(names, t->nb_speakers, sizeof *names, compare_names);
    AUTO_STR s = {0};
    for (size_t i = 0; i < t->nb_speakers; i++)
        str_addf(&s, "%s\n", names[i]);
    free(names);
    return str_take(&s);
}

/* NULL: the talk lacks one of the fields. */
static char *make_key(const struct talk *t, int fields)
{
    const bool any_empty = fields & ANY_EMPTY;
    if (!any_empty && ((fields & SPEAKERS && !t->nb_speakers) || (fields & START && !t->start)))
        return NULL;
    AUTO_STR s = {0};
    AUTO_FREE char *speakers = fields & SPEAKERS ? speakers_key(t) : NULL;
    str_addf(&s, "%s\f%s\f%s\f%s", fields & TITLE ? t->title : "", speakers ? speakers : "",
             fields & START && t->start ? t->start : "", fields & ROOM && t->room ? t->room : "");
    char *folded = g_utf8_casefold(s.s, -1);
    char *key = mem_strdup(folded);
    g_free(folded);
    return key;
}

/* By key, then former talks first, then in order. */
static int compare_keyed(const void *va, const void *vb)
{
    const struct keyed *a = va, *b = vb;
    const int order = strcmp(a->key, b->key);
    if (order)
        return order;
    if (a->former != b->former)
        return a->former ? -1 : 1;
    return a->i < b->i ? -1 : 1;
}

/* Both name speakers, and not the same. */
static bool speakers_differ(const struct talk *a, const struct talk *b)
{
    if (!a->nb_speakers || !b->nb_speakers)
        return false;
    for (size_t i = 0; i < a->nb_speakers; i++)
        for (size_t k = 0; k < b->nb_speakers; k++)
            if (g_ascii_strcasecmp(a->speakers[i], b->speakers[k]) == 0)
                return false;
    return true;
}

/* The talk is was: its number and its ref are the former ones. */
static void set_known(struct talk *t, const struct talk *was)
{
    char *ref = mem_strdup(was->ref);
    t->number = was->number;
    free(t->ref);
    t->ref = ref;
}

static void keep_talk(const struct group *g, size_t after, size_t before, const struct round *round)
{
    struct talk *t = g->after[after];
    const struct talk *was = g->before[before];
    const bool differ = speakers_differ(t, was);
    if (round->fields == (START | ROOM) && differ)
        return;
    t->doubt = round->fields == TITLE && !round->doubt && differ ? title_only : round->doubt;
    set_known(t, was);
    g->before[before] = NULL;
}

/* Takes the talks of one key: nb former ones, then those of the new programme. */
static void keep_same(const struct group *g, const struct keyed *keyed, size_t nb_former,
                      size_t nb_after, const struct round *round)
{
    if (!round->several && (nb_former != 1 || nb_after != 1))
        return;
    for (size_t i = 0; i < nb_former && i < nb_after; i++)
        keep_talk(g, keyed[nb_former + i].i, keyed[i].i, round);
}

static void add_key(struct keyed *keyed, size_t *nb, const struct talk *t, size_t i, bool former,
                    int fields)
{
    char *key = make_key(t, fields);
    if (key)
        keyed[(*nb)++] = (struct keyed){key, i, former};
}

static void run_round(const struct group *g, const struct round *round, bool gone)
{
    struct keyed *keyed = mem_zalloc(g->nb_after + g->nb_before + 1, sizeof *keyed);
    size_t nb = 0;
    for (size_t i = 0; i < g->nb_before; i++)
        if (g->before[i] && g->before[i]->gone == gone)
            add_key(keyed, &nb, g->before[i], i, true, round->fields);
    for (size_t i = 0; i < g->nb_after; i++)
        if (!g->after[i]->number)
            add_key(keyed, &nb, g->after[i], i, false, round->fields);
    qsort(keyed, nb, sizeof *keyed, compare_keyed);
    for (size_t begin = 0, end = 0; begin < nb; begin = end) {
        size_t nb_former = 0;
        for (; end < nb && strcmp(keyed[end].key, keyed[begin].key) == 0; end++)
            nb_former += keyed[end].former;
        keep_same(g, keyed + begin, nb_former, end - begin - nb_former, round);
    }
    for (size_t i = 0; i < nb; i++)
        free(keyed[i].key);
    free(keyed);
}

static int compare_start(const struct talk *a, const struct talk *b)
{
    if (a->start && b->start)
        return strcmp(a->start, b->start);
    return (a->start == NULL) - (b->start == NULL);
}

static int compare_after(const void *va, const void *vb)
{
    const struct talk *a = *(struct talk *const *)va, *b = *(struct talk *const *)vb;
    const int order = compare_start(a, b);
    return order ? order : (a > b) - (a < b); /* both are in one array */
}

static int compare_before(const void *va, const void *vb)
{
    const struct talk *a = *(const struct talk *const *)va, *b = *(const struct talk *const *)vb;
    const int order = compare_start(a, b);
    return order ? order : (a > b) - (a < b);
}

static void recognise(const struct group *g)
{
    if (!g->nb_before)
        return;
    if (g->nb_after == 1 && g->nb_before == 1) {
        set_known(g->after[0], g->before[0]);
        return;
    }
    qsort(g->after, g->nb_after, sizeof(*g->after), compare_after);
    qsort(g->before, g->nb_before, sizeof(*g->before), compare_before);
    for (int gone = 0; gone < 2; gone++)
        for (size_t i = 0; i < sizeof by_title / sizeof *by_title; i++)
            run_round(g, &by_title[i], gone);
    for (size_t i = 0; i < sizeof by_others / sizeof *by_others; i++)
        run_round(g, &by_others[i], false);
}

/* --- new talks --- */

/* The ref of a new talk must differ from those of former ones, which it may share. */
static void give_ref(struct numbering *n, struct talk *talk)
{
    struct group *group = talk->ref ? group_of(n, own_ref(talk)) : NULL;
    if (!group || !group->nb_before)
        return;
    AUTO_FREE char *base = mem_strdup(own_ref(talk));
    do {
        free(talk->ref);
        talk->ref = mem_printf("%s-%d", base, ++group->suffix);
    } while (g_hash_table_contains(n->refs, talk->ref));
    g_hash_table_add(n->refs, mem_strdup(talk->ref));
}

static void give_number(struct numbering *n, struct talk *talk, int wish)
{
    const bool free_wish = wish && !programme_find(n->before, wish) &&
                           !g_hash_table_contains(n->taken, GINT_TO_POINTER(wish));
    talk->number = free_wish ? wish : ++n->next;
    g_hash_table_add(n->taken, GINT_TO_POINTER(talk->number));
    give_ref(n, talk);
}
