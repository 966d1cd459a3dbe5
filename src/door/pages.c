#include "pages.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fs.h"
#include "mem.h"
#include "str.h"

enum { MAX_BYTES = 8 << 20 };

static const char *const types[][2] = {
    {".html", "text/html; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".json", "application/json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".woff2", "font/woff2"},
};

/* NULL: not served. */
static const char *type_of(const char *name)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (str_ends(name, types[i][0]) && name[0] != '.')
            return types[i][1];
    return NULL;
}

static int add(struct pages *out, const char *folder, const char *name, size_t *left,
               struct err *err)
{
    const char *type = type_of(name);
    AUTO_FREE char *path = fs_join(folder, name);
    if (!type || !fs_is_regular(path))
        return 0;
    out->pages = mem_grow(out->pages, out->nb, sizeof *out->pages);
    struct page *page = &out->pages[out->nb++];
    *page = (struct page){.name = mem_strdup(name), .type = type};
    if (fs_read(&page->bytes, &page->nb, path, *left, err) < 0)
        return err->code;
    *left -= page->nb;
    page->etag[0] = '"';
    hash_bytes(page->bytes, page->nb, page->etag + 1);
    page->etag[HASH_BYTES] = '"';
    return 0;
}

int pages_read(struct pages *out, const char *folder, struct err *err)
{
    size_t left = MAX_BYTES;
    int ret = 0;
    DIR *dir = opendir(folder);
    if (!dir)
        return err_errno(err, errno, "cannot read '%s'", folder);
    for (const struct dirent *e = readdir(dir); e && ret == 0; e = readdir(dir))
        ret = add(out, folder, e->d_name, &left, err);
    closedir(dir);
    if (ret == 0 && !pages_find(out, "index.html"))
        return err_set(err, ERR_INVALID, "'%s' has no index.html: install talkpress again", folder);
    return ret;
}

void pages_finish(struct pages *pages)
{
    for (size_t i = 0; i < pages->nb; i++) {
        free(pages->pages[i].name);
        free(pages->pages[i].bytes);
    }
    free(pages->pages);
    *pages = (struct pages){0};
}

const struct page *pages_find(const struct pages *pages, const char *name)
{
    for (size_t i = 0; i < pages->nb; i++)
        if (strcmp(pages->pages[i].name, name) == 0)
            return &pages->pages[i];
    return NULL;
}
