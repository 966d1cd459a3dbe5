#include "programme_numbers.h"

#include <ctype.h>
#include <glib.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "programme.h"
#include "programme_identity.h"
#include "speakers.h"
#include "str.h"

/* What is compared: bits, for a set of fields. */
enum {
    REF = 1,
    NUMBER = 2,
    TITLE = 4,
    SPEAKERS = 8,
    START = 16,
    ROOM = 32,
    WORDS = 64, /* of the title, without punctuation */
    HEAD = 128, /* those before a subtitle or a remark: "Close (moved)", "Close: a retrospective" */
    NB_FIELDS = 8
};

/* A talk of either programme that is not recognised yet. */
struct entry {
    struct talk *talk;      /* NULL: a former one */
    const struct talk *was; /* the former one; NULL: it is new, or not known yet */
    char *field[NB_FIELDS]; /* by bit, in lower case except the ref; NULL: it has none */
    size_t position;
    int wish;      /* the number that its programme gives it; 0: none */
    bool shared;   /* other talks of a programme have its ref too */
    bool known;    /* recognised */
    bool same_ref; /* as the former one */
};

struct numbering {
    struct programme *programme;
    const struct programme *before;
    struct entry *entries; /* of the new programme, then former ones */
    size_t nb_new, nb;
    GHashTable *numbers; /* sets: those in use or once in use */
    GHashTable *refs;
    GHashTable *titles; /* set: those of former talks that are not gone, in lower case */
    int next;
};

static void collect_titles(struct numbering *n);
static void collect(struct numbering *n);
static void recognise(struct numbering *n);
static void give_refs(struct numbering *n);
static void give_numbers(struct numbering *n);
static void give_identities(struct numbering *n);

static void entry_finish(struct entry *e)
{
    for (size_t i = 0; i < NB_FIELDS; i++)
        free(e->field[i]);
}

static void numbering_finish(struct numbering *n)
{
    for (size_t i = 0; i < n->nb; i++)
        entry_finish(&n->entries[i]);
    free(n->entries);
    g_hash_table_unref(n->numbers);
    g_hash_table_unref(n->refs);
    g_hash_table_unref(n->titles);
}

void programme_number_talks(struct programme *p, const struct programme *before)
{
    ATTR_CLEANUP(numbering_finish)
    struct numbering n = {.programme = p, .before = before};
    n.numbers = g_hash_table_new(NULL, NULL);
    n.refs = g_hash_table_new_full(g_str_hash, g_str_equal, free, NULL);
    n.titles = g_hash_table_new_full(g_str_hash, g_str_equal, free, NULL);
    collect_titles(&n);
    collect(&n);
    recognise(&n);
    give_refs(&n);
    give_numbers(&n);
    give_identities(&n);
}

/* --- the talks of both programmes --- */

/* NULL for NULL and for an empty text. A new string. */
static char *fold(const char *text)
{
    if (!text || !*text)
        return NULL;
    char *folded = g_utf8_casefold(text, -1);
    char *copy = mem_strdup(folded);
    g_free(folded);
    return copy;
}

/* The words of the first bytes of a title; "C" and "C++" are two. NULL: there is none. */
static char *words(const char *title, size_t nb_bytes, size_t *out_nb)
{
    AUTO_FREE char *part = mem_printf("%.*s", (int)nb_bytes, title), *folded = fold(part);
    AUTO_STR s = {0};
    *out_nb = 0;
    bool within = false;
    for (const char *p = folded ? folded : "", *next; *p; p = next) {
        next = p + g_utf8_skip[(unsigned char)*p];
        const bool is_word = g_unichar_isalnum(g_utf8_get_char(p)) || *p == '+' || *p == '#';
        if (is_word && !within)
            str_add(&s, (*out_nb)++ ? " " : "");
        if (is_word)
            str_addf(&s, "%.*s", (int)(next - p), p);
        within = is_word;
    }
    return s.len ? str_take(&s) : NULL;
}

