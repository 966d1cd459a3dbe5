/* sitemap.xml, for search engines. Private to site/. */
#pragma once

#include <jansson.h>

#include "attr.h"

struct err;

/* All pages, and what they show. talks: of view_talks. *out: a new string. ERR_NOMEM. */
ATTR_NODISCARD int sitemap_make(char **out, const char *base_url, const json_t *talks,
                                struct err *err);
