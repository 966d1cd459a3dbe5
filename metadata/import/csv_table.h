/*
 * A CSV file as rows of fields. The table owns its text; free with csv_table_finish.
 */
#pragma once

#include <stddef.h>

#include "err.h"

struct csv_row {
    char **fields; /* valid UTF-8, trimmed; as many as the table has columns */
    int line;      /* its first line in the file, from 1 */
};

struct csv_table {
    struct csv_row *rows; /* the first is the heading */
    size_t nb_rows, nb_columns;
};

/* Reads CSV (RFC 4180) in any encoding into *out (zero-initialised by the caller; untouched on
 * failure). The separator is ",", ";" or a tab: the one that the heading has most of. Empty lines,
 * and rows of empty fields, are skipped. ERR_INVALID: a misplaced quotation mark, a row with more
 * or fewer fields than the heading, too many rows or columns. name is the file in messages. */
ATTR_NODISCARD int csv_table_parse(struct csv_table *out, const char *bytes, size_t nb_bytes,
                                   const char *name, struct err *err);
void csv_table_finish(struct csv_table *table);
#define AUTO_CSV_TABLE ATTR_CLEANUP(csv_table_finish) struct csv_table
