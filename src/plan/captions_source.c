#include "captions_source.h"

#include <dirent.h>
#include <glib.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "beside.h"
#include "captions.h"
#include "captions_verdict.h"
#include "chapters_source.h"
#include "found.h"
#include "fs.h"
#include "hash.h"
#include "json.h"
#include "keys.h"
#include "mem.h"
#include "plan.h"
#include "str.h"
#include "telemetry.h"
#include "workdir.h"

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

void captions_list_free(struct caption_source **list, size_t *nb)
{
    for (size_t i = 0; i < *nb; i++) {
        free((*list)[i].path);
        free((*list)[i].no_language);
        free((*list)[i].refused);
        free((*list)[i].text);
    }
    free(*list);
    *list = NULL;
    *nb = 0;
}

void captions_free(struct source *s)
{
    captions_list_free(&s->captions, &s->nb_captions);
    captions_list_free(&s->set_aside, &s->nb_set_aside);
    captions_list_free(&s->outranked, &s->nb_outranked);
}

/* no_language, refused: why it is set aside, or NULL. */
static struct caption_source *add(struct source *s, const char *language, const char *no_language,
                                  const char *refused)
{
    const bool aside = no_language || refused;
    struct caption_source **list = aside ? &s->set_aside : &s->captions;
    size_t *nb = aside ? &s->nb_set_aside : &s->nb_captions;
    *list = mem_grow(*list, *nb, sizeof **list);
    struct caption_source *c = &(*list)[(*nb)++];
    *c = (struct caption_source){
        .stream = -1, .no_language = mem_strdup(no_language), .refused = mem_strdup(refused)};
    snprintf(c->language, sizeof c->language, "%s", language);
    return c;
}

/* --- text that is no language ----------------------------------------------------------------- */

/* Whether the settings name the file, by its name or path. */
static bool user_takes(const struct event *event, const char *path)
{
    const struct settings *s = &event->settings;
    for (size_t i = 0; i < s->nb_captions_take; i++)
        if (strcmp(s->captions_take[i], path) == 0 ||
            strcmp(s->captions_take[i], fs_basename(path)) == 0)
            return true;
    return false;
}

/* --- files beside ----------------------------------------------------------------------------- */

/* A look for captions of all sources. */
struct search {
    struct source *sources;
    size_t nb;
    const struct event *event;
    GHashTable *known; /* "HASH.srt" to the verdict of the look before: static, NULL is one too */
};

static void remember(struct search *s, const struct caption_source *list, size_t nb)
{
    for (size_t i = 0; i < nb; i++)
        if (list[i].judged)
            g_hash_table_insert(s->known,
                                mem_printf("%s%s", list[i].hash, strrchr(list[i].path, '.')),
                                (char *)(uintptr_t)telemetry_by_name(
                                    list[i].no_language ? list[i].no_language : ""));
}

static void judge_file(struct caption_source *c, const struct search *s, const char *path,
                       const char *bytes, size_t nb_bytes)
{
    AUTO_FREE char *name = mem_printf("%s%s", c->hash, strrchr(path, '.'));
    void *verdict;
    const char *no_language = NULL;
    if (user_takes(s->event, path))
        return;
    c->judged = g_hash_table_lookup_extended(s->known, name, NULL, &verdict);
    if (c->judged)
        no_language = verdict;
    else
        c->judged = captions_judge(&no_language, s->event, path, bytes, nb_bytes, c->hash);
    c->no_language = mem_strdup(no_language);
}

static struct caption_source *of_language(const struct source *s, const char *language)
{
    for (size_t i = 0; i < s->nb_captions; i++)
        if (strcmp(s->captions[i].language, language) == 0)
            return &s->captions[i];
    return NULL;
}

/* Takes over the path. */
static void set_file(struct caption_source *c, char *path, const struct caption_source *found)
{
    c->path = path;
    c->judged = found->judged;
    memcpy(c->hash, found->hash, sizeof c->hash);
}

