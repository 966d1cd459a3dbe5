/* What has changed in out/, by its list of what is published (talks.json). Pure. Inner header. */
#pragma once

#include <jansson.h>

struct event;

/* {"15/1": {FILE: SHA-256}}: what a list of what is published says of videos, sound and captions,
 * for comparison; a new value. published NULL: nothing. */
json_t *hook_published_files(const json_t *published);

/* The members parts, removed and pretalx of a document: what the list has, and told, of an earlier
 * one, has not, or the other way round. Links have the event's base_url. A new value; NULL: nothing
 * has changed. told NULL: all is new. */
json_t *hook_published_changes(const json_t *published, const json_t *told,
                               const struct event *event);
