/* YAML files (settings, renditions) read into JSON values, so that one set of accessors serves. */
#pragma once

#include <jansson.h>

#include "err.h"

/* Reads one document: mappings, lists, texts, whole numbers, decimals, true/false, null. Quoted
 * scalars are texts, and so are 0x10 and .inf. A repeated key, an alias, a tag or a second document
 * is an error that names the line. The result is the caller's. */
ATTR_NODISCARD int yaml_json_read(json_t **out, const char *path, struct err *err);
