/*
 * Reading a programme, whatever it is written in. The format is told from the content, never from
 * the name alone. All or nothing: what cannot be understood is an error that names the file, the
 * place in it and what was expected there.
 *
 * An importer fills talks in the programme's order. Numbers come from the programme where it has
 * them; else they stay 0 and the talk has a ref, which programme_number_talks makes a number of. A
 * timetable gives slots (slot_s, start), a listing of videos gives listed times (listed_s). What it
 * may hold at most is the same for all: programme_limits.h.
 */
#pragma once

#include "attr.h"

struct err;
struct programme;

/* Reads the file or folder at path into *out (zero-initialised by the caller, who frees it with
 * programme_finish; untouched on failure). ERR_INVALID: no format fits, or it is broken. */
ATTR_NODISCARD int import_read(struct programme *out, const char *path, struct err *err);