/* Keeps what is known of a file that is not used, as another one of its language is. */
static void add_outranked(struct source *s, const char *path, const struct caption_source *found)
{
    s->outranked = mem_grow(s->outranked, s->nb_outranked, sizeof *s->outranked);
    struct caption_source *c = &s->outranked[s->nb_outranked++];
    *c = (struct caption_source){.stream = -1};
    set_file(c, mem_strdup(path), found);
}

static bool outranks(const char *path, const char *other)
{
    const int rank = suffix_rank(path), its = suffix_rank(other);
    return rank < its || (rank == its && strcmp(path, other) <= 0);
}

static void add_file(struct source *s, const struct search *search, const char *dir,
                     const char *name, const char *language)
{
    struct err unread = {0};
    AUTO_FREE char *bytes = NULL, *path = fs_join(dir, name);
    size_t nb;
    struct caption_source found = {.stream = -1};
    const char *refused = NULL;
    if (found_read(&bytes, &nb, dir, name, CAPTIONS_MAX_BYTES, &unread) == 0) {
        hash_bytes(bytes, nb, found.hash);
        judge_file(&found, search, path, bytes, nb);
    } else if (unread.code == ERR_INVALID) {
        refused = unread.msg;
    } /* else the job that needs the file will say why */
    AUTO_FREE char *no_language = found.no_language;
    struct caption_source *c = no_language || refused ? NULL : of_language(s, language);
    if (c && outranks(c->path, path)) {
        add_outranked(s, path, &found);
        return;
    }
    if (c)
        add_outranked(s, c->path, c);
    else
        c = add(s, language, no_language, refused);
    free(c->path);
    set_file(c, mem_take(&path), &found);
}

struct gift {
    const struct search *search;
    const char *dir, *name, *language;
};

static void give_to(void *opaque, struct source *s)
{
    const struct gift *g = opaque;
    add_file(s, g->search, g->dir, g->name, g->language);
}

/* Adds a captions file to the recordings whose names equal the first stem bytes of its name, apart
 * from the suffix. Returns whether there was one. */
static bool give(const struct search *search, const char *dir, const char *name, size_t stem,
                 const char *language)
{
    struct gift gift = {search, dir, name, language};
    return beside_each(search->sources, search->nb, dir, name, stem, give_to, &gift);
}

static void give_file(const struct search *search, const char *dir, const char *name)
{
    const size_t stem = (size_t)(strrchr(name, '.') - name);
    char language[LANGUAGE_BYTES] = "";
    if (give(search, dir, name, stem, language))
        return;
    size_t dot = stem;
    while (dot > 0 && name[dot - 1] != '.')
        dot--;
    if (dot < 2 || !language_valid(name + dot, stem - dot))
        return;
    AUTO_FREE char *code = mem_printf("%.*s", (int)(stem - dot), name + dot);
    language_short(language, code);
    give(search, dir, name, dot - 1, language);
}

/* A folder that cannot be opened has no captions. Its recordings are reported as missing. */
static void look_through(const struct search *search, const char *dir)
{
    DIR *d = opendir(dir);
    for (const struct dirent *e; d && (e = readdir(d));) {
        if (e->d_name[0] == '.')
            continue;
        chapters_give(search->sources, search->nb, dir, e->d_name);
        if (captions_file_name(e->d_name))
            give_file(search, dir, e->d_name);
    }
    if (d)
        closedir(d);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void look_beside(const struct search *search)
{
    const struct source *sources = search->sources;
    const size_t nb = search->nb;
    char **dirs = mem_zalloc(nb, sizeof *dirs);
    size_t nb_dirs = 0;
    for (size_t i = 0; i < nb; i++)
        if (!sources[i].absent)
            dirs[nb_dirs++] = fs_dirname(sources[i].recording->path);
    qsort(dirs, nb_dirs, sizeof *dirs, by_text);
    for (size_t i = 0; i < nb_dirs; i++)
        if (i == 0 || strcmp(dirs[i], dirs[i - 1]) != 0)
            look_through(search, dirs[i]);
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
        const char *path = json_get_string(file, "path", "");
        const char *no_language =
            user_takes(event, path) ? NULL : json_get_string(file, "no_language", NULL);
        struct caption_source *c = add(s, json_get_string(file, "language", ""), no_language,
                                       json_get_string(file, "refused", NULL));
        c->path = mem_strdup(path);
        snprintf(c->hash, sizeof c->hash, "%s", json_get_string(file, "hash", ""));
    }
    return 0;
}

