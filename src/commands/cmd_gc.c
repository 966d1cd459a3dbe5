#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "captions_source.h"
#include "commands.h"
#include "datetime.h"
#include "event.h"
#include "fs.h"
#include "json.h"
#include "keys.h"
#include "mem.h"
#include "part.h"
#include "plan.h"
#include "programme.h"
#include "removed.h"
#include "store.h"
#include "str.h"
#include "table.h"
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

static void use_verdicts(struct keys *k, const struct caption_source *list, size_t nb)
{
    for (size_t i = 0; i < nb; i++) {
        char verdict[33];
        if (!list[i].judged)
            continue;
        keys_captions_verdict(verdict, list[i].hash, strrchr(list[i].path, '.'));
        use(k, verdict);
    }
}

/* What says which texts of out/, and which files at targets, are talkpress's. */
static void use_published_names(struct keys *k, const struct publish_settings *publish)
{
    char key[33];
    keys_texts(key);
    use(k, key);
    keys_sent(key, "");
    use(k, key);
    for (size_t i = 0; i < publish->nb_targets; i++) {
        keys_sent(key, publish->targets[i].place);
        use(k, key);
    }
}

static int use_all(struct keys *k, struct plan *plan, struct err *err)
{
    char matches[33];
    keys_matches(matches);
    use(k, matches);
    keys_programme_source(matches);
    use(k, matches);
    use_published_names(k, &plan->event->settings.publish);
    for (size_t i = 0; i < plan->nb_recordings; i++) {
        char note[33];
        keys_captions_note(note, plan->recordings[i].fingerprint);
        use(k, note);
        keys_chapters_note(note, plan->recordings[i].fingerprint);
        use(k, note);
        const struct source *s = &plan->sources[i];
        use_verdicts(k, s->captions, s->nb_captions);
        use_verdicts(k, s->set_aside, s->nb_set_aside);
        use_verdicts(k, s->outranked, s->nb_outranked);
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

/* --- what is not known ------------------------------------------------------------------------ */

struct unread {
    const struct plan *plan;
    const struct source *source; /* the first that is found; NULL: none */
};

/* A recording of which something is published was analysed. */
static int find_unanalysed(void *opaque, const struct published *file)
{
    struct unread *u = opaque;
    for (size_t i = 0; i < u->plan->nb_recordings; i++) {
        const struct source *s = &u->plan->sources[i];
        if (s->whole && s->analysis_key[0] && !s->analysis &&
            strcmp(s->recording->fingerprint, file->recording) == 0)
            u->source = s;
    }
    return u->source != NULL;
}

/* The keys of all work depend on what was read of the recordings. If that is missing or damaged,
 * what belongs to them cannot be told from what nothing needs. *out: such a recording, or NULL. */
static int find_unread(const struct source **out, const struct plan *plan, struct err *err)
{
    struct unread u = {.plan = plan};
    for (size_t i = plan->nb_recordings; i-- > 0;)
        if (!plan->sources[i].probe)
            u.source = &plan->sources[i];
    if (!u.source && store_each_published(plan->event->store, find_unanalysed, &u, err) < 0)
        return err->code;
    *out = u.source;
    return 0;
}

/* unread: NULL: another result is not valid, which is reported at the end. */
static int keep_all(const struct source *unread)
{
    AUTO_FREE char *what =
        unread ? mem_printf("'%s' is not read, or what was read of it", unread->name)
               : mem_strdup("a result of earlier work");
    table_text("",
               "kept: all work, as %s is damaged, so what belongs to it is not known. 'talkpress "
               "run' makes it again%s.",
               what, unread ? "; 'talkpress remove' takes the recording out of the event" : "");
    return EXIT_NEEDS_USER;
}

/* --- what a change took away ------------------------------------------------------------------ */

/* A folder of work/removed/. */
struct loss {
    char *dir;
    json_t *note;
    size_t nb_files; /* that nothing else needs: in the folder, and of its keys in work/ */
    int64_t nb_bytes;
};

/* A key that only a loss needs. */
struct spare {
    char key[33];
    size_t loss;
};

struct losses {
    struct loss *list;
    size_t nb;
    struct spare *spares; /* sorted */
    size_t nb_spares;
};

static int note_loss(void *opaque, const char *dir, const json_t *note, struct err *err)
{
    struct losses *l = opaque;
    (void)err;
    l->list = mem_grow(l->list, l->nb, sizeof *l->list);
    l->list[l->nb++] =
        (struct loss){.dir = mem_strdup(dir), .note = json_incref((json_t *)(uintptr_t)note)};
    return 0;
}

static void losses_finish(struct losses *l)
{
    for (size_t i = 0; i < l->nb; i++) {
        free(l->list[i].dir);
        json_decref(l->list[i].note);
    }
    free(l->list);
    free(l->spares);
}

static int by_spare(const void *a, const void *b)
{
    const struct spare *x = a, *y = b;
    return strncmp(x->key, y->key, 32);
}

/* Of one key, the latest loss first. */
static int by_spare_latest(const void *a, const void *b)
{
    const struct spare *x = a, *y = b;
    const int keys = by_spare(a, b);
    return keys ? keys : (x->loss < y->loss) - (x->loss > y->loss);
}

/* A file that several losses need is counted once, for the latest. */
static void drop_earlier(struct losses *l)
{
    size_t nb = 0;
    for (size_t i = 0; i < l->nb_spares; i++)
        if (nb == 0 || by_spare(&l->spares[nb - 1], &l->spares[i]) != 0)
            l->spares[nb++] = l->spares[i];
    l->nb_spares = nb;
}

static void find_spares(struct losses *l, const struct keys *used_keys)
{
    for (size_t i = 0; i < l->nb; i++) {
        size_t n;
        json_t *key;
        json_array_foreach(json_object_get(l->list[i].note, "keys"), n, key) {
            const char *text = json_string_value(key);
            if (!text || !workdir_key_valid(text) || used(used_keys, text))
                continue;
            l->spares = mem_grow(l->spares, l->nb_spares, sizeof *l->spares);
            struct spare *s = &l->spares[l->nb_spares++];
            *s = (struct spare){.loss = i};
            memcpy(s->key, text, 32);
        }
    }
    if (l->nb_spares)
        qsort(l->spares, l->nb_spares, sizeof *l->spares, by_spare_latest);
    drop_earlier(l);
}

/* The loss that needs the key, or NULL. key: 32 digits, which anything may follow. */
static struct loss *loss_of(const struct losses *l, const char *key)
{
    struct spare wanted = {0};
    memcpy(wanted.key, key, 32);
    const struct spare *s =
        l->nb_spares ? bsearch(&wanted, l->spares, l->nb_spares, sizeof wanted, by_spare) : NULL;
    return s ? &l->list[s->loss] : NULL;
}

/* Files that are also in work/ or out/ take no space in the folder. */
static void weigh_folder(struct loss *l)
{
    DIR *d = opendir(l->dir);
    for (const struct dirent *e; d && (e = readdir(d));) {
        struct stat st;
        AUTO_FREE char *path = fs_join(l->dir, e->d_name);
        if (strcmp(e->d_name, REMOVED_NOTE) == 0 || lstat(path, &st) < 0 || !S_ISREG(st.st_mode) ||
            st.st_nlink > 1)
            continue;
        l->nb_files++;
        l->nb_bytes += st.st_size;
    }
    if (d)
        closedir(d);
}

static int find_losses(struct losses *l, const char *work, const struct keys *used_keys,
                       struct err *err)
{
    if (removed_each(work, note_loss, l, err) < 0)
        return err->code;
    find_spares(l, used_keys);
    for (size_t i = 0; i < l->nb; i++)
        weigh_folder(&l->list[i]);
    return 0;
}

/* "3 days ago" */
static char *describe_age(const char *at)
{
    static const struct {
        const char *name;
        int64_t s;
    } units[] = {{"day", 86400}, {"hour", 3600}, {"minute", 60}};
    struct datetime when;
    if (!at || !datetime_parse_iso(&when, at))
        return mem_strdup("unknown");
    const int64_t age = (int64_t)time(NULL) - datetime_unix_s(&when);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (age >= units[i].s)
            return mem_printf("%lld %s%s ago", (long long)(age / units[i].s), units[i].name,
                              cli_s((size_t)(age / units[i].s)));
    return mem_strdup("just now");
}

/* "without a recording since an import: talk 3 Third Time Lucky, 4 Farewell" */
static char *describe_loss(const struct loss *l)
{
    enum { MOST_NAMES = 3 };
    const json_t *list = json_object_get(l->note, "talks");
    const bool talks = json_is_array(list);
    list = talks ? list : json_object_get(l->note, "files");
    AUTO_STR s = {0};
    str_add(&s, json_get_string(l->note, "why", "removed"));
    size_t i;
    json_t *row;
    json_array_foreach(list, i, row) {
        if (i == MOST_NAMES)
            break;
        const char *text = talks ? json_get_string(row, "title", "") : json_string_value(row);
        AUTO_FREE char *name = str_quote(text ? text : "", STR_QUOTE_BYTES);
        str_add(&s, i ? ", " : talks ? ": talk " : ": ");
        if (talks)
            str_addf(&s, "%lld ", (long long)json_get_int(row, "number", 0));
        str_add(&s, name);
    }
    if (json_array_size(list) > MOST_NAMES)
        str_addf(&s, " and %zu more", json_array_size(list) - MOST_NAMES);
    return str_take(&s);
}

/* Prints those that something would be lost of. */
static void print_losses(const struct losses *l)
{
    struct table *t = table_create((const char *const[]){"since", ">files", ">MB", "work", NULL});
    for (size_t i = 0; i < l->nb; i++) {
        const struct loss *loss = &l->list[i];
        if (!loss->nb_files)
            continue;
        AUTO_FREE char *age = describe_age(json_get_string(loss->note, "at", NULL));
        AUTO_FREE char *files = mem_printf("%zu", loss->nb_files), *what = describe_loss(loss);
        AUTO_FREE char *mb = mem_printf("%.1f", (double)loss->nb_bytes / 1e6);
        table_add(t, (const char *const[]){age, files, mb, what});
    }
    table_print(t);
}

/* --- sweeping --------------------------------------------------------------------------------- */

struct sweep {
    struct keys keys;     /* in use */
    struct losses losses; /* their work stays too, unless prune is set */
    bool dry_run, prune;
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
        struct loss *loss = half_made || s->prune ? NULL : loss_of(&s->losses, e->d_name);
        *(loss ? &loss->nb_files : &s->nb_files) += 1;
        *(loss ? &loss->nb_bytes : &s->nb_bytes) += fs_size(path);
        if (!s->dry_run && !loss)
            ret = fs_remove_all(path, err);
    }
    closedir(d);
    return ret;
}

static int sweep_all(struct sweep *s, const char *work, struct err *err)
{
    int ret = 0;
    for (int i = 0; i < 256 && ret == 0; i++) {
        AUTO_FREE char *dir = mem_printf("%s/%02x", work, (unsigned)i);
        ret = sweep_dir(s, dir, err);
    }
    return ret;
}

struct stale {
    const struct sweep *sweep;
    struct keys found;
};

static int note_stale(void *opaque, const char *key, const char *stage)
{
    struct stale *s = opaque;
    (void)stage;
    if (!used(&s->sweep->keys, key) && (s->sweep->prune || !loss_of(&s->sweep->losses, key)))
        use(&s->found, key);
    return 0;
}

/* Rows go before files: a file without its row is only made again. */
static int drop_rows(struct store *store, const struct sweep *sweep, struct err *err)
{
    struct stale s = {.sweep = sweep};
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

/* Removes the folders whose work is all needed again, or all of them. */
static int drop_folders(struct sweep *s, struct err *err)
{
    for (size_t i = 0; i < s->losses.nb; i++) {
        const struct loss *l = &s->losses.list[i];
        if (!s->prune && l->nb_files)
            continue;
        s->nb_files += l->nb_files;
        s->nb_bytes += l->nb_bytes;
        if (!s->dry_run && fs_remove_all(l->dir, err) < 0)
            return err->code;
    }
    return 0;
}

/* Deletes what nothing needs; with prune, also what only losses need. */
static int clean(struct command *c, struct sweep *s, struct err *err)
{
    const struct event *event = c->event;
    int ret = s->dry_run ? 0 : drop_rows(event->store, s, err);
    if (ret == 0)
        ret = sweep_all(s, event->work, err);
    if (ret == 0)
        ret = drop_folders(s, err);
    if (ret == 0 && !s->dry_run)
        ret = workdir_clean_failed(event->work, err);
    if (ret == 0 && !s->dry_run)
        ret = workdir_clean(event->work, err);
    return ret;
}

static void print_swept(const struct sweep *s)
{
    printf("%zu file%s, %.1f MB %s\n", s->nb_files, cli_s(s->nb_files), (double)s->nb_bytes / 1e6,
           s->dry_run ? "would be removed" : "removed");
}

/* --- the command ------------------------------------------------------------------------------ */

static bool any_left(const struct losses *l)
{
    for (size_t i = 0; i < l->nb; i++)
        if (l->list[i].nb_files)
            return true;
    return false;
}

/* Deletes the work that only losses need. */
static int prune(struct command *c, struct sweep *s, struct err *err)
{
    s->prune = true;
    for (size_t i = 0; i < s->losses.nb; i++) {
        s->losses.list[i].nb_files = 0; /* counted again, each file once */
        s->losses.list[i].nb_bytes = 0;
        weigh_folder(&s->losses.list[i]);
    }
    s->nb_files = 0;
    s->nb_bytes = 0;
    if (clean(c, s, err) < 0)
        return err->code;
    print_swept(s);
    return 0;
}

static int gc(struct command *c, struct sweep *s, struct err *err)
{
    const struct source *unread = NULL;
    if (store_each_published(c->event->store, hold_published, c->plan, err) < 0 ||
        use_all(&s->keys, c->plan, err) < 0 || find_unread(&unread, c->plan, err) < 0)
        return err->code;
    if (unread || c->event->invalid->nb)
        return keep_all(unread);
    if (find_losses(&s->losses, c->event->work, &s->keys, err) < 0 || clean(c, s, err) < 0)
        return err->code;
    print_swept(s);
    if (!any_left(&s->losses))
        return 0;
    const bool wanted = command_has(c, "prune");
    table_text("", "%s of talks that lost their recording, and files removed from out/:",
               !wanted      ? "kept: work"
               : s->dry_run ? "would also be removed: work"
                            : "also removed: work");
    print_losses(&s->losses);
    if (wanted || (!s->dry_run && cli_confirm("Delete this too? It has to be encoded again if it "
                                              "is needed.")))
        return prune(c, s, err);
    table_text("", "The right programme and 'talkpress run' bring it back. To delete it, type "
                   "'talkpress gc --prune'.");
    return 0;
}

int cmd_gc(struct command *c, struct err *err)
{
    struct sweep s = {.dry_run = command_has(c, "dry-run")};
    const int ret = gc(c, &s, err);
    free(s.keys.keys);
    losses_finish(&s.losses);
    return ret;
}
