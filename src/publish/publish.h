/* out/: the finished files under their public names, talks.json and SHA256SUMS. */
#pragma once

#include <stddef.h>

#include "err.h"

struct plan;

/* In out/: the programme, and what was published of it. */
#define PUBLISH_LIST "talks.json"

struct publish_result {
    size_t nb_parts, nb_files; /* that stand in out/ now */
    size_t nb_written, nb_removed;
};

/* Brings out/ in line with what is complete: links new files in, writes the lists, removes files of
 * ours that are stale. Files of a part that is being made anew stay until the new ones are there.
 * Files that talkpress did not put there are never touched. Needs the event's lock. */
ATTR_NODISCARD int publish(struct publish_result *out, struct plan *plan, struct err *err);

/* Notes in the store what files were made of that an earlier talkpress published without saying so,
 * before their matches change. publish does it too. */
ATTR_NODISCARD int publish_note_recordings(struct plan *plan, struct err *err);
