/*
 * Which recording holds which talk: one optimal assignment of all recordings to all talks, by their
 * file names and durations (docs/matching.md). Pure and deterministic: opens neither the store nor
 * media.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct programme;

/* To be raised whenever match_all gives another table, or other words, for the same input. */
enum { MATCH_VERSION = 4 };

struct match_recording {
    const char *name;    /* file name without folder; of several files, the first */
    int64_t duration_ms; /* measured; negative: not known */
    const char *shown;   /* the name in reasons for the user; NULL: name */
    /* To tell the formats of one talk apart; 0 or NULL: not known. */
    const char *path;  /* of the file, with its folders */
    int width, height; /* of the picture; 0: there is none */
    bool has_sound;
    int64_t bytes;
};

enum match_state {
    MATCH_SURE,    /* accepted */
    MATCH_UNCLEAR, /* the score or the margin is too low, or something contradicts it */
    MATCH_NONE,    /* no recording fits */
};

/* A row: a recording that holds a whole talk (part 0), or one part of a talk with several. */
struct match {
    int talk, part;
    enum match_state state;
    int recording; /* index of the best recording; -1: none */
    double score;  /* 0 … 1: how well it fits; MATCH_SURE needs 0.75 */
    double margin; /* 0 … 1: how much worse the next best solution is; MATCH_SURE needs 0.5 */
    bool by_hand;  /* set by the user */
    bool shared;   /* the recording holds other talks too: see shared_recording.h */
    char *reason;  /* for the user: "number 15 and 'gogrid' in the name, length 0.3 s off …" */
    /* For the user: "the name says talk 3, the length fits talk 7: probably swapped with talk 3",
     * or NULL. A sure row may have one: if the user set it, or if the rest outweighs it. */
    char *suspicion;
};

struct match_table {
    struct match *rows; /* one per talk (part 0), or per part if the parts are in files of their
                           own; in the programme's order, without talks that are gone */
    size_t nb_rows;
    /* For each recording, the one of which it is another format (talk.mp4, talk.webm), or -1. It is
     * in no row, unless the user set it. */
    int *format_of;
    size_t nb_recordings;
};

/* A decision of the user, which the assignment must keep. */
struct match_fixed {
    int talk, part; /* part 0: the whole talk */
    int recording;  /* index, or -1: no recording */
};

/* Fills *out; free with match_table_finish. */
void match_all(struct match_table *out, const struct programme *programme,
               const struct match_recording *recordings, size_t nb_recordings,
               const struct match_fixed *fixed, size_t nb_fixed);
void match_table_finish(struct match_table *table);

/* A recording that may hold a talk or a part of it, by its name and length alone. */
struct match_candidate {
    int recording; /* index */
    double score;  /* as of struct match */
};

/* The best candidates, at most room, in falling order of score. part 0: the whole talk. Returns how
 * many. */
size_t match_candidates(struct match_candidate *out, size_t room, const struct programme *programme,
                        const struct match_recording *recordings, size_t nb_recordings, int talk,
                        int part);

/* The cache. match_all is a pure function, so a table is valid as long as the hash of its whole
 * input is the same. */

/* A hash of match_all's input. version is MATCH_VERSION, except in tests. */
void match_cache_key(char key[33], int version, const struct programme *programme,
                     const struct match_recording *recordings, size_t nb_recordings,
                     const struct match_fixed *fixed, size_t nb_fixed);

/* The table of match_all as JSON; the caller owns it. NULL: a text in it, which may quote a file
 * name, is not UTF-8. */
json_t *match_cache_write(const struct match_table *table, const char *key);

/* Sets named[i] for each recording that memo mentions, even if memo is outdated. */
void match_cache_named(bool *named, size_t nb_recordings, const json_t *memo);

/* Fills *out from memo. False, and *out empty: memo is NULL, has another key, or is damaged. */
bool match_cache_read(struct match_table *out, const json_t *memo, const char *key,
                      const struct programme *programme, size_t nb_recordings);
