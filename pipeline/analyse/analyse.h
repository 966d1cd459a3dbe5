/*
 * What a recording sounds and looks like, from one decode of its sound and of a key picture every
 * few seconds: loudness blocks in a file beside, silence and black at the ends, what is damaged.
 */
#pragma once

#include <jansson.h>

#include "err.h"

struct media_params;

enum { ANALYSE_VERSION = 6 };

/* files: the recording's further files, or NULL. probe is its probe result; audio_stream the sound
 * that a person chose, or -1: then the one with speech is found. Writes its loudness blocks to
 * blocks_path and fills *out (the caller's): stream, use ("both", "left", "right": see
 * sound_quality.h), down_db (of the other channel; null where it is dead), speech, streams:
 * [{stream, loudness_lufs, speech}] where there are several, clipped: {nb, first_ms} or null, hum:
 * {hz, dbfs} or null, nb_dropouts, dropouts:
 * [[at_ms, length_ms] …], loudness_lufs, peak_dbtp (null for silence), blocks, silence_head_ms,
 * silence_tail_ms, sound_at_end (speech up to the last second), black_head_ms, black_tail_ms,
 * frozen_tail_ms, black: [[begin_ms, end_ms] …], scenes: [ms …] (another picture than the one
 * before), as far as key pictures some seconds apart show them, fields ("flagged": as the pictures
 * say; "progressive", "top", "bottom": as was seen), picture_damage, sound_damage: {nb, first_ms,
 * what} or null, moved_ms (sound moved to keep it with the picture). */
ATTR_NODISCARD int analyse_recording(json_t **out, const char *path,
                                     const struct media_params *files, const json_t *probe,
                                     int audio_stream, const char *blocks_path,
                                     int (*progress)(void *opaque, double fraction), void *opaque,
                                     struct err *err);
