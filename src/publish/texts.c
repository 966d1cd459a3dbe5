#include "texts.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "event.h"
#include "fs.h"
#include "hash.h"
#include "json.h"
#include "keys.h"
#include "mem.h"
#include "store.h"

struct text {
    char *name, *text;        /* text NULL: out/ has it */
    size_t nb;                /* bytes of text */
    char made_of[HASH_BYTES]; /* "": not known */
    bool differs, foreign;
};

struct texts {
    struct event *event;
    struct text *list; /* sorted by name once they are compared */
    size_t nb;
    char key[KEY_BYTES]; /* under which the store keeps the names */
    json_t *before;      /* names of texts that are, or may be, in out/, each with its note */
};

/* --- in memory -------------------------------------------------------------------------------- */

int texts_open(struct texts **out, struct event *event, struct err *err)
{
    AUTO_TEXTS *t = mem_zalloc(1, sizeof *t);
    AUTO_JSON *result = NULL;
    t->event = event;
    keys_texts(t->key);
    if (store_result(&result, event->store, t->key, err) < 0)
        return err->code;
    json_t *names = json_object_get(result, "names");
    t->before = json_is_object(names) ? json_incref(names) : json_object();
    *out = mem_take(&t);
    return 0;
}

void texts_add(struct texts *t, char *name, char *text, size_t nb)
{
    texts_add_made(t, name, text, nb, "");
}

void texts_add_made(struct texts *t, char *name, char *text, size_t nb, const char *made_of)
{
    t->list = mem_grow(t->list, t->nb, sizeof *t->list);
    struct text *added = &t->list[t->nb++];
    *added = (struct text){.name = name, .text = text, .nb = nb};
    snprintf(added->made_of, sizeof added->made_of, "%s", made_of);
}

/* What the store keeps of a text in out/: true, or what it was made of and how its file looks, so
 * that a text which somebody changed is written again. */
