#include "pauses.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "fs.h"
#include "json.h"
#include "mem.h"

enum { FIRST_S = 60, MOST_S = 3600 };

struct pauses {
    char *path;
    json_t *jobs;  /* by key: "at", "tries", "next" */
    json_t *noted; /* the same, since the last pauses_keep */
};

struct pauses *pauses_open(const char *path)
{
    struct pauses *p = mem_zalloc(1, sizeof *p);
    struct err ignored = {0};
    p->path = mem_strdup(path);
    p->noted = json_object();
    if (json_read_file(&p->jobs, path, &ignored) < 0)
        p->jobs = json_object();
    return p;
}

void pauses_close_p(struct pauses **pauses)
{
    struct pauses *p = *pauses;
    if (!p)
        return;
    json_decref(p->jobs);
    json_decref(p->noted);
    free(p->path);
    free(p);
    *pauses = NULL;
}

static double pause_s(int64_t tries)
{
    double s = FIRST_S;
    for (int64_t i = 1; i < tries && s < MOST_S; i++)
        s *= 2;
    return s < MOST_S ? s : MOST_S;
}

double pauses_note(struct pauses *p, const char *key, const char *at, bool tried, double now)
{
    const json_t *before = json_object_get(p->jobs, key);
    int64_t tries = json_get_int(before, "tries", 0);
    double next = json_get_number(before, "next", 0), pause = 0;
    if (tried && (!before || strcmp(json_get_string(before, "at", ""), at) != 0)) {
        tries++;
        pause = pause_s(tries);
        next = now + pause;
    }
    if (next > now + MOST_S) /* the clock was set back */
        next = now + MOST_S;
    json_t *job = json_pack("{s:s, s:I, s:f}", "at", at, "tries", (json_int_t)tries, "next", next);
    json_object_set_new(p->noted, key, job);
    json_object_set(p->jobs, key, job);
    return pause;
}

void pauses_keep(struct pauses *p)
{
    struct err ignored = {0};
    json_t *noted = p->noted;
    p->noted = json_object();
    json_decref(p->jobs);
    p->jobs = noted;
    if (!json_object_size(p->jobs) && !fs_exists(p->path))
        return;
    AUTO_FREE char *text = json_file_text(p->jobs);
    (void)!fs_write_atomic(p->path, text, strlen(text), &ignored);
}

void pauses_end(struct pauses *p, const char *key)
{
    json_object_del(p->jobs, key);
}

bool pauses_hold(const struct pauses *p, const char *key, double now)
{
    return json_get_number(json_object_get(p->jobs, key), "next", 0) > now;
}

double pauses_next(const struct pauses *p, double now)
{
    double next = 0;
    const char *key;
    json_t *job;
    json_object_foreach(p->jobs, key, job) {
        const double at = json_get_number(job, "next", 0);
        if (at > now && (next == 0 || at < next))
            next = at;
    }
    return next;
}
