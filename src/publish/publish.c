#include "publish.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs.h"
#include "json.h"
#include "mem.h"
#include "pages.h"
#include "part.h"
#include "plan.h"
#include "removed.h"
#include "results.h"
#include "str.h"
#include "talks_json.h"
#include "workdir.h"

static const char list_name[] = PUBLISH_LIST, sums_name[] = "SHA256SUMS";

struct file {
    char *name;
    char key[33];
    char recording[33]; /* fingerprint; "": not known */
    char sha256[65];
    const char *ext; /* in work/ */
    int talk, part;
};

/* What becomes of an old file that is not among the new ones. */
enum fate {
    FATE_STAYS,   /* it is among them */
    FATE_RENAMED, /* the same file, or a newer one of the same kind, has another name */
    FATE_REMOVED,
    FATE_LOST, /* the user removed it, or put something else in its place */
};

struct publisher {
    struct plan *plan;
    struct store *store;
    struct file *files;
    size_t nb;
    struct file *old; /* as the store lists them */
    enum fate *fates; /* of the old ones */
    size_t nb_old;
    json_t *talks, *not_removed;
    struct pages *pages;
    bool prune;
    struct publish_result *result;
};

static void free_files(struct file *files, size_t nb)
{
    for (size_t i = 0; i < nb; i++)
        free(files[i].name);
    free(files);
}

/* --- what should be there --------------------------------------------------------------------- */

static struct file *add_file(struct file **files, size_t *nb, char *name, const char *key, int talk,
                             int part, const char *recording)
{
    *files = mem_grow(*files, *nb, sizeof **files);
    struct file *f = &(*files)[(*nb)++];
    *f = (struct file){.name = name, .talk = talk, .part = part};
    snprintf(f->key, sizeof f->key, "%s", key);
    snprintf(f->recording, sizeof f->recording, "%s", recording);
    return f;
}

/* Lists and describes the files of a complete part. */
static json_t *add_part(struct publisher *u, const struct part_plan *pp)
{
    AUTO_FREE char *base = talk_file_name(pp->talk, pp->part->number);
    json_t *part = talks_json_part(pp), *files = json_array(), *captions = json_array();
    json_object_set_new(part, "files", files);
    for (size_t i = 0; i < pp->nb_outputs; i++) {
        const struct output *o = &pp->outputs[i];
        struct file *f =
            add_file(&u->files, &u->nb, mem_printf("%s%s", base, o->suffix), o->key,
                     pp->talk->number, pp->part->number, pp->source->recording->fingerprint);
        f->ext = o->rendition ? o->rendition->container : o->captions ? "vtt" : "jpg";
        snprintf(f->sha256, sizeof f->sha256, "%s", json_get_string(o->result, "sha256", ""));
        if (o->rendition)
            json_array_append_new(files, talks_json_file(f->name, o));
        else if (o->captions)
            json_array_append_new(captions, talks_json_captions(f->name, o));
        else
            json_object_set_new(part, "poster", json_string(f->name));
    }
    if (json_array_size(captions))
        json_object_set(part, "captions", captions);
    json_decref(captions);
    u->result->nb_parts++;
    return part;
}

/* Whether the user has to decide about this file of out/ now. */
static bool in_question(const struct part_plan *pp, const struct file *file)
{
    for (size_t i = 0; pp->held && i < pp->nb_outputs; i++)
        if (strcmp(pp->outputs[i].key, file->key) == 0)
            return true;
    return false;
}

/* A file may stay in out/ while its part is being made again. It may also stay if no recording is
 * certain to hold the part any more (a new title, a second similar file), unless the user decided
 * that none does or the recording that it was made from is gone or holds something else. */
static bool may_stay(const struct publisher *u, const struct part_plan *pp, const struct file *f)
{
    if (f->talk != pp->talk->number || f->part != pp->part->number)
        return false;
    if (pp->source)
        return !in_question(pp, f);
    return f->recording[0] && plan_may_hold(u->plan, pp->match, f->recording) >= 0;
}

