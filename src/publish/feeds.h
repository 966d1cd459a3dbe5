/* The podcast feeds in out/, and their picture. Inner header of publish/. */
#pragma once

#include <jansson.h>

#include "err.h"

struct site_settings;
struct texts;

/* Adds the picture, and the feeds if the address of out/ is known. all: the document of talks.json.
 * ERR_INVALID: the picture is none that Apple takes. */
ATTR_NODISCARD int feeds_add(struct texts *texts, const json_t *all,
                             const struct site_settings *site, struct err *err);