/* NULL: fewer than two words, such as "Keynote", which say nothing. */
static char *head(const char *title)
{
    static const char *const marks[] = {":", " (", " [", " - ", " – ", " — ", " | ", "? "};
    if (*title == '[' && strchr(title, ']'))
        title = strchr(title, ']') + 1;
    size_t nb_bytes = strlen(title), nb_words;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        const char *mark = strstr(title, marks[i]);
        nb_bytes = mark && (size_t)(mark - title) < nb_bytes ? (size_t)(mark - title) : nb_bytes;
    }
    AUTO_FREE char *its = words(title, nb_bytes, &nb_words);
    return nb_words > 1 ? mem_take(&its) : NULL;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* In any order: organisers sort them differently. */
static char *sorted_speakers(const struct talk *t)
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

static const char *ref_of(const struct entry *e)
{
    return e->field[0];
}

static const char *start_of(const struct entry *e)
{
    return e->field[4];
}

static struct entry *add_entry(struct numbering *n, const struct talk *t, const char *ref,
                               int number)
{
    struct entry *e = &n->entries[n->nb++];
    AUTO_FREE char *speakers = sorted_speakers(t);
    size_t nb_words;
    *e = (struct entry){.position = n->nb,
                        .field = {
                            mem_strdup(ref),
                            number ? mem_printf("%d", number) : NULL,
                            fold(t->title),
                            fold(speakers),
                            fold(t->start),
                            fold(t->room),
                            words(t->title, strlen(t->title), &nb_words),
                            head(t->title),
                        }};
    return e;
}

/* The ref as the programme itself has it. */
static const char *own_ref(const struct talk *talk)
{
    return talk->shared_ref ? talk->shared_ref : talk->ref;
}

/* The ref of a former talk without the "-2" that made it different from others: only if both
 * programmes have it without, and the new one does not have it with that. A new string, or NULL. */
static char *shared_ref(const struct numbering *n, GHashTable *own_refs, const char *ref)
{
    size_t len = strlen(ref);
    while (len > 0 && isdigit((unsigned char)ref[len - 1]))
        len--;
    if (!ref[len] || len < 2 || ref[len - 1] != '-' || ref[len] == '0' ||
        g_hash_table_contains(own_refs, ref))
        return NULL;
    AUTO_FREE char *base = mem_printf("%.*s", (int)len - 1, ref);
    return g_hash_table_contains(n->refs, base) && g_hash_table_contains(own_refs, base)
               ? mem_take(&base)
               : NULL;
}

static void add_number(struct numbering *n, int number)
{
    g_hash_table_add(n->numbers, GINT_TO_POINTER(number));
    n->next = number > n->next ? number : n->next;
}

static void collect_titles(struct numbering *n)
{
    for (size_t i = 0; i < n->before->nb_talks; i++) {
        char *title = n->before->talks[i].gone ? NULL : fold(n->before->talks[i].title);
        if (title)
            g_hash_table_add(n->titles, title);
    }
}

/* A table whose rows were renumbered gives talks the numbers of others. */
static void doubt_number(const struct numbering *n, struct talk *t)
{
    const struct talk *was = programme_find(n->before, t->number);
    AUTO_FREE char *title = fold(t->title), *former = was ? fold(was->title) : NULL;
    if (title && former && strcmp(title, former) != 0 && g_hash_table_contains(n->titles, title))
        t->doubt = "only its number agrees, and another talk had this title";
}

/* Adds the talks without a number of their own. Ids are only wishes: another export may have others
 * for the same talks. */
static void collect_new(struct numbering *n, GHashTable *own_refs)
{
    GHashTable *seen = g_hash_table_new(g_str_hash, g_str_equal); /* ref to struct entry */
    for (size_t i = 0; i < n->programme->nb_talks; i++) {
        struct talk *t = &n->programme->talks[i];
        const int wish = n->programme->numbers_are_ids ? t->number : 0;
        n->next = wish > n->next ? wish : n->next;
        if (t->number && !wish) {
            add_number(n, t->number);
            doubt_number(n, t);
            continue;
        }
        const char *ref = own_ref(t);
        struct entry *e = add_entry(n, t, ref, wish);
        struct entry *other = ref ? g_hash_table_lookup(seen, ref) : NULL;
        e->talk = t;
        e->wish = wish;
        t->number = 0;
        if (other)
            e->shared = other->shared = true;
        else if (ref)
            g_hash_table_insert(seen, e->field[0], e);
        if (ref)
            g_hash_table_add(own_refs, e->field[0]);
    }
    n->nb_new = n->nb;
    g_hash_table_unref(seen);
}

