#include "formats.h"

#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "datetime.h"
#include "found.h"
#include "fs.h"
#include "json.h"
#include "mem.h"
#include "plain_text.h"
#include "programme.h"
#include "programme_days.h"
#include "programme_limits.h"
#include "programme_refs.h"
#include "str.h"

enum {
    MAX_TALK_BYTES = 4 << 20, /* of one talk's file */
    MAX_S = 24 * 3600,
};

static const char category_name[] = "category.json";

static int read_talk(struct programme *p, const json_t *obj, const char *path, struct err *err);
static int read_category(struct programme *p, const char *dir, struct err *err);
static int list_files(char ***out, size_t *out_nb, const char *dir, const char *sub,
                      struct err *err);

static void move_out(struct programme *out, struct programme *programme)
{
    programme_settle_refs(programme);
    *out = *programme;
    *programme = (struct programme){0};
}

bool import_pyvideo_sniff(const char *bytes, size_t nb_bytes, const char *name)
{
    (void)name;
    if (nb_bytes > MAX_TALK_BYTES)
        return false;
    AUTO_JSON *obj = json_loadb(bytes, nb_bytes, 0, NULL);
    return json_object_get(obj, "title") && !json_object_get(obj, "schedule") &&
           (json_object_get(obj, "videos") || json_object_get(obj, "recorded"));
}

int import_pyvideo_read(struct programme *out, const char *bytes, size_t nb_bytes, const char *name,
                        struct err *err)
{
    (void)nb_bytes;
    AUTO_JSON *obj = NULL;
    AUTO_FREE char *what = mem_printf("'%s'", name);
    AUTO_PROGRAMME programme = {0};
    if (json_read_text(&obj, bytes, what, err) < 0 || read_talk(&programme, obj, name, err) < 0)
        return err->code;
    move_out(out, &programme);
    return 0;
}

/* Reads an object from a file in a folder that others may have filled. where: for messages. */
static int read_found(json_t **out, const char *dir, const char *name, const char *where,
                      struct err *err)
{
    AUTO_FREE char *bytes = NULL;
    size_t nb_bytes;
    if (found_read(&bytes, &nb_bytes, dir, name, MAX_TALK_BYTES, err) < 0)
        return err_prefix(err, "in the folder '%s': ", dir);
    if (strlen(bytes) != nb_bytes)
        return err_set(err, ERR_INVALID, "%s: contains a NUL byte, so it is not JSON", where);
    return json_read_text(out, bytes, where, err);
}

static int read_file(struct programme *p, const char *dir, const char *name, struct err *err)
{
    AUTO_JSON *obj = NULL;
    AUTO_FREE char *path = fs_join(dir, name), *where = mem_printf("'%s'", path);
    return read_found(&obj, dir, name, where, err) < 0 ? err->code : read_talk(p, obj, path, err);
}

struct names {
    char **names;
    size_t nb;
};

static void names_finish(struct names *n)
{
    mem_free_strings(n->names, n->nb);
}

