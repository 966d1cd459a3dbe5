/*
 * Several speakers in one text, as tables and lists write them. Doubtful texts stay one speaker: a
 * name cut in two is worse than two names in one.
 */
#pragma once

struct talk;

/* Adds the speakers that names holds. ";" and line ends part them always. ",", "&" and "and" part
 * them where each piece looks like a name (see speakers.c); brackets keep what is in them. */
void speakers_add(struct talk *talk, const char *names);
