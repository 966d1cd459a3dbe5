/*
 * The listing-page importer: a page that lists talks in sections, each with number, title,
 * speakers, listed time(s) and an abstract, saved as HTML or as plain text from a browser. All or
 * nothing: an entry that cannot be understood is an error that names its line.
 */
#pragma once

#include <stddef.h>

#include "err.h"

struct programme;

/* Reads a page into *out (zero-initialised by the caller, who frees it with programme_finish;
 * untouched on failure). HTML is told from text by its content; name stands for the file in
 * messages. */
ATTR_NODISCARD int listing_parse(struct programme *out, const char *bytes, size_t nb_bytes,
                                 const char *name, struct err *err);
