/* What pages show, made from the document of talks.json: talks by section, speakers, neighbours of
 * a part. Private to site/. All functions return a new value. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

struct site_source;

/* The talks, in order, each with its parts as the pages show them. */
json_t *view_talks(const json_t *published);

/* The event as pages show it: {title, name, place, days, begin, end, licence, count, total, base,
 * ...}. */
json_t *view_event(const struct site_source *source, const json_t *talks);

/* The overview: {event, sections: [{name, id, talks}], speakers: [{name, talks}], captions}. talks:
 * of view_talks. captions: whether captions can be searched. */
json_t *view_overview(const json_t *event, const json_t *talks, bool captions);

/* The page of a part: {event, talk, part, previous, next}. The part is parts[part] of talks[talk].
 */
json_t *view_part(const struct site_source *source, const json_t *event, const json_t *talks,
                  size_t talk, size_t part);
