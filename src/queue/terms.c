#include "terms.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fs.h"
#include "json.h"
#include "media_program.h"
#include "mem.h"
#include "queue.h"
#include "workdir.h"

static const char token_text[] = "Pilots compare the time of change of this file.\n";

void terms_finish(struct terms *t)
{
    json_decref(t->programs);
    free(t->work);
    mem_free_strings(t->folders, t->nb_folders);
    *t = (struct terms){0};
}

/* The encoders' versions as members "encoder NAME", and the architecture. */
static void add_encoders(json_t *programs, const json_t *encoders)
{
    static const char architecture[] = "architecture";
    const char *name;
    json_t *version;
    json_object_foreach((json_t *)(uintptr_t)encoders, name, version) {
        AUTO_FREE char *member =
            strcmp(name, architecture) == 0 ? mem_strdup(name) : mem_printf("encoder %s", name);
        json_object_set(programs, member, version);
    }
}

int terms_programs(json_t **out, struct err *err)
{
    AUTO_FREE char *program = NULL;
    char word[] = "versions";
    AUTO_JSON *request = json_object(), *answer = NULL, *programs = json_object();
    if (media_program_find(&program, err) < 0 ||
        media_program_ask(&answer, program, (char *[]){word, NULL}, request, err) < 0)
        return err->code;
    json_object_set_new(programs, "talkpress", json_string(TALKPRESS_VERSION));
    add_encoders(programs, json_object_get(answer, "encoders"));
    json_object_del(answer, "encoders");
    json_object_update(programs, answer);
    *out = mem_take(&programs);
    return 0;
}

/* --- the file --------------------------------------------------------------------------------- */

static char *token_path(const char *queue)
{
    return fs_join(queue, "token");
}

static json_t *folders(const struct terms *t)
{
    json_t *list = json_array();
    for (size_t i = 0; i < t->nb_folders; i++)
        json_array_append_new(list, json_string(t->folders[i])); /* not UTF-8: left out */
    return list;
}

/* In whole nanoseconds, which JSON keeps as a 64-bit integer. */
static int64_t token_time_ns(const char *queue)
{
    AUTO_FREE char *path = token_path(queue);
    struct stat st;
    return stat(path, &st) < 0 ? -1 : (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
}

int terms_write(const char *queue, const struct terms *t, struct err *err)
{
    AUTO_FREE char *path = fs_join(queue, "terms.json"), *token = token_path(queue);
    if (!fs_exists(token) && fs_write(token, token_text, strlen(token_text), err) < 0)
        return err->code;
    AUTO_JSON *document =
        json_pack("{s:s, s:O, s:o, s:o, s:I, s:s, s:i, s:i, s:i}", "run", t->run, "programs",
                  t->programs, "work", json_text(t->work), "folders", folders(t), "token_mtime_ns",
                  (json_int_t)token_time_ns(queue), "sandbox", sandbox_mode_name(t->sandbox),
                  "stall_s", t->stall_s, "silent_s", t->silent_s, "idle_s", t->idle_s);
    return queue_write(path, document, err);
}

static int seconds(const json_t *document, const char *name, int fallback)
{
    const int64_t s = json_get_int(document, name, fallback);
    return s >= 1 && s <= 86400 ? (int)s : fallback;
}

int terms_read(struct terms *out, const char *queue, struct err *err)
{
    AUTO_FREE char *path = fs_join(queue, "terms.json");
    AUTO_JSON *document = queue_read(path);
    const char *run = json_get_string(document, "run", "");
    json_t *programs = json_object_get(document, "programs"), *folder;
    size_t i;
    if (!workdir_key_valid(run) || !json_is_object(programs))
        return err_set(err, ERR_NOT_FOUND, "'%s' is not there, or not whole", path);
    *out = (struct terms){
        .programs = json_incref(programs),
        .work = mem_strdup(json_get_string(document, "work", "")),
        .stall_s = seconds(document, "stall_s", 300),
        .silent_s = seconds(document, "silent_s", 60),
        .idle_s = seconds(document, "idle_s", 60),
        .token_ns = json_get_int(document, "token_mtime_ns", -1),
    };
    memcpy(out->run, run, KEY_BYTES);
    (void)sandbox_mode_parse(&out->sandbox, json_get_string(document, "sandbox", "best-effort"));
    json_array_foreach(json_object_get(document, "folders"), i, folder) {
        if (json_is_string(folder))
            mem_add_string(&out->folders, &out->nb_folders, json_string_value(folder));
    }
    return 0;
}

/* --- comparing -------------------------------------------------------------------------------- */

int terms_compare(const struct terms *t, const json_t *programs, struct err *err)
{
    const char *name;
    json_t *wanted;
    json_object_foreach(t->programs, name, wanted) {
        const char *want = json_is_string(wanted) ? json_string_value(wanted) : "",
                   *have = json_get_string(programs, name, "none");
        if (strcmp(want, have) != 0)
            return err_set(err, ERR_INVALID,
                           "its %s is another one (%s; of the coordinator: %s), so that its files "
                           "might differ: install the same there",
                           name, have, want);
    }
    return 0;
}

int terms_check_disk(const struct terms *t, const char *queue, struct err *err)
{
    AUTO_FREE char *own = queue_in(t->work);
    const int64_t here_ns = token_time_ns(own), there_ns = t->token_ns;
    for (size_t i = 0; i < t->nb_folders; i++)
        if (!fs_is_dir(t->folders[i]))
            return err_set(err, ERR_INVALID,
                           "the folder '%s' is not there: recordings must have the same path on "
                           "all machines",
                           t->folders[i]);
    if (here_ns < 0)
        return err_set(err, ERR_INVALID,
                       "the event's folder is not at '%s', as on the coordinator's machine (the "
                       "queue is '%s')",
                       t->work, queue);
    return here_ns == there_ns
               ? 0
               : err_set(err, ERR_INVALID,
                         "its disk gives files other times of change (%lld ns; the coordinator's "
                         "%lld), by which changed recordings are found: mount it there as here",
                         (long long)here_ns, (long long)there_ns);
}
