/* The small copies ("proxies") that cameras and recorders make of their recordings. Looks at names,
 * and at sizes on disk; opens nothing. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Whether a file with this name (without folder) is always a small copy: GL010042.LRV,
 * DJI_0001.LRF. */
bool double_suffix(const char *name);

/* Sets originals[i] to the file of the list that paths[i] is a small copy of, by the patterns of
 * known cameras, or to NULL. The original is in the same folder, the one above, or another one in
 * that. */
void doubles_find(const char **originals, char *const *paths, size_t nb);
