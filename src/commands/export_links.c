#include "export_links.h"

#include <stdlib.h>
#include <string.h>

#include "export.h"
#include "json.h"
#include "mem.h"
#include "str.h"
#include "url.h"

void export_links_finish(struct export_links *l)
{
    mem_free_strings(l->urls, l->nb);
    free(l->files);
}

/* Decided by the type of the file name, else by the MIME type of the rendition. */
static enum export_kind kind_of(const json_t *file, const char *type)
{
    static const char *const sound[] = {"opus", "ogg", "oga", "mp3", "m4a", "flac", "mka"};
    const char *mime = json_get_string(file, "mime", "");
    if (strcmp(type, "vtt") == 0)
        return EXPORT_CAPTIONS;
    if (strcmp(type, "jpg") == 0)
        return EXPORT_POSTER;
    for (size_t i = 0; i < sizeof sound / sizeof *sound; i++)
        if (strcmp(type, sound[i]) == 0)
            return EXPORT_SOUND;
    return str_starts(mime, "audio/") ? EXPORT_SOUND : EXPORT_VIDEO;
}

/* file is an object of talks.json, or a name alone (the poster). */
static void add_link(struct export_links *l, const char *base_url, int talk, const json_t *part,
                     const json_t *file)
{
    const char *name =
        json_is_string(file) ? json_string_value(file) : json_get_string(file, "file", "");
    const char *dot = strrchr(name, '.'), *type = dot ? dot + 1 : "";
    const enum export_kind kind = kind_of(file, type);
    l->files = mem_grow(l->files, l->nb, sizeof *l->files);
    l->urls = mem_grow(l->urls, l->nb, sizeof *l->urls);
    l->urls[l->nb] = url_of_file(base_url, name);
    l->files[l->nb] = (struct export_file){
        .talk = talk,
        .part = (int)json_get_int(part, "part", 1),
        .kind = kind,
        .url = l->urls[l->nb],
        .type = type,
        .what = json_get_string(file, kind == EXPORT_CAPTIONS ? "language" : "rendition", NULL),
        .measured_s = (int)(json_get_number(part, "measured_s", 0) + 0.5),
    };
    l->nb++;
}

static void add_part(struct export_links *l, const char *base_url, int talk, const json_t *part)
{
    static const char *const lists[] = {"files", "captions"};
    size_t i;
    json_t *file;
    for (size_t k = 0; k < sizeof lists / sizeof *lists; k++)
        json_array_foreach(json_object_get(part, lists[k]), i, file) {
            add_link(l, base_url, talk, part, file);
        }
    if (json_object_get(part, "poster"))
        add_link(l, base_url, talk, part, json_object_get(part, "poster"));
}

static int by_number(const void *va, const void *vb)
{
    const int64_t a = json_get_int(*(json_t *const *)va, "number", 0);
    const int64_t b = json_get_int(*(json_t *const *)vb, "number", 0);
    return (a > b) - (a < b);
}

void export_links_read(struct export_links *l, const json_t *published, const char *base_url)
{
    const json_t *list = json_object_get(published, "talks");
    const size_t nb = json_array_size(list);
    AUTO_FREE json_t **talks = mem_zalloc(nb + 1, sizeof *talks);
    for (size_t i = 0; i < nb; i++)
        talks[i] = json_array_get(list, i);
    qsort(talks, nb, sizeof *talks, by_number);
    for (size_t i = 0; i < nb; i++) {
        size_t k;
        json_t *part;
        json_array_foreach(json_object_get(talks[i], "parts"), k, part) {
            add_part(l, base_url, (int)json_get_int(talks[i], "number", 0), part);
        }
    }
}
