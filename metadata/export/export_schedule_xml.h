/*
 * schedule.xml as frab and c3voc's schema have it: days, rooms, events, with links to what was
 * published. See export.h and docs/export.md.
 */
#pragma once

#include <stddef.h>

#include "attr.h"

struct err;
struct export_file;
struct programme;

/* The document in *out; the caller frees it. ERR_NOMEM is the one error. */
ATTR_NODISCARD int export_schedule_xml(char **out, const struct programme *programme,
                                       const struct export_file *files, size_t nb_files,
                                       struct err *err);
