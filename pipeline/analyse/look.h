/*
 * What a recording looks like, from key pictures a few seconds apart: black at the ends and inside,
 * scene changes, from when on nothing changes. Where black begins or ends at an end of the
 * recording, the pictures between the two key pictures are looked at too, so that it is known to
 * the frame. Private to analyse/.
 */
#pragma once

#include <jansson.h>

#include "err.h"

struct damage;
struct frame_grid;
struct media_params;

struct look {
    const char *path;
    const struct media_params *files;
    const struct frame_grid *grid;
    int stream;                                     /* of video */
    int (*progress)(void *opaque, double fraction); /* as of analyse_recording */
    void *opaque;
};

/* Sets black_head_ms, black_tail_ms, frozen_tail_ms, black, scenes and picture_damage of the result
 * (analyse.h). */
ATTR_NODISCARD int look_at_pictures(json_t *result, const struct look *look, struct err *err);

/* {nb, first_ms, last_ms, what}, or null where there is none. */
json_t *look_describe_damage(const struct damage *damage);
