/*
 * How much speaks for it that a recording holds a talk or a part: file name against number, title
 * and speakers, measured against listed time. In thousandths of a bit: 1000 points make the match
 * twice as likely. docs/matching.md has the table and the reasons.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "file_name.h"

struct match_recording;
struct programme;

enum score_points {
    SCORE_LEAST = 2000,       /* a pair with less is no candidate */
    SCORE_EXACT = 7000,       /* of length: within a second or two of a time that few talks have */
    SCORE_CLOSE = 4000,       /* of length: some seconds longer than listed */
    SCORE_WRONG = -3000,      /* of length: no camera left on or cut short explains it easily */
    SCORE_WORDS = 5000,       /* of words: a rare one of the title, or the surname */
    SCORE_OTHER_PART = -6000, /* of part: the name marks another part */
};

/* What one recording can hold. */
struct unit {
    int talk;         /* index in the programme */
    int part;         /* 0: the whole talk */
    int listed_s;     /* 0: not stated */
    int slot_s;       /* of a timetable, where no time is listed; 0: none */
    bool among_parts; /* the talk has several parts */
};

/* Points of one pair. */
struct score {
    int number, words, part, length;
    int foreign; /* words that are none of the talk's */
    int total;
};

/* Everything known of one recording by itself. */
struct recording_clues {
    struct file_name name;
    int64_t duration_ms;
    int number_talk;  /* index of the talk whose number the name says clearly; -1 none */
    bool foreign;     /* the name has words that could be a talk's */
    int exact_points; /* what an exact length counts: less, the more units share it */
};

struct score_index; /* the programme's words and the recordings' clues; the creator's */

struct score_index *score_index_create(const struct programme *programme, const struct unit *units,
                                       size_t nb_units, const struct match_recording *recordings,
                                       size_t nb_recordings);
void score_index_destroy(struct score_index *base);

const struct recording_clues *score_clues(const struct score_index *base, int recording);

void score_pair(struct score *out, const struct score_index *base, const struct unit *unit,
                int recording);

struct score_candidate {
    int recording, points;
};

/* The recordings that have a total of SCORE_LEAST or more with a unit, in order; out has room
 * for nb_recordings. Returns how many. Others are not looked at one by one. */
size_t score_candidates(struct score_candidate *out, const struct score_index *base,
                        const struct unit *unit);

/* Units with a listed time, in order of it (equal ones: of their index): which of them lie within
 * within_ms of a length, as [*begin, *end). Returns the list of indices into units. */
const size_t *score_units_of_length(size_t *begin, size_t *end, const struct score_index *base,
                                    int64_t length_ms, int64_t within_ms);

/* Measured less listed length; false where either is not known. */
bool score_difference(int64_t *out_ms, const struct recording_clues *clues,
                      const struct unit *unit);

/* Measured length against the slot of a timetable, which is a bound: SCORE_IN_SLOT, _OVER,
 * _UNDER, or _NO_SLOT where either is not known. */
enum score_slot { SCORE_NO_SLOT, SCORE_IN_SLOT, SCORE_OVER_SLOT, SCORE_UNDER_SLOT };
enum score_slot score_in_slot(const struct recording_clues *clues, const struct unit *unit);

/* The words of the name that are the talk's: indices into clues->name.words. Returns how many. */
size_t score_words(size_t *out, size_t room, const struct score_index *base, int talk,
                   int recording);

/* --- inside: score_index.c makes the index and score.c reads it; nobody else looks into it --- */

enum { SCORE_LENGTH_LEAST = 2500 /* points, however many units share a length */ };

/* A word of the programme, once for each talk that has it. */
struct term {
    char *word;
    int talk;
    bool title, given; /* of the title; of a speaker, but not the last of the name */
    int points;
};

/* What the words of a recording's name count for one talk. */
struct hit {
    int talk, recording, points;
};

/* A number in a recording's name; below 0 the part that the name marks. */
struct mention {
    int number, recording;
};

struct score_index {
    const struct programme *programme;
    const struct unit *units;
    size_t *by_listed; /* indices of units that have a listed time, sorted by it */
    size_t nb_by_listed;
    int *by_length; /* recordings of known length, sorted by it */
    size_t nb_by_length;
    struct mention *mentions; /* sorted by number */
    size_t nb_mentions;
    struct file_name_context context;
    struct term *terms; /* sorted by word, then talk */
    size_t nb_terms;
    int *nb_title_words; /* of each talk */
    struct recording_clues *clues;
    size_t nb_recordings;
    struct hit *hits; /* sorted by talk, then recording */
    size_t nb_hits;
};

/* The first term of a word (those of other talks follow), or NULL; whether one is of that word. */
const struct term *score_index_find_terms(const struct score_index *b, const char *word);
bool score_index_same_word(const struct score_index *b, const struct term *term, const char *word);

/* By talk, then recording. */
int score_index_compare_hits(const void *a, const void *b);

/* Of a sorted list of nb, how many lie below a limit. */
size_t score_index_nb_below(const struct score_index *b, size_t nb, int64_t limit,
                            int64_t (*value)(const struct score_index *b, size_t at));
