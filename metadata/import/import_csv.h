/*
 * A programme as a table: CSV with a heading row, its columns told by their names.
 * docs/import.md says which, and how times are read.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "err.h"

struct programme;

/* Whether the first line has columns of a programme, a title among them; or the file's name says
 * that it is a table, so that a heading row in other words is said to be one. */
bool import_csv_sniff(const char *bytes, size_t nb_bytes, const char *name);

/* Reads the table into *out (zero-initialised by the caller, who frees it with programme_finish;
 * untouched on failure). name stands for the file in messages. */
ATTR_NODISCARD int import_csv_read(struct programme *out, const char *bytes, size_t nb_bytes,
                                   const char *name, struct err *err);
