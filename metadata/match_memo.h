/*
 * Matches that were found before. match_all is a pure function: its table is kept under a hash of
 * all that it is given and of its own code, and taken for the answer where that hash is the same.
 * Nothing else makes it valid, so that nothing has to be remembered to make it invalid.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct match_fixed;
struct match_recording;
struct match_table;
struct programme;

/* Of what match_all takes. code: of the code that matches, match_code but in tests. */
void match_memo_key(char key[33], const char *code, const struct programme *programme,
                    const struct match_recording *recordings, size_t nb_recordings,
                    const struct match_fixed *fixed, size_t nb_fixed);

/* Changes with every change of the sources that match_all is made of. */
extern const char match_code[];

/* The table as match_all gave it; the caller's. NULL where a text in it, which may quote a file's
 * name, is no UTF-8. */
json_t *match_memo_write(const struct match_table *table, const char *key);

/* Which of nb recordings it names, whether it still holds or not: which are likely to matter. */
void match_memo_named(bool *named, size_t nb_recordings, const json_t *memo);

/* False, and out blank, where memo (NULL: none) is of another key, or damaged. */
bool match_memo_read(struct match_table *out, const json_t *memo, const char *key,
                     const struct programme *programme, size_t nb_recordings);
