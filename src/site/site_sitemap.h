/* sitemap.xml, for search engines. Private to site/. */
#pragma once

#include <jansson.h>

struct str;

/* Appends it: all pages, and what they show. talks: of view_talks. */
void sitemap_write(struct str *out, const char *base_url, const json_t *talks);
