#include "add.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event.h"
#include "fs.h"
#include "join.h"
#include "mem.h"
#include "plan.h"
#include "plan_jobs.h"
#include "recordings.h"
#include "store.h"

/* --- one file --------------------------------------------------------------------------------- */

/* A file with the content of a known one: that one was moved, or this is a copy. */
static int add_known(struct adding *a, struct recording *r, struct recording_file *known,
                     const struct recording_file *now, struct err *err)
{
    a->nb_known++;
    if (strcmp(known->path, now->path) != 0 && fs_exists(known->path)) {
        fprintf(stderr, "'%s' has the content of '%s': not added\n", now->path, known->path);
        return 0;
    }
    if (store_remove_recording(a->event->store, r->path, err) < 0)
        return err->code;
    free(known->path);
    *known = *now;
    known->path = mem_strdup(now->path);
    struct recording renewed;
    recording_of_files(&renewed, r->files, r->nb_files, r->by_hand);
    const int ret = store_set_recording(a->event->store, &renewed, err);
    recording_finish(&renewed);
    return ret;
}

/* If the path is known, with other content, its file is updated and stays part of its recording.
 * Else the file is added. */
static int add_new(struct adding *a, struct recording *list, size_t nb,
                   const struct recording_file *now, struct err *err)
{
    struct recording_file file = *now;
    struct recording r;
    a->nb_added++;
    for (size_t i = 0; i < nb; i++)
        for (size_t k = 0; k < list[i].nb_files; k++)
            if (strcmp(list[i].files[k].path, now->path) == 0) {
                a->nb_known--;
                return add_known(a, &list[i], &list[i].files[k], now, err);
            }
    recording_of_files(&r, &file, 1, false);
    const int ret = store_set_recording(a->event->store, &r, err);
    recording_finish(&r);
    return ret;
}

static int add_file(struct adding *a, const char *path, struct err *err)
{
    struct recording_file now = {0};
    struct recording *list = NULL;
    struct err why = {0};
    size_t nb = 0;
    if (recording_look(&now, path, &why) < 0) {
        fprintf(stderr, "talkpress: %s\n", why.msg);
        a->nb_failed++; /* the others continue */
        return 0;
    }
    int ret = store_recordings(&list, &nb, a->event->store, err);
    bool known = false;
    for (size_t i = 0; ret == 0 && i < nb && !known; i++)
        for (size_t k = 0; k < list[i].nb_files && !known; k++)
            if (strcmp(list[i].files[k].fingerprint, now.fingerprint) == 0) {
                known = true;
                ret = add_known(a, &list[i], &list[i].files[k], &now, err);
            }
    if (ret == 0 && !known)
        ret = add_new(a, list, nb, &now, err);
    recordings_free(list, nb);
    free(now.path);
    return ret;
}

/* Commits if ret is 0, else rolls back. */
static int finish(struct adding *a, int ret, struct err *err)
{
    if (ret == 0)
        ret = store_commit(a->event->store, err);
    if (ret < 0)
        store_rollback(a->event->store);
    return ret;
}

/* Lists the files under the path; reports and counts a path that cannot be read. */
static void find(char ***files, size_t *nb, struct adding *a, const char *path)
{
    struct err why = {0};
    if (recordings_find(files, nb, path, &why) < 0) {
        fprintf(stderr, "talkpress: %s\n", why.msg);
        a->nb_failed++;
    } else if (*nb == 0) {
        fprintf(stderr, "'%s' holds no file with the suffix of a recording\n", path);
    }
}

int add_recordings(struct adding *a, const char *path, struct err *err)
{
    char **files = NULL;
    size_t nb = 0;
    find(&files, &nb, a, path);
    int ret = store_begin(a->event->store, err);
    for (size_t i = 0; i < nb && ret == 0; i++)
        ret = add_file(a, files[i], err);
    ret = finish(a, ret, err);
    mem_free_strings(files, nb);
    return ret;
}

/* --- one recording of several files ----------------------------------------------------------- */

static const struct recording_file *find_file(const struct recording_file *files, size_t nb,
                                              const struct recording_file *file)
{
    for (size_t i = 0; i < nb; i++)
        if (strcmp(files[i].path, file->path) == 0 ||
            strcmp(files[i].fingerprint, file->fingerprint) == 0)
            return &files[i];
    return NULL;
}

static int set_files(struct adding *a, const struct recording_file *files, size_t nb, bool by_hand,
                     struct err *err)
{
    struct recording r;
    recording_of_files(&r, files, nb, by_hand);
    const int ret = store_set_recording(a->event->store, &r, err);
    recording_finish(&r);
    return ret;
}

/* Removes the files from their recordings; the other files of those become recordings of their own.
 */
