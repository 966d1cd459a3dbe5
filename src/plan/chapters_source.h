/* The list of chapters beside a recording: "talk.chapters.vtt" or "talk.chapters.txt" beside
 * "talk.mp4". captions_find looks for it, too. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "err.h"

struct event;
struct plan;
struct source;

/* Whether the file's name ends as that of a list of chapters. */
bool chapters_file_name(const char *name);

/* Reads the list for the recordings that it is beside. Of several, the first of the two above is
 * used. One that cannot be read is set aside, with the reason. */
void chapters_give(struct source *sources, size_t nb, const char *dir, const char *name);
void chapters_free(struct source *source);

/* Writes the lists of the recordings that exist now to the store, and reads that of one that does
 * not, so that what was made with it stays up to date while a disk is not connected. */
ATTR_NODISCARD int chapters_note(const struct plan *plan, struct err *err);
ATTR_NODISCARD int chapters_read_note(struct source *source, const struct event *event,
                                      struct err *err);