/* Adds the former talks, except those whose number a new one has. A ref is shared if it was made
 * different, or if several talks have it that are not gone. */
static void collect_former(struct numbering *n, GHashTable *own_refs)
{
    GHashTable *shared = g_hash_table_new(g_str_hash, g_str_equal); /* sets of refs */
    GHashTable *seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (size_t i = 0; i < n->before->nb_talks; i++)
        if (n->before->talks[i].ref)
            g_hash_table_add(n->refs, mem_strdup(n->before->talks[i].ref));
    for (size_t i = 0; i < n->before->nb_talks; i++) {
        const struct talk *t = &n->before->talks[i];
        if (g_hash_table_contains(n->numbers, GINT_TO_POINTER(t->number)))
            continue;
        AUTO_FREE char *base = t->ref ? shared_ref(n, own_refs, t->ref) : NULL;
        struct entry *e = add_entry(n, t, base ? base : t->ref, t->number);
        e->was = t;
        if (ref_of(e) && (base || (!t->gone && !g_hash_table_add(seen, e->field[0]))))
            g_hash_table_add(shared, e->field[0]);
    }
    for (size_t i = 0; i < n->nb; i++)
        if (ref_of(&n->entries[i]) && g_hash_table_contains(shared, ref_of(&n->entries[i])))
            n->entries[i].shared = true;
    for (size_t i = 0; i < n->before->nb_talks; i++)
        add_number(n, n->before->talks[i].number);
    g_hash_table_unref(shared);
    g_hash_table_unref(seen);
}

static void collect(struct numbering *n)
{
    GHashTable *own_refs = g_hash_table_new(g_str_hash, g_str_equal); /* of the new programme */
    n->entries = mem_zalloc(n->programme->nb_talks + n->before->nb_talks + 1, sizeof *n->entries);
    collect_new(n, own_refs);
    collect_former(n, own_refs);
    g_hash_table_unref(own_refs);
}

/* --- recognising --- */

/* A round finds talks that agree in some fields, one in each programme. A talk that lacks one of
 * them takes no part, except for the room. The first rounds are the surest. */
struct round {
    int what; /* fields and options */
    const char *doubt;
};

enum {
    ANY_EMPTY = 256,       /* talks that lack a field take part */
    SEVERAL = 512,         /* also if several talks agree: in the order of their start */
    OWN_REF = 1024,        /* only talks that share their ref with no other */
    COMMON_SPEAKER = 2048, /* not if both name speakers, and no common one */
    COMMON_START = 4096,   /* not if both have a start, and these differ */
};

static const char in_order[] =
    "talks of this title share its id and are in the order of their start";
static const char id_only[] = "only its id agrees";
static const char others_title[] = "only its id agrees, and another talk had this title";
static const char head_only[] =
    "it shares its id with other talks and only the beginning of the title agrees";
static const char head_and_slot[] =
    "its id is new, and only start, room and the beginning of the title agree";
static const char title_only[] = "it shares its id with other talks and only the title agrees";
static const char speakers_only[] = "it shares its id with other talks and only the speakers agree";
static const char speakers_and_start[] = "its id is new, and only speakers and start agree";
static const char slot_only[] = "it shares its id with other talks and only start and room agree";

/* Title and speakers, or title and slot, say more than a ref: some systems give new ids in each
 * export, or number their events by their order. */
