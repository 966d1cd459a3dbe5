#include "manifest.h"

#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "mem.h"
#include "str.h"

enum { VERSION = 1, MAX_VALUES = 10000000 };

/* Whether talkpress may have given a file that name: no path, not hidden. */
static bool is_name(const char *name)
{
    if (!*name || *name == '.' || *name == '-' || strlen(name) > 255 || !str_is_utf8(name))
        return false;
    for (const char *p = name; *p; p++)
        if (*p == '/' || iscntrl((unsigned char)*p))
            return false;
    return true;
}

void manifest_add(struct manifest *m, const char *name, const char *time, int64_t bytes,
                  const char *sha256)
{
    m->files = mem_grow(m->files, m->nb, sizeof *m->files);
    struct sent_file *f = &m->files[m->nb++];
    *f = (struct sent_file){.name = mem_strdup(name), .time = mem_strdup(time), .bytes = bytes};
    snprintf(f->sha256, sizeof f->sha256, "%s", sha256);
}

static int by_name(const void *a, const void *b)
{
    const struct sent_file *x = a, *y = b;
    return strcmp(x->name, y->name);
}

void manifest_sort(struct manifest *m)
{
    if (m->nb)
        qsort(m->files, m->nb, sizeof *m->files, by_name);
}

const struct sent_file *manifest_find(const struct manifest *m, const char *name)
{
    const struct sent_file wanted = {.name = (char *)(uintptr_t)name};
    return m->nb ? bsearch(&wanted, m->files, m->nb, sizeof *m->files, by_name) : NULL;
}

int manifest_parse(struct manifest *out, const char *text, size_t nb, struct err *err)
{
    AUTO_JSON *all = NULL;
    json_t *files, *file;
    const char *name;
    AUTO_MANIFEST m = {0};
    if (json_read_limited(&all, text, nb, MAX_VALUES, "'" SEND_MANIFEST "'", err) < 0 ||
        json_need_object(&files, all, "files", "'" SEND_MANIFEST "'", err) < 0)
        return err->code;
    out->newer = json_get_int(all, "version", 0) > VERSION;
    if (json_get_int(all, "version", 0) != VERSION)
        return err_set(err, ERR_INVALID,
                       "'" SEND_MANIFEST "' was written by another version of talkpress");
    m.event = mem_strdup(json_get_string(all, "event", NULL));
    json_object_foreach(files, name, file)
        if (is_name(name))
            manifest_add(&m, name, json_get_string(file, "time", NULL),
                         json_get_int(file, "bytes", -1), json_get_string(file, "sha256", ""));
    manifest_sort(&m);
    *out = m;
    m = (struct manifest){0};
    return 0;
}

char *manifest_text(const struct manifest *m)
{
    AUTO_JSON *files = json_object();
    for (size_t i = 0; i < m->nb; i++) {
        const struct sent_file *f = &m->files[i];
        json_t *file = json_pack("{s:I, s:s}", "bytes", (json_int_t)f->bytes, "sha256", f->sha256);
        if (f->time)
            json_object_set_new(file, "time", json_string(f->time));
        json_object_set_new(files, f->name, file);
    }
    AUTO_JSON *all = json_pack("{s:i, s:o, s:O}", "version", VERSION, "event", json_text(m->event),
                               "files", files);
    return mem_need(json_print(all, (struct json_style){.indent = 1}));
}

void manifest_finish(struct manifest *m)
{
    for (size_t i = 0; i < m->nb; i++) {
        free(m->files[i].name);
        free(m->files[i].time);
    }
    free(m->files);
    free(m->event);
    *m = (struct manifest){0};
}
