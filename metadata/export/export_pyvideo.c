#include "export.h"

#include <ctype.h>
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "export_files.h"
#include "json.h"
#include "mem.h"
#include "plain_text.h"
#include "programme.h"
#include "str.h"

enum { NAME_BYTES = 80, REF_BYTES = 200 };

struct exporter {
    struct export_texts *out;
    const struct programme *programme;
    const struct export_file *files;
    size_t nb_files;
    GHashTable *taken; /* names of files; it owns them */
};

void export_texts_finish(struct export_texts *t)
{
    for (size_t i = 0; i < t->nb; i++) {
        free(t->texts[i].path);
        free(t->texts[i].text);
        free(t->texts[i].copy);
    }
    free(t->texts);
    *t = (struct export_texts){0};
}

/* Takes ownership of path and value. ASCII, like pyvideo's own files, so that every character is
 * visible. */
static void add_text(struct export_texts *out, char *path, json_t *value)
{
    AUTO_FREE char *json =
        json_print(value, (struct json_style){.indent = 2, .sorted = true, .ascii = true});
    out->texts = mem_grow(out->texts, out->nb, sizeof *out->texts);
    out->texts[out->nb++] =
        (struct export_text){.path = path, .text = mem_printf("%s\n", json ? json : "{}")};
    json_decref(value);
}

/* A line that an importer made, so that importing it again gives the same; null for NULL. */
static json_t *line_json(const char *line)
{
    AUTO_FREE char *text = plain_line_escape(line);
    return json_text(text);
}

static void set_line(json_t *o, const char *key, const char *line)
{
    if (line)
        json_object_set_new(o, key, line_json(line));
}

/* Whether the ref can be the name of a file of pyvideo: not a UUID, number or URL. */
static bool is_name(const char *ref)
{
    size_t nb_digits = 0, nb = 0;
    for (const char *c = ref; *c; c++, nb++) {
        const unsigned char byte = (unsigned char)*c;
        if (byte < 0x80 && !isalnum(byte) && !strchr("-_.", byte))
            return false;
        nb_digits += isdigit(byte) != 0;
    }
    return nb > nb_digits && nb <= REF_BYTES && *ref != '.' && !g_uuid_string_is_valid(ref);
}

/* The name of the part's file, without extension: the talk's ref if that is a name, so that
 * importing the folder again finds the talk. A new string. */
static char *file_name(const struct exporter *x, const struct talk *t, int part)
{
    AUTO_FREE char *own = t->ref && is_name(t->ref) && t->nb_parts == 1 ? mem_strdup(t->ref)
                                                                        : talk_file_name(t, part);
    char *name = mem_strdup(own);
    for (int i = 2; !g_hash_table_add(x->taken, name); i++)
        name = mem_printf("%s-%d", own, i); /* the table has freed the previous name */
    return mem_strdup(name);
}

static json_t *speakers_json(const struct talk *t)
{
    json_t *names = json_array();
    for (size_t i = 0; i < t->nb_speakers; i++)
        json_array_append_new(names, line_json(t->speakers[i]));
    return names;
}

static void add_related(json_t *list, const char *label, const char *url)
{
    json_array_append_new(list, json_pack("{s:s, s:o}", "label", label, "url", json_text(url)));
}

/* Videos, the poster, and other files as related URLs. */
static void set_files(json_t *o, json_t *related, const struct export_file *files, size_t nb)
{
    json_t *videos = json_array();
    for (size_t i = 0; i < nb; i++) {
        const struct export_file *f = &files[i];
        if (f->kind == EXPORT_VIDEO)
            json_array_append_new(
                videos, json_pack("{s:s, s:o}", "type", f->type, "url", json_text(f->url)));
        else if (f->kind == EXPORT_POSTER)
            json_object_set_new(o, "thumbnail_url", json_text(f->url));
        else
            add_related(related, f->kind == EXPORT_SOUND ? "Sound" : "Captions", f->url);
    }
    json_object_set_new(o, "videos", videos);
}

/* The listed time; else the measured length; 0: not known. */
static int duration_s(const struct part *part, const struct export_file *files, size_t nb)
{
    return part->listed_s ? part->listed_s : nb ? files[0].measured_s : 0;
}

static void add_part(struct exporter *x, const struct talk *t, const struct part *part)
{
    const struct export_file *files;
    const size_t nb = export_files_of(&files, x->files, x->nb_files, t->number, part->number);
    AUTO_FREE char *name = file_name(x, t, part->number);
    AUTO_FREE char *title =
        t->nb_parts > 1 ? mem_printf("%s (part %d)", t->title, part->number) : mem_strdup(t->title);
    AUTO_FREE char *description = plain_text_escape(t->abstract);
    json_t *related = json_array(), *tags = json_array();
    json_t *o = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "title", line_json(title), "speakers",
                          speakers_json(t), "description", json_text(description), "recorded",
                          json_text(t->start), "related_urls", related, "tags", tags);
    if (t->url) {
        json_object_set_new(o, "source_url", line_json(t->url));
        AUTO_FREE char *url = plain_line_escape(t->url);
        add_related(related, "Talk", url);
    }
    set_line(o, "language", t->language);
    set_files(o, related, files, nb);
    const int seconds = duration_s(part, files, nb);
    if (seconds)
        json_object_set_new(o, "duration", json_integer(seconds));
    if (t->section)
        json_array_append_new(tags, line_json(t->section));
    add_text(x->out, mem_printf("videos/%s.json", name), o);
}

void export_pyvideo(struct export_texts *out, const struct programme *programme,
                    const struct export_file *files, size_t nb_files)
{
    const char *event = programme->name ? programme->name : "";
    AUTO_FREE char *slug = str_slug(event, NAME_BYTES);
    struct exporter x = {
        .out = out,
        .programme = programme,
        .files = files,
        .nb_files = nb_files,
        .taken = g_hash_table_new_full(g_str_hash, g_str_equal, free, NULL),
    };
    add_text(out, mem_strdup("category.json"),
             json_pack("{s:o, s:s, s:n}", "title", line_json(event), "slug", slug, "description"));
    for (size_t i = 0; i < programme->nb_talks; i++) {
        const struct talk *t = &programme->talks[i];
        for (size_t k = 0; !t->gone && k < t->nb_parts; k++)
            add_part(&x, t, &t->parts[k]);
    }
    g_hash_table_unref(x.taken);
}