static int detach(struct adding *a, const struct recording_file *files, size_t nb, struct err *err)
{
    struct recording *list = NULL;
    size_t nb_list = 0;
    int ret = store_recordings(&list, &nb_list, a->event->store, err);
    for (size_t i = 0; ret == 0 && i < nb_list; i++) {
        const struct recording *r = &list[i];
        size_t nb_taken = 0;
        for (size_t k = 0; k < r->nb_files; k++)
            nb_taken += find_file(files, nb, &r->files[k]) != NULL;
        a->nb_known += nb_taken;
        if (nb_taken)
            ret = store_remove_recording(a->event->store, r->path, err);
        for (size_t k = 0; nb_taken && ret == 0 && k < r->nb_files; k++)
            if (!find_file(files, nb, &r->files[k]))
                ret = set_files(a, &r->files[k], 1, false, err);
    }
    recordings_free(list, nb_list);
    return ret;
}

static int look_at_all(struct recording_file **out, size_t *out_nb, struct adding *a, char **paths,
                       int nb_paths, struct err *err)
{
    for (int i = 0; i < nb_paths; i++) {
        char **found = NULL;
        size_t nb = 0;
        find(&found, &nb, a, paths[i]);
        for (size_t k = 0; k < nb && err->code == 0; k++) {
            struct recording_file now;
            if (recording_look(&now, found[k], err) < 0)
                break;
            if (find_file(*out, *out_nb, &now))
                err_set(err, ERR_INVALID, "'%s' is given twice, or has the content of another",
                        found[k]);
            *out = mem_grow(*out, *out_nb, sizeof **out);
            (*out)[(*out_nb)++] = now;
        }
        mem_free_strings(found, nb);
    }
    return err->code;
}

int add_recordings_by_hand(struct adding *a, char **paths, int nb_paths, bool as_one,
                           struct err *err)
{
    struct recording_file *files = NULL;
    size_t nb = 0;
    int ret = look_at_all(&files, &nb, a, paths, nb_paths, err);
    if (ret == 0 && a->nb_failed && as_one)
        ret = err_set(err, ERR_NOT_FOUND, "some files are missing: nothing was joined");
    if (ret == 0 && as_one && nb < 2)
        ret = err_set(err, ERR_USAGE, "--join needs at least two files");
    if (ret == 0 && nb) {
        ret = store_begin(a->event->store, err);
        if (ret == 0)
            ret = detach(a, files, nb, err);
        if (ret == 0 && as_one)
            ret = set_files(a, files, nb, true, err);
        for (size_t i = 0; ret == 0 && !as_one && i < nb; i++)
            ret = set_files(a, &files[i], 1, true, err);
        ret = finish(a, ret, err);
        a->nb_added += nb - (a->nb_known < nb ? a->nb_known : nb);
    }
    for (size_t i = 0; i < nb; i++)
        free(files[i].path);
    free(files);
    return ret;
}

/* --- joining what belongs together ------------------------------------------------------------ */

static void say(void *opaque, const char *line)
{
    (void)opaque;
    fprintf(stderr, "%s (to join files all the same: 'talkpress add --join FILE...')\n", line);
}

/* The files of all recordings that the user did not arrange, with the probe of each single file. */
static int list_files(struct join_file **out, size_t *out_nb, const struct plan *plan,
                      struct err *err)
{
    for (size_t i = 0; i < plan->nb_recordings; i++) {
        const struct recording *r = &plan->recordings[i];
        for (size_t k = 0; k < r->nb_files && !r->by_hand; k++) {
            char key[33];
            json_t *probe = NULL;
            plan_file_probe_key(key, r->files[k].fingerprint);
            if (plan_find_result(&probe, plan->event, key, err) < 0)
                return err->code;
            *out = mem_grow(*out, *out_nb, sizeof **out);
            (*out)[(*out_nb)++] = (struct join_file){.path = r->files[k].path,
                                                     .size = r->files[k].size,
                                                     .probe = probe,
                                                     .inside_of_joined = k > 0};
        }
    }
    return 0;
}

static const struct recording_file *file_at(const struct plan *plan, const char *path)
{
    for (size_t i = 0; i < plan->nb_recordings; i++)
        for (size_t k = 0; k < plan->recordings[i].nb_files; k++)
            if (strcmp(plan->recordings[i].files[k].path, path) == 0)
                return &plan->recordings[i].files[k];
    return NULL;
}

/* Makes the chain one recording. */
static int join_chain(struct adding *a, const struct plan *plan, const struct join_file *chain,
                      size_t nb, struct err *err)
{
    AUTO_FREE struct recording_file *files = mem_zalloc(nb, sizeof *files);
    for (size_t i = 0; i < nb; i++)
        files[i] = *file_at(plan, chain[i].path);
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
    int ret = list_files(&files, &nb, plan, err);
    if (ret == 0) {
        a->nb_unjoined = join_find(files, nb, say, NULL);
        ret = store_begin(a->event->store, err);
    }
    for (size_t i = 0, end; ret == 0 && i < nb; i = end) {
        bool news = false;
        for (end = i + 1; end < nb && files[end].continues; end++)
            news = news || !files[end].inside_of_joined;
        if (news)
            ret = join_chain(a, plan, files + i, end - i, err);
        *joined = *joined || news;
    }
    ret = finish(a, ret, err);
    for (size_t i = 0; i < nb; i++)
        json_decref((json_t *)(uintptr_t)files[i].probe);
    free(files);
    return ret;
}