static void note_file(json_t *files, const struct caption_source *c)
{
    if (!c->path)
        return;
    json_t *file = json_pack("{s:o, s:s, s:s}", "path", json_text(c->path), "language", c->language,
                             "hash", c->hash);
    if (c->no_language)
        json_object_set_new(file, "no_language", json_text(c->no_language));
    if (c->refused)
        json_object_set_new(file, "refused", json_text(c->refused));
    json_array_append_new(files, file);
}

static json_t *note_of(const struct source *s)
{
    json_t *files = json_array();
    for (size_t i = 0; i < s->nb_captions; i++)
        note_file(files, &s->captions[i]);
    for (size_t i = 0; i < s->nb_set_aside; i++)
        note_file(files, &s->set_aside[i]);
    return json_pack("{s:o}", "files", files);
}

/* What was found in files that are here. */
static int keep_verdicts(const struct event *event, const struct caption_source *list, size_t nb,
                         struct err *err)
{
    for (size_t i = 0; i < nb; i++)
        if (list[i].judged &&
            captions_keep_verdict(event, list[i].path, list[i].hash, list[i].no_language, err) < 0)
            return err->code;
    return 0;
}

int captions_note(const struct plan *p, struct err *err)
{
    for (size_t i = 0; i < p->nb_recordings; i++) {
        const struct source *s = &p->sources[i];
        char key[33];
        AUTO_JSON *before = NULL;
        if (s->absent)
            continue;
        if (keep_verdicts(p->event, s->captions, s->nb_captions, err) < 0 ||
            keep_verdicts(p->event, s->set_aside, s->nb_set_aside, err) < 0 ||
            keep_verdicts(p->event, s->outranked, s->nb_outranked, err) < 0)
            return err->code;
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

static void add_streams(struct source *s, const struct event *event)
{
    size_t i;
    json_t *stream;
    json_array_foreach(json_object_get(s->probe, "streams"), i, stream) {
        const char *codec = json_get_string(stream, "codec", "");
        if (strcmp(json_get_string(stream, "type", ""), "subtitle") != 0 ||
            !captions_codec(codec) || json_get_int(stream, "packets", 0) == 0 ||
            json_get_string(stream, "apart", NULL))
            continue;
        char language[LANGUAGE_BYTES];
        language_short(language, json_get_string(stream, "language", NULL));
        const char *no_language = user_takes(event, s->recording->path)
                                      ? NULL
                                      : json_get_string(stream, "no_language", NULL);
        struct caption_source *c = add(s, language, no_language, NULL);
        c->stream = (int)json_get_int(stream, "index", -1);
        snprintf(c->codec, sizeof c->codec, "%s", codec);
    }
}

/* By language, so that the order of directory entries does not matter. */
static int by_language(const void *a, const void *b)
{
    const struct caption_source *x = a, *y = b;
    const int order = strcmp(x->language, y->language);
    return order ? order : x->path && y->path ? strcmp(x->path, y->path) : x->stream - y->stream;
}

static void name_list(struct caption_source *list, size_t nb)
{
    for (size_t i = 0; i < nb; i++) {
        struct caption_source *c = &list[i];
        int same = 1;
        for (size_t k = 0; k < i; k++)
            same += strcmp(list[k].language, c->language) == 0;
        const bool named = c->language[0] && nb > 1;
        AUTO_FREE char *count = same > 1 ? mem_printf("%s%d", named ? "-" : ".", same) : NULL;
        snprintf(c->suffix, sizeof c->suffix, "%s%s%s.vtt", named ? "." : "",
                 named ? c->language : "", count ? count : "");
    }
}

static void name_captions(struct source *s)
{
    if (s->nb_captions)
        qsort(s->captions, s->nb_captions, sizeof *s->captions, by_language);
    if (s->nb_set_aside)
        qsort(s->set_aside, s->nb_set_aside, sizeof *s->set_aside, by_language);
    name_list(s->captions, s->nb_captions);
}

/* --- of a part -------------------------------------------------------------------------------- */

/* Takes over the text. */
static void set_text(struct caption_source *c, struct chosen_captions *chosen,
                     const struct event *event)
{
    free(c->path);
    hash_bytes(chosen->text, strlen(chosen->text), c->hash);
    c->path = workdir_path(event->work, c->hash, "vtt");
    c->stream = -1;
    c->codec[0] = '\0';
    c->text = mem_take(&chosen->text);
}

/* Replaces those of the language (of several, the first), or adds them. Returns whether they were
 * added. */
static bool correct(struct caption_source **list, size_t *nb, struct chosen_captions *chosen,
                    const struct event *event)
{
    size_t i = 0;
    while (i < *nb && ((*list)[i].text || strcmp((*list)[i].language, chosen->language) != 0))
        i++;
    if (i < *nb) {
        set_text(&(*list)[i], chosen, event);
        return false;
    }
    *list = mem_grow(*list, *nb, sizeof **list);
    struct caption_source *c = &(*list)[(*nb)++];
    *c = (struct caption_source){.stream = -1};
    snprintf(c->language, sizeof c->language, "%s", chosen->language);
    set_text(c, chosen, event);
    return true;
}

static void copy_list(struct caption_source **out, size_t *out_nb, const struct source *s)
{
    for (size_t i = 0; i < s->nb_captions; i++) {
        *out = mem_grow(*out, *out_nb, sizeof **out);
        struct caption_source *c = &(*out)[(*out_nb)++];
        *c = s->captions[i];
        c->path = mem_strdup(c->path);
        c->no_language = c->refused = c->text = NULL;
    }
}

int captions_of_part(struct caption_source **out, size_t *out_nb, const struct source *s,
                     const struct plan *plan, int talk, int part, struct err *err)
{
    struct chosen_captions *chosen = NULL;
    size_t nb = 0;
    bool added = false;
    if (store_chosen_captions(&chosen, &nb, plan->event->store, talk, part, err) < 0)
        return err->code;
    const char *language = plan_language(plan, talk);
    *out = NULL;
    *out_nb = 0;
    copy_list(out, out_nb, s);
    for (size_t i = 0; i < nb; i++)
        if (strcmp(chosen[i].recording, s->recording->fingerprint) == 0)
            added = correct(out, out_nb, &chosen[i], plan->event) || added;
    chosen_captions_free(chosen, nb);
    for (size_t i = 0; language && i < *out_nb; i++)
        if (!(*out)[i].language[0])
            snprintf((*out)[i].language, sizeof(*out)[i].language, "%s", language);
    if (added) {
        qsort(*out, *out_nb, sizeof **out, by_language);
        name_list(*out, *out_nb);
    }
    return 0;
}

/* --- all -------------------------------------------------------------------------------------- */

int captions_find(struct source *sources, size_t nb, const struct event *event, struct err *err)
{
    struct search search = {.sources = sources, .nb = nb, .event = event};
    search.known = g_hash_table_new_full(g_str_hash, g_str_equal, free, NULL);
    for (size_t i = 0; i < nb; i++) {
        remember(&search, sources[i].captions, sources[i].nb_captions);
        remember(&search, sources[i].set_aside, sources[i].nb_set_aside);
        remember(&search, sources[i].outranked, sources[i].nb_outranked);
        captions_free(&sources[i]);
        chapters_free(&sources[i]);
    }
    look_beside(&search);
    g_hash_table_unref(search.known);
    for (size_t i = 0; i < nb; i++) {
        struct source *s = &sources[i];
        if (s->absent && (read_note(s, event, err) < 0 || chapters_read_note(s, event, err) < 0))
            return err->code;
        if (s->nb_captions == 0)
            add_streams(s, event);
        name_captions(s);
    }
    return 0;
}

char *captions_describe(const struct caption_source *c)
{
    if (c->text)
        return mem_printf("as corrected%s%s%s", c->language[0] ? " (" : "", c->language,
                          c->language[0] ? ")" : "");
    AUTO_FREE char *from = c->path ? mem_printf("'%s'", fs_basename(c->path))
                                   : mem_printf("stream %d of the recording", c->stream);
    if (c->path)
        return c->language[0] ? mem_printf("%s (%s)", from, c->language) : mem_strdup(from);
    return mem_printf("%s (%s%s%s)", from, c->codec, c->language[0] ? ", " : "", c->language);
}

/* In YAML's single quotes, where only they are doubled. */
static char *yaml_quoted(const char *text)
{
    AUTO_STR out = {0};
    for (; *text; text++)
        str_add(&out, *text == '\'' ? "\'\'" : (const char[]){*text, '\0'});
    return mem_printf("'%s'", out.s ? out.s : "");
}

char *captions_describe_set_aside(const struct source *s, const struct caption_source *c)
{
    if (c->refused)
        return mem_printf("not taken: %s; to publish captions, put a file in its place",
                          c->refused);
    AUTO_FREE char *from = captions_describe(c);
    AUTO_FREE char *name = yaml_quoted(fs_basename(c->path ? c->path : s->recording->path));
    return mem_printf("not taken: %s, which holds %s; to publish it, write into talkpress.yaml: "
                      "captions: {take: [%s]}",
                      from, c->no_language, name);
}

json_t *captions_json(const struct caption_source *list, size_t nb)
{
    json_t *all = json_array();
    for (size_t i = 0; i < nb; i++) {
        const struct caption_source *c = &list[i];
        const bool stream = !c->path && !c->text;
        json_t *one = json_pack("{s:o, s:o, s:o}", "file", json_text(c->text ? NULL : c->path),
                                "stream", stream ? json_integer(c->stream) : json_null(),
                                "language", json_text(c->language[0] ? c->language : NULL));
        if (c->text)
            json_object_set_new(one, "corrected", json_true());
        if (c->refused || c->no_language)
            json_object_set_new(one, "because",
                                json_text(c->refused ? c->refused : c->no_language));
        json_array_append_new(all, one);
    }
    return all;
}

/* Adds those that were refused, or the others. lead: what comes before the first one. */
static void add_to_summary(struct str *out, const char *lead, const struct caption_source *list,
                           size_t nb, bool refused)
{
    bool first = true;
    for (size_t i = 0; i < nb; i++) {
        if ((list[i].refused != NULL) != refused)
            continue;
        AUTO_FREE char *from = captions_describe(&list[i]);
        str_addf(out, "%s%s%s", first && out->len ? "; " : "", first ? lead : ", ",
                 refused ? list[i].refused : from);
        first = false;
    }
}

char *captions_summary(const struct caption_source *list, size_t nb, const struct source *s)
{
    AUTO_STR out = {0};
    add_to_summary(&out, "captions: ", list, nb, false);
    add_to_summary(&out, "captions not taken, no language: ", s->set_aside, s->nb_set_aside, false);
    add_to_summary(&out, "captions not taken: ", s->set_aside, s->nb_set_aside, true);
    return out.len ? str_take(&out) : NULL;
}
