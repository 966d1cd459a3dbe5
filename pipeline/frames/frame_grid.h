/*
 * A recording's frame grid: constant frame rate, counted from its first picture. Every time in
 * talkpress (cuts, cells, cards, sound) hangs on it. Plain data.
 */
#pragma once

#include <libavutil/rational.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct frame_grid {
    AVRational fps;       /* frames per second */
    AVRational time_base; /* of the recording's video stream */
    int64_t origin;       /* the first picture's time, in time_base */
    int64_t nb_frames;    /* up to the end of the last picture */
};

enum {
    /* No recording lasts longer, whatever its time stamps say. */
    FRAME_GRID_MAX_HOURS = 720,
    /* A clock that jumps by more, or sound that begins so much later than the picture, is no pause
     * of the camera: the times mean nothing. */
    FRAME_GRID_MAX_JUMP_MS = 2 * 3600 * 1000,
};
/* What to do about it. */
#define FRAME_GRID_OTHER_TIMES ": put the recording into a new file with other time stamps"

/* Whether it can be one: a rate from one frame in 1000 s to 1000 in one, at least one frame, at
 * most FRAME_GRID_MAX_HOURS. Of such a grid's frames, nothing that is computed below overflows. */
bool frame_grid_valid(const struct frame_grid *grid);

/* The frame that a picture with this time stamp becomes (nearest; may be negative). */
int64_t frame_grid_frame_of(const struct frame_grid *grid, int64_t pts);

/* The origin on the recording's own clock, in milliseconds. */
int64_t frame_grid_origin_ms(const struct frame_grid *grid);

/* A frame's time from the origin in milliseconds, rounded, and back (nearest). */
int64_t frame_grid_ms_of(const struct frame_grid *grid, int64_t frame);
int64_t frame_grid_frame_at_ms(const struct frame_grid *grid, int64_t ms);

/*
 * Finds the grid of a stream from its time stamps in order of presentation, one at a time, in
 * memory that does not grow. Constant rate: all stamps lie within a quarter of a frame of their
 * place, no two on one place. Else the rate is variable, and the grid takes the least standard rate
 * that shows 95 % of the pictures (at least 10, so that a still screen capture gets smooth cards).
 */
struct frame_grid_finder;

/* guess: what the container says, 0/1 if nothing. */
struct frame_grid_finder *frame_grid_finder_create(AVRational time_base, AVRational guess);
void frame_grid_finder_add(struct frame_grid_finder *finder, int64_t pts);
/* Fills all of *out; last_duration in time_base, 0 unknown. variable (may be NULL) says whether the
 * rate was. Returns 0 where no stamp was added. */
int frame_grid_finder_result(const struct frame_grid_finder *finder, struct frame_grid *out,
                             int64_t last_duration, int *variable);
void frame_grid_finder_destroy(struct frame_grid_finder *finder);
