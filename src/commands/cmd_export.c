#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "event.h"
#include "export.h"
#include "fs.h"
#include "json.h"
#include "mem.h"
#include "programme.h"
#include "publish.h"
#include "store.h"
#include "str.h"

/* The published files, and the owners of their strings. */
struct links {
    json_t *published; /* talks.json; NULL: nothing was published */
    const char *base_url;
    struct export_file *files;
    char **urls; /* of files */
    size_t nb;
};

static void links_finish(struct links *l)
{
    mem_free_strings(l->urls, l->nb);
    free(l->files);
    json_decref(l->published);
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
static void add_link(struct links *l, int talk, const json_t *part, const json_t *file)
{
    const char *name =
        json_is_string(file) ? json_string_value(file) : json_get_string(file, "file", "");
    const char *dot = strrchr(name, '.'), *type = dot ? dot + 1 : "";
    const enum export_kind kind = kind_of(file, type);
    AUTO_FREE char *escaped = g_uri_escape_string(name, NULL, false);
    const size_t nb_base = strlen(l->base_url) - (str_ends(l->base_url, "/") ? 1 : 0);
    l->files = mem_grow(l->files, l->nb, sizeof *l->files);
    l->urls = mem_grow(l->urls, l->nb, sizeof *l->urls);
    l->urls[l->nb] = mem_printf("%.*s/%s", (int)nb_base, l->base_url, escaped);
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

static void add_part(struct links *l, int talk, const json_t *part)
{
    static const char *const lists[] = {"files", "captions"};
    size_t i;
    json_t *file;
    for (size_t k = 0; k < sizeof lists / sizeof *lists; k++)
        json_array_foreach(json_object_get(part, lists[k]), i, file) {
            add_link(l, talk, part, file);
        }
    if (json_object_get(part, "poster"))
        add_link(l, talk, part, json_object_get(part, "poster"));
}

static int by_number(const void *va, const void *vb)
{
    const int64_t a = json_get_int(*(json_t *const *)va, "number", 0);
    const int64_t b = json_get_int(*(json_t *const *)vb, "number", 0);
    return (a > b) - (a < b);
}

/* From talks.json, which lists what is in out/ now; a plan may be ahead of it. The exporters need
 * the files in the order of the talks' numbers. */
static int read_links(struct links *l, const struct event *event, struct err *err)
{
    AUTO_FREE char *path = fs_join(event->out, PUBLISH_LIST);
    if (!fs_is_regular(path))
        return 0;
    json_t *list;
    if (json_read_file(&l->published, path, err) < 0 ||
        json_need_array(&list, l->published, "talks", path, err) < 0)
        return err->code;
    const size_t nb = json_array_size(list);
    AUTO_FREE json_t **talks = mem_zalloc(nb + 1, sizeof *talks);
    for (size_t i = 0; i < nb; i++)
        talks[i] = json_array_get(list, i);
    qsort(talks, nb, sizeof *talks, by_number);
    for (size_t i = 0; i < nb; i++) {
        size_t k;
        json_t *part;
        json_array_foreach(json_object_get(talks[i], "parts"), k, part) {
            add_part(l, (int)json_get_int(talks[i], "number", 0), part);
        }
    }
    return 0;
}

/* --- formats ---------------------------------------------------------------------------------- */

static int write_schedule_xml(const struct programme *p, const struct links *l, const char *path,
                              struct err *err)
{
    AUTO_FREE char *xml = NULL;
    if (export_schedule_xml(&xml, p, l->files, l->nb, err) < 0)
        return err->code;
    if (path)
        return fs_check_output(path, err) < 0 ? err->code
                                              : fs_write_atomic(path, xml, strlen(xml), err);
    fputs(xml, stdout);
    return 0;
}

static int write_texts(const struct export_texts *t, const char *dir, struct err *err)
{
    AUTO_FREE char *videos = fs_join(dir, "videos");
    if (fs_mkdirs(videos, err) < 0)
        return err->code;
    for (size_t i = 0; i < t->nb; i++) {
        AUTO_FREE char *path = fs_join(dir, t->texts[i].path);
        if (fs_write_atomic(path, t->texts[i].text, strlen(t->texts[i].text), err) < 0)
            return err->code;
    }
    return 0;
}

/* Writes a new folder and renames it, so that it is complete or absent. A folder with files in it
 * is refused: they may belong to the user, or to talks that are no longer in the programme. */
static int write_pyvideo(const struct programme *p, const struct links *l, const char *path,
                         struct err *err)
{
    AUTO_EXPORT_TEXTS texts = {0};
    AUTO_FREE char *dir = mem_strdup(path);
    while (strlen(dir) > 1 && str_ends(dir, "/"))
        dir[strlen(dir) - 1] = '\0';
    AUTO_FREE char *tmp = mem_printf("%s%s%d", dir, FS_TMP_MARK, (int)getpid());
    if (fs_exists(dir) && rmdir(dir) < 0)
        return err_set(err, ERR_INVALID,
                       "'%s' exists and is not an empty folder: move it away, or name another",
                       dir);
    export_pyvideo(&texts, p, l->files, l->nb);
    const int rc = fs_remove_all(tmp, err) < 0 ? err->code : write_texts(&texts, tmp, err);
    if (rc == 0)
        return fs_commit(tmp, dir, err);
    return fs_remove_all(tmp, err) < 0 ? err->code : rc; /* the first message stays */
}

static const struct {
    const char *name;
    bool is_folder;
    int (*write)(const struct programme *p, const struct links *l, const char *path,
                 struct err *err);
} formats[] = {
    {"schedule.xml", false, write_schedule_xml},
    {"pyvideo", true, write_pyvideo},
};
enum { NB_FORMATS = sizeof formats / sizeof *formats };

/* --- the command ------------------------------------------------------------------------------ */

static size_t find_format(const char *name)
{
    size_t i = 0;
    while (i < NB_FORMATS && strcmp(formats[i].name, name) != 0)
        i++;
    return i;
}

int check_export(struct command *c, struct err *err)
{
    (void)err;
    const char *base_url = command_value(c, "base-url");
    const size_t format = find_format(c->operands[0]);
    if (format == NB_FORMATS)
        return command_usage(c, "%s", c->verb->takes.complaint);
    if (formats[format].is_folder && !command_has(c, "output"))
        return command_usage(c, "pyvideo needs a folder: -o DIR");
    if (base_url && !str_starts(base_url, "https://") && !str_starts(base_url, "http://"))
        return command_usage(c, "'%s' is not a URL: write it like https://example.org/videos/",
                             base_url);
    return 0;
}

int cmd_export(struct command *c, struct err *err)
{
    const char *base_url = command_value(c, "base-url");
    AUTO_PROGRAMME p = {0};
    ATTR_CLEANUP(links_finish) struct links l = {.base_url = base_url};
    if (store_programme(&p, c->event->store, err) < 0 ||
        (base_url && read_links(&l, c->event, err) < 0))
        return err->code;
    event_about_apply(&c->event->settings.about, &p);
    if (!p.nb_talks)
        return err_set(err, ERR_INVALID, "%s", CLI_NO_TALKS);
    if (formats[find_format(c->operands[0])].write(&p, &l, command_value(c, "output"), err) < 0)
        return err->code;
    if (!base_url)
        fputs("no links to the videos: --base-url URL gives the address of out/ on the web\n",
              stderr);
    else if (!l.nb)
        fputs("no links to the videos: nothing is published yet\n", stderr);
    return EXIT_OK;
}
