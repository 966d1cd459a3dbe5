/* Reads YAML files (settings, renditions) into JSON values, so that json.h's functions serve. */
#pragma once

#include <jansson.h>

#include "err.h"

/* Reads one document of mappings, lists, texts, integers, decimals, true/false (also yes/no) and
 * null. Quoted scalars are texts, and so are 0x10 and .inf. ERR_INVALID, with the line: a repeated
 * key, an alias, a tag, a second document. The caller owns *out. */
ATTR_NODISCARD int yaml_json_read(json_t **out, const char *path, struct err *err);
