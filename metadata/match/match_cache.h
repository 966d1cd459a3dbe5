/*
 * Matches that were computed before. match_all is a pure function: its table is kept under a hash
 * of its whole input and MATCH_VERSION, and is valid if that hash is the same.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct match_fixed;
struct match_recording;
struct match_table;
struct programme;

/* A hash of what match_all takes. version: MATCH_VERSION, except in tests. */
void match_cache_key(char key[33], int version, const struct programme *programme,
                     const struct match_recording *recordings, size_t nb_recordings,
                     const struct match_fixed *fixed, size_t nb_fixed);

/* The table as match_all gave it; the caller's. NULL where a text in it, which may quote a file's
 * name, is no UTF-8. */
json_t *match_cache_write(const struct match_table *table, const char *key);

/* Which of nb recordings it names, whether it still holds or not: which are likely to matter. */
void match_cache_named(bool *named, size_t nb_recordings, const json_t *memo);

/* False, and out blank, where memo (NULL: none) is of another key, or damaged. */
bool match_cache_read(struct match_table *out, const json_t *memo, const char *key,
                      const struct programme *programme, size_t nb_recordings);
