/*
 * What a recording is, from one read of all its packets: streams, true durations, the frame grid,
 * the cells, gaps and jumps, what is missing at its end, and a hash of its content.
 */
#pragma once

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "frame_grid.h"
#include "reader.h"

/* Changes whenever the same file would give another result. */
enum { PROBE_VERSION = 5 };

/* Fills *out with the result, an object (the caller's):
 *   container, size, hash (of the content), error (a message: nothing else is set then but size and
 *   hash), streams: [{index, type, codec, …, start_ms, end_ms (on the file's clock), packets,
 *   counted (of sound: its time stamps mean nothing, its samples are to be counted),
 *   drift_ppm (of sound: by how many millionths it has more samples than its time stamps have room
 *   for; 0: it keeps time)}],
 *   video: {stream, width, height (coded), sar: [n, d], rotation (clockwise degrees), flip,
 *           interlaced, variable, first: {width, height, sar} (the first picture as it decodes)}
 *           or null,
 *   grid: {fps: [n, d], time_base: [n, d], origin, frames}: of the picture; of sound alone, that of
 *         its card,
 *   audio: {stream, channels, rate, start_ms (against the first picture), end_ms} or null: the one
 *          that players take,
 *   sound_error: text, where there is a sound that cannot be used, or null,
 *   cells: [[frame, pts of its key frame], …], the first at frame 0,
 *   gaps: [{stream, at_ms, length_ms}], corrupt: [ms …], truncated: text or null,
 *   duration_ms: of the grid.
 * Damage inside the file is part of the result; an error is only what a second try could mend. */
ATTR_NODISCARD int probe_file(json_t **out, const char *path, struct err *err);

/* The same of several files that are one recording; the result then has
 *   join: how they continue each other, for struct media_params.
 * Files that cannot be one are an error in the result, with both names. */
ATTR_NODISCARD int probe_files(json_t **out, const char *path, const char *const *more,
                               size_t nb_more, struct err *err);

/* The least length of a cell in milliseconds: with camera GOPs of 0.5 to 10 s, cells take 24 to
 * 34 s. Long enough that the encoder's start costs under 1 %, short enough that a killed run loses
 * little and a long talk spreads over the cores. */
enum { PROBE_CELL_MS = 24000 };

/* Frames a second of the card that stands for the picture of sound alone. */
enum { PROBE_STILL_FPS = 25 };

/* How a stream of sound keeps time. */
struct sound_clock probe_sound_clock(const json_t *probe, int stream);

/* The grid that a probe's result describes. */
ATTR_NODISCARD int probe_grid(struct frame_grid *out, const json_t *probe, struct err *err);
