/*
 * What recordings are called where they are shown: the name of the file, after as many of its
 * folders as distinguish it from the other recordings. Every memory card has a 00000.MTS.
 */
#pragma once

#include <stddef.h>

/* Sets the name of each of nb recordings: the end of its path. */
void recording_names_find(const char **names, const char *const *paths, size_t nb);
