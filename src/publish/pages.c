#include "pages.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "event.h"
#include "fs.h"
#include "json.h"
#include "keys.h"
#include "mem.h"
#include "site.h"
#include "store.h"

struct pages {
    struct event *event;
    struct site site;
    char key[KEY_BYTES]; /* under which the store keeps the names */
    json_t *before;      /* names of pages that are, or may be, in out/: {name: true} */
    bool *differs;       /* which pages must be written */
};

static json_t *names_of(const struct pages *p)
{
    json_t *names = json_object();
    for (size_t i = 0; i < p->site.nb; i++)
        json_object_set_new(names, p->site.pages[i].name, json_true());
    return names;
}

static int read_before(struct pages *p, struct err *err)
{
    AUTO_JSON *result = NULL;
    if (store_result(&result, p->event->store, p->key, err) < 0)
        return err->code;
    const json_t *names = json_object_get(result, "pages");
    p->before = json_is_object(names) ? json_copy((json_t *)(uintptr_t)names) : json_object();
    return 0;
}

static int write_names(const struct pages *p, const json_t *names, struct err *err)
{
    AUTO_JSON *result = json_pack("{s:O}", "pages", names);
    return store_set_result(p->event->store, p->key, "site", result, err);
}

static int refuse_foreign(const struct pages *p, struct err *err)
{
    for (size_t i = 0; i < p->site.nb; i++) {
        const char *name = p->site.pages[i].name;
        AUTO_FREE char *path = fs_join(p->event->out, name);
        if (!json_object_get(p->before, name) && fs_exists(path))
            return err_set(err, ERR_INVALID,
                           "'%s' was not written by talkpress, and a page of the site needs that "
                           "name: move it away, or set 'site: off' in talkpress.yaml",
                           path);
    }
    return 0;
}

/* Whether the file has this content. */
static bool is_there(const char *path, const struct site_page *page)
{
    AUTO_FREE char *now = NULL;
    size_t nb;
    struct err ignored = {0};
    return fs_size(path) == (int64_t)page->nb &&
           fs_read(&now, &nb, path, page->nb + 1, &ignored) == 0 && nb == page->nb &&
           memcmp(now, page->text, nb) == 0;
}

int pages_prepare(struct pages **out, struct event *event, const json_t *published, struct err *err)
{
    AUTO_PAGES *p = mem_zalloc(1, sizeof *p);
    p->event = event;
    keys_site(p->key);
    if (read_before(p, err) < 0)
        return err->code;
    const char *templates = event->settings.site_templates;
    if (templates && site_make(&p->site, published, templates, err) < 0)
        return err->code;
    if (refuse_foreign(p, err) < 0)
        return err->code;
    p->differs = mem_zalloc(p->site.nb + 1, sizeof *p->differs);
    for (size_t i = 0; i < p->site.nb; i++) {
        AUTO_FREE char *path = fs_join(event->out, p->site.pages[i].name);
        p->differs[i] = !is_there(path, &p->site.pages[i]);
    }
    *out = mem_take(&p);
    return 0;
}

bool pages_have(const struct pages *p, const char *name)
{
    for (size_t i = 0; i < p->site.nb; i++)
        if (strcmp(p->site.pages[i].name, name) == 0)
            return true;
    return json_object_get(p->before, name) != NULL;
}

/* --- writing ---------------------------------------------------------------------------------- */

static char *tmp_name(const char *path)
{
    return mem_printf("%s" FS_TMP_MARK "%d", path, (int)getpid());
}

static int write_tmp(const char *path, const struct site_page *page, struct err *err)
{
    AUTO_FREE char *tmp = tmp_name(path);
    FILE *f = fopen(tmp, "wxe");
    if (!f)
        return err_errno(err, errno, "cannot write '%s'", tmp);
    const bool whole = fwrite(page->text, 1, page->nb, f) == page->nb;
    const bool closed = fclose(f) == 0;
    return whole && closed ? 0 : err_errno(err, errno, "cannot write '%s'", tmp);
}

/* A site has thousands of pages: they are flushed together, and only then get their names. */
static int flush_all(const char *out, struct err *err)
{
    const int fd = open(out, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const int failed = fd < 0 || syncfs(fd) < 0 ? errno : 0;
    if (fd >= 0)
        close(fd);
    return failed ? err_errno(err, failed, "cannot flush the folder '%s'", out) : 0;
}

static int write_pages(size_t *nb_written, const struct pages *p, struct err *err)
{
    const char *out = p->event->out;
    size_t nb = 0;
    for (size_t i = 0; i < p->site.nb; i++) {
        AUTO_FREE char *path = fs_join(out, p->site.pages[i].name);
        if (p->differs[i] && write_tmp(path, &p->site.pages[i], err) < 0)
            return err->code;
        nb += p->differs[i];
    }
    if (nb && flush_all(out, err) < 0)
        return err->code;
    for (size_t i = 0; i < p->site.nb; i++) {
        AUTO_FREE char *path = fs_join(out, p->site.pages[i].name), *tmp = tmp_name(path);
        if (p->differs[i] && rename(tmp, path) < 0)
            return err_errno(err, errno, "cannot rename '%s' to '%s'", tmp, path);
    }
    *nb_written += nb;
    return 0;
}

static int remove_stale(bool *any, const struct pages *p, const json_t *names, struct err *err)
{
    const char *name;
    json_t *value;
    json_object_foreach(p->before, name, value) {
        AUTO_FREE char *path = fs_join(p->event->out, name);
        if (json_object_get(names, name))
            continue;
        if (fs_remove_all(path, err) < 0)
            return err->code;
        *any = true;
    }
    return 0;
}

int pages_put(size_t *nb_written, struct pages *p, struct err *err)
{
    AUTO_JSON *names = names_of(p), *all = json_copy(p->before);
    const size_t nb_before = *nb_written;
    bool removed = false;
    json_object_update(all, names);
    /* The store goes first, so that after a crash the pages are known to be ours. */
    if (!json_equal(all, p->before) && write_names(p, all, err) < 0)
        return err->code;
    if (write_pages(nb_written, p, err) < 0 || remove_stale(&removed, p, names, err) < 0)
        return err->code;
    if ((removed || *nb_written > nb_before) && fs_sync(p->event->out, err) < 0)
        return err->code;
    return json_equal(all, names) ? 0 : write_names(p, names, err);
}

void pages_finish_p(struct pages **pages)
{
    struct pages *p = *pages;
    if (!p)
        return;
    site_finish(&p->site);
    json_decref(p->before);
    free(p->differs);
    free(p);
}
