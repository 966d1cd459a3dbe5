#include "correction.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "attr.h"
#include "mem.h"
#include "programme.h"
#include "replacement.h"
#include "str.h"

enum { MOST_NAMED = 3 };

/* Talks of one kind. */
struct group {
    struct str names;
    size_t nb;
};

static void add(struct group *g, const struct talk *t)
{
    AUTO_FREE char *title = str_quote(t->title, STR_QUOTE_BYTES);
    if (g->nb < MOST_NAMED)
        str_addf(&g->names, "%s%d '%s'", g->nb ? ", " : "", t->number, title);
    g->nb++;
}

/* "2 talks are new (31 'Title', 32 'Title')"; frees the group. */
static void tell(struct str *out, struct group *g, const char *one, const char *several)
{
    if (g->nb)
        str_addf(out, "%s%zu talk%s %s (%s%s)", out->len ? "; " : "", g->nb, g->nb == 1 ? "" : "s",
                 g->nb == 1 ? one : several, g->names.s, g->nb > MOST_NAMED ? ", …" : "");
    str_finish(&g->names);
}

static bool is_same(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "") == 0;
}

static bool renames(const struct talk *a, const struct talk *b)
{
    AUTO_FREE char *speakers_a = talk_speakers(a), *speakers_b = talk_speakers(b);
    return !is_same(a->title, b->title) || !is_same(speakers_a, speakers_b);
}

static void tell_event(struct str *out, const struct programme *a, const struct programme *b)
{
    if (!is_same(a->name, b->name) || !is_same(a->place, b->place))
        str_add(out, "the event has another name or place");
}

char *correction_objection(const struct programme *before, const struct programme *after,
                           const struct replacement *r)
{
    struct group new = {0}, gone = {0}, doubtful = {0}, parts = {0}, renamed = {0};
    AUTO_STR out = {0};
    for (size_t i = 0; i < after->nb_talks; i++) {
        const struct talk *now = &after->talks[i], *was = programme_find(before, now->number);
        if (!was || was->gone)
            add(&new, now);
        else if (now->doubt || replacement_has_gone(r, now->number))
            add(&doubtful, now);
        else if (was->nb_parts != now->nb_parts)
            add(&parts, now);
        else if (renames(was, now))
            add(&renamed, now);
    }
    for (size_t i = 0; i < before->nb_talks; i++)
        if (!before->talks[i].gone && !programme_find(after, before->talks[i].number))
            add(&gone, &before->talks[i]);
    if (renamed.nb <= CORRECTION_FEW || 3 * renamed.nb <= after->nb_talks)
        renamed.nb = 0;
    tell_event(&out, before, after);
    tell(&out, &new, "is new", "are new");
    tell(&out, &gone, "is gone", "are gone");
    tell(&out, &doubtful, "may be another one than before", "may be others than before");
    tell(&out, &parts, "has more or fewer parts", "have more or fewer parts");
    tell(&out, &renamed, "has another title or speaker", "have other titles or speakers");
    if (!out.len && replacement_is_large(r))
        str_add(&out, "it seems to be the programme of another event");
    return out.len ? str_take(&out) : NULL;
}
