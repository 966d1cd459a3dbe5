/*
 * What is made when a page asks for it, as the files that make it share it: showing.c the previews
 * and the thumbnails, showing_captions.c captions, showing_reading.c what is missing of a
 * recording. The others use service.h. Inner header; one thread.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "hash.h"
#include "job.h"
#include "review_link.h"

struct answer;
struct job_spec;
struct preview;
struct service;
struct source;

enum { MOST_ASKED = 256, NB_HEADS = 64 };

/* What a job makes. */
struct showing_wish {
    enum stage stage;
    char recording[HASH_BYTES]; /* fingerprint */
    int64_t number;             /* of the segment, or of the sheet */
    bool sound;
    int stream;
    char use[16]; /* "": the sound that is published */
};

/* A request that waits for a job. */
struct asked {
    int64_t id;
    enum link_wish wish;
    bool head; /* any segment of the track serves */
    char key[KEY_BYTES];
    struct showing_wish of;
};

/* A segment that was made: its header serves for all of its track. */
struct head {
    char recording[HASH_BYTES];
    bool sound;
    char key[KEY_BYTES];
};

struct showing {
    struct service *service;
    struct asked asked[MOST_ASKED];
    size_t nb_asked;
    struct head heads[NB_HEADS];
    size_t nb_heads;         /* ever */
    struct preview *preview; /* the one that was last asked for; NULL: none */
    char opened[HASH_BYTES]; /* of which recording */
    size_t nb_reading;       /* probes and analyses that run or wait */
    json_t *unread;          /* why recordings could not be read, by fingerprint */
};

/* NULL: there is no such recording in the event. */
const struct source *showing_find_source(const struct showing *m, const char *fingerprint);
/* Answers now if it is made; else waits for a job, which it starts. */
void showing_ask(struct showing *m, const struct asked *a);
void showing_answer_failure(struct showing *m, int64_t id, const struct err *err);

/* --- showing_captions.c --- */

void showing_ask_for_captions(struct showing *m, const struct link_request *r);
ATTR_NODISCARD int showing_begin_captions(struct job_spec *out, const struct showing *m,
                                          const struct showing_wish *w, struct err *err);
/* Those that were made. */
void showing_answer_captions(struct answer *out, const struct showing *m, const struct asked *a,
                             const char *key);

/* --- showing_reading.c --- */

/* A probe or an analysis. */
ATTR_NODISCARD int showing_begin_reading(struct job_spec *out, const struct showing *m,
                                         const struct showing_wish *w, struct err *err);
/* results: NULL if it failed, and why. */
void showing_end_reading(struct showing *m, const struct job_spec *spec,
                         const struct showing_wish *w, const json_t *results,
                         const struct err *why);
