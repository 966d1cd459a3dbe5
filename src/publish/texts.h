/* The texts of out/ that publish writes itself, beside the files that jobs made: the pages of the
 * site and what goes with them. The store names them, so that no other file is ever replaced or
 * removed. Inner header of publish/. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "err.h"

struct event;

/* The texts of a publish, and the names of those of before. */
struct texts;

ATTR_NODISCARD int texts_open(struct texts **out, struct event *event, struct err *err);

/* Forgets how the texts in out/ looked and what they were made of, so that the next publish makes
 * and compares them all: somebody suspects the disk. */
ATTR_NODISCARD int texts_distrust(struct event *event, struct err *err);

/* Adds a text, in memory. Takes over both strings. Names differ. */
void texts_add(struct texts *texts, char *name, char *text, size_t nb);
/* The same for a text that is costly to make. made_of: a hash of all that it depends on. text may
 * be NULL if texts_is_current. */
void texts_add_made(struct texts *texts, char *name, char *text, size_t nb, const char *made_of);

/* Whether out/ has the text that was made of that, going by the file's size and time. */
bool texts_is_current(const struct texts *texts, const char *name, const char *made_of);

/* Whether a text of that name was added. */
bool texts_added(const struct texts *texts, const char *name);

/* Whether a file in out/ has that name which talkpress did not write: nothing may refer to it. */
bool texts_is_foreign(const struct texts *texts, const char *name);

/* Once all are added: compares them with out/. Changes nothing. A text whose name a file has that
 * talkpress did not write is left out. */
void texts_compare(struct texts *texts);

/* The file of the user that has the name of a text; NULL: none. nb: which one, from 0. */
const char *texts_foreign(const struct texts *texts, size_t nb);

/* Writes the texts that differ from those in out/, and removes those that are no longer wanted.
 * Adds the number of written ones to *nb_written. */
ATTR_NODISCARD int texts_put(size_t *nb_written, struct texts *texts, struct err *err);

/* Whether a text has that name now or had it before. */
bool texts_have(const struct texts *texts, const char *name);

void texts_close_p(struct texts **texts);
#define AUTO_TEXTS ATTR_CLEANUP(texts_close_p) struct texts
