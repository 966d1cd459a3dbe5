#include "add.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event.h"
#include "fs.h"
#include "identity.h"
#include "join.h"
#include "keys.h"
#include "mem.h"
#include "plan.h"
#include "recordings.h"
#include "results.h"
#include "store.h"

/* --- what this call did ----------------------------------------------------------------------- */

struct adding_paths {
    GHashTable *news; /* of each path that was named: an enum adding_news */
    bool any;         /* one of them is ADDING_NEWS */
};

static void note(struct adding *a, const char *path, enum adding_news news)
{
    if (!a->paths) {
        a->paths = mem_zalloc(1, sizeof *a->paths);
        a->paths->news = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    }
    a->paths->any = a->paths->any || news == ADDING_NEWS;
    if ((int)news > GPOINTER_TO_INT(g_hash_table_lookup(a->paths->news, path)))
        g_hash_table_replace(a->paths->news, g_strdup(path), GINT_TO_POINTER((int)news));
}

static enum adding_news news_of_path(const struct adding *a, const char *path)
{
    return a->paths ? (enum adding_news)GPOINTER_TO_INT(g_hash_table_lookup(a->paths->news, path))
                    : ADDING_NOTHING;
}

enum adding_news adding_news_of(const struct adding *a, const struct recording *r)
{
    enum adding_news most = ADDING_NOTHING;
    for (size_t i = 0; i < r->nb_files; i++) {
        const enum adding_news news = news_of_path(a, r->files[i].path);
        most = news > most ? news : most;
    }
    return most;
}

bool adding_has_news(const struct adding *a)
{
    return a->paths && a->paths->any;
}

void adding_finish(struct adding *a)
{
    if (a->paths)
        g_hash_table_destroy(a->paths->news);
    free(mem_take(&a->paths));
    identity_close_p(&a->identity);
    a->identity = NULL;
}

/* Files, as recording_look and identity_settle found them. */
struct looked_at {
    struct recording_file *files;
    size_t nb;
};

static void looked_at_finish(struct looked_at *l)
{
    for (size_t i = 0; i < l->nb; i++)
        free(l->files[i].path);
    free(l->files);
}
#define AUTO_LOOKED_AT ATTR_CLEANUP(looked_at_finish) struct looked_at

/* --- one file --------------------------------------------------------------------------------- */

static int set_files(struct adding *a, const struct recording_file *files, size_t nb, bool by_hand,
                     struct err *err)
{
    struct recording r;
    recording_of_files(&r, files, nb, by_hand);
    int ret = identity_settle_recording(a->identity, &r, err);
    if (ret == 0)
        ret = store_set_recording(a->event->store, &r, err);
    recording_finish(&r);
    return ret;
}

/* A file of r with the content of now: the same, moved there, or a copy. */
static int add_known(struct adding *a, struct recording *r, struct recording_file *known,
                     const struct recording_file *now, struct err *err)
{
    a->nb_known++;
    if (strcmp(known->path, now->path) != 0 && fs_exists(known->path)) {
        fprintf(stderr, "'%s' has the content of '%s': not added\n", now->path, known->path);
        note(a, known->path, ADDING_KNOWN);
        return 0;
    }
    note(a, now->path,
         strcmp(known->path, now->path) != 0 ? ADDING_NEWS
         : a->in_folder                      ? ADDING_KNOWN
                                             : ADDING_NAMED);
    if (store_remove_recording(a->event->store, r->path, err) < 0)
        return err->code;
    free(known->path);
    *known = *now;
    known->path = mem_strdup(now->path);
    return set_files(a, r->files, r->nb_files, r->by_hand, err);
}

/* At its path there was another file when it was added: its recording gets the new file in the
 * place of that one, so that one of several files stays one. */
static int replace_file(struct adding *a, struct recording *r, struct recording_file *at,
                        const struct recording_file *now, struct err *err)
{
    a->nb_added++;
    a->nb_known--;
    note(a, now->path, ADDING_NEWS);
    return add_known(a, r, at, now, err);
}

static struct recording_file *file_with(const struct recording *r, const char *fingerprint)
{
    for (size_t i = 0; i < r->nb_files; i++)
        if (strcmp(r->files[i].fingerprint, fingerprint) == 0)
            return &r->files[i];
    return NULL;
}

static struct recording_file *file_at(const struct recording *r, const char *path)
{
    for (size_t i = 0; i < r->nb_files; i++)
        if (strcmp(r->files[i].path, path) == 0)
            return &r->files[i];
    return NULL;
}