static const struct round by_title[] = {
    {REF | TITLE | SPEAKERS | START | ROOM | ANY_EMPTY | SEVERAL, NULL},
    {REF | TITLE | SPEAKERS | START, NULL},
    {REF | TITLE | START | ROOM, NULL},
    {REF | TITLE | SPEAKERS | ROOM, NULL},
    {REF | TITLE | SPEAKERS, NULL},
    {REF | TITLE | START, NULL},
    {REF | TITLE | COMMON_SPEAKER, NULL},
    {TITLE | SPEAKERS | START, NULL},
    {TITLE | START | ROOM | COMMON_SPEAKER, NULL},
    {REF | SPEAKERS | START | ROOM, NULL},
    {REF | SPEAKERS | START, NULL},
    {TITLE | SPEAKERS, NULL},
    {WORDS | SPEAKERS, NULL},
    {REF | WORDS | COMMON_SPEAKER, NULL},
    {WORDS | START | ROOM | COMMON_SPEAKER, NULL},
    {REF | OWN_REF, NULL},
    {REF | TITLE, title_only},
    {REF | TITLE | SPEAKERS | SEVERAL, in_order},
    {REF | TITLE | SEVERAL, in_order},
    {TITLE | COMMON_SPEAKER | COMMON_START, NULL},
};

static const struct round by_others[] = {
    {REF | HEAD | COMMON_SPEAKER, head_only},
    {NUMBER | TITLE | COMMON_SPEAKER, NULL},
    {NUMBER | SPEAKERS, NULL},
    {NUMBER | START | ROOM | COMMON_SPEAKER, NULL},
    {SPEAKERS | START, speakers_and_start},
    {HEAD | START | ROOM | COMMON_SPEAKER, head_and_slot},
    {REF | SPEAKERS, speakers_only},
    {REF | START | ROOM | COMMON_SPEAKER, slot_only},
    {REF | NUMBER | COMMON_SPEAKER, id_only},
};

static bool takes_part(const struct entry *e, const struct round *round, bool gone)
{
    if (e->known || (!e->talk && e->was->gone != gone) || ((round->what & OWN_REF) && e->shared))
        return false;
    for (size_t i = 0; i < NB_FIELDS; i++)
        if ((round->what & ~ROOM & 1 << i) && !e->field[i] && !(round->what & ANY_EMPTY))
            return false;
    return true;
}

static int compare_fields(const struct entry *a, const struct entry *b, const struct round *round)
{
    for (size_t i = 0; i < NB_FIELDS; i++) {
        const int order = round->what & 1 << i ? g_strcmp0(a->field[i], b->field[i]) : 0;
        if (order)
            return order;
    }
    return 0;
}

/* Former talks first, each side in the order of its start. */
static int compare_entries(const void *va, const void *vb, void *round)
{
    const struct entry *a = *(struct entry *const *)va, *b = *(struct entry *const *)vb;
    const int order = compare_fields(a, b, round);
    if (order)
        return order;
    if (!a->talk != !b->talk)
        return a->talk ? 1 : -1;
    const int by_start =
        start_of(a) && start_of(b) ? strcmp(start_of(a), start_of(b)) : !start_of(a) - !start_of(b);
    return by_start ? by_start : (a->position > b->position) - (a->position < b->position);
}

/* Both name speakers, and no common one. */
static bool speakers_differ(const struct talk *a, const struct talk *b)
{
    return a->nb_speakers && b->nb_speakers && !speakers_common(a, b);
}

/* An id of its own is enough, unless something speaks against it. */
static const char *doubt_id(const struct numbering *n, const struct entry *e,
                            const struct entry *former, bool speakers_differ)
{
    if (speakers_differ)
        return id_only;
    const bool other = g_strcmp0(e->field[2], former->field[2]) != 0;
    return other && e->field[2] && g_hash_table_contains(n->titles, e->field[2]) ? others_title
                                                                                 : NULL;
}

static void match(const struct numbering *n, struct entry *e, struct entry *former,
                  const struct round *round)
{
    const bool differ = speakers_differ(e->talk, former->was);
    if (differ && ((round->what & COMMON_SPEAKER) || former->was->gone))
        return; /* an id that is free again may be used for another talk */
    if ((round->what & COMMON_START) && start_of(e) && start_of(former) &&
        strcmp(start_of(e), start_of(former)) != 0)
        return;
    e->talk->doubt = round->what & OWN_REF ? doubt_id(n, e, former, differ) : round->doubt;
    e->was = former->was;
    e->same_ref = g_strcmp0(ref_of(e), ref_of(former)) == 0;
    e->known = former->known = true;
}

