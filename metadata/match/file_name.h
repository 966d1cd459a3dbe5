/*
 * What the name of a recording says: words that may be of a title or a speaker, numbers that may
 * be a talk's, and which part it is. Pure text; knows no talks.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum file_number_kind {
    FILE_NUMBER_MARKED,  /* "episode-15", "talk15" */
    FILE_NUMBER_LEADING, /* "15_gogrid", "2010-xen-summit-015": before it, nothing of a talk */
    FILE_NUMBER_INSIDE,  /* "gogrid-15" */
    FILE_NUMBER_COUNTER, /* the camera's: "MVI_0042", "GH010042", "00015.MTS" */
};

struct file_number {
    int value;
    enum file_number_kind kind;
};

struct file_name {
    char **words; /* each once, in order */
    size_t nb_words;
    struct file_number *numbers;
    size_t nb_numbers;
    int part; /* "part2", "pt-2", "1of2", "15a"; 0 where the name has no such marker */
};

/* What a name may hold that says nothing about a talk, and how long its numbers may be. */
struct file_name_context {
    char **event_words; /* of the event's name, place and years */
    size_t nb_event_words;
    int greatest_number; /* of a talk: numbers with more digits, and over three, are counters */
};

void file_name_read(struct file_name *out, const char *name,
                    const struct file_name_context *context);
void file_name_finish(struct file_name *name);

/* The words of a title or a person's name that a file name may hold too: folded as str_slug does,
 * without numbers, "the", "of", "part", "camera" and the event's words; each once. Free with
 * mem_free_strings. */
char **file_name_words(size_t *out_nb, const char *text, const struct file_name_context *context);

/* All words of a text, folded. Free with mem_free_strings. */
char **file_name_split(size_t *out_nb, const char *text);
