/*
 * Which versions of the encoders this machine has, and which the event was made with before. Keys
 * contain the version where it is not the reference (encoder_set.h), so that a piece that another
 * version made is made again.
 *
 * talkpress-media finds the versions. To ask it takes as long as a short command, so the answer is
 * kept in work/encoders.json with size and time of change of the files that it depends on. The file
 * also lists the sets of the machines that have worked on the event: it serves messages only, and
 * may be removed.
 */
#pragma once

#include <jansson.h>

#include "attr.h"

struct err;

struct event_encoders {
    json_t *here;    /* the set of this machine */
    json_t *earlier; /* a list of other sets that results may be from: the reference first */
};

/* work: path of the event's folder work/. Where talkpress-media is not installed, nothing can be
 * made, and *out is the reference. ERR_EXTERNAL: talkpress-media failed; its messages are on
 * standard error. */
ATTR_NODISCARD int event_encoders_find(struct event_encoders *out, const char *work,
                                       struct err *err);
/* After jobs failed: the next command asks again. Another library may be used now without a change
 * of the files that the answer depends on; then these jobs would fail each time. */
void event_encoders_doubt(const char *work);
void event_encoders_finish(struct event_encoders *encoders);
