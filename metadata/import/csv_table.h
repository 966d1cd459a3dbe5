/*
 * A CSV file as rows of fields. The table owns all of its text; free with csv_table_finish.
 */
#pragma once

#include <stddef.h>

#include "err.h"

struct csv_row {
    char **fields; /* valid UTF-8, white space cut off both ends; as many as the first row has */
    int line;      /* where it begins, from 1 */
};

struct csv_table {
    struct csv_row *rows; /* the first is the heading */
    size_t nb_rows, nb_columns;
};

/* Reads bytes of any encoding, RFC 4180, fields apart by ",", ";" or a tab, whichever the heading
 * row has most of. Empty lines, and rows of empty fields, are passed over. ERR_INVALID: a broken
 * quotation, a row that is longer or shorter than the heading, more rows or columns than any
 * programme has. */
ATTR_NODISCARD int csv_table_parse(struct csv_table *out, const char *bytes, size_t nb_bytes,
                                   const char *name, struct err *err);
void csv_table_finish(struct csv_table *table);
#define AUTO_CSV_TABLE ATTR_CLEANUP(csv_table_finish) struct csv_table
