/* Files whose names out/ never had: an event that is published for the first time has thousands.
 * They are flushed together, and only then get their names. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "event.h"
#include "fs.h"
#include "mem.h"
#include "plan.h"
#include "publisher.h"
#include "workdir.h"

static bool is_new(const struct publisher *u, const struct file *f)
{
    return f->ext && !publisher_find(u->old, u->nb_old, f->name);
}

/* In one transaction, before anything is in out/. */
static int note_new(const struct publisher *u, struct err *err)
{
    if (store_begin(u->store, err) < 0)
        return err->code;
    for (size_t i = 0; i < u->nb; i++) {
        const struct file *f = &u->files[i];
        const struct published row = {f->name, f->key, f->talk, f->part, f->recording};
        if (is_new(u, f) && store_set_published(u->store, &row, err) < 0) {
            store_rollback(u->store);
            return err->code;
        }
    }
    return store_commit(u->store, err);
}

/* Where the file system has no links, put_file copies the file, and reports what is wrong. */
static size_t link_new(struct publisher *u)
{
    size_t nb = 0;
    for (size_t i = 0; i < u->nb; i++) {
        struct file *f = &u->files[i];
        if (!is_new(u, f))
            continue;
        AUTO_FREE char *from = workdir_path(u->plan->event->work, f->key, f->ext);
        AUTO_FREE char *to = fs_join(u->plan->event->out, f->name), *tmp = fs_tmp_name(to);
        f->linked = !fs_is_taken(to) && link(from, tmp) == 0;
        nb += f->linked;
    }
    return nb;
}

static int name_new(struct publisher *u, struct err *err)
{
    for (size_t i = 0; i < u->nb; i++) {
        AUTO_FREE char *to = fs_join(u->plan->event->out, u->files[i].name), *tmp = fs_tmp_name(to);
        if (!u->files[i].linked)
            continue;
        if (fs_rename(tmp, to, err) < 0)
            return err->code;
        u->result->nb_written++;
    }
    return fs_sync(u->plan->event->out, err);
}

int publish_put_new(struct publisher *u, struct err *err)
{
    size_t nb = 0;
    for (size_t i = 0; i < u->nb; i++)
        nb += is_new(u, &u->files[i]);
    if (!nb)
        return 0;
    if (note_new(u, err) < 0)
        return err->code;
    if (!link_new(u))
        return 0;
    return fs_sync_disk(u->plan->event->out, err) < 0 ? err->code : name_new(u, err);
}
