#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fs.h"
#include "json.h"
#include "mem.h"
#include "plan.h"
#include "publisher.h"
#include "removed.h"
#include "workdir.h"

/* --- judging ---------------------------------------------------------------------------------- */

/* What follows the title in the name of a published file: ".360p.mp4". */
static const char *suffix(const char *name)
{
    return name + strcspn(name, ".");
}

static int by_part(const void *va, const void *vb)
{
    const struct file *a = *(struct file *const *)va, *b = *(struct file *const *)vb;
    const int talks = (a->talk > b->talk) - (a->talk < b->talk);
    return talks ? talks : (a->part > b->part) - (a->part < b->part);
}

static int by_kind(const void *va, const void *vb)
{
    const struct file *a = *(struct file *const *)va, *b = *(struct file *const *)vb;
    const int parts = by_part(va, vb);
    return parts ? parts : strcmp(suffix(a->name), suffix(b->name));
}

static int by_key(const void *va, const void *vb)
{
    const struct file *a = *(struct file *const *)va, *b = *(struct file *const *)vb;
    return strcmp(a->key, b->key);
}

typedef int comparison(const void *a, const void *b);

/* The new files in another order. */
static const struct file **sort_files(const struct publisher *u, comparison *compare)
{
    const struct file **list = mem_zalloc(u->nb + 1, sizeof *list);
    for (size_t i = 0; i < u->nb; i++)
        list[i] = &u->files[i];
    qsort(list, u->nb, sizeof *list, compare);
    return list;
}

static const struct file *find_in(const struct file *const *list, const struct publisher *u,
                                  const struct file *wanted, comparison *compare)
{
    const struct file *const *found =
        u->nb ? bsearch(&wanted, list, u->nb, sizeof *list, compare) : NULL;
    return found ? *found : NULL;
}

static const char *why_stale(const struct publisher *u, const struct file *old, bool has_others)
{
    const struct talk *talk = programme_find(&u->plan->programme, old->talk);
    if (!talk || talk->gone)
        return "the talk is no longer in the programme";
    return has_others ? "the talk no longer has a file of this kind"
                      : "the talk is no longer published";
}

static void add_stale(struct publish_result *r, const struct file *old, const struct file *now,
                      const char *why)
{
    r->stale = mem_grow(r->stale, r->nb_stale, sizeof *r->stale);
    r->stale[r->nb_stale++] = (struct publish_stale){.name = mem_strdup(old->name),
                                                     .now = now ? mem_strdup(now->name) : NULL,
                                                     .why = why,
                                                     .talk = old->talk,
                                                     .part = old->part};
    r->nb_renamed += now != NULL;
}

/* An old file was renamed if a new one has its content, or is the file of the same kind of the same
 * part. Needs all files sorted by name. */
static void judge_old(struct publisher *u)
{
    const struct file **kinds = sort_files(u, by_kind), **keys = sort_files(u, by_key);
    u->fates = mem_zalloc(u->nb_old + 1, sizeof *u->fates);
    for (size_t i = 0; i < u->nb_old; i++) {
        const struct file *old = &u->old[i];
        AUTO_FREE char *path = fs_join(u->plan->event->out, old->name);
        if (publisher_find(u->files, u->nb, old->name))
            continue;
        const struct file *now = find_in(keys, u, old, by_key);
        now = now ? now : find_in(kinds, u, old, by_kind);
        u->fates[i] = !fs_is_regular(path) ? FATE_LOST : now ? FATE_RENAMED : FATE_REMOVED;
        const bool others = find_in(kinds, u, old, by_part) != NULL;
        if (u->fates[i] != FATE_LOST)
            add_stale(u->result, old, now, now ? NULL : why_stale(u, old, others));
    }
    free(kinds);
    free(keys);
}

/* Whether more files would be removed than a single decision explains. */
static bool too_many(const struct publish_result *r)
{
    const struct publish_stale *first = NULL;
    bool several = false;
    for (const struct publish_stale *s = r->stale; s < r->stale + r->nb_stale; s++) {
        if (s->now)
            continue;
        first = first ? first : s;
        several = several || !s->talk || s->talk != first->talk || s->part != first->part;
    }
    return several && r->nb_stale - r->nb_renamed > PUBLISH_FEW;
}

