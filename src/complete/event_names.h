/* The names of an event: its talks, parts, recordings, rooms, languages, decisions. */
#pragma once

struct candidates;

/* Adds the candidates of these kinds (enum verb_names, without files and folders) in the event's
 * folder dir. Adds none if the event cannot be read. */
void event_names_add(struct candidates *c, const char *dir, unsigned names);
