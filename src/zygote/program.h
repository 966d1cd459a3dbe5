/* Finds the programs that belong to talkpress: talkpress-media, talkpress-review. They are
 * installed beside talkpress, or in the libexec folder that belongs to talkpress's bin folder. */
#pragma once

#include "err.h"

/* *out: the program's path, a new string. ERR_NOT_FOUND: talkpress is not completely installed. */
ATTR_NODISCARD int program_find(char **out, const char *name, struct err *err);
