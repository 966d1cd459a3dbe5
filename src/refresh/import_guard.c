#include "import_guard.h"

#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "mem.h"
#include "programme.h"
#include "store.h"
#include "str.h"

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
                 r->nb_before, r->nb_before == 1 ? "" : "s");
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
