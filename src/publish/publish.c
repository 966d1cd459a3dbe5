#include "publish.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fs.h"
#include "json.h"
#include "mem.h"
#include "part.h"
#include "part_chapters.h"
#include "plan.h"
#include "published_file.h"
#include "publisher.h"
#include "removed.h"
#include "results.h"
#include "sha256.h"
#include "str.h"
#include "talks_json.h"
#include "texts.h"
#include "workdir.h"

static const char list_name[] = PUBLISH_LIST, sums_name[] = PUBLISH_SUMS;

static void free_files(struct file *files, size_t nb)
{
    for (size_t i = 0; i < nb; i++) {
        free(files[i].name);
        json_decref(files[i].result);
    }
    free(files);
}

/* --- the two lists ---------------------------------------------------------------------------- */

struct file *publisher_add(struct file **files, size_t *nb, char *name, const char *key, int talk,
                           int part, const char *recording)
{
    *files = mem_grow(*files, *nb, sizeof **files);
    struct file *f = &(*files)[(*nb)++];
    *f = (struct file){.name = name, .talk = talk, .part = part};
    snprintf(f->key, sizeof f->key, "%s", key);
    snprintf(f->recording, sizeof f->recording, "%s", recording);
    return f;
}

static int by_name(const void *a, const void *b)
{
    const struct file *x = a, *y = b;
    return strcmp(x->name, y->name);
}

void publisher_sort(struct publisher *u)
{
    if (u->nb)
        qsort(u->files, u->nb, sizeof *u->files, by_name);
}

const struct file *publisher_find(const struct file *files, size_t nb, const char *name)
{
    const struct file wanted = {.name = (char *)(uintptr_t)name};
    return nb ? bsearch(&wanted, files, nb, sizeof *files, by_name) : NULL;
}

/* --- what should be there --------------------------------------------------------------------- */