static json_t *keep_part(struct publisher *u, const struct part_plan *pp)
{
    json_t *part = talks_json_part(pp), *files = json_array();
    json_object_set_new(part, "being_made_anew", json_true());
    json_object_set_new(part, "files", files);
    for (size_t i = 0; i < u->nb_old; i++) {
        const struct file *o = &u->old[i];
        if (!may_stay(u, pp, o))
            continue;
        struct file *f = add_file(&u->files, &u->nb, mem_strdup(o->name), o->key, o->talk, o->part,
                                  o->recording);
        snprintf(f->sha256, sizeof f->sha256, "%s", o->sha256);
        json_array_append_new(files, json_pack("{s:s, s:s}", "file", f->name, "sha256", f->sha256));
    }
    if (json_array_size(files) == 0) {
        json_decref(part);
        return NULL;
    }
    u->result->nb_parts++;
    return part;
}

static int add_talk(struct publisher *u, const struct talk *t, struct err *err)
{
    json_t *talk = talks_json_talk(t);
    json_array_append_new(u->talks, talk);
    for (size_t i = 0; i < t->nb_parts; i++) {
        AUTO_PART_PLAN pp = {0};
        if (plan_part(&pp, u->plan, t, &t->parts[i], err) < 0)
            return err->code;
        json_t *part = pp.state == PART_COMPLETE ? add_part(u, &pp) : keep_part(u, &pp);
        if (part)
            json_array_append_new(json_object_get(talk, "parts"), part);
    }
    return 0;
}

/* --- what is there ---------------------------------------------------------------------------- */

static int note_old(void *opaque, const struct published *p)
{
    struct publisher *u = opaque;
    add_file(&u->old, &u->nb_old, mem_strdup(p->name), p->key, p->talk, p->part, p->recording);
    return 0;
}

/* Files published by an earlier version of talkpress have no recording in the store: it is the one
 * that holds the part now, if that is certain. */
static int note_recordings(struct publisher *u, struct err *err)
{
    const struct plan *p = u->plan;
    for (size_t i = 0; i < u->nb_old; i++) {
        struct file *f = &u->old[i];
        const struct talk *talk = f->recording[0] ? NULL : programme_find(&p->programme, f->talk);
        const struct match *row = talk ? plan_match(p, talk, f->part) : NULL;
        if (!row || !plan_holds_talk(row))
            continue;
        snprintf(f->recording, sizeof f->recording, "%s",
                 p->recordings[row->recording].fingerprint);
        const struct published noted = {f->name, f->key, f->talk, f->part, f->recording};
        if (store_set_published(u->store, &noted, err) < 0)
            return err->code;
    }
    return 0;
}

int publish_note_recordings(struct plan *plan, struct err *err)
{
    struct publisher u = {.plan = plan, .store = plan->event->store};
    if (store_each_published(u.store, note_old, &u, err) == 0)
        (void)!note_recordings(&u, err);
    free_files(u.old, u.nb_old);
    return err->code;
}

static int old_sums(struct publisher *u, struct err *err)
{
    for (size_t i = 0; i < u->nb_old; i++) {
        AUTO_JSON *r = NULL;
        if (plan_find_result(&r, u->plan->event, u->old[i].key, err) < 0)
            return err->code;
        snprintf(u->old[i].sha256, sizeof u->old[i].sha256, "%s", json_get_string(r, "sha256", ""));
    }
    return 0;
}

static int by_name(const void *a, const void *b)
{
    const struct file *x = a, *y = b;
    return strcmp(x->name, y->name);
}

/* Both lists are sorted by name: the store's always, the other once it is complete. */
static const struct file *find(const struct file *files, size_t nb, const char *name)
{
    const struct file wanted = {.name = (char *)(uintptr_t)name};
    return nb ? bsearch(&wanted, files, nb, sizeof *files, by_name) : NULL;
}

static bool same_file(const char *a, const char *b)
{
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 &&
           ((x.st_ino == y.st_ino && x.st_dev == y.st_dev) || x.st_size == y.st_size);
}

