/*
 * An iCalendar file (RFC 5545) as a programme: each event is a talk.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "err.h"

struct programme;

/* Whether the first thing in the file is a calendar. */
bool import_ical_sniff(const char *bytes, size_t nb_bytes, const char *name);

/* Reads the calendar into *out (zero-initialised by the caller, who frees it with programme_finish;
 * untouched on failure). Cancelled events are left out; all-day events have neither start nor slot.
 * name stands for the file in messages. */
ATTR_NODISCARD int import_ical_read(struct programme *out, const char *bytes, size_t nb_bytes,
                                    const char *name, struct err *err);
