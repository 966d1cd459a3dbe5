#include "captions_source.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "captions.h"
#include "fs.h"
#include "hash.h"
#include "json.h"
#include "keys.h"
#include "mem.h"
#include "plan.h"

/* If there are several files in a language, the first of these suffixes is used. */
static const char *const suffixes[] = {".vtt", ".srt", ".ass"};
enum { NB_SUFFIXES = sizeof suffixes / sizeof *suffixes };

static int suffix_rank(const char *name)
{
    const char *dot = strrchr(name, '.');
    int i = 0;
    while (dot && i < NB_SUFFIXES && strcasecmp(dot, suffixes[i]) != 0)
        i++;
    return dot ? i : NB_SUFFIXES;
}

bool captions_file_name(const char *name)
{
    return suffix_rank(name) < NB_SUFFIXES;
}

void captions_free(struct source *s)
{
    for (size_t i = 0; i < s->nb_captions; i++)
        free(s->captions[i].path);
    free(s->captions);
    s->captions = NULL;
    s->nb_captions = 0;
}

/* --- files beside ----------------------------------------------------------------------------- */

static struct caption_source *add(struct source *s, const char *language)
{
    s->captions = mem_grow(s->captions, s->nb_captions, sizeof *s->captions);
    struct caption_source *c = &s->captions[s->nb_captions++];
    *c = (struct caption_source){.stream = -1};
    snprintf(c->language, sizeof c->language, "%s", language);
    return c;
}

static void add_file(struct source *s, const char *path, const char *language)
{
    struct caption_source *c = NULL;
    for (size_t i = 0; i < s->nb_captions; i++)
        if (strcmp(s->captions[i].language, language) == 0)
            c = &s->captions[i];
    if (!c)
        c = add(s, language);
    else if (suffix_rank(c->path) < suffix_rank(path) ||
             (suffix_rank(c->path) == suffix_rank(path) && strcmp(c->path, path) <= 0))
        return;
    free(c->path);
    c->path = mem_strdup(path);
}

