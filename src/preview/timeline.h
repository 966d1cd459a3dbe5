/*
 * What is known of a recording along its time, as members of the answer "recording" of the review:
 * from its probe and its analysis, without decoding anything. Never opens media.
 */
#pragma once

#include <jansson.h>

#include "err.h"

struct loudness;
struct preview;

/*
 * *out: a new object; all times in milliseconds on the recording's clock, 0 at frame 0:
 *   silence, black: [[begin, end], …], ascending; speech: [begin, end] or null; scenes: [time, …]
 *   (slide changes); faults: [{at_ms, end_ms, what}] of the sound; damage: [{at_ms, what}];
 *   waveform: {pixels_per_second, length} or null;
 *   thumbs: {interval_ms, count, columns, rows, width, height, sheets} or null;
 *   preview: {picture: {codecs, begins (frames), width, height} or null,
 *             sound: {codecs, begins_ms} or null}, or null if the recording cannot be shown.
 * What is not known yet is empty or null. preview: the recording, as preview_open gives it; NULL:
 * it cannot be shown. blocks: of the analysis, in the channels that are used, for silence; NULL:
 * none.
 */
json_t *timeline_json(const struct preview *preview, const struct loudness *blocks);

/* Reads the loudness blocks of the analysis from work/, in the channels that are used. Returns 1, 0
 * if there are none (not analysed, or no sound), or a negative code. */
int timeline_blocks(struct loudness *out, const struct preview *preview, struct err *err);
