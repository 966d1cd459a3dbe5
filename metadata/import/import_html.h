/*
 * A timetable in HTML: table rows or list items with a <time datetime="..."> and a title.
 * docs/import.md says what is taken of them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "err.h"

struct programme;

/* Whether the page has at least two such rows. */
bool import_html_sniff(const char *bytes, size_t nb_bytes, const char *name);

/* Reads the page into *out (zero-initialised by the caller, who frees it with programme_finish;
 * untouched on failure). name stands for the file in messages. */
ATTR_NODISCARD int import_html_read(struct programme *out, const char *bytes, size_t nb_bytes,
                                    const char *name, struct err *err);
