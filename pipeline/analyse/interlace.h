/* Whether pictures that do not say so are interlaced: a camera's 25 pictures a second may be 50
 * fields a second, captured or converted by something that dropped the mark. */
#pragma once

#include <jansson.h>

#include "err.h"

struct media_params;

/* Looks at short runs of pictures spread over the recording (libavfilter's idet), at fewer where
 * they tell nothing, or are progressive beyond doubt. *out is "progressive", "top" or "bottom", the
 * field that comes first; a constant. */
ATTR_NODISCARD int interlace_detect(const char **out, const char *path,
                                    const struct media_params *files, const json_t *probe,
                                    struct err *err);
