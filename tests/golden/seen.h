/*
 * What planning and running look like from outside: test_golden knows jobs, parts and recordings
 * only through these functions; of a plan, that it is loaded and refreshed and has a programme. A
 * failure fails the test.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct event;
struct part;
struct plan;
struct str;
struct talk;
struct tape;

struct seen_job {
    const char *stage;
    char key[33];
    char *what, *spec; /* spec: the bytes that the worker reads */
    bool reads;
    double cost;
    int talk, part;
};

struct seen_jobs {
    struct seen_job *jobs;
    size_t nb;
};

struct seen_part {
    char *state;   /* a line */
    char *outputs; /* a line for each */
    struct seen_jobs wave;
};

void forget_jobs(struct seen_jobs *seen);
void forget_part(struct seen_part *seen);

/* Probes, or analyses. */
void see_jobs_of_recordings(struct seen_jobs *out, struct plan *plan, bool analyses);
void see_part(struct seen_part *out, struct plan *plan, const struct talk *talk,
              const struct part *part);

/* Every key that a part uses, three in a line. */
char *see_keys(struct plan *plan, const struct talk *talk, const struct part *part);

void see_recording(struct str *out, const struct plan *plan, size_t i);

/* The notes on captions beside recordings, by key. */
void see_captions_notes(struct str *out, const struct plan *plan);

/* Not flushed to disk: there are hundreds. */
void put_file(const char *path, const char *text);

/* Puts what a job made where a run would: in work/ and, unless unwritten, in the store. */
void put_result(const struct event *event, const char *stage, const char *key, const char *ext,
                const json_t *result, bool unwritten);
void put_blocks(const struct event *event, const char *key, const struct tape *tape);
