/* Names that cameras give to the files of one recording. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* A name in parts: what stands before the number, the number, what stands behind it. Names that
 * differ in the number alone are of one row. */
struct join_name {
    char head[256], tail[256];
    int number, width; /* with leading zeros to so many digits */
    bool chapter;      /* only the pieces of one recording are called so: GH010042.MP4 */
    int first;         /* of chapters: the number of the first */
};

/* Takes a name (no folder) apart. False where it has no number that could count files. */
bool join_name_parse(struct join_name *out, const char *name);
bool join_name_same_row(const struct join_name *a, const struct join_name *b);
/* The name of the row's file of that number; buf of nb bytes. */
const char *join_name_of(char *buf, size_t nb, const struct join_name *name, int number);
