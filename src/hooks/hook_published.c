#include "hook_published.h"

#include <stdio.h>
#include <string.h>

#include "event.h"
#include "hook_document.h"
#include "json.h"
#include "kits.h"
#include "mem.h"
#include "site.h"
#include "url.h"

static const char *const lists[] = {"files", "captions"};
enum { NB_LISTS = sizeof lists / sizeof *lists, NAME_BYTES = 48 };

/* --- the files of a part ---------------------------------------------------------------------- */

/* "15/1": the part's key in what was told. */
static const char *key_of(char buf[NAME_BYTES], const json_t *talk, const json_t *part)
{
    snprintf(buf, NAME_BYTES, "%lld/%lld", (long long)json_get_int(talk, "number", 0),
             (long long)json_get_int(part, "part", 1));
    return buf;
}

/* {FILE: SHA-256} */
static json_t *files_of(const json_t *part)
{
    json_t *files = json_object(), *file;
    size_t i;
    for (size_t k = 0; k < NB_LISTS; k++)
        json_array_foreach(json_object_get(part, lists[k]), i, file) {
            json_object_set_new(files, json_get_string(file, "file", ""),
                                json_string(json_get_string(file, "sha256", "")));
        }
    return files;
}

json_t *hook_published_files(const json_t *published)
{
    json_t *all = json_object(), *talk, *part;
    char key[NAME_BYTES];
    size_t i, k;
    json_array_foreach(json_object_get(published, "talks"), i, talk) {
        json_array_foreach(json_object_get(talk, "parts"), k, part) {
            AUTO_JSON *files = files_of(part);
            if (json_object_size(files))
                json_object_set(all, key_of(key, talk, part), files);
        }
    }
    return all;
}

/* --- a part that changed ---------------------------------------------------------------------- */

/* was: the sum that was told; NULL: none. */
static json_t *file_json(const json_t *file, const char *kind, const char *was,
                         const struct event *event)
{
    static const char *const facts[] = {"bytes",  "sha256",   "mime",      "width",
                                        "height", "language", "rendition", "duration_ms"};
    const char *name = json_get_string(file, "file", "");
    const bool same = was && strcmp(was, json_get_string(file, "sha256", "")) == 0;
    json_t *out = json_pack("{s:s, s:s, s:s, s:o}", "file", name, "kind", kind, "change",
                            same  ? "same"
                            : was ? "changed"
                                  : "new",
                            "url", hook_document_url(event, name));
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        json_object_set(out, facts[i], json_object_get(file, facts[i]));
    return out;
}

static const char *kind_of(const json_t *file, const char *list)
{
    if (strcmp(list, "captions") == 0)
        return "captions";
    return json_object_get(file, "width") ? "video" : "sound";
}

static json_t *all_files(const json_t *part, const json_t *was, const struct event *event)
{
    json_t *out = json_array(), *file;
    size_t i;
    for (size_t k = 0; k < NB_LISTS; k++)
        json_array_foreach(json_object_get(part, lists[k]), i, file) {
            json_array_append_new(
                out,
                file_json(file, kind_of(file, lists[k]),
                          json_get_string(was, json_get_string(file, "file", ""), NULL), event));
        }
    return out;
}

/* The address of the part's page of the site. */
static json_t *page_of(const json_t *part, const struct event *event)
{
    const json_t *first = json_array_get(json_object_get(part, "files"), 0);
    AUTO_FREE char *name = first ? site_page_name(json_get_string(first, "file", "")) : NULL;
    return event->settings.site.templates && name ? hook_document_url(event, name) : json_null();
}

static json_t *part_json(const json_t *talk, const json_t *part, const json_t *was,
                         const struct event *event)
{
    char key[NAME_BYTES];
    static const char *const facts[] = {"title", "speakers", "room", "start"};
    key_of(key, talk, part);
    if (json_array_size(json_object_get(talk, "parts")) == 1 && json_get_int(part, "part", 1) == 1)
        *strchr(key, '/') = '\0';
    json_t *out = json_pack("{s:O, s:I, s:s}", "talk", json_object_get(talk, "number"), "part",
                            (json_int_t)json_get_int(part, "part", 1), "name", key);
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        json_object_set(out, facts[i], json_object_get(talk, facts[i]));
    json_object_set(out, "page", json_object_get(talk, "url"));
    json_object_set_new(out, "change", json_string(was ? "changed" : "new"));
    json_object_set(out, "measured_s", json_object_get(part, "measured_s"));
    json_object_set_new(out, "url", page_of(part, event));
    json_object_set_new(out, "poster_url",
                        hook_document_url(event, json_get_string(part, "poster", NULL)));
    json_object_set_new(out, "files", all_files(part, was, event));
    return out;
}

/* --- all of them ------------------------------------------------------------------------------ */

/* {CODE: [{description, link}]} of these talks, as 'export pretalx' writes it. */
static json_t *pretalx_of(const json_t *published, json_t *talks, const struct event *event)
{
    struct err err = {0};
    AUTO_KIT kit = {0};
    AUTO_FREE char *base = url_folder(event->settings.site.base_url);
    AUTO_JSON *some = json_copy((json_t *)(uintptr_t)published);
    json_object_set(some, "talks", talks);
    const struct kit_source source = {some, base, NULL};
    if (!base || !json_array_size(talks) || kit_pretalx(&kit, &source, &err) < 0 || !kit.files.nb)
        return json_null();
    json_t *links = json_loads(kit.files.texts[0].text, 0, NULL);
    return links ? links : json_null();
}

static void add_removed(json_t *list, const json_t *now, const json_t *told)
{
    const char *key, *file;
    json_t *files, *sum;
    json_object_foreach((json_t *)(uintptr_t)told, key, files) {
        const json_t *still = json_object_get(now, key);
        json_t *gone = json_array();
        int talk = 0, part = 1;
        json_object_foreach(files, file, sum)
            if (!json_object_get(still, file))
                json_array_append_new(gone, json_string(file));
        if (json_array_size(gone) && sscanf(key, "%d/%d", &talk, &part) == 2)
            json_array_append_new(list, json_pack("{s:i, s:i, s:O, s:b}", "talk", talk, "part",
                                                  part, "files", gone, "all", !still));
        json_decref(gone);
    }
}

json_t *hook_published_changes(const json_t *published, const json_t *told,
                               const struct event *event)
{
    AUTO_JSON *now = hook_published_files(published), *parts = json_array(),
              *removed = json_array(), *talks = json_array();
    json_t *talk, *part;
    size_t i, k;
    char key[NAME_BYTES];
    json_array_foreach(json_object_get(published, "talks"), i, talk) {
        const size_t before = json_array_size(parts);
        json_array_foreach(json_object_get(talk, "parts"), k, part) {
            const json_t *files = json_object_get(now, key_of(key, talk, part)),
                         *was = json_object_get(told, key);
            if (files && !json_equal(files, was))
                json_array_append_new(parts, part_json(talk, part, was, event));
        }
        if (json_array_size(parts) > before)
            json_array_append(talks, talk);
    }
    add_removed(removed, now, told);
    if (!json_array_size(parts) && !json_array_size(removed))
        return NULL;
    return json_pack("{s:O, s:O, s:o}", "parts", parts, "removed", removed, "pretalx",
                     pretalx_of(published, talks, event));
}
