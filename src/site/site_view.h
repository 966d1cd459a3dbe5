/* What pages show, made from the document of talks.json: lengths and sizes as text, talks by
 * section, neighbours of a part. Private to site/. All functions return a new value. */
#pragma once

#include <jansson.h>

/* The overview: {event, sections: [{name, id, talks: [...]}]}. */
json_t *view_overview(const json_t *published);

/* The talks that have pages, in order, each with its parts as the pages show them. */
json_t *view_talks(const json_t *published);

/* The page of a part: {event, talk, part, previous, next}. talks: of view_talks; the part is
 * parts[part] of talks[talk]. */
json_t *view_part(const json_t *event, const json_t *talks, size_t talk, size_t part);

/* The event as pages show it. */
json_t *view_event(const json_t *published);
