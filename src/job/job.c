#include "job.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "json.h"
#include "mem.h"

struct key key_begin(const char *stage, int version)
{
    struct key k = {hash_create()};
    hash_add_str(k.hash, stage);
    hash_add_int(k.hash, version);
    return k;
}

void key_json(struct key *k, const json_t *value)
{
    AUTO_FREE char *text = json_canonical(value);
    hash_add_str(k->hash, text);
}

void key_text(struct key *k, const char *text)
{
    hash_add_str(k->hash, text ? text : "");
}

void key_maybe(struct key *k, const char *text)
{
    key_int(k, text != NULL);
    key_text(k, text);
}

void key_int(struct key *k, int64_t value)
{
    hash_add_int(k->hash, value);
}

void key_end(struct key *k, char out[33])
{
    hash_hex(k->hash, out);
    hash_destroy(k->hash);
}

struct job *job_add(struct job **jobs, size_t *nb, const char *stage, const char *key)
{
    *jobs = mem_grow(*jobs, *nb, sizeof **jobs);
    struct job *job = &(*jobs)[(*nb)++];
    *job = (struct job){.stage = stage};
    snprintf(job->key, sizeof job->key, "%s", key);
    return job;
}

void job_begin_spec(struct job *job)
{
    job->spec = json_object();
    json_object_set_new(job->spec, "stage", json_string(job->stage));
    json_object_set_new(job->spec, "key", json_string(job->key));
}

void job_set(struct job *job, const char *name, json_t *value)
{
    json_object_set_new(job->spec, name, value);
}

void job_finish(struct job *job)
{
    free(job->what);
    json_decref(job->spec);
    *job = (struct job){0};
}

struct place {
    size_t at;
    double cost;
};

/* Of equal ones, the first as it was: cells in order of time. */
static int costly_first(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    if (x->cost != y->cost)
        return x->cost < y->cost ? 1 : -1;
    return (x->at > y->at) - (x->at < y->at);
}

void job_sort(struct job *jobs, size_t nb)
{
    AUTO_FREE struct place *order = mem_zalloc(nb, sizeof *order);
    AUTO_FREE struct job *sorted = mem_zalloc(nb, sizeof *sorted);
    size_t card = 0;
    while (card < nb && strcmp(jobs[card].stage, "card") != 0)
        card++;
    for (size_t i = 0; i < nb; i++)
        order[i] = (struct place){i, i == card ? INFINITY : jobs[i].cost};
    qsort(order, nb, sizeof *order, costly_first);
    for (size_t i = 0; i < nb; i++)
        sorted[i] = jobs[order[i].at];
    for (size_t i = 0; i < nb; i++)
        jobs[i] = sorted[i];
}
