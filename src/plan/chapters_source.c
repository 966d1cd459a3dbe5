#include "chapters_source.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "beside.h"
#include "found.h"
#include "fs.h"
#include "json.h"
#include "keys.h"
#include "mem.h"
#include "plan.h"

/* The first of these is used. */
static const char *const suffixes[] = {".chapters.vtt", ".chapters.txt"};
enum { NB_SUFFIXES = sizeof suffixes / sizeof *suffixes };

/* NB_SUFFIXES: none of them. *stem: the bytes before it. */
static int suffix_rank(size_t *stem, const char *name)
{
    int i = 0;
    for (; i < NB_SUFFIXES; i++) {
        const size_t nb = strlen(name), suffix = strlen(suffixes[i]);
        *stem = nb - suffix;
        if (nb > suffix && strcasecmp(name + *stem, suffixes[i]) == 0)
            break;
    }
    return i;
}

bool chapters_file_name(const char *name)
{
    size_t stem;
    return suffix_rank(&stem, name) < NB_SUFFIXES;
}

void chapters_free(struct source *s)
{
    free(s->chapters.path);
    free(s->chapters.refused);
    chapters_finish(&s->chapters.list);
    s->chapters = (struct chapters_beside){0};
}

/* --- files beside ----------------------------------------------------------------------------- */

static bool outranks(const char *path, const char *other)
{
    size_t stem;
    const int rank = suffix_rank(&stem, path), its = suffix_rank(&stem, other);
    return rank < its || (rank == its && strcmp(path, other) <= 0);
}

struct found_file {
    const char *dir, *name;
};

static void read_list(void *opaque, struct source *s)
{
    const struct found_file *f = opaque;
    struct err why = {0};
    size_t nb;
    AUTO_FREE char *bytes = NULL, *path = fs_join(f->dir, f->name);
    if (s->chapters.path && outranks(s->chapters.path, path))
        return;
    chapters_free(s);
    s->chapters.path = mem_take(&path);
    if (found_read(&bytes, &nb, f->dir, f->name, CHAPTERS_FILE_BYTES, &why) < 0 ||
        chapters_read(&s->chapters.list, f->name, bytes, nb, &why) < 0)
        s->chapters.refused = mem_strdup(why.msg);
}

void chapters_give(struct source *sources, size_t nb, const char *dir, const char *name)
{
    size_t stem;
    if (suffix_rank(&stem, name) < NB_SUFFIXES)
        beside_each(sources, nb, dir, name, stem, read_list, &(struct found_file){dir, name});
}

/* --- notes ------------------------------------------------------------------------------------ */

int chapters_read_note(struct source *s, const struct event *event, struct err *err)
{
    char key[KEY_BYTES];
    AUTO_JSON *note = NULL;
    keys_chapters_note(key, s->recording->fingerprint);
    if (store_result(&note, event->store, key, err) < 0)
        return err->code;
    size_t i;
    json_t *chapter;
    s->chapters.path = mem_strdup(json_get_string(note, "path", NULL));
    s->chapters.refused = mem_strdup(json_get_string(note, "refused", NULL));
    json_array_foreach(json_object_get(note, "chapters"), i, chapter) {
        AUTO_FREE char *title = NULL;
        struct err ignored = {0};
        const int64_t at_ms = json_get_int(chapter, "at_ms", -1);
        if (at_ms >= 0 && s->chapters.list.nb < CHAPTERS_MAX &&
            chapters_title(&title, json_get_string(chapter, "title", ""), &ignored) == 0)
            chapters_add(&s->chapters.list, at_ms, title);
    }
    return 0;
}

static json_t *note_of(const struct chapters_beside *c)
{
    json_t *list = json_array();
    for (size_t i = 0; i < c->list.nb; i++)
        json_array_append_new(list,
                              json_pack("{s:I, s:s}", "at_ms", (json_int_t)c->list.list[i].at_ms,
                                        "title", c->list.list[i].title));
    return json_pack("{s:o, s:o, s:o}", "path", json_text(c->path), "refused",
                     json_text(c->refused), "chapters", list);
}

int chapters_note(const struct plan *p, struct err *err)
{
    for (size_t i = 0; i < p->nb_recordings; i++) {
        const struct source *s = &p->sources[i];
        char key[KEY_BYTES];
        AUTO_JSON *before = NULL;
        if (s->absent)
            continue;
        keys_chapters_note(key, s->recording->fingerprint);
        if (store_result(&before, p->event->store, key, err) < 0)
            return err->code;
        AUTO_JSON *now = note_of(&s->chapters);
        if (before ? json_equal(before, now) : !s->chapters.path)
            continue;
        if (store_set_result(p->event->store, key, "chapters", now, err) < 0)
            return err->code;
    }
    return 0;
}
