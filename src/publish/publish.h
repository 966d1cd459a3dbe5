/* Fills out/: the finished files under their public names, talks.json and SHA256SUMS. */
#pragma once

#include <stddef.h>

#include "err.h"

struct plan;

/* The file in out/ that lists the programme and its published files. */
#define PUBLISH_LIST "talks.json"
/* Of that list, as docs/talks.schema.json describes it: raised if a member goes or changes its
 * meaning. */
enum { PUBLISH_VERSION = 1 };

struct publish_result {
    size_t nb_parts, nb_files; /* in out/ now */
    size_t nb_written, nb_removed;
};

/* Brings out/ up to date with the parts that are complete: links new files, writes the lists and
 * removes stale files of talkpress. Files of a part that is being made again stay until the new
 * ones are there. Other files are never changed. Needs the event's lock. */
ATTR_NODISCARD int publish(struct publish_result *out, struct plan *plan, struct err *err);

/* Stores the recordings of published files for which an earlier version of talkpress did not store
 * them. Called before matches change; publish does it too. */
ATTR_NODISCARD int publish_note_recordings(struct plan *plan, struct err *err);
