/* The names that cameras give to the files of a recording. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* A name in three parts: before the number, the number, after it. Names that differ only in the
 * number form a row. */
struct join_name {
    char head[256], tail[256];
    int number, width; /* its digits, with leading zeros */
    bool chapter;      /* only files of one recording have such names: GH010042.MP4 */
    int first;         /* the number of the first chapter */
};

/* Splits a name (without its folder). Returns false if it has no number that could count files. */
bool join_name_parse(struct join_name *out, const char *name);
bool join_name_same_row(const struct join_name *a, const struct join_name *b);
/* Writes the name of the row's file with that number to buf, which has nb bytes. Returns buf. */
const char *join_name_of(char *buf, size_t nb, const struct join_name *name, int number);
