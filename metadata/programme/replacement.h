/*
 * How much of the former programme a newly read one would replace: whether somebody has imported
 * another event's programme, or half a file, by mistake. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct programme;

struct replacement {
    size_t nb_before; /* talks of the former programme, without those that were gone already */
    int *gone;        /* the numbers of those that the new one does not contain, in order */
    size_t nb_gone;
    bool other_event; /* they have no talk in common, or other names and other days */
};

/* Compares two programmes after programme_number_talks. A talk counts as gone too if its number now
 * has a talk that agrees with it in nothing: neither ref, title, speaker nor start. It does not if
 * a talk of the same title has another number. Free with replacement_finish. */
void replacement_find(struct replacement *out, const struct programme *before,
                      const struct programme *after);
void replacement_finish(struct replacement *replacement);

/* Whether the user has to confirm it: another event, or more than a third of the talks gone. */
bool replacement_is_large(const struct replacement *replacement);
bool replacement_has_gone(const struct replacement *replacement, int talk);
