/* The files of the page: read once, before the sandbox closes, and then served from memory. Inner
 * header. */
#pragma once

#include <stddef.h>

#include "err.h"
#include "hash.h"

struct page {
    char *name;
    const char *type; /* static */
    char *bytes;
    size_t nb;
    char etag[HASH_BYTES + 2];
};

struct pages {
    struct page *pages;
    size_t nb;
};

/* Reads the files of the folder whose suffix is in the table of types; others, and folders, are
 * left out. ERR_INVALID: there is no index.html, or they are too large for the memory that the door
 * has. The caller finishes *out (zero-initialised) also on failure. */
ATTR_NODISCARD int pages_read(struct pages *out, const char *folder, struct err *err);
void pages_finish(struct pages *pages);

/* NULL: there is none of that name. */
const struct page *pages_find(const struct pages *pages, const char *name);
