/* A published part as its page shows it. Private to site/. All functions return a new value. */
#pragma once

#include <jansson.h>

/* What overview and page show of a part of talks.json: {page, part, of, length, poster, files,
 * sources, captions, chapters, ...}. NULL: the part has no page, as it has no file. */
json_t *part_show(const json_t *part, size_t nb_parts);

/* What programs read on the page of a part: a VideoObject of schema.org as JSON text. talk and part
 * as shown; event as in talks.json. */
json_t *part_json_ld(const json_t *event, const json_t *talk, const json_t *part,
                     const char *base_url);

/* The addresses of a part's page, poster and video: {page, poster, video, type, width, height}. */
json_t *part_links(const json_t *part, const char *base_url);
