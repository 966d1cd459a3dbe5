#include "beats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "claims.h"
#include "fs.h"
#include "json.h"
#include "mem.h"
#include "queue.h"
#include "str.h"
#include "workdir.h"

double silence_note(struct silence *s, int64_t beat, double now_s)
{
    if (s->since_s <= 0 || s->beat != beat)
        *s = (struct silence){beat, now_s};
    return now_s - s->since_s;
}

void silence_excuse(struct silence *s, double stopped_s)
{
    if (s->since_s > 0)
        s->since_s += stopped_s;
}

/* For messages: what a program that is broken has written may move a terminal's cursor. */
static char *text_of(const json_t *document, const char *name)
{
    enum { MOST_BYTES = 1000 };
    return str_quote(json_get_string(document, name, ""), MOST_BYTES);
}

/* --- the coordinator's ----------------------------------------------------------------------- */

void run_beat_finish(struct run_beat *b)
{
    free(b->host);
    for (size_t i = 0; i < b->nb_silent; i++)
        free(b->silent[i].name);
    free(b->silent);
    *b = (struct run_beat){0};
}

void run_beat_add_silent(struct run_beat *b, const char *name, double silent_s, bool lost)
{
    b->silent = mem_grow(b->silent, b->nb_silent, sizeof *b->silent);
    b->silent[b->nb_silent++] = (struct pilot_silence){mem_strdup(name), (int64_t)silent_s, lost};
}

const struct pilot_silence *run_beat_silence_of(const struct run_beat *b, const char *name)
{
    for (size_t i = 0; i < b->nb_silent; i++)
        if (strcmp(b->silent[i].name, name) == 0)
            return &b->silent[i];
    return NULL;
}

/* {NAME: for how many seconds}, of those that are lost or of those that are not. */
static json_t *silent_json(const struct run_beat *b, bool lost)
{
    json_t *out = json_object();
    for (size_t i = 0; i < b->nb_silent; i++)
        if (b->silent[i].lost == lost)
            json_object_set_new(out, b->silent[i].name, json_integer(b->silent[i].silent_s));
    return out;
}

static void read_silent(struct run_beat *out, json_t *pilots, bool lost)
{
    static const double most_s = 1e7;
    const char *name;
    json_t *silent_s;
    json_object_foreach(pilots, name, silent_s)
        if (pilot_name_valid(name))
            run_beat_add_silent(out, name, fmin(fmax(json_number_value(silent_s), 0), most_s),
                                lost);
}

int run_beat_write(const char *queue, const struct run_beat *b, struct err *err)
{
    AUTO_FREE char *path = fs_join(queue, "run.json");
    AUTO_JSON *document =
        json_pack("{s:s, s:o, s:I, s:I, s:o, s:o}", "run", b->run, "host", json_text(b->host),
                  "pid", (json_int_t)b->pid, "beat", (json_int_t)b->beat, "silent",
                  silent_json(b, false), "lost", silent_json(b, true));
    return queue_write(path, document, err);
}

bool run_beat_read(struct run_beat *out, const char *queue)
{
    AUTO_FREE char *path = fs_join(queue, "run.json");
    AUTO_JSON *document = queue_read(path);
    const char *run = json_get_string(document, "run", "");
    if (!workdir_key_valid(run))
        return false;
    *out = (struct run_beat){
        .host = text_of(document, "host"),
        .pid = json_get_int(document, "pid", 0),
        .beat = json_get_int(document, "beat", 0),
    };
    memcpy(out->run, run, KEY_BYTES);
    read_silent(out, json_object_get(document, "silent"), false);
    read_silent(out, json_object_get(document, "lost"), true);
    return true;
}

/* --- a pilot's ------------------------------------------------------------------------------- */

static const char *const states[] = {"works", "ends", "refuses"};

void pilot_beat_finish(struct pilot_beat *b)
{
    free(b->node);
    free(b->task);
    free(b->sandbox);
    free(b->why);
    free(b->running);
    *b = (struct pilot_beat){0};
}

static char *beat_path(const char *queue, const char *pilot)
{
    return mem_printf("%s/pilots/%s/beat.json", queue, pilot);
}

int pilot_beat_write(const char *queue, const char *pilot, const struct pilot_beat *b,
                     struct err *err)
{
    AUTO_FREE char *path = beat_path(queue, pilot);
    json_t *running = json_object();
    for (size_t i = 0; i < b->nb_running; i++)
        json_object_set_new(running, b->running[i].key, json_real(b->running[i].done));
    AUTO_JSON *document = json_pack(
        "{s:I, s:o, s:o, s:i, s:I, s:o, s:b, s:s, s:o, s:o}", "beat", (json_int_t)b->beat, "node",
        json_text(b->node), "task", json_text(b->task), "cores", b->cores, "memory_mb",
        (json_int_t)b->memory_mb, "sandbox", json_text(b->sandbox), "sandbox_whole",
        b->sandbox_whole, "state", states[b->state], "why", json_text(b->why), "running", running);
    return queue_write(path, document, err);
}

static enum pilot_state state_of(const json_t *document)
{
    const char *name = json_get_string(document, "state", states[PILOT_WORKS]);
    for (int i = PILOT_ENDS; i <= PILOT_REFUSES; i++)
        if (strcmp(states[i], name) == 0)
            return (enum pilot_state)i;
    return PILOT_WORKS;
}

static void read_running(struct pilot_beat *out, json_t *running)
{
    const char *key;
    json_t *done;
    out->running = mem_zalloc(json_object_size(running) + 1, sizeof *out->running);
    json_object_foreach(running, key, done) {
        if (!workdir_key_valid(key))
            continue;
        struct pilot_running *r = &out->running[out->nb_running++];
        memcpy(r->key, key, KEY_BYTES);
        r->done = fmin(fmax(json_number_value(done), 0), 1);
    }
}

bool pilot_beat_read(struct pilot_beat *out, const char *queue, const char *pilot)
{
    enum { MAX_CORES = 4096 };
    AUTO_FREE char *path = beat_path(queue, pilot);
    AUTO_JSON *document = queue_read(path);
    if (!document)
        return false;
    const int64_t cores = json_get_int(document, "cores", 1);
    *out = (struct pilot_beat){
        .beat = json_get_int(document, "beat", 0),
        .node = text_of(document, "node"),
        .task = text_of(document, "task"),
        .cores = cores < 1           ? 1
                 : cores > MAX_CORES ? MAX_CORES
                                     : (int)cores,
        .memory_mb = (long)json_get_int(document, "memory_mb", 0),
        .sandbox = text_of(document, "sandbox"),
        .sandbox_whole = json_get_bool(document, "sandbox_whole", true),
        .state = state_of(document),
        .why = text_of(document, "why"),
    };
    read_running(out, json_object_get(document, "running"));
    return true;
}
