/*
 * The importer of schedule.xml, the timetable format of pentabarf, frab and pretalx, which wafer
 * exports as pentabarf.xml. All or nothing: what cannot be understood is an error that names its
 * line. Nothing outside the file is read, and no entity of its own is expanded.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "err.h"

struct programme;

/* Whether the root element is <schedule>. bytes end with a NUL. */
bool import_schedule_xml_sniff(const char *bytes, size_t nb_bytes, const char *name);

/* Reads it into *out (zero-initialised by the caller, who frees it with programme_finish; untouched
 * on failure). name stands for the file in messages. */
ATTR_NODISCARD int import_schedule_xml_read(struct programme *out, const char *bytes,
                                            size_t nb_bytes, const char *name, struct err *err);
