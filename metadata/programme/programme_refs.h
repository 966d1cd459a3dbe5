/*
 * References for the talks of a programme without numbers, so that a second import knows them
 * again.
 */
#pragma once

struct programme;

/* A talk with neither number nor ref gets the slug of its title as its ref. Of talks with the same
 * ref, the second becomes "ref-2", the third "ref-3". */
void programme_settle_refs(struct programme *programme);

/* The ref as a UUID, for formats that want one: itself where it is one, else a UUID that is always
 * the same for this ref in an event of this name (NULL: without one). A new string. */
char *programme_ref_uuid(const char *event_name, const char *ref);
