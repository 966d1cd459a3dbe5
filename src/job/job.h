/* A job, one run of a worker, and the keys that name what jobs make. A key is a hash of everything
 * that can change the result, so that a result with that key need not be made again. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct job {
    char key[33];
    const char
        *stage; /* "probe", "analyse", "card", "cell", "sound", "poster", "captions", "assemble" */
    char *what; /* for a person: "talk 15/1: 0:24-0:48, 3 renditions" */
    json_t *spec;   /* this and what are NULL where a plan only counts */
    double cost;    /* estimated seconds of one core */
    bool reads;     /* the recording has to be there */
    int talk, part; /* 0: of a recording, not of a part */
    size_t owner;   /* the part's number in a run */
};

/* Appends a job to a list that grows; the pointer holds until the next one is added. Its spec comes
 * with job_begin_spec. */
struct job *job_add(struct job **jobs, size_t *nb, const char *stage, const char *key);
void job_begin_spec(struct job *job);
/* Takes the value over. */
void job_set(struct job *job, const char *name, json_t *value);
void job_finish(struct job *job);

/* In the order in which they are best done: the costly ones first, so that small ones are left for
 * the end of a run, when cores wait for each other. But a card before all others: what is wrong
 * with its text shows at once. */
void job_sort(struct job *jobs, size_t nb);

/* A key in the making: from a stage and its version, parts are added in a fixed order. */
struct key {
    struct hash *hash;
};
struct key key_begin(const char *stage, int version);
void key_json(struct key *key, const json_t *value);
void key_text(struct key *key, const char *text);  /* NULL counts as "" */
void key_maybe(struct key *key, const char *text); /* NULL differs from "" */
void key_int(struct key *key, int64_t value);
void key_end(struct key *key, char out[33]);
