/*
 * Scores how likely a recording is to hold a talk or a part, by its file name (number, title,
 * speakers) and its measured length (listed time or slot). Points are thousandths of a bit: 1000
 * points make a match twice as likely. docs/matching.md has the table and the reasons.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "file_name.h"

struct match_recording;
struct programme;

enum score_points {
    SCORE_LEAST = 2000,       /* with less, a recording is not a candidate */
    SCORE_EXACT = 7000,       /* length: within a second or two of a time that few talks have */
    SCORE_CLOSE = 4000,       /* length: some seconds longer than listed */
    SCORE_WRONG = -3000,      /* length: a camera left on or stopped early hardly explains it */
    SCORE_WORDS = 5000,       /* words: a rare one of the title, or a surname */
    SCORE_OTHER_PART = -6000, /* part: the name marks another one */
};

/* A talk or a part, which one recording can hold. */
struct unit {
    int talk;         /* index in the programme */
    int part;         /* 0: the whole talk */
    int listed_s;     /* 0: none */
    int slot_s;       /* planned length, used if no time is listed; 0: none */
    bool among_parts; /* the talk has several parts */
};

/* The points of a unit and a recording. */
struct score {
    int number, words, part, length;
    int foreign; /* for words that are not the talk's */
    int total;
};

/* Facts about one recording that do not depend on the unit. */
struct recording_clues {
    struct file_name name;
    int64_t duration_ms;
    int number_talk;  /* index of the talk whose number is clear in the name; -1: none */
    bool foreign;     /* the name has words that could be from a title or a name */
    int exact_points; /* for an exact length: the fewer, the more units share it */
};

struct score_index; /* the programme's words and the recordings' clues */

/* The caller owns the index, which keeps pointers to programme and units. */
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

/* Fills out, which has room for nb_recordings, with the recordings that have a total of SCORE_LEAST
 * or more with the unit, in order. Returns how many. Takes less time than score_pair for all. */
size_t score_candidates(struct score_candidate *out, const struct score_index *base,
                        const struct unit *unit);

/* For each recording, the index of the talk whose words its name has, or else whose number; -1: its
 * name says nothing of a talk. */
void score_named_talks(int *out, const struct score_index *base);

/* Returns a list of indices into units, sorted by listed time, then index; of these, [*begin, *end)
 * are within within_ms of the length. The list belongs to the index. */
const size_t *score_units_of_length(size_t *begin, size_t *end, const struct score_index *base,
                                    int64_t length_ms, int64_t within_ms);

/* Measured minus listed length; false: one of them is not known. */
bool score_difference(int64_t *out_ms, const struct recording_clues *clues,
                      const struct unit *unit);

/* Compares the measured length with the slot. OVER: more than five minutes longer; UNDER: less than
 * half of it; NO_SLOT: one of them is not known, or a time is listed. */
enum score_slot { SCORE_NO_SLOT, SCORE_IN_SLOT, SCORE_OVER_SLOT, SCORE_UNDER_SLOT };
enum score_slot score_in_slot(const struct recording_clues *clues, const struct unit *unit);

/* The words of the file name that are the talk's, at most room of them, as indices into
 * clues->name.words. Returns how many. */
size_t score_words(size_t *out, size_t room, const struct score_index *base, int talk,
                   int recording);

/* --- private to score_index.c, which builds the index, and score.c, which reads it --- */

enum { SCORE_LENGTH_LEAST = 2500 /* exact_points, however many units share a length */ };

/* A word of the programme; there is one for each talk that has it. */
struct term {
    char *word;
    int talk;
    bool title, given; /* in the title; in a speaker's name, but not as its last word */
    int points;
};

/* The points that the words of a recording's name give to one talk. */
struct hit {
    int talk, recording, points;
};

/* A number in a recording's name; negative: the part that the name marks. */
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

/* The first term of a word, or NULL: those of other talks follow it. Whether a term is of the word.
 */
const struct term *score_index_find_terms(const struct score_index *b, const char *word);
bool score_index_same_word(const struct score_index *b, const struct term *term, const char *word);

/* Compares by talk, then recording; for qsort. */
int score_index_compare_hits(const void *a, const void *b);

/* How many elements of a list of nb, sorted by value, are below a limit. */
size_t score_index_nb_below(const struct score_index *b, size_t nb, int64_t limit,
                            int64_t (*value)(const struct score_index *b, size_t at));