int import_pyvideo_read_folder(struct programme *out, const char *path, struct err *err)
{
    AUTO_FREE char *videos = fs_join(path, "videos");
    const char *sub = fs_is_dir(videos) ? "videos" : ".";
    AUTO_PROGRAMME programme = {0};
    ATTR_CLEANUP(names_finish) struct names files = {0};
    if (read_category(&programme, path, err) < 0 ||
        list_files(&files.names, &files.nb, path, sub, err) < 0)
        return err->code;
    if (!files.nb)
        return err_set(
            err, ERR_INVALID,
            "'%s': found no JSON file of a talk in this folder; expected a folder with a "
            "pyvideo JSON file for each talk, in it or in videos/: if the programme "
            "has another format, name its file",
            path);
    for (size_t i = 0; i < files.nb; i++) {
        AUTO_FREE char *file =
            *sub == '.' ? mem_strdup(files.names[i]) : fs_join(sub, files.names[i]);
        if (read_file(&programme, path, file, err) < 0)
            return err->code;
    }
    move_out(out, &programme);
    return 0;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The talks' files in dir/sub. */
int list_files(char ***out, size_t *out_nb, const char *dir, const char *sub, struct err *err)
{
    int fd = -1;
    if (found_open_folder(&fd, dir, sub, err) < 0)
        return err_prefix(err, "in the folder '%s': ", dir);
    DIR *d = fdopendir(fd);
    if (!d) {
        err_errno(err, errno, "cannot open the folder '%s'", dir);
        close(fd);
        return err->code;
    }
    for (const struct dirent *entry; (entry = readdir(d));) {
        const char *name = entry->d_name;
        if (*name == '.' || !str_ends(name, ".json") || strcmp(name, category_name) == 0)
            continue;
        if (programme_check_count(*out_nb + 1, dir, NULL, err) < 0) {
            closedir(d);
            return err->code;
        }
        *out = mem_grow(*out, *out_nb, sizeof **out);
        (*out)[(*out_nb)++] = mem_strdup(name);
    }
    closedir(d);
    if (*out_nb)
        qsort(*out, *out_nb, sizeof **out, compare_names);
    return 0;
}

/* Reads category.json, if there is one: in the folder, or beside it if the folder is videos/. */
int read_category(struct programme *p, const char *dir, struct err *err)
{
    AUTO_FREE char *parent = mem_printf("%s/..", dir);
    const char *dirs[] = {dir, parent};
    for (size_t i = 0; i < 2 && !p->name; i++) {
        AUTO_FREE char *path = fs_join(dirs[i], category_name);
        AUTO_JSON *obj = NULL;
        AUTO_FREE char *where = mem_printf("'%s'", path);
        const char *title;
        if (!fs_exists(path))
            continue;
        if (read_found(&obj, dirs[i], category_name, where, err) < 0 ||
            json_need_string(&title, obj, "title", where, err) < 0)
            return err->code;
        p->name = plain_line(title);
    }
    return 0;
}

/* *out is NULL if the text is missing, null or empty. */
static int get_text(const char **out, const json_t *obj, const char *key, const char *where,
                    struct err *err)
{
    const json_t *v = json_object_get(obj, key);
    *out = NULL;
    if (!v || json_is_null(v))
        return 0;
    if (!json_is_string(v))
        return err_set(err, ERR_INVALID, "%s: '%s' should be a text, or left out", where, key);
    *out = *json_string_value(v) ? json_string_value(v) : NULL;
    return 0;
}

static int read_speakers(struct talk *talk, const json_t *obj, const char *where, struct err *err)
{
    const json_t *names = json_object_get(obj, "speakers");
    if (!names || json_is_null(names))
        return 0;
    size_t i;
    json_t *v;
    bool right = json_is_array(names);
    json_array_foreach(names, i, v) {
        right = right && json_is_string(v);
        AUTO_FREE char *name = plain_line(json_string_value(v));
        if (name)
            talk_add_speaker(talk, name);
    }
    if (!right)
        return err_set(err, ERR_INVALID,
                       "%s: 'speakers' should be a list of names, [\"Ann Lee\", \"Bo Chan\"]",
                       where);
    return 0;
}

/* The talk's source_url, else the URL of the first video that is a page and not a file. */
static int read_url(struct talk *talk, const json_t *obj, const char *where, struct err *err)
{
    const char *url = NULL;
    size_t i;
    json_t *v;
    if (get_text(&url, obj, "source_url", where, err) < 0)
        return err->code;
    json_array_foreach(json_object_get(obj, "videos"), i, v) {
        const char *type, *its = NULL;
        if (get_text(&type, v, "type", where, err) < 0 || get_text(&its, v, "url", where, err) < 0)
            return err->code;
        AUTO_FREE char *ending = mem_printf(".%s", type ? type : "");
        if (!url && its && !(type && str_ends(its, ending)))
            url = its;
    }
    talk->url = plain_line(url);
    return 0;
}

static int read_recorded(struct programme *p, struct talk *talk, const json_t *obj,
                         const char *where, struct err *err)
{
    const char *recorded;
    if (get_text(&recorded, obj, "recorded", where, err) < 0)
        return err->code;
    if (!recorded)
        return 0;
    struct datetime when;
    if (!datetime_parse_iso(&when, recorded)) {
        AUTO_FREE char *quote = str_quote(recorded, STR_QUOTE_BYTES);
        return err_set(err, ERR_INVALID,
                       "%s: 'recorded' cannot be read: found \"%s\"; expected a day, "
                       "\"2014-09-13\", or with a time, \"2014-09-13T10:30:00+12:00\"",
                       where, quote);
    }
    talk->start = when.has_time ? datetime_format(&when) : datetime_format_day(&when);
    programme_widen(p, &when);
    return 0;
}

static int read_duration(struct talk *talk, const json_t *obj, const char *where, struct err *err)
{
    const json_t *v = json_object_get(obj, "duration");
    const double s = json_number_value(v);
    const bool none = !v || json_is_null(v);
    if (!none && (!json_is_number(v) || s < 0 || s > MAX_S))
        return err_set(
            err, ERR_INVALID,
            "%s: 'duration' should be the talk's length in seconds, 0 to %d, or left out", where,
            MAX_S);
    talk_add_part(talk, (int)(s + 0.5));
    return 0;
}

int read_talk(struct programme *p, const json_t *obj, const char *path, struct err *err)
{
    AUTO_FREE char *where = mem_printf("'%s'", path);
    const char *title, *description, *language, *category;
    struct talk *talk = programme_add_talk(p, 0);
    if (json_need_string(&title, obj, "title", where, err) < 0 ||
        get_text(&description, obj, "description", where, err) < 0 ||
        get_text(&language, obj, "language", where, err) < 0 ||
        get_text(&category, obj, "category", where, err) < 0 ||
        read_speakers(talk, obj, where, err) < 0 || read_url(talk, obj, where, err) < 0 ||
        read_recorded(p, talk, obj, where, err) < 0 || read_duration(talk, obj, where, err) < 0)
        return err->code;
    talk->title = plain_line(title);
    if (!talk->title)
        return err_set(err, ERR_INVALID, "%s: 'title' is empty; expected the talk's title", where);
    const char *file = fs_basename(path);
    AUTO_FREE char *ref = mem_printf(
        "%.*s", (int)(strlen(file) - (str_ends(file, ".json") ? strlen(".json") : 0)), file);
    talk->ref = plain_line(ref);
    talk->abstract = plain_text(description);
    talk->language = plain_line(language);
    if (!p->name)
        p->name = plain_line(category);
    return 0;
}
