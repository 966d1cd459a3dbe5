/*
 * What evidence is counted from: the programme's words, the units by their times, the recordings'
 * clues, each in an order in which it is found quickly. Shared by score_index.c, which makes it,
 * and evidence.c, and nobody else.
 */
#pragma once

#include "score.h"

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
