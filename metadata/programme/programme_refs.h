/*
 * Refs for the talks of a programme without numbers, so that a second import recognises the talks.
 */
#pragma once

struct programme;

/* A talk with neither number nor ref gets the slug of its title as its ref. Of talks with the same
 * ref, the second becomes "ref-2", the third "ref-3", and their shared_ref is the ref. */
void programme_settle_refs(struct programme *programme);

/* The ref as a UUID, for formats that require one: the ref itself if it is one, else a version 5
 * UUID of the event's name or id (may be NULL) and the ref, always the same for both. A new string.
 */
char *programme_ref_uuid(const char *event, const char *ref);