/* --- what should be there no longer ----------------------------------------------------------- */

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

static bool is_regular(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 && S_ISREG(st.st_mode);
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
        if (find(u->files, u->nb, old->name))
            continue;
        const struct file *now = find_in(keys, u, old, by_key);
        now = now ? now : find_in(kinds, u, old, by_kind);
        u->fates[i] = !is_regular(path) ? FATE_LOST : now ? FATE_RENAMED : FATE_REMOVED;
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
        struct file *f = add_file(&u->files, &u->nb, mem_strdup(o->name), o->key, o->talk, o->part,
                                  o->recording);
        snprintf(f->sha256, sizeof f->sha256, "%s", o->sha256);
        json_array_append_new(u->not_removed,
                              json_pack("{s:s, s:s, s:i, s:i}", "file", o->name, "sha256",
                                        o->sha256, "talk", o->talk, "part", o->part));
    }
    qsort(u->files, u->nb, sizeof *u->files, by_name);
}

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

/* --- putting it there --------------------------------------------------------------------------
 */

/* Before anything is written, so that nothing is published in part. */
static int refuse_foreign(const struct publisher *u, struct err *err)
{
    for (size_t i = 0; i < u->nb; i++) {
        AUTO_FREE char *path = fs_join(u->plan->event->out, u->files[i].name);
        if (!find(u->old, u->nb_old, u->files[i].name) && fs_exists(path))
            return err_set(
                err, ERR_INVALID,
                "'%s' was not written by talkpress, and a file must be published under that "
                "name: move it away, then run 'talkpress publish'",
                path);
    }
    return 0;
}

static int put_file(struct publisher *u, const struct file *f, struct err *err)
{
    if (!f->ext) /* kept as it is */
        return 0;
    const struct file *before = find(u->old, u->nb_old, f->name);
    AUTO_FREE char *from = workdir_path(u->plan->event->work, f->key, f->ext);
    AUTO_FREE char *to = fs_join(u->plan->event->out, f->name);
    const bool listed = before && strcmp(before->key, f->key) == 0 && before->talk == f->talk &&
                        before->part == f->part;
    if (!before && fs_exists(to))
        return err_set(err, ERR_INVALID,
                       "'%s' was not written by talkpress: move it away, then run 'talkpress "
                       "publish'",
                       to);
    /* The store goes first, so that after a crash the file is known to be ours. */
    const struct published row = {f->name, f->key, f->talk, f->part, f->recording};
    if ((!listed || strcmp(before->recording, f->recording) != 0) &&
        store_set_published(u->store, &row, err) < 0)
        return err->code;
    if (listed && same_file(from, to))
        return 0;
    if (fs_link_atomic(from, to, err) < 0)
        return err->code;
    u->result->nb_written++;
    return 0;
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

static int remove_stale(struct publisher *u, struct err *err)
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
        if (!find(u->files, u->nb, u->old[i].name) &&
            store_clear_published(u->store, u->old[i].name, err) < 0)
            return err->code;
    return 0;
}

/* Writes a list only if its text changes, so that a second publish changes nothing. */
static int put_text(struct publisher *u, const char *name, const char *text, struct err *err)
{
    AUTO_FREE char *path = fs_join(u->plan->event->out, name), *now = NULL;
    struct err ignored = {0};
    if (fs_read(&now, NULL, path, 1u << 28, &ignored) == 0 && strcmp(now, text) == 0)
        return 0;
    u->result->nb_written++;
    return fs_write_atomic(path, text, strlen(text), err);
}

/* The document of talks.json. */
static json_t *list_all(const struct publisher *u)
{
    const struct programme *p = &u->plan->programme;
    const struct event_about *about = &u->plan->event->settings.about;
    json_t *all = json_pack(
        "{s:i, s:{s:o, s:o, s:o, s:o, s:o}, s:O}", "version", PUBLISH_VERSION, "event", "name",
        json_text(p->name), "place", json_text(p->place), "begin", json_text(p->begin), "end",
        json_text(p->end), "licence", json_text(about->licence), "talks", u->talks);
    if (u->not_removed)
        json_object_set(all, "not_removed", u->not_removed);
    return all;
}