/* Adds a file that is at no recording's path and has no recording's content. */
static int add_new(struct adding *a, const struct recording_file *now, struct err *err)
{
    a->nb_added++;
    note(a, now->path, ADDING_NEWS);
    return set_files(a, now, 1, false, err);
}

static int add_looked_at(struct adding *a, const struct recording_file *now, struct err *err)
{
    struct store *store = a->event->store;
    struct recording with = {0}, at = {0};
    bool found;
    int ret = store_recording_by_fingerprint(&with, &found, store, now->fingerprint, err);
    struct recording_file *known = file_with(&with, now->fingerprint), *replaced = NULL;
    if (ret == 0 && !known) {
        ret = store_recording_by_path(&at, &found, store, now->path, err);
        replaced = file_at(&at, now->path);
    }
    if (ret == 0)
        ret = known      ? add_known(a, &with, known, now, err)
              : replaced ? replace_file(a, &at, replaced, now, err)
                         : add_new(a, now, err);
    recording_finish(&with);
    recording_finish(&at);
    return ret;
}

/* folder: see recording_look. */
static int look_at(struct recording_file *out, struct adding *a, const char *path,
                   const char *folder, struct err *err)
{
    if (recording_look(out, path, folder, err) < 0)
        return err->code;
    if (identity_settle(a->identity, out, err) < 0)
        free(mem_take(&out->path));
    return err->code;
}

/* Looks at all files before the store is written, as comparing files may take long. Those that
 * cannot be read are reported and counted; the others continue. */
static struct looked_at look_at_found(struct adding *a, const struct recordings_found *found)
{
    struct looked_at l = {.files = mem_zalloc(found->nb + 1, sizeof *l.files)};
    for (size_t i = 0; i < found->nb; i++) {
        struct err why = {0};
        if (look_at(&l.files[l.nb], a, found->paths[i], found->folder, &why) == 0) {
            l.nb++;
            continue;
        }
        fprintf(stderr, "talkpress: %s\n", why.msg);
        a->nb_failed++;
    }
    return l;
}

/* Before anything else that looks at files, or changes the recordings. */
static int begin(struct adding *a, struct err *err)
{
    return a->identity ? 0 : identity_open(&a->identity, a->event, err);
}

/* Commits if ret is 0, else rolls back. */
static int finish(struct adding *a, int ret, struct err *err)
{
    if (ret == 0)
        ret = identity_save(a->identity, err);
    if (ret == 0)
        ret = store_commit(a->event->store, err);
    if (ret < 0)
        store_rollback(a->event->store);
    return ret;
}

static void report_links(struct adding *a, const struct recordings_found *f, const char *path)
{
    if (f->nb_links == 0)
        return;
    a->nb_failed += f->nb_links;
    fprintf(
        stderr,
        "talkpress: %zu link%s out of '%s' and %s not added: '%s'%s (to add what it leads to all "
        "the same: 'talkpress add FILE')\n",
        f->nb_links, f->nb_links == 1 ? " leads" : "s lead", path, f->nb_links == 1 ? "is" : "are",
        f->link, f->nb_links == 1 ? "" : ", for instance");
}

/* Lists the files under the path; reports and counts a path that cannot be read. */
static void find(struct recordings_found *out, struct adding *a, const char *path)
{
    struct err why = {0};
    if (recordings_find(out, path, &why) < 0) {
        fprintf(stderr, "talkpress: %s\n", why.msg);
        a->nb_failed++;
    } else if (out->nb == 0 && out->nb_links == 0) {
        fprintf(stderr,
                "'%s' holds no file with the suffix of a recording: to add files with other names, "
                "name each of them\n",
                path);
    }
    report_links(a, out, path);
    if (out->nb_unfinished > 0)
        fprintf(stderr, "%zu unfinished download%s not added: '%s'%s (add %s when complete)\n",
                out->nb_unfinished, out->nb_unfinished == 1 ? " is" : "s are", out->unfinished,
                out->nb_unfinished == 1 ? "" : ", for instance",
                out->nb_unfinished == 1 ? "it" : "them");
    if (out->nb_copies > 0)
        fprintf(
            stderr,
            "%zu small cop%s of other files %s not added: '%s' is the proxy of '%s'%s (to add one "
            "all the same: 'talkpress add FILE')\n",
            out->nb_copies, out->nb_copies == 1 ? "y" : "ies", out->nb_copies == 1 ? "is" : "are",
            out->copy, out->original, out->nb_copies == 1 ? "" : ", for instance");
}

