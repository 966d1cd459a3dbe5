/* Checks of single settings, for settings.c and event_about.c. where names the file in messages,
 * as 'PATH'; all errors are ERR_INVALID. A map or a value that is not there, or is null, is right.
 */
#pragma once

#include <jansson.h>
#include <stddef.h>

#include "err.h"

/* Whether the map has no other keys than the known ones. block: the map's place in the settings:
 * "" (the file itself), "card", "executor.slurm". */
ATTR_NODISCARD int setting_check_keys(const json_t *map, const char *const *known, size_t nb_known,
                                      const char *block, const char *where, struct err *err);

/* *out: the number under the key, from least to most; fallback if there is none. */
ATTR_NODISCARD int setting_number(double *out, const json_t *map, const char *key, double fallback,
                                  double least, double most, const char *where, struct err *err);

/* Whether what is under the key is text. */
ATTR_NODISCARD int setting_check_text(const json_t *map, const char *key, const char *where,
                                      struct err *err);
