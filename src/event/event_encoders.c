#include "event_encoders.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "encoder_set.h"
#include "err.h"
#include "fs.h"
#include "json.h"
#include "media_program.h"
#include "mem.h"

enum { MAX_BYTES = 1 << 18, MAX_VALUES = 4096, MAX_SETS = 16 };

static char *path_in(const char *work)
{
    return fs_join(work, "encoders.json");
}

/* --- what the answer depends on --------------------------------------------------------------- */

/* [size, time of change], or null: the file is not there. */
static json_t *state_of_file(const char *path)
{
    struct stat st;
    if (stat(path, &st) < 0)
        return json_null();
    return json_pack("[I, I]", (json_int_t)st.st_size,
                     (json_int_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec);
}

/* Of the files with these paths, the program, the list of installed libraries, and what else says
 * which libraries are loaded. A new value. */
static json_t *state_of(const json_t *paths, const char *program)
{
    static const char *const variables[] = {"LD_LIBRARY_PATH", "LD_PRELOAD"};
    static const char installed[] = "/etc/ld.so.cache";
    struct utsname machine;
    size_t i;
    json_t *path, *state = json_object(), *files = json_object();
    json_array_foreach(paths, i, path) {
        if (json_is_string(path))
            json_object_set_new(files, json_string_value(path),
                                state_of_file(json_string_value(path)));
    }
    json_object_set_new(files, program, state_of_file(program));
    json_object_set_new(files, installed, state_of_file(installed));
    json_object_set_new(state, "files", files);
    for (i = 0; i < sizeof variables / sizeof *variables; i++)
        json_object_set_new(state, variables[i], json_text(getenv(variables[i])));
    if (uname(&machine) == 0)
        json_object_set_new(state, "machine", json_text(machine.machine));
    return state;
}

static json_t *paths_in(const json_t *state)
{
    const char *path;
    json_t *value, *paths = json_array();
    json_object_foreach(json_object_get(state, "files"), path, value) {
        json_array_append_new(paths, json_string(path));
    }
    return paths;
}

/* --- the file --------------------------------------------------------------------------------- */

/* What work/encoders.json holds, or NULL. Whatever is wrong with it, the program is asked again. */
static json_t *read_file(const char *work)
{
    struct err ignored = {0};
    json_t *document = NULL;
    size_t nb;
    AUTO_FREE char *path = path_in(work), *text = NULL;
    if (fs_read(&text, &nb, path, MAX_BYTES, &ignored) < 0 ||
        json_read_limited(&document, text, nb, MAX_VALUES, path, &ignored) < 0)
        return NULL;
    return document;
}

/* The set that was found when all was as now; NULL: there is none. A new value. */
static json_t *find_known(const json_t *document, const char *program)
{
    const json_t *then = json_object_get(document, "state");
    AUTO_JSON *paths = paths_in(then), *now = state_of(paths, program);
    return json_equal(then, now) ? encoder_set_clean(json_object_get(document, "here")) : NULL;
}

static bool has_set(const json_t *list, const json_t *set)
{
    size_t i;
    const json_t *one;
    json_array_foreach(list, i, one) {
        if (json_equal(one, set))
            return true;
    }
    return false;
}

/* Adds the sets in the file to a list that has none of them twice. */
static void add_sets(json_t *list, const json_t *document)
{
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(document, "sets"), i, one) {
        AUTO_JSON *set = encoder_set_clean(one);
        if (set && !has_set(list, set))
            json_array_append(list, set);
    }
}

/* Holds the lock until *fd is closed, so that no set is lost where two commands add theirs. Without
 * it, if the file system has none, all else is as well. */
static void lock(int *fd, const char *work)
{
    *fd = open(work, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*fd >= 0)
        (void)!flock(*fd, LOCK_EX);
}

/* If it cannot be written, the next command asks again. */
static void write_file(const char *work, const json_t *here, json_t *state)
{
    struct err ignored = {0};
    AUTO_FD locked = -1;
    lock(&locked, work);
    AUTO_FREE char *path = path_in(work);
    AUTO_JSON *before = read_file(work);
    json_t *sets = json_array();
    add_sets(sets, before);
    if (!has_set(sets, here))
        json_array_append(sets, (json_t *)(uintptr_t)here);
    while (json_array_size(sets) > MAX_SETS)
        json_array_remove(sets, 0);
    AUTO_JSON *document = json_pack("{s:O, s:o, s:O}", "here", here, "sets", sets, "state", state);
    AUTO_FREE char *text = json_canonical(document);
    (void)!fs_write_atomic(path, text, strlen(text), &ignored);
}

/* --- finding ---------------------------------------------------------------------------------- */

static int ask(json_t **out, const char *work, const char *program, struct err *err)
{
    char word[] = "encoders";
    AUTO_JSON *request = json_object(), *answer = NULL;
    if (media_program_ask(&answer, program, (char *[]){word, NULL}, request, err) < 0)
        return err_prefix(err, "cannot find the versions of the encoders: ");
    AUTO_JSON *here = encoder_set_clean(json_object_get(answer, "versions")),
              *state = state_of(json_object_get(answer, "files"), program);
    if (!here)
        return err_set(err, ERR_EXTERNAL, "'%s' does not say the versions of the encoders",
                       program);
    write_file(work, here, state);
    *out = mem_take(&here);
    return 0;
}

static json_t *list_earlier(const json_t *here, const json_t *document)
{
    json_t *list = json_array();
    size_t i = 0;
    json_array_append_new(list, encoder_set_reference());
    add_sets(list, document);
    while (i < json_array_size(list))
        if (json_equal(json_array_get(list, i), here))
            json_array_remove(list, i);
        else
            i++;
    return list;
}

int event_encoders_find(struct event_encoders *out, const char *work, struct err *err)
{
    struct err absent = {0};
    AUTO_FREE char *program = NULL;
    if (media_program_find(&program, &absent) < 0) {
        *out = (struct event_encoders){.here = encoder_set_reference(), .earlier = json_array()};
        return 0;
    }
    AUTO_JSON *document = read_file(work), *here = find_known(document, program);
    if (!here && ask(&here, work, program, err) < 0)
        return err->code;
    *out = (struct event_encoders){.earlier = list_earlier(here, document)};
    out->here = mem_take(&here);
    return 0;
}

void event_encoders_doubt(const char *work)
{
    struct err ignored = {0};
    AUTO_FD locked = -1;
    lock(&locked, work);
    AUTO_JSON *document = read_file(work);
    if (!document || json_object_del(document, "state") < 0)
        return;
    AUTO_FREE char *path = path_in(work), *text = json_canonical(document);
    (void)!fs_write_atomic(path, text, strlen(text), &ignored);
}

void event_encoders_finish(struct event_encoders *e)
{
    json_decref(e->here);
    json_decref(e->earlier);
    *e = (struct event_encoders){0};
}