/* The index of the first source whose path is not before this one. Sources are sorted by path. */
static size_t first_from(const struct source *sources, size_t nb, const char *path)
{
    size_t low = 0, high = nb;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (strcmp(sources[middle].recording->path, path) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Adds a captions file to the recordings whose names equal the first stem bytes of its name, apart
 * from the suffix. Returns whether there was one. */
static bool give(struct source *sources, size_t nb, const char *dir, const char *name, size_t stem,
                 const char *language)
{
    bool given = false;
    AUTO_FREE char *path = fs_join(dir, name);
    const size_t length = strlen(path) - strlen(name) + stem;
    AUTO_FREE char *start = mem_printf("%.*s", (int)length, path);
    for (size_t i = first_from(sources, nb, start);
         i < nb && strncmp(sources[i].recording->path, start, length) == 0; i++) {
        const char *rest = sources[i].recording->path + length;
        const char *dot = strrchr(fs_basename(sources[i].recording->path), '.');
        if (sources[i].absent || strchr(rest, '/') || (dot ? dot != rest : *rest != '\0'))
            continue;
        add_file(&sources[i], path, language);
        given = true;
    }
    return given;
}

static void give_file(struct source *sources, size_t nb, const char *dir, const char *name)
{
    const size_t stem = (size_t)(strrchr(name, '.') - name);
    char language[LANGUAGE_BYTES] = "";
    if (give(sources, nb, dir, name, stem, language))
        return;
    size_t dot = stem;
    while (dot > 0 && name[dot - 1] != '.')
        dot--;
    if (dot < 2 || !language_valid(name + dot, stem - dot))
        return;
    AUTO_FREE char *code = mem_printf("%.*s", (int)(stem - dot), name + dot);
    language_short(language, code);
    give(sources, nb, dir, name, dot - 1, language);
}

/* A folder that cannot be opened has no captions. Its recordings are reported as missing. */
static void look_through(struct source *sources, size_t nb, const char *dir)
{
    DIR *d = opendir(dir);
    for (const struct dirent *e; d && (e = readdir(d));)
        if (e->d_name[0] != '.' && captions_file_name(e->d_name))
            give_file(sources, nb, dir, e->d_name);
    if (d)
        closedir(d);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void look_beside(struct source *sources, size_t nb)
{
    char **dirs = mem_zalloc(nb, sizeof *dirs);
    size_t nb_dirs = 0;
    for (size_t i = 0; i < nb; i++)
        if (!sources[i].absent)
            dirs[nb_dirs++] = fs_dirname(sources[i].recording->path);
    qsort(dirs, nb_dirs, sizeof *dirs, by_text);
    for (size_t i = 0; i < nb_dirs; i++)
        if (i == 0 || strcmp(dirs[i], dirs[i - 1]) != 0)
            look_through(sources, nb, dirs[i]);
    mem_free_strings(dirs, nb_dirs);
}

/* --- notes ------------------------------------------------------------------------------------ */

static int read_note(struct source *s, const struct event *event, struct err *err)
{
    char key[33];
    AUTO_JSON *note = NULL;
    keys_captions_note(key, s->recording->fingerprint);
    if (store_result(&note, event->store, key, err) < 0)
        return err->code;
    size_t i;
    json_t *file;
    json_array_foreach(json_object_get(note, "files"), i, file) {
        struct caption_source *c = add(s, json_get_string(file, "language", ""));
        c->path = mem_strdup(json_get_string(file, "path", ""));
        snprintf(c->hash, sizeof c->hash, "%s", json_get_string(file, "hash", ""));
    }
    return 0;
}

static json_t *note_of(const struct source *s)
{
    json_t *files = json_array();
    for (size_t i = 0; i < s->nb_captions; i++)
        if (s->captions[i].path)
            json_array_append_new(
                files, json_pack("{s:o, s:s, s:s}", "path", json_text(s->captions[i].path),
                                 "language", s->captions[i].language, "hash", s->captions[i].hash));
    return json_pack("{s:o}", "files", files);
}

int captions_note(const struct plan *p, struct err *err)
{
    for (size_t i = 0; i < p->nb_recordings; i++) {
        const struct source *s = &p->sources[i];
        char key[33];
        AUTO_JSON *before = NULL;
        if (s->absent)
            continue;
        keys_captions_note(key, s->recording->fingerprint);
        if (store_result(&before, p->event->store, key, err) < 0)
            return err->code;
        AUTO_JSON *now = note_of(s);
        if (before ? json_equal(before, now) : json_array_size(json_object_get(now, "files")) == 0)
            continue;
        if (store_set_result(p->event->store, key, "captions", now, err) < 0)
            return err->code;
    }
    return 0;
}

/* --- streams, names --------------------------------------------------------------------------- */

static void add_streams(struct source *s)
{
    size_t i;
    json_t *stream;
    json_array_foreach(json_object_get(s->probe, "streams"), i, stream) {
        const char *codec = json_get_string(stream, "codec", "");
        if (strcmp(json_get_string(stream, "type", ""), "subtitle") != 0 ||
            !captions_codec(codec) || json_get_int(stream, "packets", 0) == 0)
            continue;
        char language[LANGUAGE_BYTES];
        language_short(language, json_get_string(stream, "language", NULL));
        struct caption_source *c = add(s, language);
        c->stream = (int)json_get_int(stream, "index", -1);
        snprintf(c->codec, sizeof c->codec, "%s", codec);
    }
}

/* By language, so that the order of directory entries does not matter. */
static int by_language(const void *a, const void *b)
{
    const struct caption_source *x = a, *y = b;
    const int order = strcmp(x->language, y->language);
    return order ? order : x->stream - y->stream;
}

static void name_captions(struct source *s)
{
    if (s->nb_captions)
        qsort(s->captions, s->nb_captions, sizeof *s->captions, by_language);
    for (size_t i = 0; i < s->nb_captions; i++) {
        struct caption_source *c = &s->captions[i];
        int same = 1;
        for (size_t k = 0; k < i; k++)
            same += strcmp(s->captions[k].language, c->language) == 0;
        const bool named = c->language[0] && s->nb_captions > 1;
        AUTO_FREE char *count = same > 1 ? mem_printf("%s%d", named ? "-" : ".", same) : NULL;
        snprintf(c->suffix, sizeof c->suffix, "%s%s%s.vtt", named ? "." : "",
                 named ? c->language : "", count ? count : "");
    }
}

static void hash_file(struct caption_source *c)
{
    struct err unread = {0}; /* ignored: the job that needs the file reports the error */
    AUTO_FREE char *bytes = NULL;
    size_t nb;
    if (fs_read(&bytes, &nb, c->path, CAPTIONS_MAX_BYTES, &unread) == 0)
        hash_bytes(bytes, nb, c->hash);
}

int captions_find(struct source *sources, size_t nb, const struct event *event, struct err *err)
{
    for (size_t i = 0; i < nb; i++)
        captions_free(&sources[i]);
    look_beside(sources, nb);
    for (size_t i = 0; i < nb; i++) {
        struct source *s = &sources[i];
        for (size_t k = 0; k < s->nb_captions; k++)
            hash_file(&s->captions[k]);
        if (s->absent && read_note(s, event, err) < 0)
            return err->code;
        if (s->nb_captions == 0)
            add_streams(s);
        name_captions(s);
    }
    return 0;
}

char *captions_describe(const struct caption_source *c)
{
    AUTO_FREE char *from = c->path ? mem_printf("'%s'", fs_basename(c->path))
                                   : mem_printf("stream %d of the recording", c->stream);
    if (c->path)
        return c->language[0] ? mem_printf("%s (%s)", from, c->language) : mem_strdup(from);
    return mem_printf("%s (%s%s%s)", from, c->codec, c->language[0] ? ", " : "", c->language);
}
