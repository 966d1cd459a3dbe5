#include "fixity.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs.h"
#include "json.h"
#include "mem.h"
#include "plan.h"
#include "published_file.h"
#include "removed.h"
#include "results.h"
#include "sha256.h"
#include "texts.h"
#include "workdir.h"

const char *fixity_name(enum fixity state)
{
    static const char *const names[] = {
        [FIXITY_SAME] = "as published",     [FIXITY_REPAIRED] = "repaired",
        [FIXITY_DAMAGED] = "damaged",       [FIXITY_MISSING] = "missing",
        [FIXITY_UNREADABLE] = "unreadable", [FIXITY_UNKNOWN] = "unknown",
    };
    return names[state];
}

/* A published file. */
struct file {
    char *name;
    char key[33];
    char *path, *made; /* in out/, and what it was published from, in work/ */
    int64_t nb_bytes;  /* in out/; 0: it is not there */
};

struct check {
    const struct plan *plan;
    struct file *files;
    size_t nb;
    int64_t all_bytes;
    struct fixity_result *result;
};

/* --- the files -------------------------------------------------------------------------------- */

static int note_file(void *opaque, const struct published *p)
{
    struct check *c = opaque;
    const struct event *event = c->plan->event;
    const char *dot = strrchr(p->name, '.');
    c->files = mem_grow(c->files, c->nb, sizeof *c->files);
    struct file *f = &c->files[c->nb++];
    *f = (struct file){.name = mem_strdup(p->name), .path = fs_join(event->out, p->name)};
    snprintf(f->key, sizeof f->key, "%s", p->key);
    f->made = workdir_path(event->work, f->key, dot ? dot + 1 : "");
    f->nb_bytes = fs_is_regular(f->path) ? fs_size(f->path) : 0;
    c->all_bytes += f->nb_bytes;
    return 0;
}

static void free_files(struct check *c)
{
    for (size_t i = 0; i < c->nb; i++) {
        free(c->files[i].name);
        free(c->files[i].path);
        free(c->files[i].made);
    }
    free(c->files);
}

static void add_found(struct check *c, const struct file *f, enum fixity state, const char *why)
{
    struct fixity_result *r = c->result;
    r->files = mem_grow(r->files, r->nb_found, sizeof *r->files);
    r->files[r->nb_found++] =
        (struct fixity_file){.name = mem_strdup(f->name), .state = state, .why = why};
}

/* --- damage ----------------------------------------------------------------------------------- */

static bool same_inode(const char *a, const char *b)
{
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_ino == y.st_ino && x.st_dev == y.st_dev;
}

/* Moves a damaged file from work/ to the folder for them, which is made for the first one. */
static int set_aside(struct check *c, const struct file *f, struct err *err)
{
    char **dir = &c->result->set_aside;
    if (!*dir) {
        AUTO_JSON *note = json_pack("{s:s, s:[]}", "why", "damaged", "files");
        if (removed_begin(dir, c->plan->event->work, note, err) < 0)
            return err->code;
    }
    AUTO_FREE char *to = fs_join(*dir, f->name), *from_dir = fs_dirname(f->made);
    return fs_commit(f->made, to, err) < 0 ? err->code : fs_sync(from_dir, err);
}

static int mend(struct check *c, const struct file *f, const char *wanted, struct err *err)
{
    const bool there = fs_is_regular(f->made), shared = same_inode(f->path, f->made);
    if (there && !shared && sha256_is_of(wanted, f->made)) {
        add_found(c, f, FIXITY_REPAIRED, "its content had changed: repaired from work/");
        return fs_link_atomic(f->made, f->path, err);
    }
    add_found(c, f, FIXITY_DAMAGED,
              there ? "its content has changed, in work/ too: 'talkpress run' makes it again"
                    : "its content has changed, and it is not in work/: put it back from a backup, "
                      "or 'talkpress run' makes it again");
    return there ? set_aside(c, f, err) : 0;
}

/* --- the check -------------------------------------------------------------------------------- */

static int check_file(struct check *c, const struct file *f, struct err *err)
{
    AUTO_JSON *result = NULL;
    if (plan_find_result(&result, c->plan->event, published_stage(f->name), f->key, err) < 0)
        return err->code;
    const char *wanted = json_get_string(result, "sha256", "");
    if (!fs_is_regular(f->path)) {
        add_found(c, f, FIXITY_MISSING,
                  "is missing: put it back from a backup, or 'talkpress run' makes it if it is "
                  "still needed");
        return 0;
    }
    if (access(f->path, R_OK) < 0) {
        add_found(c, f, FIXITY_UNREADABLE, "may not be read: correct its permissions");
        return 0;
    }
    c->result->nb_bytes += f->nb_bytes;
    if (!*wanted) {
        add_found(c, f, FIXITY_UNKNOWN, "is in no list of checksums: 'talkpress run' checks it");
        return 0;
    }
    if (!sha256_is_of(wanted, f->path))
        return mend(c, f, wanted, err);
    c->result->nb_same++;
    return 0;
}

static int check_all(struct check *c, fixity_progress *progress, struct err *err)
{
    int64_t done = 0;
    for (size_t i = 0; i < c->nb; i++) {
        if (progress)
            progress(i, c->nb, done, c->all_bytes);
        if (event_check(c->plan->event, err) < 0 || check_file(c, &c->files[i], err) < 0)
            return err->code;
        done += c->files[i].nb_bytes;
    }
    return 0;
}

int fixity_check(struct fixity_result *out, const struct plan *plan, fixity_progress *progress,
                 struct err *err)
{
    *out = (struct fixity_result){0};
    struct check c = {.plan = plan, .result = out};
    if (texts_distrust(plan->event, err) == 0 &&
        store_each_published(plan->event->store, note_file, &c, err) == 0)
        (void)!check_all(&c, progress, err);
    out->nb_files = c.nb;
    free_files(&c);
    return err->code;
}

void fixity_settle(struct fixity_result *r, const struct plan *plan)
{
    for (size_t i = 0; i < r->nb_found; i++) {
        AUTO_FREE char *path = fs_join(plan->event->out, r->files[i].name);
        if (r->files[i].state != FIXITY_MISSING || !fs_is_regular(path))
            continue;
        r->files[i].state = FIXITY_REPAIRED;
        r->files[i].why = "was missing: put back from work/";
    }
}

void fixity_result_finish(struct fixity_result *r)
{
    for (size_t i = 0; i < r->nb_found; i++)
        free(r->files[i].name);
    free(r->files);
    free(r->set_aside);
    *r = (struct fixity_result){0};
}
