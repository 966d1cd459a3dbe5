#include "replacement.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "programme.h"
#include "speakers.h"
#include "str.h"

enum {
    TITLE_BYTES = 1000,
    LONG_WORD = 4, /* in bytes: shorter words are in every title */
};

/* --- whether two talks are the same ----------------------------------------------------------- */

/* Ids of digits alone start again in each event. */
static bool same_ref(const struct talk *a, const struct talk *b)
{
    return a->ref && b->ref && strcmp(a->ref, b->ref) == 0 &&
           a->ref[strspn(a->ref, "0123456789")] != '\0';
}

static size_t nb_long_words(const char *slug)
{
    size_t nb = 0;
    for (; *slug; slug += strcspn(slug, "-"), slug += *slug == '-')
        nb += strcspn(slug, "-") >= LONG_WORD;
    return nb;
}

static bool has_word(const char *slug, const char *word, size_t len)
{
    for (; *slug; slug += strcspn(slug, "-"), slug += *slug == '-')
        if (strcspn(slug, "-") == len && strncmp(slug, word, len) == 0)
            return true;
    return false;
}

/* Whether half of the long words of the shorter title are in the other one. */
static bool similar_titles(const struct talk *a, const struct talk *b)
{
    AUTO_FREE char *x = str_slug(a->title, TITLE_BYTES), *y = str_slug(b->title, TITLE_BYTES);
    const size_t nb_x = nb_long_words(x), nb_y = nb_long_words(y);
    size_t common = 0;
    for (const char *w = x; *w; w += strcspn(w, "-"), w += *w == '-') {
        const size_t len = strcspn(w, "-");
        common += len >= LONG_WORD && has_word(y, w, len);
    }
    return common && 2 * common >= (nb_x < nb_y ? nb_x : nb_y);
}

/* A slot alone says something only if its talks do not name different speakers. */
static bool same_start(const struct talk *a, const struct talk *b)
{
    return a->start && b->start && strcmp(a->start, b->start) == 0 &&
           !(a->nb_speakers && b->nb_speakers);
}

static bool agree(const struct talk *a, const struct talk *b)
{
    return same_ref(a, b) || speakers_common(a, b) || similar_titles(a, b) || same_start(a, b);
}

/* --- whether two programmes are of one event -------------------------------------------------- */

static bool other_name(const struct programme *a, const struct programme *b)
{
    if (!a->name || !b->name)
        return false;
    AUTO_FREE char *x = str_slug(a->name, TITLE_BYTES), *y = str_slug(b->name, TITLE_BYTES);
    return strcmp(x, y) != 0;
}

static bool other_days(const struct programme *a, const struct programme *b)
{
    return a->begin && a->end && b->begin && b->end &&
           (strcmp(a->end, b->begin) < 0 || strcmp(b->end, a->begin) < 0);
}

void replacement_find(struct replacement *out, const struct programme *before,
                      const struct programme *after)
{
    *out = (struct replacement){0};
    GHashTable *titles = g_hash_table_new_full(g_str_hash, g_str_equal, free, NULL); /* a set */
    GHashTable *numbers = g_hash_table_new(NULL, NULL);
    for (size_t i = 0; i < after->nb_talks; i++) {
        g_hash_table_add(titles, str_slug(after->talks[i].title, TITLE_BYTES));
        g_hash_table_insert(numbers, GINT_TO_POINTER(after->talks[i].number), &after->talks[i]);
    }
    for (size_t i = 0; i < before->nb_talks; i++) {
        const struct talk *was = &before->talks[i];
        const struct talk *now = g_hash_table_lookup(numbers, GINT_TO_POINTER(was->number));
        AUTO_FREE char *title = str_slug(was->title, TITLE_BYTES);
        if (was->gone)
            continue;
        out->nb_before++;
        if ((now && agree(was, now)) || g_hash_table_contains(titles, title))
            continue;
        out->gone = mem_grow(out->gone, out->nb_gone, sizeof *out->gone);
        out->gone[out->nb_gone++] = was->number;
    }
    g_hash_table_unref(titles);
    g_hash_table_unref(numbers);
    out->other_event = out->nb_before && (out->nb_gone == out->nb_before ||
                                          (other_name(before, after) && other_days(before, after)));
}

void replacement_finish(struct replacement *r)
{
    free(r->gone);
    *r = (struct replacement){0};
}

bool replacement_is_large(const struct replacement *r)
{
    return r->other_event || 3 * r->nb_gone > r->nb_before;
}

bool replacement_has_gone(const struct replacement *r, int talk)
{
    for (size_t i = 0; i < r->nb_gone; i++)
        if (r->gone[i] == talk)
            return true;
    return false;
}
