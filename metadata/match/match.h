/*
 * Which recording holds which talk. One optimal assignment over all talks and recordings, from
 * file names and durations together. Pure: knows neither the store nor media; deterministic.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct programme;

/* Changes whenever match_all would give another table for the same input. */
enum { MATCH_VERSION = 1 };

struct match_recording {
    const char *name;    /* the file name without folder; of several files, the first */
    int64_t duration_ms; /* measured; negative where it is not known */
};

enum match_state {
    MATCH_SURE,    /* taken */
    MATCH_UNCLEAR, /* the best guess is not good enough or not far enough from the second best */
    MATCH_NONE,    /* no recording fits */
};

/* One row: a recording that holds a whole talk (part 0), or one part of a talk of several. */
struct match {
    int talk, part;
    enum match_state state;
    int recording; /* index of the (best) recording; -1 for MATCH_NONE */
    double score;  /* 0 … 1: what speaks for it; 0.75 may be sure */
    double margin; /* 0 … 1: what the whole loses by the next best solution; 0.5 may be sure */
    bool by_hand;  /* a person's decision */
    bool shared;   /* the recording holds other talks too: see sharing.h */
    char *reason;  /* for a person: "number 15 and 'gogrid' in the name, length 0.3 s off …" */
    /* "the name says talk 3, the length fits talk 7: probably swapped with talk 3", or NULL. A
     * sure row may have one: where a person set it, or other evidence outvotes it. */
    char *suspicion;
};

struct match_table {
    struct match *rows; /* one per talk (part 0), or per part where parts lie in files of their own;
                           in the programme's order; talks that are gone have none */
    size_t nb_rows;
};

/* A decision of a person that the assignment must keep. */
struct match_fixed {
    int talk, part; /* part 0: the whole talk */
    int recording;  /* index, or -1: no recording */
};

void match_all(struct match_table *out, const struct programme *programme,
               const struct match_recording *recordings, size_t nb_recordings,
               const struct match_fixed *fixed, size_t nb_fixed);
void match_table_finish(struct match_table *table);

/* The cache. match_all is a pure function, so a table is valid as long as the hash of its whole
 * input is the same. */

/* A hash of what match_all takes. version: MATCH_VERSION, except in tests. */
void match_cache_key(char key[33], int version, const struct programme *programme,
                     const struct match_recording *recordings, size_t nb_recordings,
                     const struct match_fixed *fixed, size_t nb_fixed);

/* The table as match_all gave it; the caller's. NULL where a text in it, which may quote a file's
 * name, is no UTF-8. */
json_t *match_cache_write(const struct match_table *table, const char *key);

/* Which of nb recordings it names, whether it still holds or not: which are likely to matter. */
void match_cache_named(bool *named, size_t nb_recordings, const json_t *memo);

/* False, and out blank, where memo (NULL: none) is of another key, or damaged. */
bool match_cache_read(struct match_table *out, const json_t *memo, const char *key,
                      const struct programme *programme, size_t nb_recordings);