static int put_lists(struct publisher *u, const json_t *all, struct err *err)
{
    AUTO_FREE char *json = json_dumps(all, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
    AUTO_FREE char *text = mem_printf("%s\n", json ? json : "{}");
    if (put_text(u, list_name, text, err) < 0)
        return err->code;
    AUTO_STR sums = {0};
    for (size_t i = 0; i < u->nb; i++)
        if (u->files[i].sha256[0])
            str_addf(&sums, "%s  %s\n", u->files[i].sha256, u->files[i].name);
    return put_text(u, sums_name, sums.s ? sums.s : "", err);
}

/* Whether it is a temporary file of ours that a killed run left. */
static bool half_made(const struct publisher *u, const char *entry)
{
    const char *mark = strstr(entry, FS_TMP_MARK);
    if (!mark || !mark[strlen(FS_TMP_MARK)] ||
        mark[strlen(FS_TMP_MARK) + strspn(mark + strlen(FS_TMP_MARK), "0123456789")])
        return false;
    AUTO_FREE char *name = mem_printf("%.*s", (int)(mark - entry), entry);
    return find(u->old, u->nb_old, name) || find(u->files, u->nb, name) ||
           strcmp(name, list_name) == 0 || strcmp(name, sums_name) == 0 ||
           pages_have(u->pages, name);
}

static int remove_half_made(const struct publisher *u, struct err *err)
{
    const char *out = u->plan->event->out;
    DIR *d = opendir(out);
    if (!d)
        return err_errno(err, errno, "cannot open the folder '%s'", out);
    int ret = 0;
    for (const struct dirent *e; ret == 0 && (e = readdir(d));) {
        AUTO_FREE char *path = fs_join(out, e->d_name);
        if (half_made(u, e->d_name))
            ret = fs_remove_all(path, err);
    }
    closedir(d);
    return ret;
}

static int update(struct publisher *u, struct err *err)
{
    if (store_each_published(u->store, note_old, u, err) < 0 || note_recordings(u, err) < 0 ||
        old_sums(u, err) < 0)
        return err->code;
    for (size_t i = 0; i < u->plan->programme.nb_talks; i++)
        if (!u->plan->programme.talks[i].gone && add_talk(u, &u->plan->programme.talks[i], err) < 0)
            return err->code;
    if (u->nb)
        qsort(u->files, u->nb, sizeof *u->files, by_name);
    judge_old(u);
    u->result->kept = !u->prune && too_many(u->result);
    if (u->result->kept)
        keep_stale(u);
    AUTO_JSON *all = list_all(u);
    if (refuse_foreign(u, err) < 0 || pages_prepare(&u->pages, u->plan->event, all, err) < 0 ||
        remove_half_made(u, err) < 0)
        return err->code;
    for (size_t i = 0; i < u->nb; i++)
        if (put_file(u, &u->files[i], err) < 0)
            return err->code;
    u->result->nb_files = u->nb;
    return put_lists(u, all, err) < 0 || pages_put(&u->result->nb_written, u->pages, err) < 0
               ? err->code
               : remove_stale(u, err);
}

int publish(struct publish_result *out, struct plan *plan, bool prune, struct err *err)
{
    *out = (struct publish_result){0};
    struct publisher u = {.plan = plan,
                          .store = plan->event->store,
                          .talks = json_array(),
                          .prune = prune,
                          .result = out};
    (void)update(&u, err);
    json_decref(u.talks);
    json_decref(u.not_removed);
    free_files(u.files, u.nb);
    free_files(u.old, u.nb_old);
    free(u.fates);
    pages_finish_p(&u.pages);
    return err->code;
}

void publish_result_finish(struct publish_result *r)
{
    for (size_t i = 0; i < r->nb_stale; i++) {
        free(r->stale[i].name);
        free(r->stale[i].now);
    }
    free(r->stale);
    free(r->removed_to);
    *r = (struct publish_result){0};
}
