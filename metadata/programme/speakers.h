/*
 * Several speakers in one text, as tables and lists have them. Brackets keep what is in them: a
 * company stays with its name.
 */
#pragma once

#include <stdbool.h>

struct talk;

/* Adds the speakers in names. ";" and line ends always separate; ",", "&" and "and" separate only
 * if each piece looks like a name (see speakers.c): a name cut in two is worse than two names in
 * one. */
void speakers_add(struct talk *talk, const char *names);

/* The same for a text that holds nothing but names, as in a listing's "(Ann Lee/Bo Chan)": "/",
 * "&", ",", ";" and " and " always separate. */
void speakers_add_list(struct talk *talk, const char *names);

/* Whether the talks have a speaker in common, in any case of ASCII letters. */
bool speakers_common(const struct talk *a, const struct talk *b);
