/* Writes reports to files. */
#pragma once

#include <stddef.h>

#include "err.h"

struct report;

/* ERR_INVALID if something else than a report is at path: the file may be the user's. */
ATTR_NODISCARD int report_file_check(const char *path, struct err *err);

/* Writes the page by fs_write_output. */
ATTR_NODISCARD int report_file_write(const struct report *report, const char *path,
                                     struct err *err);
