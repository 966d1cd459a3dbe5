#include "diff.h"

#include <glib.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "attr.h"
#include "mem.h"
#include "programme.h"
#include "str.h"

static void add(struct diff *d, enum change_kind kind, int talk, char *text)
{
    d->changes = mem_grow(d->changes, d->nb, sizeof *d->changes);
    d->changes[d->nb++] = (struct change){.kind = kind, .talk = talk, .text = text};
}

void diff_finish(struct diff *d)
{
    for (size_t i = 0; i < d->nb; i++)
        free(d->changes[i].text);
    free(d->changes);
    *d = (struct diff){0};
}

static void quote(struct str *out, const char *s)
{
    if (!s) {
        str_add(out, "nothing");
        return;
    }
    AUTO_FREE char *text = str_quote(s, STR_QUOTE_BYTES);
    str_addf(out, "'%s'", text);
}

/* Adds "title: 'a' -> 'b'" if the two differ. */
static void compare(struct str *out, const char *what, const char *before, const char *after)
{
    if (strcmp(before ? before : "", after ? after : "") == 0)
        return;
    str_addf(out, "%s%s: ", out->len ? "; " : "", what);
    quote(out, before);
    str_add(out, " -> ");
    quote(out, after);
}

static void compare_talks(struct diff *d, const struct talk *a, const struct talk *b)
{
    AUTO_STR s = {0};
    AUTO_FREE char *speakers_a = talk_speakers(a), *speakers_b = talk_speakers(b);
    AUTO_FREE char *times_a = talk_times(a), *times_b = talk_times(b);
    compare(&s, "title", a->title, b->title);
    compare(&s, "speakers", speakers_a, speakers_b);
    compare(&s, "section", a->section, b->section);
    compare(&s, "listed", times_a, times_b);
    compare(&s, "room", a->room, b->room);
    compare(&s, "start", a->start, b->start);
    compare(&s, "language", a->language, b->language);
    compare(&s, "page", a->url, b->url);
    if (strcmp(a->abstract ? a->abstract : "", b->abstract ? b->abstract : "") != 0)
        str_addf(&s, "%sabstract", s.len ? "; " : "");
    if (s.len && b->doubt)
        str_addf(&s, "; %s", b->doubt);
    if (a->gone && strcmp(a->title, b->title) != 0)
        add(d, CHANGE_BACK, b->number, str_take(&s));
    else if (a->gone)
        add(d, CHANGE_BACK, b->number, mem_strdup(b->title));
    else if (s.len)
        add(d, b->doubt ? CHANGE_DOUBTFUL : CHANGE_CHANGED, b->number, str_take(&s));
}

/* Talks by their number, for thousands of look-ups. */
static GHashTable *index_talks(const struct programme *p)
{
    GHashTable *talks = g_hash_table_new(NULL, NULL);
    for (size_t i = 0; i < p->nb_talks; i++)
        g_hash_table_insert(talks, GINT_TO_POINTER(p->talks[i].number), &p->talks[i]);
    return talks;
}

static void diff_talks(struct diff *out, const struct programme *before,
                       const struct programme *after)
{
    GHashTable *old = index_talks(before), *new = index_talks(after);
    for (size_t i = 0; i < after->nb_talks; i++) {
        const struct talk *b = &after->talks[i];
        const struct talk *a = g_hash_table_lookup(old, GINT_TO_POINTER(b->number));
        if (a)
            compare_talks(out, a, b);
        else
            add(out, CHANGE_NEW, b->number, mem_strdup(b->title));
    }
    for (size_t i = 0; i < before->nb_talks; i++) {
        const struct talk *a = &before->talks[i];
        if (!a->gone && !g_hash_table_contains(new, GINT_TO_POINTER(a->number)))
            add(out, CHANGE_GONE, a->number, mem_strdup(a->title));
    }
    g_hash_table_unref(old);
    g_hash_table_unref(new);
}

void diff_programmes(struct diff *out, const struct programme *before,
                     const struct programme *after)
{
    *out = (struct diff){0};
    AUTO_STR event = {0};
    compare(&event, "event", before->name, after->name);
    compare(&event, "place", before->place, after->place);
    compare(&event, "begin", before->begin, after->begin);
    compare(&event, "end", before->end, after->end);
    if (event.len)
        add(out, before->name ? CHANGE_CHANGED : CHANGE_NEW, 0, str_take(&event));
    diff_talks(out, before, after);
}