/* Lists and describes the files of a complete part. */
static json_t *add_part(struct publisher *u, const struct part_plan *pp)
{
    AUTO_FREE char *base = talk_file_name(pp->talk, pp->part->number);
    json_t *part = talks_json_part(pp), *files = json_array(), *captions = json_array();
    AUTO_JSON *sheets = json_array();
    json_object_set_new(part, "files", files);
    for (size_t i = 0; i < pp->nb_outputs; i++) {
        const struct output *o = &pp->outputs[i];
        struct file *f =
            publisher_add(&u->files, &u->nb, mem_printf("%s%s", base, o->suffix), o->key,
                          pp->talk->number, pp->part->number, pp->source->recording->fingerprint);
        f->ext = o->kind == OUTPUT_RENDITION  ? o->rendition->container
                 : o->kind == OUTPUT_CAPTIONS ? "vtt"
                                              : "jpg";
        snprintf(f->sha256, sizeof f->sha256, "%s", json_get_string(o->result, "sha256", ""));
        switch (o->kind) {
        case OUTPUT_RENDITION:
            json_array_append_new(files, talks_json_file(f->name, o));
            break;
        case OUTPUT_CAPTIONS:
            json_array_append_new(captions, talks_json_captions(f->name, o));
            break;
        case OUTPUT_POSTER:
            json_object_set_new(part, "poster", json_string(f->name));
            break;
        case OUTPUT_STORYBOARD:
            json_array_append_new(sheets, json_string(f->name));
            break;
        }
    }
    if (json_array_size(captions))
        json_object_set(part, "captions", captions);
    json_decref(captions);
    if (pp->chapters.nb) {
        json_object_set_new(part, "chapters", part_chapters_json(pp, pp->card_left_out_ms));
        json_object_set_new(part, "chapters_files", talks_json_chapters_files(base));
    }
    if (pp->storyboard_ms)
        json_object_set_new(part, "storyboard",
                            talks_json_storyboard(base, sheets, pp->storyboard_ms));
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

/* The user may have removed it. */
static bool is_there(const struct publisher *u, const struct file *f)
{
    AUTO_FREE char *path = fs_join(u->plan->event->out, f->name);
    return fs_is_regular(path);
}

/* What is known of a file of before, if it is certain which recording the part is made from: the
 * rendition or the language, by its suffix. */
static struct output kept_output(const struct file *f, const struct part_plan *pp)
{
    struct output was = {0};
    const char *suffix = f->name + strcspn(f->name, ".");
    for (size_t i = 0; i < pp->nb_outputs; i++)
        if (strcmp(pp->outputs[i].suffix, suffix) == 0)
            was = pp->outputs[i];
    was.result = f->result;
    return was;
}

/* The grid of a storyboard of before is not known, so that it is not listed. */
static void list_kept(json_t *part, const struct file *f, const struct part_plan *pp)
{
    const struct output was = kept_output(f, pp);
    const enum stage stage = published_stage(f->name);
    if (stage == STAGE_POSTER)
        json_object_set_new(part, "poster", json_string(f->name));
    if (stage != STAGE_CAPTIONS && stage != STAGE_ASSEMBLE)
        return;
    json_t *d = stage == STAGE_CAPTIONS ? talks_json_captions(f->name, &was)
                                        : talks_json_file(f->name, &was);
    json_object_set_new(d, "sha256", json_string(f->sha256));
    json_array_append_new(json_object_get(part, stage == STAGE_CAPTIONS ? "captions" : "files"), d);
}

static json_t *keep_part(struct publisher *u, const struct part_plan *pp)
{
    json_t *part = talks_json_part(pp), *files = json_array();
    json_object_set_new(part, "being_made_anew", json_true());
    json_object_set_new(part, "files", files);
    json_object_set_new(part, "captions", json_array());
    for (size_t i = 0; i < u->nb_old; i++) {
        const struct file *o = &u->old[i];
        if (!may_stay(u, pp, o) || !is_there(u, o))
            continue;
        struct file *f = publisher_add(&u->files, &u->nb, mem_strdup(o->name), o->key, o->talk,
                                       o->part, o->recording);
        snprintf(f->sha256, sizeof f->sha256, "%s", o->sha256);
        list_kept(part, o, pp);
    }
    if (!json_array_size(json_object_get(part, "captions")))
        json_object_del(part, "captions");
    if (json_array_size(files) == 0) {
        json_decref(part);
        return NULL;
    }
    u->result->nb_parts++;
    return part;
}

static int add_talk(struct publisher *u, const struct talk *t, struct err *err)
{
    json_t *talk = talks_json_talk(t, u->plan->programme.id);
    const char *language = plan_language(u->plan, t->number);
    if (language)
        json_object_set_new(talk, "language", json_string(language));
    json_array_append_new(u->talks, talk);
    for (size_t i = 0; i < t->nb_parts; i++) {
        AUTO_PART_PLAN pp = {0};
        if (plan_part(&pp, u->plan, t, &t->parts[i], err) < 0)
            return err->code;
        json_t *part = pp.state == PART_COMPLETE ? add_part(u, &pp) : keep_part(u, &pp);
        if (part)
            json_array_append_new(json_object_get(talk, "parts"), part);
        else
            talks_json_add_absent(talk, &pp);
    }
    return 0;
}

/* --- what is there ---------------------------------------------------------------------------- */

static int note_old(void *opaque, const struct published *p)
{
    struct publisher *u = opaque;
    publisher_add(&u->old, &u->nb_old, mem_strdup(p->name), p->key, p->talk, p->part, p->recording);
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
        struct file *f = &u->old[i];
        if (plan_find_result(&f->result, u->plan->event, published_stage(f->name), f->key, err) < 0)
            return err->code;
        snprintf(f->sha256, sizeof f->sha256, "%s", json_get_string(f->result, "sha256", ""));
    }
    return 0;
}

/* --- putting it there ------------------------------------------------------------------------- */

/* Before anything is written, so that nothing is published in part. */
static int refuse_foreign(const struct publisher *u, struct err *err)
{
    for (size_t i = 0; i < u->nb; i++) {
        AUTO_FREE char *path = fs_join(u->plan->event->out, u->files[i].name);
        if (!publisher_find(u->old, u->nb_old, u->files[i].name) && fs_is_taken(path))
            return err_set(
                err, ERR_INVALID,
                "'%s' was not written by talkpress, and a file must be published under that "
                "name: move it away, then run 'talkpress publish'",
                path);
    }
    return 0;
}

/* Some file systems keep only even seconds. */
enum { COARSE_TIME_S = 2 };

/* Puts a link to the file of work/ in the place of another file of the same size, of which one may
 * be damaged (the event was copied by a bad disk). If it is that of work/, it is replaced by the
 * other one; if both are, nothing is changed. 0 if files cannot be linked there; else 1, or a
 * negative code. */
static int relink(struct publisher *u, const struct file *f, const char *from, const char *to,
                  struct err *err)
{
    AUTO_FREE char *tmp = fs_tmp_name(to);
    const int linked = fs_try_link(from, tmp, err);
    if (linked <= 0)
        return linked;
    if (!*f->sha256 || sha256_is_of(f->sha256, from)) {
        u->result->nb_written++;
        return fs_commit(tmp, to, err) < 0 ? err->code : 1;
    }
    if (fs_remove_all(tmp, err) < 0 ||
        (sha256_is_of(f->sha256, to) && fs_link_atomic(to, from, err) < 0))
        return err->code;
    return 1;
}

/* Whether out/ has the file of work/ already: 1 or 0, or a negative code. Another file of the same
 * size is no copy of it where files can be linked, and is replaced at once. Where they are copied,
 * it is one unless work/ has a newer file. */
