/*
 * A programme as bytes, in which a process in the sandbox passes on what it read. The reader takes
 * nothing for granted, as the writer may have been taken over by the file that it read: what it
 * accepts is a programme as an importer makes it, within the limits of programme_limits.h.
 */
#pragma once

#include <stddef.h>

#include "attr.h"

struct err;
struct programme;
struct str;

/* Appends to *out. */
void programme_to_bytes(struct str *out, const struct programme *programme);

/* bytes end with a NUL that nb_bytes does not count. *out (zero-initialised by the caller, who
 * frees it with programme_finish) is untouched on failure. ERR_INVALID names the wrong byte. */
ATTR_NODISCARD int programme_from_bytes(struct programme *out, const char *bytes, size_t nb_bytes,
                                        struct err *err);
