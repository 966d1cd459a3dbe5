/*
 * Reads the file name of a recording: words that may be from a title or a speaker's name, numbers
 * that may be a talk's, and the part. Works on text alone and knows no talks. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum file_number_kind {
    FILE_NUMBER_MARKED,  /* "episode-15", "talk15" */
    FILE_NUMBER_LEADING, /* "15_gogrid", "2010-xen-summit-015": no word of a talk before it */
    FILE_NUMBER_INSIDE,  /* "gogrid-15" */
    FILE_NUMBER_COUNTER, /* the camera's counter: "MVI_0042", "GH010042", "00015.MTS" */
};

struct file_number {
    int value;
    enum file_number_kind kind;
};

struct file_name {
    char **words; /* in order, without repetition */
    size_t nb_words;
    struct file_number *numbers;
    size_t nb_numbers;
    int part; /* "part2", "pt-2", "1of2", "15a"; 0: the name marks no part */
};

/* The event, whose words in a name do not identify a talk. */
struct file_name_context {
    char **event_words; /* of the event's name, place and years */
    size_t nb_event_words;
    int greatest_number; /* of a talk: numbers with more digits, and more than three, are counters
                          */
};

/* Fills *out; free with file_name_finish. */
void file_name_read(struct file_name *out, const char *name,
                    const struct file_name_context *context);
void file_name_finish(struct file_name *name);

/* The words of a title or a speaker's name that can identify a talk in a file name: folded as
 * str_slug does, without repetition, numbers, "the", "of", "part", "camera" and the event's words.
 * Free with mem_free_strings. */
char **file_name_words(size_t *out_nb, const char *text, const struct file_name_context *context);

/* All words of a text, folded. Free with mem_free_strings. */
char **file_name_split(size_t *out_nb, const char *text);