int add_recordings(struct adding *a, const char *path, struct err *err)
{
    struct recordings_found found = {0};
    if (begin(a, err) < 0)
        return err->code;
    find(&found, a, path);
    const int ret = add_recordings_found(a, &found, err);
    recordings_found_finish(&found);
    return ret;
}

int add_recordings_found(struct adding *a, const struct recordings_found *found, struct err *err)
{
    if (begin(a, err) < 0)
        return err->code;
    a->in_folder = found->folder != NULL;
    AUTO_LOOKED_AT looked = look_at_found(a, found);
    int ret = store_begin(a->event->store, err);
    for (size_t i = 0; i < looked.nb && ret == 0; i++)
        ret = add_looked_at(a, &looked.files[i], err);
    return finish(a, ret, err);
}

/* --- one recording of several files ----------------------------------------------------------- */

/* Paths and fingerprints of files: a fingerprint never looks like an absolute path. */
static void note_file(GHashTable *noted, const struct recording_file *file)
{
    g_hash_table_add(noted, g_strdup(file->path));
    g_hash_table_add(noted, g_strdup(file->fingerprint));
}

static bool is_noted(GHashTable *noted, const struct recording_file *file)
{
    return g_hash_table_contains(noted, file->path) ||
           g_hash_table_contains(noted, file->fingerprint);
}

/* Takes the noted files out of the recording; each other file of it becomes a recording. */
static int take_out(struct adding *a, const struct recording *r, GHashTable *noted, struct err *err)
{
    int ret = store_remove_recording(a->event->store, r->path, err);
    for (size_t i = 0; ret == 0 && i < r->nb_files; i++)
        if (is_noted(noted, &r->files[i]))
            a->nb_known++;
        else
            ret = set_files(a, &r->files[i], 1, false, err);
    return ret;
}

/* Takes the files out of all recordings that have one with their path or content. */
static int detach(struct adding *a, const struct recording_file *files, size_t nb, struct err *err)
{
    struct store *store = a->event->store;
    GHashTable *noted = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    int ret = 0;
    for (size_t i = 0; i < nb; i++)
        note_file(noted, &files[i]);
    for (size_t i = 0; ret == 0 && i < nb;) {
        struct recording r = {0};
        bool found = false;
        ret = store_recording_by_path(&r, &found, store, files[i].path, err);
        if (ret == 0 && !found)
            ret = store_recording_by_fingerprint(&r, &found, store, files[i].fingerprint, err);
        if (ret == 0 && found)
            ret = take_out(a, &r, noted, err);
        recording_finish(&r);
        i += !found; /* else there may be another one */
    }
    g_hash_table_destroy(noted);
    return ret;
}

static int look_at_one(struct looked_at *out, struct adding *a, GHashTable *noted, const char *path,
                       const char *folder, struct err *err)
{
    struct recording_file now;
    if (look_at(&now, a, path, folder, err) < 0)
        return err->code;
    if (is_noted(noted, &now))
        err_set(err, ERR_INVALID, "'%s' is given twice, or has the content of another", path);
    note_file(noted, &now);
    out->files = mem_grow(out->files, out->nb, sizeof *out->files);
    out->files[out->nb++] = now;
    return err->code;
}

static int look_at_all(struct looked_at *out, struct adding *a, char **paths, int nb_paths,
                       struct err *err)
{
    GHashTable *noted = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (int i = 0; i < nb_paths; i++) {
        struct recordings_found found = {0};
        find(&found, a, paths[i]);
        for (size_t k = 0; k < found.nb && err->code == 0; k++)
            (void)!look_at_one(out, a, noted, found.paths[k], found.folder, err);
        recordings_found_finish(&found);
    }
    g_hash_table_destroy(noted);
    return err->code;
}