/* Files that stay although nothing needs them are listed like all others. */
static void keep_stale(struct publisher *u)
{
    u->not_removed = json_array();
    for (size_t i = 0; i < u->nb_old; i++) {
        const struct file *o = &u->old[i];
        if (u->fates[i] != FATE_REMOVED)
            continue;
        struct file *f = publisher_add(&u->files, &u->nb, mem_strdup(o->name), o->key, o->talk,
                                       o->part, o->recording);
        snprintf(f->sha256, sizeof f->sha256, "%s", o->sha256);
        json_array_append_new(u->not_removed,
                              json_pack("{s:s, s:s, s:i, s:i}", "file", o->name, "sha256",
                                        o->sha256, "talk", o->talk, "part", o->part));
    }
    publisher_sort(u);
}

void stale_judge(struct publisher *u)
{
    judge_old(u);
    u->result->kept = !u->prune && too_many(u->result);
    if (u->result->kept)
        keep_stale(u);
}

/* --- removing --------------------------------------------------------------------------------- */

/* For removed_begin. */
static json_t *describe_removed(const struct publisher *u)
{
    json_t *files = json_array(), *keys = json_array();
    for (size_t i = 0; i < u->nb_old; i++) {
        if (u->fates[i] != FATE_REMOVED)
            continue;
        json_array_append_new(files, json_string(u->old[i].name));
        json_array_append_new(keys, json_string(u->old[i].key));
    }
    return json_pack("{s:s, s:o, s:o}", "why", "removed from out/", "files", files, "keys", keys);
}

static bool same_file(const char *a, const char *b)
{
    struct stat x, y;
    return lstat(a, &x) == 0 && lstat(b, &y) == 0 && S_ISREG(x.st_mode) && S_ISREG(y.st_mode) &&
           ((x.st_ino == y.st_ino && x.st_dev == y.st_dev) || x.st_size == y.st_size);
}

/* Moves a file to work/removed/. It is taken from work/ if it is the same, as out/ may be on
 * another disk. */
static int set_aside(const struct publisher *u, const struct file *f, struct err *err)
{
    const struct event *event = u->plan->event;
    AUTO_FREE char *path = fs_join(event->out, f->name);
    const char *dot = strrchr(f->name, '.');
    AUTO_FREE char *made = workdir_path(event->work, f->key, dot ? dot + 1 : "");
    return removed_take(u->result->removed_to, path, same_file(made, path) ? made : path, err);
}

static int set_all_aside(struct publisher *u, struct err *err)
{
    AUTO_JSON *note = describe_removed(u);
    if (json_array_size(json_object_get(note, "files")) == 0)
        return 0;
    if (removed_begin(&u->result->removed_to, u->plan->event->work, note, err) < 0)
        return err->code;
    for (size_t i = 0; i < u->nb_old; i++)
        if (u->fates[i] == FATE_REMOVED && set_aside(u, &u->old[i], err) < 0)
            return err->code;
    return 0;
}

int stale_remove(struct publisher *u, struct err *err)
{
    if (!u->result->kept && set_all_aside(u, err) < 0)
        return err->code;
    for (size_t i = 0; i < u->nb_old; i++) {
        AUTO_FREE char *path = fs_join(u->plan->event->out, u->old[i].name);
        if (u->fates[i] == FATE_RENAMED && fs_remove_all(path, err) < 0)
            return err->code;
    }
    u->result->nb_removed = u->result->kept ? u->result->nb_renamed : u->result->nb_stale;
    /* Removed from the disk before they are removed from the store: a file that reappeared after a
     * crash would not be known as ours. */
    if (u->result->nb_removed && fs_sync(u->plan->event->out, err) < 0)
        return err->code;
    for (size_t i = 0; i < u->nb_old; i++)
        if (!publisher_find(u->files, u->nb, u->old[i].name) &&
            store_clear_published(u->store, u->old[i].name, err) < 0)
            return err->code;
    return 0;
}
