/*
 * Reads a programme (import.h) from where the user says it is: a file, a folder, or an address on
 * the web, which is fetched. It is parsed in the sandbox in any case, because it may come from a
 * stranger. For commands that take a PROGRAMME, and for this room. Stores nothing.
 */
#pragma once

#include <stdbool.h>

#include "err.h"
#include "programme_source.h"
#include "sandbox.h"

struct programme;

/* Where a PROGRAMME is that a person typed, as it is kept: place and is_web of *out alone, which
 * the caller zero-initialised. What has come through a pipe has no place. */
ATTR_NODISCARD int programme_find_place(struct programme_source *out, const char *where,
                                        struct err *err);

/* Like import_read. ERR_INVALID also for a programme that exhausts its reader or makes it crash.
 * ERR_BUSY: the address cannot be reached now. source (may be NULL): where it came from, for
 * programme_source_keep; the caller's, zero-initialised. */
ATTR_NODISCARD int programme_read(struct programme *out, struct programme_source *source,
                                  const char *where, enum sandbox_mode mode, struct err *err);

/* The same from where it came from before, if what is there has changed since; else *changed is
 * false, and out and now are empty. now has the hash of what is there also after an error of its
 * parsing, but not if it could not be had: then its hash is "". Waits for the network for a minute
 * at most. */
ATTR_NODISCARD int programme_read_again(struct programme *out, bool *changed,
                                        struct programme_source *now,
                                        const struct programme_source *known,
                                        enum sandbox_mode mode, struct err *err);
