/*
 * A recording's frame grid: a constant frame rate, counted from the first picture. All times in
 * talkpress (cuts, cells, cards, sound) are expressed in its frames. Plain data; opens no media.
 */
#pragma once

#include <libavutil/rational.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct frame_grid {
    AVRational fps;       /* frames per second */
    AVRational time_base; /* of the recording's video stream */
    int64_t origin;       /* the time of frame 0, in time_base */
    int64_t nb_frames;    /* up to the end of the last picture, or of the sound */
};

enum {
    /* The longest recording; time stamps that say more are wrong. */
    FRAME_GRID_MAX_HOURS = 720,
    /* If the clock jumps by more, or sound begins later than the picture by more, the time stamps
     * are wrong: no camera pauses that long. */
    FRAME_GRID_MAX_JUMP_MS = 2 * 3600 * 1000,
};
/* Appended to messages about such time stamps. */
#define FRAME_GRID_OTHER_TIMES ": put the recording into a new file with other time stamps"

/* Whether the grid is usable: from 1/1000 to 1000 frames per second, at least one frame, at most
 * FRAME_GRID_MAX_HOURS. The functions below do not overflow for frames of a valid grid. */
bool frame_grid_valid(const struct frame_grid *grid);

/* The frame nearest to a time stamp in time_base; may be negative. */
int64_t frame_grid_frame_of(const struct frame_grid *grid, int64_t pts);

/* The origin on the recording's clock, in milliseconds. */
int64_t frame_grid_origin_ms(const struct frame_grid *grid);

/* Milliseconds from the origin to a frame, rounded; and the frame nearest to a time. */
int64_t frame_grid_ms_of(const struct frame_grid *grid, int64_t frame);
int64_t frame_grid_frame_at_ms(const struct frame_grid *grid, int64_t ms);

/*
 * Finds the grid of a stream from its time stamps in presentation order, in constant memory. The
 * rate is constant if (but for 0.2 % of them) all time stamps are within a quarter of a frame of
 * their place and no two are on one place. Otherwise it is variable, and the grid takes the
 * standard rate that its steps scatter around, as those of phones do; if there is none, the lowest
 * standard rate that shows 95 % of the pictures, but at least 10 frames per second, so that a
 * screen capture that rarely changes still gets smooth cards.
 */
struct frame_grid_finder; /* freed by frame_grid_finder_destroy */

/* guess: the container's frame rate, 0/1 if it states none. */
struct frame_grid_finder *frame_grid_finder_create(AVRational time_base, AVRational guess);
void frame_grid_finder_add(struct frame_grid_finder *finder, int64_t pts);
/* Fills *out. last_duration: of the last picture, in time_base; 0: unknown. *variable (may be NULL)
 * is set to 1 if the rate is variable. Returns 1, or 0 if no time stamp was added. */
int frame_grid_finder_result(const struct frame_grid_finder *finder, struct frame_grid *out,
                             int64_t last_duration, int *variable);
void frame_grid_finder_destroy(struct frame_grid_finder *finder);
