/* The names that cameras give to the files of a recording. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* A name in parts: the text before the number, the number, the text after it. Names that differ
 * only in the number form a row. */
struct join_name {
    char head[256], tail[256];
    int number, width; /* digits, with leading zeros */
    bool chapter;      /* a name that only pieces of one recording have: GH010042.MP4 */
    int first;         /* of chapters: the number of the first */
};

/* Parses a name without folder. Returns false if it has no number that can count files. */
bool join_name_parse(struct join_name *out, const char *name);
bool join_name_same_row(const struct join_name *a, const struct join_name *b);
/* For sorting: rows one after the other, each by its numbers. */
int join_name_order(const struct join_name *a, const struct join_name *b);
/* The name of the row's file with that number, in buf of nb bytes. */
const char *join_name_of(char *buf, size_t nb, const struct join_name *name, int number);