static void run_round(struct numbering *n, const struct round *round, bool gone)
{
    struct entry **all = mem_zalloc(n->nb + 1, sizeof *all);
    size_t nb = 0;
    for (size_t i = 0; i < n->nb; i++)
        if (takes_part(&n->entries[i], round, gone))
            all[nb++] = &n->entries[i];
    qsort_r(all, nb, sizeof *all, compare_entries, (void *)(uintptr_t)round);
    for (size_t begin = 0, end = 0; begin < nb; begin = end) {
        size_t nb_former = 0;
        for (; end < nb && compare_fields(all[begin], all[end], round) == 0; end++)
            nb_former += !all[end]->talk;
        const size_t nb_new = end - begin - nb_former;
        if (!(round->what & SEVERAL) && (nb_former != 1 || nb_new != 1))
            continue;
        for (size_t i = 0; i < nb_former && i < nb_new; i++)
            match(n, all[begin + nb_former + i], all[begin + i], round);
    }
    free(all);
}

static void recognise(struct numbering *n)
{
    for (int gone = 0; gone < 2; gone++)
        for (size_t i = 0; i < sizeof by_title / sizeof *by_title; i++)
            run_round(n, &by_title[i], gone);
    for (size_t i = 0; i < sizeof by_others / sizeof *by_others; i++)
        run_round(n, &by_others[i], false);
}

/* --- refs and numbers --- */

/* A ref that differs from those of all talks that share it. A new string. */
static char *make_ref(const struct numbering *n, GHashTable *suffixes, struct entry *e)
{
    AUTO_FREE char *ref = mem_strdup(e->talk->ref);
    int suffix = GPOINTER_TO_INT(g_hash_table_lookup(suffixes, ref_of(e)));
    while (g_hash_table_contains(n->refs, ref)) {
        suffix += suffix ? 1 : 2;
        free(ref);
        ref = mem_printf("%s-%d", ref_of(e), suffix);
    }
    g_hash_table_insert(suffixes, e->field[0], GINT_TO_POINTER(suffix));
    return mem_take(&ref);
}

/* A talk that is known by its ref keeps the former one's, "-2" included. */
static void give_refs(struct numbering *n)
{
    GHashTable *suffixes = g_hash_table_new(g_str_hash, g_str_equal); /* the last of each ref */
    for (size_t i = 0; i < n->nb_new; i++)
        if (!n->entries[i].shared && ref_of(&n->entries[i]))
            g_hash_table_add(n->refs, mem_strdup(ref_of(&n->entries[i])));
    for (size_t i = 0; i < n->nb_new; i++) {
        struct entry *e = &n->entries[i];
        if (!e->shared || !ref_of(e))
            continue;
        char *ref = e->same_ref ? mem_strdup(e->was->ref) : make_ref(n, suffixes, e);
        g_hash_table_add(n->refs, mem_strdup(ref));
        free(e->talk->ref);
        e->talk->ref = ref;
    }
    g_hash_table_unref(suffixes);
}

static void give_numbers(struct numbering *n)
{
    for (size_t i = 0; i < n->nb_new; i++) {
        const struct entry *e = &n->entries[i];
        const bool is_free = !g_hash_table_contains(n->numbers, GINT_TO_POINTER(e->wish));
        e->talk->number = e->was ? e->was->number : e->wish && is_free ? e->wish : n->next + 1;
        add_number(n, e->talk->number);
    }
}

/* The entries are in the programme's order, without the talks whose number it states. */
static void give_identities(struct numbering *n)
{
    AUTO_FREE struct recognised *all = mem_zalloc(n->programme->nb_talks + 1, sizeof *all);
    size_t k = 0;
    for (size_t i = 0; i < n->programme->nb_talks; i++) {
        const bool has_entry = k < n->nb_new && n->entries[k].talk == &n->programme->talks[i];
        all[i].by_number = !has_entry;
        if (has_entry)
            all[i].was = n->entries[k++].was;
    }
    programme_identify_talks(n->programme, n->before, all);
}
