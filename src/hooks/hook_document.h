/* The members that hooks' documents have in common (docs/hooks.schema.json). Inner header. */
#pragma once

#include <jansson.h>

struct event;
struct part;
struct talk;

/* To be raised if a member goes or changes its meaning. */
enum { HOOK_DOCUMENT_VERSION = 1 };

/* Adds version, hook, at, event, paths and base_url, in front of what is there. */
void hook_document_complete(json_t *document, const char *hook, const struct event *event);

/* {talk, part, name, title, speakers, room, start, page}, a new value. */
json_t *hook_document_part(const struct talk *talk, const struct part *part);

/* The address of a file in out/, a new value: null without base_url. */
json_t *hook_document_url(const struct event *event, const char *file);
