/*
 * A CSV file as rows of fields. The table owns its text; free with csv_table_finish.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "err.h"

struct csv_row {
    char **fields; /* valid UTF-8, trimmed; as many as the table has columns */
    int line;      /* its first line in the file, from 1 */
};

struct csv_table {
    struct csv_row *rows; /* the first is the heading */
    size_t nb_rows, nb_columns;
    char *caption;    /* the text of the first line above the heading; NULL: there is none */
    int caption_line; /* from 1 */
};

/* Whether the fields are those of a heading row. */
typedef bool csv_heading_fn(char *const *fields, size_t nb);

/* Reads CSV (RFC 4180) in any encoding into *out (zero-initialised by the caller; untouched on
 * failure). The heading is the first of the first lines that is_heading accepts, else the first
 * line; what is above it is dropped. The separator is the one that the line "sep=;" names, or ",",
 * ";" or a tab: the one with which the heading is found, else the one that the first line has most
 * of. Empty lines, and rows of empty fields, are skipped, as are empty fields at a row's end that
 * the heading does not have. ERR_INVALID: a misplaced quotation mark, a row with more or fewer
 * fields than the heading, too many rows or columns. name is the file in messages. */
ATTR_NODISCARD int csv_table_parse(struct csv_table *out, const char *bytes, size_t nb_bytes,
                                   const char *name, csv_heading_fn *is_heading, struct err *err);
void csv_table_finish(struct csv_table *table);
#define AUTO_CSV_TABLE ATTR_CLEANUP(csv_table_finish) struct csv_table

/* Whether one of the first lines of the text, which may be a part of a file, is a heading row. */
bool csv_table_sniff(const char *bytes, size_t nb_bytes, csv_heading_fn *is_heading);