static int has_file(struct publisher *u, const struct file *f, const char *from, const char *to,
                    struct err *err)
{
    struct stat made, there;
    if (stat(from, &made) < 0 || lstat(to, &there) < 0)
        return 0;
    if (made.st_ino == there.st_ino && made.st_dev == there.st_dev)
        return 1;
    if (!S_ISREG(there.st_mode) || made.st_size != there.st_size)
        return 0;
    const int linked = made.st_dev == there.st_dev ? relink(u, f, from, to, err) : 0;
    return linked ? linked : made.st_mtim.tv_sec <= there.st_mtim.tv_sec + COARSE_TIME_S;
}

static int put_file(struct publisher *u, const struct file *f, struct err *err)
{
    if (!f->ext || f->linked) /* kept as it is, or there already */
        return 0;
    const struct file *before = publisher_find(u->old, u->nb_old, f->name);
    AUTO_FREE char *from = workdir_path(u->plan->event->work, f->key, f->ext);
    AUTO_FREE char *to = fs_join(u->plan->event->out, f->name);
    const bool listed = before && strcmp(before->key, f->key) == 0 && before->talk == f->talk &&
                        before->part == f->part;
    if (!before && fs_is_taken(to))
        return err_set(err, ERR_INVALID,
                       "'%s' was not written by talkpress: move it away, then run 'talkpress "
                       "publish'",
                       to);
    /* The store goes first, so that after a crash the file is known to be ours. */
    const struct published row = {f->name, f->key, f->talk, f->part, f->recording};
    if ((!listed || strcmp(before->recording, f->recording) != 0) &&
        store_set_published(u->store, &row, err) < 0)
        return err->code;
    const int has = listed ? has_file(u, f, from, to, err) : 0;
    if (has)
        return has < 0 ? has : 0;
    if (fs_link_atomic(from, to, err) < 0)
        return err->code;
    u->result->nb_written++;
    return 0;
}

/* Writes a list only if its text changes, so that a second publish changes nothing. */
static int put_text(struct publisher *u, const char *name, const char *text, struct err *err)
{
    AUTO_FREE char *path = fs_join(u->plan->event->out, name), *now = NULL;
    struct err ignored = {0};
    size_t nb = 0;
    if (fs_is_regular(path) && fs_read(&now, &nb, path, 1u << 28, &ignored) == 0 &&
        nb == strlen(text) && memcmp(now, text, nb) == 0)
        return 0;
    u->result->wrote_sums = u->result->wrote_sums || name == sums_name;
    u->result->nb_lists++;
    u->result->nb_written++;
    return fs_write_atomic(path, text, strlen(text), err);
}

/* The document of talks.json. */
static json_t *list_all(const struct publisher *u)
{
    const struct programme *p = &u->plan->programme;
    const struct settings *s = &u->plan->event->settings;
    json_t *all = json_pack(
        "{s:i, s:{s:o, s:o, s:o, s:o, s:o, s:o, s:s*}, s:O}", "version", PUBLISH_VERSION, "event",
        "id", json_text(p->id), "name", json_text(p->name), "place", json_text(p->place), "begin",
        json_text(p->begin), "end", json_text(p->end), "licence", json_text(s->about.licence),
        "language", s->language, "talks", u->talks);
    if (u->not_removed)
        json_object_set(all, "not_removed", u->not_removed);
    return all;
}

static int put_lists(struct publisher *u, const json_t *all, struct err *err)
{
    AUTO_FREE char *text = json_file_text(all);
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
    return publisher_find(u->old, u->nb_old, name) || publisher_find(u->files, u->nb, name) ||
           strcmp(name, list_name) == 0 || strcmp(name, sums_name) == 0 ||
           texts_have(u->texts, name);
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
    publisher_sort(u);
    stale_judge(u);
    AUTO_JSON *all = list_all(u);
    if (event_check(u->plan->event, err) < 0 || event_check_out(u->plan->event, err) < 0 ||
        refuse_foreign(u, err) < 0 || publish_make_texts(u, all, err) < 0 ||
        remove_half_made(u, err) < 0 || publish_put_new(u, err) < 0)
        return err->code;
    for (size_t i = 0; i < u->nb; i++)
        if (put_file(u, &u->files[i], err) < 0)
            return err->code;
    u->result->nb_files = u->nb;
    if (put_lists(u, all, err) < 0 || texts_put(&u->result->nb_texts, u->texts, err) < 0)
        return err->code;
    u->result->nb_written += u->result->nb_texts;
    return stale_remove(u, err);
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
    texts_close_p(&u.texts);
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
    free(r->no_contact_sheet);
    mem_free_strings(r->foreign, r->nb_foreign);
    *r = (struct publish_result){0};
}
