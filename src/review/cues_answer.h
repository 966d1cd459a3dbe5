/* Captions as JSON. Inner header. */
#pragma once

#include <jansson.h>

#include "err.h"
#include "sandbox.h"

/* Reads WebVTT that a worker made or a person corrected, in a sandbox of its own: *out is
 * [{begin_ms, end_ms, text}], a new value. The texts are WebVTT's. name: ends in ".vtt". */
ATTR_NODISCARD int cues_parse(json_t **out, const char *name, char *bytes, size_t nb,
                              enum sandbox_mode mode, struct err *err);
/* The same of a file. */
ATTR_NODISCARD int cues_read(json_t **out, const char *path, enum sandbox_mode mode,
                             struct err *err);
