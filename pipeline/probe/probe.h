/*
 * The probe: what a recording is, from one read of all its packets. Finds the streams, their real
 * durations, the frame grid, the cells, gaps and jumps, and what is missing at the end. Sums of the
 * content are not computed here, but outside the sandbox. It decodes no more than the first
 * picture, and judges nothing: see analyse/. Other folders read its result with the functions at
 * the end. No state: from any thread.
 */
#pragma once

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "frame_grid.h"
#include "reader.h"

/* To be raised whenever the same file would give another result. */
enum { PROBE_VERSION = 6 };

/* Probes a recording: the file at path, then those of more (NULL if nb_more is 0). Fills *out with
 * the result, a new object:
 *   container, size (bytes), error (a message: then only size is set beside it),
 *   streams: [{index, type, codec, …, start_ms, end_ms (on the file's clock), packets,
 *             apart (a text: why it is not published, nor instead of the chosen one; absent else),
 *             counted (of audio: time stamps are unusable, samples are to be counted),
 *             drift_ppm (of audio: see drift.h; 0: it keeps time),
 *             no_language (of text that is none: why, see telemetry.h)}],
 *   video: {stream, width, height (coded), sar: [n, d], rotation (degrees clockwise), flip,
 *           interlaced, variable, first: {width, height, sar} (the first picture as decoded),
 *           begin, end (only if sound lasts longer: the frames that have pictures; before and after
 *           them the first and the last one is held)} or null,
 *   grid: {fps: [n, d], time_base: [n, d], origin, frames}: of the picture, and of all sound before
 *         and after it; without video, of the card that stands for it,
 *   audio: {stream, channels, rate, start_ms, end_ms (from the origin)} or null: the stream
 *          that players choose,
 *   sound_error: text, where there is audio that cannot be decoded, or null,
 *   cells: [[frame, pts of its key frame], …], the first at frame 0,
 *   gaps: [{stream, at_ms, length_ms}], corrupt: [ms …], truncated: text or null,
 *   duration_ms: of the grid,
 *   join: of several files, how they continue each other, for struct media_params.
 * Damage in the files, and files that cannot be one recording, are part of the result. An error is
 * returned only where another try could succeed. progress may be NULL; its fraction is 0 to 1, and
 * non-zero from it stops with ERR_CANCELLED. */
ATTR_NODISCARD int probe_files(json_t **out, const char *path, const char *const *more,
                               size_t nb_more, int (*progress)(void *opaque, double fraction),
                               void *opaque, struct err *err);

/* The minimum length of a cell in milliseconds; with the GOPs of cameras, 0.5 to 10 s, cells are 24
 * to 34 s long. So the encoder's start costs less than 1 %, a killed run loses little, and a long
 * talk is spread over the cores. */
enum { PROBE_CELL_MS = 24000 };

/* Frames per second of the card that stands for the picture of a recording without video. */
enum { PROBE_STILL_FPS = 25 };

/* How an audio stream keeps time, from a probe's result. */
struct sound_clock probe_sound_clock(const json_t *probe, int stream);

/* The time on the frame grid at which a player starts to count, in milliseconds, 0 or less: files
 * with captions or chapters count from there. Players start with the stream that begins first. */
int64_t probe_player_start_ms(const json_t *probe, const struct frame_grid *grid);

/* The grid in a probe's result. ERR_INVALID where it is not valid. */
ATTR_NODISCARD int probe_grid(struct frame_grid *out, const json_t *probe, struct err *err);
