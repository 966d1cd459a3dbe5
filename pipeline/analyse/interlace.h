/* Detects interlaced pictures that are not flagged as such: 25 pictures per second of a camera may
 * be 50 fields per second, if a capture or conversion dropped the flag. Inner header. */
#pragma once

#include <jansson.h>

#include "err.h"

struct media_params;

/* Runs libavfilter's idet on short runs of pictures spread over the recording; stops early where
 * they show nothing, or are clearly progressive. *out is a constant: "progressive", or the field
 * that comes first, "top" or "bottom". */
ATTR_NODISCARD int interlace_detect(const char **out, const char *path,
                                    const struct media_params *files, const json_t *probe,
                                    struct err *err);