int add_recordings_by_hand(struct adding *a, char **paths, int nb_paths, bool as_one,
                           struct err *err)
{
    AUTO_LOOKED_AT looked = {0};
    int ret = begin(a, err);
    if (ret == 0)
        ret = look_at_all(&looked, a, paths, nb_paths, err);
    const struct recording_file *files = looked.files;
    const size_t nb = looked.nb;
    if (ret == 0 && a->nb_failed && as_one)
        ret = err_set(err, ERR_NOT_FOUND, "some files are missing: nothing was joined");
    if (ret == 0 && as_one && nb < 2)
        ret = err_set(err, ERR_USAGE, "--join needs at least two files");
    if (ret == 0 && nb) {
        ret = store_begin(a->event->store, err);
        for (size_t i = 0; i < nb; i++)
            note(a, files[i].path, ADDING_NEWS);
        if (ret == 0)
            ret = detach(a, files, nb, err);
        if (ret == 0 && as_one)
            ret = set_files(a, files, nb, true, err);
        for (size_t i = 0; ret == 0 && !as_one && i < nb; i++)
            ret = set_files(a, &files[i], 1, true, err);
        ret = finish(a, ret, err);
        a->nb_added += nb - (a->nb_known < nb ? a->nb_known : nb);
    }
    return ret;
}

/* --- joining what belongs together ------------------------------------------------------------ */

static void say(void *opaque, const char *line)
{
    (void)opaque;
    fprintf(stderr, "%s (to join files all the same: 'talkpress add --join FILE...')\n", line);
}

/* The files of all recordings that the user did not arrange, with the probe of each single file. */
static int list_files(struct join_file **out, size_t *out_nb, const struct adding *a,
                      const struct plan *plan, struct err *err)
{
    for (size_t i = 0; i < plan->nb_recordings; i++) {
        const struct recording *r = &plan->recordings[i];
        for (size_t k = 0; k < r->nb_files && !r->by_hand; k++) {
            char key[33];
            json_t *probe = NULL;
            keys_probe(key, r->files[k].fingerprint);
            if (plan_find_probe(&probe, plan->event, key, err) < 0)
                return err->code;
            *out = mem_grow(*out, *out_nb, sizeof **out);
            (*out)[(*out_nb)++] =
                (struct join_file){.file = &r->files[k],
                                   .path = r->files[k].path,
                                   .size = r->files[k].size,
                                   .probe = probe,
                                   .inside_of_joined = k > 0,
                                   .old = news_of_path(a, r->files[k].path) != ADDING_NEWS};
        }
    }
    return 0;
}

/* Whether the file is still that of a recording: the plan is older than the transaction. */
static int is_still_there(bool *out, struct store *store, const struct recording_file *file,
                          struct err *err)
{
    struct recording r = {0};
    const struct recording_file *at = NULL;
    bool found = false;
    const int ret = store_recording_by_path(&r, &found, store, file->path, err);
    if (ret == 0 && found)
        at = file_at(&r, file->path);
    *out = at && strcmp(at->fingerprint, file->fingerprint) == 0;
    recording_finish(&r);
    return ret;
}

/* Makes one recording of the chain, unless another process removed or changed a file of it. */
static int join_chain(struct adding *a, const struct join_file *chain, size_t nb, struct err *err)
{
    AUTO_FREE struct recording_file *files = mem_zalloc(nb, sizeof *files);
    for (size_t i = 0; i < nb; i++) {
        bool there;
        if (is_still_there(&there, a->event->store, chain[i].file, err) < 0 || !there)
            return err->code;
    }
    for (size_t i = 0; i < nb; i++) {
        files[i] = *chain[i].file;
        note(a, files[i].path, ADDING_NEWS);
    }
    const size_t nb_known = a->nb_known;
    int ret = detach(a, files, nb, err);
    a->nb_known = nb_known;
    return ret == 0 ? set_files(a, files, nb, false, err) : ret;
}

int join_recordings(bool *joined, struct adding *a, const struct plan *plan, struct err *err)
{
    struct join_file *files = NULL;
    size_t nb = 0;
    *joined = false;
    if (begin(a, err) < 0)
        return err->code;
    int ret = list_files(&files, &nb, a, plan, err);
    if (ret == 0) {
        a->nb_unjoined = join_find(files, nb, say, NULL);
        ret = store_begin(a->event->store, err);
    }
    for (size_t i = 0, end; ret == 0 && i < nb; i = end) {
        bool news = false;
        for (end = i + 1; end < nb && files[end].continues; end++)
            news = news || !files[end].inside_of_joined;
        if (news)
            ret = join_chain(a, files + i, end - i, err);
        *joined = *joined || news;
    }
    ret = finish(a, ret, err);
    for (size_t i = 0; i < nb; i++)
        json_decref((json_t *)(uintptr_t)files[i].probe);
    free(files);
    return ret;
}
