/*
 * Makes results when somebody asks for them, in worker processes, beside whatever else works on the
 * event: 'review' shows places of recordings that nobody encoded beforehand. Unlike the executor it
 * does not hold the event's lock, never blocks, and writes nothing to the store: its results stay
 * in work/. Its workers have their folders in one that it claims (workdir_claim).
 *
 * What was asked for last is made first. What is made ahead gives way to what somebody waits for.
 * A job that fails or stalls ends with a sentence for the user; it is tried again when it is asked
 * for again. One thread.
 */
#pragma once

#include <jansson.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

#include "err.h"
#include "key.h"
#include "stage.h"

struct event;
struct job_spec;
struct on_demand;
struct zygote;

/* Who asks. All calls come from on_demand_turn. */
struct on_demand_user {
    size_t wish_bytes; /* of the user's description of a job, which is copied */
    /* Fills the spec of a job that starts, but for its folders. */
    int (*begin)(void *opaque, struct job_spec *out, const void *wish, struct err *err);
    /* A job has ended. results: its results, borrowed; NULL: why says what happened. */
    void (*ended)(void *opaque, const struct job_spec *spec, const void *wish,
                  const json_t *results, const struct err *why);
    void *opaque;
};

struct on_demand_want {
    char key[KEY_BYTES]; /* of the job */
    bool ahead;          /* nobody waits for it yet */
    int stall_s;         /* it is stopped after this many seconds without progress */
};

/* Both are used until it is destroyed. */
struct on_demand *on_demand_create(struct event *event, struct zygote *zygote,
                                   const struct on_demand_user *user);
/* Kills its workers and removes its folder. */
void on_demand_destroy(struct on_demand *jobs);

/* Asks for a job. One that waits already becomes the newest; one that runs is not made twice: then
 * false is returned. */
bool on_demand_add(struct on_demand *jobs, const struct on_demand_want *want, const void *wish);
/* Nobody waits for it any more: unless it has started, it is not made. */
void on_demand_drop(struct on_demand *jobs, const char *key);

/* Fills in what poll() should wait for and lowers *most_ms, the time it may wait. fds has room for
 * on_demand_most_fds entries. Returns the number. */
size_t on_demand_most_fds(const struct on_demand *jobs);
size_t on_demand_expect(struct pollfd *fds, int *most_ms, const struct on_demand *jobs);
/* Takes what ended, of what poll() found, and starts what waits. */
void on_demand_turn(struct on_demand *jobs, const struct pollfd *fds, size_t nb_fds);

/* Starts what waits and takes what ends, for a user that waits for nothing else: until something
 * happens, a signal comes or most_ms are over. */
void on_demand_wait(struct on_demand *jobs, int most_ms);

/* The result of a job that was made before, and whose file is there; NULL: it was not. A new
 * value. */
json_t *on_demand_made(const struct event *event, enum stage stage, const char *key);

/* Writes the results of a probe or an analysis, which 'ended' got, to the store, and removes an
 * earlier failure. The caller holds the event's lock. */
ATTR_NODISCARD int on_demand_store(const struct event *event, const struct job_spec *spec,
                                   const json_t *results, struct err *err);
