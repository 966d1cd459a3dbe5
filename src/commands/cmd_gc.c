#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "captions_source.h"
#include "commands.h"
#include "event.h"
#include "fs.h"
#include "json.h"
#include "keys.h"
#include "mem.h"
#include "part.h"
#include "plan.h"
#include "programme.h"
#include "store.h"
#include "str.h"
#include "workdir.h"

/* Keys in use, sorted for bsearch. A file in work/ and a row in the store are kept while their key
 * is one of them. */
struct keys {
    char (*keys)[33];
    size_t nb;
};

static void use(struct keys *k, const char *key)
{
    k->keys = mem_grow(k->keys, k->nb, sizeof *k->keys);
    snprintf(k->keys[k->nb++], sizeof *k->keys, "%s", key);
}

static int by_key(const void *a, const void *b)
{
    return strncmp(a, b, 32);
}

static bool used(const struct keys *k, const char *key)
{
    return k->nb && bsearch(key, k->keys, k->nb, sizeof *k->keys, by_key) != NULL;
}

static int use_published(void *opaque, const struct published *file)
{
    use(opaque, file->key);
    return 0;
}

/* What was published of a recording that is no longer certain to hold the part stays in out/. What
 * it was made from is kept too, in case the user confirms the match. */
static int hold_published(void *opaque, const struct published *file)
{
    const struct plan *plan = opaque;
    const struct talk *talk = programme_find(&plan->programme, file->talk);
    const struct match *row = talk ? plan_match(plan, talk, file->part) : NULL;
    const int recording = row && *file->recording && !plan_holds_talk(row)
                              ? plan_may_hold(plan, row, file->recording)
                              : -1;
    if (recording >= 0) {
        struct match *match = &plan->matches.rows[row - plan->matches.rows];
        match->recording = recording;
        match->state = MATCH_SURE;
    }
    return 0;
}

static int use_all(struct keys *k, struct plan *plan, struct err *err)
{
    char matches[33];
    keys_matches(matches);
    use(k, matches);
    for (size_t i = 0; i < plan->nb_recordings; i++) {
        char note[33];
        keys_captions_note(note, plan->recordings[i].fingerprint);
        use(k, note);
        const struct recording *r = &plan->recordings[i];
        for (size_t f = 0; f < r->nb_files; f++) { /* joining files depends on these */
            char key[33];
            keys_probe(key, r->files[f].fingerprint);
            use(k, key);
        }
        use(k, plan->sources[i].probe_key);
        if (plan->sources[i].analysis_key[0])
            use(k, plan->sources[i].analysis_key);
    }
    for (size_t i = 0; i < plan->programme.nb_talks; i++) {
        const struct talk *t = &plan->programme.talks[i];
        for (size_t n = 0; n < t->nb_parts && !t->gone; n++) {
            char(*list)[33] = NULL;
            size_t nb = 0;
            if (plan_keys(&list, &nb, plan, t, &t->parts[n], err) < 0)
                return err->code;
            for (size_t j = 0; j < nb; j++)
                use(k, list[j]);
            free(list);
        }
    }
    if (store_each_published(plan->event->store, use_published, k, err) < 0)
        return err->code;
    if (k->nb)
        qsort(k->keys, k->nb, sizeof *k->keys, by_key);
    return 0;
}

struct sweep {
    struct keys keys;
    bool dry_run;
    size_t nb_files;
    int64_t nb_bytes;
};

static int sweep_dir(struct sweep *s, const char *dir, struct err *err)
{
    DIR *d = opendir(dir);
    if (!d)
        return 0;
    int ret = 0;
    for (const struct dirent *e; ret == 0 && (e = readdir(d));) {
        const char *dot = strchr(e->d_name, '.');
        const bool half_made = strstr(e->d_name, FS_TMP_MARK) != NULL; /* by a killed worker */
        if (!dot || dot - e->d_name != 32 || (!half_made && used(&s->keys, e->d_name)))
            continue;
        AUTO_FREE char *path = fs_join(dir, e->d_name);
        s->nb_files++;
        s->nb_bytes += fs_size(path);
        if (!s->dry_run)
            ret = fs_remove_all(path, err);
    }
    closedir(d);
    return ret;
}

struct stale {
    const struct keys *keys;
    struct keys found;
};

static int note_stale(void *opaque, const char *key, const char *stage)
{
    struct stale *s = opaque;
    (void)stage;
    if (!used(s->keys, key))
        use(&s->found, key);
    return 0;
}

/* Rows go before files: a file without its row is only made again. */
static int drop_rows(struct store *store, const struct keys *k, struct err *err)
{
    struct stale s = {.keys = k};
    int ret = store_each_result(store, note_stale, &s, err);
    if (ret == 0)
        ret = store_begin(store, err);
    if (ret == 0) /* a job that still fails will be noted again */
        ret = store_clear_failures(store, err);
    for (size_t i = 0; i < s.found.nb && ret == 0; i++)
        ret = store_drop_result(store, s.found.keys[i], err);
    if (ret == 0)
        ret = store_commit(store, err);
    if (ret < 0)
        store_rollback(store);
    free(s.found.keys);
    return ret;
}

static int gc(struct command *c, struct sweep *s, struct err *err)
{
    const struct event *event = c->event;
    if (store_each_published(event->store, hold_published, c->plan, err) < 0)
        return err->code;
    int ret = use_all(&s->keys, c->plan, err);
    if (ret == 0 && !s->dry_run)
        ret = drop_rows(event->store, &s->keys, err);
    for (int i = 0; i < 256 && ret == 0; i++) {
        AUTO_FREE char *dir = mem_printf("%s/%02x", event->work, (unsigned)i);
        ret = sweep_dir(s, dir, err);
    }
    if (ret == 0 && !s->dry_run)
        ret = workdir_clean_failed(event->work, err);
    if (ret == 0 && !s->dry_run)
        ret = workdir_clean(event->work, err);
    return ret;
}

int cmd_gc(struct command *c, struct err *err)
{
    struct sweep s = {.dry_run = command_has(c, "dry-run")};
    const int ret = gc(c, &s, err);
    free(s.keys.keys);
    if (ret < 0)
        return ret;
    printf("%zu file%s, %.1f MB %s\n", s.nb_files, cli_s(s.nb_files), (double)s.nb_bytes / 1e6,
           s.dry_run ? "would be removed" : "removed");
    return EXIT_OK;
}
