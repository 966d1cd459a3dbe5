/* Files beside recordings, by their names. Inner header. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct source;

/* Calls each for the recordings in that folder, if they exist, whose names equal the first stem
 * bytes of the file's name, apart from the suffix. Sources are sorted by path. Returns whether
 * there was one. */
bool beside_each(struct source *sources, size_t nb, const char *dir, const char *name, size_t stem,
                 void (*each)(void *opaque, struct source *source), void *opaque);
