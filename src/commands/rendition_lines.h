/* Which renditions have settings for the version of the encoder on this machine: for 'status'.
 * Private to commands/. */
#pragma once

#include <jansson.h>

struct event;

/* A list of {name, encoder, encoder_version, settings_for} of all renditions with a picture;
 * settings_for: the versions as the rendition states them (">= 2, < 3"), null: any. A new value. */
json_t *rendition_lines_json(const struct event *event);

/* Prints a line for each rendition whose settings depend on the version. */
void rendition_lines_print(const struct event *event);
