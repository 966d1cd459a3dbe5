/*
 * A list of talks in Markdown: items that begin with a link, then the speakers and the listed time.
 * docs/import.md says how they may be written.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "err.h"

struct programme;

/* Whether a list item begins with a link and ends with a time. */
bool import_markdown_sniff(const char *bytes, size_t nb_bytes, const char *name);

/* Reads the list into *out (zero-initialised by the caller, who frees it with programme_finish;
 * untouched on failure). name stands for the file in messages. */
ATTR_NODISCARD int import_markdown_read(struct programme *out, const char *bytes, size_t nb_bytes,
                                        const char *name, struct err *err);
