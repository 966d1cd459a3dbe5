/*
 * The importer of timetables in JSON: the c3voc schedule, version 1 (events by day and room, as
 * frab and pretalx export it) and version 2 (a flat list of events), and the list of talks or
 * submissions that pretalx's API gives. All or nothing: what cannot be understood is an error that
 * names its place, "schedule.conference.days[0].rooms["Saal 1"][3]".
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "err.h"

struct programme;

/* Whether it looks like an object with a member "schedule" or "results". bytes end with a NUL. */
bool import_schedule_json_sniff(const char *bytes, size_t nb_bytes, const char *name);

/* Reads it into *out (zero-initialised by the caller, who frees it with programme_finish; untouched
 * on failure). name stands for the file in messages. */
ATTR_NODISCARD int import_schedule_json_read(struct programme *out, const char *bytes,
                                             size_t nb_bytes, const char *name, struct err *err);
