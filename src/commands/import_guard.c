#include "import_guard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "json.h"
#include "mem.h"
#include "programme.h"
#include "store.h"
#include "str.h"
#include "table.h"

enum { MOST_LISTED = 12 }; /* talks by name; the others are counted */

static int count_file(void *opaque, const struct published *file)
{
    struct import_guard *g = opaque;
    for (size_t i = 0; i < g->replacement.nb_gone; i++)
        if (g->replacement.gone[i] == file->talk)
            g->nb_files[i]++;
    return 0;
}

int import_guard_find(struct import_guard *out, struct store *store, const struct programme *before,
                      const struct programme *after, struct err *err)
{
    *out = (struct import_guard){.before = before, .after = after};
    replacement_find(&out->replacement, before, after);
    out->nb_files = mem_zalloc(out->replacement.nb_gone + 1, sizeof *out->nb_files);
    return store_each_published(store, count_file, out, err);
}

void import_guard_finish(struct import_guard *g)
{
    replacement_finish(&g->replacement);
    free(g->nb_files);
    g->nb_files = NULL;
}

static size_t nb_published(const struct import_guard *g)
{
    size_t nb = 0;
    for (size_t i = 0; i < g->replacement.nb_gone; i++)
        nb += g->nb_files[i] > 0;
    return nb;
}

static void add_event(struct table *t, const char *what, const struct programme *p, size_t nb_talks)
{
    AUTO_STR s = {0};
    str_add(&s, p->name ? p->name : "(no name)");
    if (p->begin)
        str_addf(&s, ", %s", p->begin);
    if (p->begin && p->end && strcmp(p->begin, p->end) != 0)
        str_addf(&s, " to %s", p->end);
    str_addf(&s, ": %zu talk%s", nb_talks, cli_s(nb_talks));
    table_add(t, (const char *const[]){what, s.s});
}

void import_guard_print(const struct import_guard *g)
{
    const struct replacement *r = &g->replacement;
    struct table *t = table_create((const char *const[]){"", "programme", NULL});
    add_event(t, "now", g->before, r->nb_before);
    add_event(t, "new", g->after, g->after->nb_talks);
    for (size_t i = 0; i < r->nb_gone && i < MOST_LISTED; i++) {
        const struct talk *talk = programme_find(g->before, r->gone[i]);
        AUTO_FREE char *line =
            mem_printf("%d %s%s", talk->number, talk->title, g->nb_files[i] ? " (published)" : "");
        table_add(t, (const char *const[]){"gone", line});
    }
    if (r->nb_gone > MOST_LISTED) {
        AUTO_FREE char *more = mem_printf("and %zu more", r->nb_gone - MOST_LISTED);
        table_add(t, (const char *const[]){"", more});
    }
    table_print(t);
}

json_t *import_guard_json(const struct import_guard *g)
{
    json_t *gone = json_array();
    for (size_t i = 0; i < g->replacement.nb_gone; i++)
        json_array_append_new(gone, json_integer(g->replacement.gone[i]));
    return json_pack("{s:b, s:I, s:o, s:I}", "other_event", g->replacement.other_event, "talks",
                     (json_int_t)g->replacement.nb_before, "gone", gone, "gone_published",
                     (json_int_t)nb_published(g));
}

int import_guard_refuse(const struct import_guard *g, const char *path, bool dry_run,
                        struct err *err)
{
    const struct replacement *r = &g->replacement;
    AUTO_STR why = {0};
    if (r->other_event)
        str_addf(&why, "it seems to be the programme of another event, with %s",
                 r->nb_gone == r->nb_before ? "no talk in common" : "another name and other days");
    if (r->nb_gone)
        str_addf(&why, "%s%zu of %zu talk%s would be gone", r->other_event ? ": " : "", r->nb_gone,
                 r->nb_before, cli_s(r->nb_before));
    if (nb_published(g))
        str_addf(&why, ", %zu of them published", nb_published(g));
    AUTO_FREE char *word = str_shell(path);
    return err_set(
        err, ERR_INVALID,
        "'%s' %s: %s. If this programme is right, run: talkpress import --replace %s%s.%s", path,
        dry_run ? "would not be imported" : "was not imported", why.s, *path == '-' ? "-- " : "",
        word,
        r->other_event ? " Another event needs a folder of its own: 'talkpress init "
                         "DIR'."
                       : "");
}
