/* Writes a folder of texts, complete or not at all. */
#pragma once

#include "err.h"

struct export_texts;

/* path: must not exist, or be an empty folder, else ERR_INVALID: its files may be the user's, or of
 * talks that are no longer in the programme. Files of out/ that the texts name get a second name
 * there, or are copied. */
ATTR_NODISCARD int export_folder_write(const struct export_texts *texts, const char *path,
                                       const char *out, struct err *err);
