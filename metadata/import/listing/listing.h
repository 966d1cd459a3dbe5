/*
 * Imports listing pages: pages that list talks in sections, each with number, title, speakers,
 * listed time(s) and an abstract, saved from a browser as HTML or as plain text. All or nothing: an
 * entry that cannot be understood is an error that names its line.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "err.h"

struct programme;

/* Whether the page has an entry, or cannot be read as text, which listing_parse then reports. */
bool listing_sniff(const char *bytes, size_t nb_bytes, const char *name);

/* Reads a page into *out (zero-initialised by the caller, who frees it with programme_finish;
 * untouched on failure). The content decides whether it is HTML or text; name is the file in
 * messages. ERR_INVALID: no talks, or an entry that cannot be understood. */
ATTR_NODISCARD int listing_parse(struct programme *out, const char *bytes, size_t nb_bytes,
                                 const char *name, struct err *err);
