/*
 * What recordings are called where they are shown: the name of the file, after as many of its
 * folders as distinguish it from the other recordings. Every memory card has a 00000.MTS.
 */
#pragma once

#include <stddef.h>

struct source;

/* Sets the name of each. The names are the ends of their paths. */
void recording_names_find(struct source *sources, size_t nb);
