#include "site.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fs.h"
#include "json.h"
#include "mem.h"
#include "site_template.h"
#include "site_view.h"

enum { MAX_SHARED_BYTES = 16 << 20 }; /* of a file that pages share */

char *site_page_name(const char *file)
{
    return mem_printf("%.*s.html", (int)strcspn(file, "."), file);
}

/* Takes over both. */
static void add(struct site *s, char *name, char *text, size_t nb)
{
    s->pages = mem_grow(s->pages, s->nb, sizeof *s->pages);
    s->pages[s->nb++] = (struct site_page){name, text, nb};
}

/* Takes over data. */
static int add_page(struct site *s, const char *name, const struct template *t, json_t *data,
                    struct err *err)
{
    char *text = NULL;
    size_t nb = 0;
    const int ret = template_apply(&text, &nb, t, data, err);
    json_decref(data);
    if (ret == 0)
        add(s, mem_strdup(name), text, nb);
    return ret;
}

static int add_overview(struct site *s, const json_t *published, const char *templates,
                        struct err *err)
{
    AUTO_TEMPLATE *t = NULL;
    return template_open(&t, templates, "overview.xsl", err) < 0
               ? err->code
               : add_page(s, "index.html", t, view_overview(published), err);
}

static int add_parts(struct site *s, const json_t *published, const char *templates,
                     struct err *err)
{
    AUTO_TEMPLATE *t = NULL;
    if (template_open(&t, templates, "part.xsl", err) < 0)
        return err->code;
    AUTO_JSON *talks = view_talks(published), *event = view_event(published);
    size_t i, k;
    json_t *talk, *part;
    json_array_foreach(talks, i, talk)
        json_array_foreach(json_object_get(talk, "parts"), k, part)
            if (add_page(s, json_get_string(part, "page", ""), t, view_part(event, talks, i, k),
                         err) < 0)
                return err->code;
    return 0;
}

/* Style, scripts and pictures: everything in the folder that is no template. */
static int add_shared(struct site *s, const char *templates, struct err *err)
{
    DIR *d = opendir(templates);
    if (!d)
        return err_errno(err, errno, "cannot open the folder '%s'", templates);
    for (const struct dirent *e; err->code == 0 && (e = readdir(d));) {
        const char *dot = strrchr(e->d_name, '.');
        if (e->d_name[0] == '.' || !dot || strcmp(dot, ".xsl") == 0)
            continue;
        AUTO_FREE char *path = fs_join(templates, e->d_name);
        char *text = NULL;
        size_t nb;
        if (fs_read(&text, &nb, path, MAX_SHARED_BYTES, err) == 0)
            add(s, mem_strdup(e->d_name), text, nb);
    }
    closedir(d);
    return err->code;
}

static int by_name(const void *a, const void *b)
{
    const struct site_page *x = a, *y = b;
    return strcmp(x->name, y->name);
}

int site_make(struct site *out, const json_t *published, const char *templates, struct err *err)
{
    AUTO_SITE s = {0};
    if (add_overview(&s, published, templates, err) < 0 ||
        add_parts(&s, published, templates, err) < 0 || add_shared(&s, templates, err) < 0)
        return err->code;
    qsort(s.pages, s.nb, sizeof *s.pages, by_name);
    *out = s;
    s = (struct site){0};
    return 0;
}

void site_finish(struct site *s)
{
    for (size_t i = 0; i < s->nb; i++) {
        free(s->pages[i].name);
        free(s->pages[i].text);
    }
    free(s->pages);
    *s = (struct site){0};
}
