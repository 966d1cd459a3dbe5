/* Reads YAML files (settings, renditions) into JSON values, so that json.h's functions serve. */
#pragma once

#include <jansson.h>

#include "err.h"

/* Reads one document of mappings, lists, texts, integers, decimals, true/false (also yes/no) and
 * null. Quoted scalars are texts, and so are 0x10 and .inf. ERR_INVALID, with the line: a repeated
 * key, an alias, a tag, a second document. The caller owns *out. */
ATTR_NODISCARD int yaml_json_read(json_t **out, const char *path, struct err *err);

/* The line of a key, from 1, in the mapping that block names ("": the document itself;
 * "executor.slurm"), for a message; 0: it cannot be found. Reads the file again. */
size_t yaml_json_line(const char *path, const char *block, const char *key);