static json_t *note_of(const struct texts *t, const char *name, const char *made_of)
{
    AUTO_FREE char *path = fs_join(t->event->out, name);
    struct stat st;
    return *made_of && lstat(path, &st) == 0 && S_ISREG(st.st_mode)
               ? json_sprintf("%s %lld %lld.%09ld", made_of, (long long)st.st_size,
                              (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec)
               : json_true();
}

bool texts_is_current(const struct texts *t, const char *name, const char *made_of)
{
    AUTO_JSON *now = note_of(t, name, made_of);
    return json_is_string(now) && json_equal(now, json_object_get(t->before, name));
}

bool texts_added(const struct texts *t, const char *name)
{
    for (size_t i = 0; i < t->nb; i++)
        if (strcmp(t->list[i].name, name) == 0)
            return true;
    return false;
}

bool texts_is_foreign(const struct texts *t, const char *name)
{
    AUTO_FREE char *path = fs_join(t->event->out, name);
    return !json_object_get(t->before, name) && fs_is_taken(path);
}

static int by_name(const void *a, const void *b)
{
    const struct text *x = a, *y = b;
    return strcmp(x->name, y->name);
}

static bool is_there(const char *path, const struct text *text)
{
    AUTO_FREE char *now = NULL;
    size_t nb;
    struct err ignored = {0};
    return fs_is_regular(path) && fs_size(path) == (int64_t)text->nb &&
           fs_read(&now, &nb, path, text->nb + 1, &ignored) == 0 && nb == text->nb &&
           memcmp(now, text->text, nb) == 0;
}

void texts_compare(struct texts *t)
{
    if (t->nb)
        qsort(t->list, t->nb, sizeof *t->list, by_name);
    for (size_t i = 0; i < t->nb; i++) {
        struct text *text = &t->list[i];
        AUTO_FREE char *path = fs_join(t->event->out, text->name);
        text->foreign = texts_is_foreign(t, text->name);
        text->differs = text->text && !text->foreign && !is_there(path, text);
    }
}

const char *texts_foreign(const struct texts *t, size_t nb)
{
    for (size_t i = 0; i < t->nb; i++)
        if (t->list[i].foreign && nb-- == 0)
            return t->list[i].name;
    return NULL;
}

bool texts_have(const struct texts *t, const char *name)
{
    const struct text wanted = {.name = (char *)(uintptr_t)name};
    return (t->nb && bsearch(&wanted, t->list, t->nb, sizeof *t->list, by_name)) ||
           json_object_get(t->before, name);
}

/* --- writing ---------------------------------------------------------------------------------- */

static int write_tmp(const char *path, const struct text *text, struct err *err)
{
    AUTO_FREE char *tmp = fs_tmp_name(path);
    return fs_write_new(tmp, text->text, text->nb, err);
}

/* Under names that are not theirs yet, and flushed. */
static int write_tmps(size_t *nb, const struct texts *t, struct err *err)
{
    for (size_t i = 0; i < t->nb; i++) {
        AUTO_FREE char *path = fs_join(t->event->out, t->list[i].name);
        if (t->list[i].differs && write_tmp(path, &t->list[i], err) < 0)
            return err->code;
        *nb += t->list[i].differs;
    }
    return *nb ? fs_sync_disk(t->event->out, err) : 0;
}

/* The disk may be full. */
static void remove_tmps(const struct texts *t)
{
    for (size_t i = 0; i < t->nb; i++) {
        AUTO_FREE char *path = fs_join(t->event->out, t->list[i].name), *tmp = fs_tmp_name(path);
        if (t->list[i].differs)
            (void)unlink(tmp);
    }
}

/* A site has thousands of pages: they are flushed together, and only then get their names. */
static int write_texts(size_t *nb_written, const struct texts *t, struct err *err)
{
    const char *out = t->event->out;
    size_t nb = 0;
    if (write_tmps(&nb, t, err) < 0) {
        remove_tmps(t);
        return err->code;
    }
    for (size_t i = 0; i < t->nb; i++) {
        AUTO_FREE char *path = fs_join(out, t->list[i].name), *tmp = fs_tmp_name(path);
        if (t->list[i].differs && fs_rename(tmp, path, err) < 0) {
            remove_tmps(t);
            return err->code;
        }
    }
    *nb_written += nb;
    return 0;
}

static int remove_stale(bool *any, const struct texts *t, const json_t *names, struct err *err)
{
    const char *name;
    json_t *value;
    json_object_foreach(t->before, name, value) {
        AUTO_FREE char *path = fs_join(t->event->out, name);
        if (json_object_get(names, name))
            continue;
        if (fs_remove_all(path, err) < 0)
            return err->code;
        *any = true;
    }
    return 0;
}

static int write_names(const struct texts *t, const json_t *names, struct err *err)
{
    AUTO_JSON *result = json_pack("{s:O}", "names", names);
    return store_set_result(t->event->store, t->key, "texts", result, err);
}

/* The names of all texts; as_they_are: with their notes, once they are written. */
static json_t *names_of(const struct texts *t, bool as_they_are)
{
    json_t *names = json_object();
    for (size_t i = 0; i < t->nb; i++) {
        const struct text *text = &t->list[i];
        json_t *before = json_object_get(t->before, text->name);
        if (text->foreign)
            continue;
        json_object_set_new(names, text->name,
                            as_they_are ? note_of(t, text->name, text->made_of)
                            : before    ? json_incref(before)
                                        : json_true());
    }
    return names;
}

int texts_put(size_t *nb_written, struct texts *t, struct err *err)
{
    AUTO_JSON *names = names_of(t, false), *all = json_copy(t->before);
    const size_t nb_before = *nb_written;
    bool removed = false;
    json_object_update(all, names);
    /* The store goes first, so that after a crash the texts are known to be ours. */
    if (!json_equal(all, t->before) && write_names(t, all, err) < 0)
        return err->code;
    if (write_texts(nb_written, t, err) < 0 || remove_stale(&removed, t, names, err) < 0)
        return err->code;
    if ((removed || *nb_written > nb_before) && fs_sync(t->event->out, err) < 0)
        return err->code;
    AUTO_JSON *after = names_of(t, true);
    return json_equal(all, after) ? 0 : write_names(t, after, err);
}

int texts_distrust(struct event *event, struct err *err)
{
    AUTO_TEXTS *t = NULL;
    const char *name;
    json_t *note;
    if (texts_open(&t, event, err) < 0 || !t)
        return err->code;
    AUTO_JSON *names = json_object();
    json_object_foreach(t->before, name, note)
        json_object_set_new(names, name, json_true());
    return json_equal(names, t->before) ? 0 : write_names(t, names, err);
}

void texts_close_p(struct texts **texts)
{
    struct texts *t = *texts;
    if (!t)
        return;
    for (size_t i = 0; i < t->nb; i++) {
        free(t->list[i].name);
        free(t->list[i].text);
    }
    free(t->list);
    json_decref(t->before);
    free(t);
}
