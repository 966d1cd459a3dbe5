/*
 * Which frames of a recording make a part: a cut without the breaks that are left out of it; and so
 * the part's clock. Frame 0 of the part is the first one of the cut, and at a joint, where a break
 * was, the frame after the break follows the frame before it. The clock of a published file is the
 * part's, later by the card that precedes it. Plain data; opens no media.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "frame_grid.h"

/* A break that is left out of a part: frames begin to end - 1 of the recording. */
struct part_drop {
    int64_t begin, end;
};

/* Borrows the grid and the drops. The drops are as part_drops_normalise() makes them. */
struct part_clock {
    const struct frame_grid *grid;
    int64_t begin, end; /* the cut: frames begin to end - 1 of the recording */
    const struct part_drop *drops;
    size_t nb_drops;
};

/* Sorts the drops, clips them to the cut, and joins those that touch, in place; returns how many
 * are left. Each is then within the cut, at a distance from its ends and from the others: a drop at
 * an end of the cut moves that end instead. If nothing is left, *end is *begin. */
size_t part_drops_normalise(struct part_drop *drops, size_t nb, int64_t *begin, int64_t *end);

/* The i-th stretch that is left, 0 to nb_drops. */
struct part_stretch {
    int64_t begin, end; /* frames begin to end - 1 of the recording */
    int64_t at;         /* the frame of the part that its first one is */
};
struct part_stretch part_clock_stretch(const struct part_clock *clock, size_t i);

/* The number of the part's frames. */
int64_t part_clock_frames(const struct part_clock *clock);
/* Whether a frame of the recording is in the part. */
bool part_clock_has(const struct part_clock *clock, int64_t frame);
/* The frame of the recording that a frame of the part is; frames outside the part are counted on.
 */
int64_t part_clock_recording_frame(const struct part_clock *clock, int64_t frame);

/* The same in milliseconds. Joints are at the times of their frames, so no error adds up. A time
 * within a drop is at its joint; and a joint is where the recording goes on after the drop. */
int64_t part_clock_ms(const struct part_clock *clock, int64_t recording_ms);
int64_t part_clock_recording_ms(const struct part_clock *clock, int64_t part_ms);
int64_t part_clock_length_ms(const struct part_clock *clock);
/* Drop i in the recording, on this clock: leaving out [*begin_ms, *end_ms) of each drop makes a
 * time of the recording less begin_ms of the cut one of the part. */
void part_clock_drop_ms(int64_t *begin_ms, int64_t *end_ms, const struct part_clock *clock,
                        size_t i);
