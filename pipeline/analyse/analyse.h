/*
 * The analysis: what a recording sounds and looks like, from one decode of its sound and of a key
 * frame every few seconds. Finds loudness, silence and black at the ends, scene changes,
 * interlacing, and faults of the sound. It runs after the probe, whose result it needs, changes
 * nothing, and decides nothing but which stream and channel carry the talk. One thread per call.
 */
#pragma once

#include <jansson.h>

#include "err.h"

struct media_params;

/* To be raised whenever the same recording would give another result. */
enum { ANALYSE_VERSION = 8 };

/* files: the recording's further files, or NULL. probe: its probe result. audio_stream: the stream
 * that the user chose, or -1: the one with speech is found. progress may be NULL; its fraction is 0
 * to 1, and non-zero from it stops with ERR_CANCELLED. Writes the loudness blocks to blocks_path
 * (not synced; see loudness.h) and fills *out with a new object: stream, use (see
 * sound_use_format), down_db (of the channel that is left out, where its
 * level decides; null: it is dead), speech (0 to 1: of what is used), channels: [{is, hz (of a
 * tone)}] (see sound_content_name), speech_of: {both, left …: 0 to 1} (of each way to use the
 * channels), correlation (of two channels, -1 to 1, else null), opposite_s (absent unless they are
 * in opposite phase for these seconds and equal in others), streams: [{stream, loudness_lufs,
 * speech}], where there are several, clipped, outliers (see sound_reader_outliers):
 * {nb, first_ms} or null, speech_begin_ms, speech_end_ms (from the grid's origin; absent if nobody
 * speaks), hum: {hz, dbfs} or null, nb_dropouts, dropouts: [[at_ms, length_ms] …], loudness_lufs,
 * peak_dbtp (null: silence), blocks (how many), silence_head_ms, silence_tail_ms, sound_at_end (the
 * last second is loud), black_head_ms, black_tail_ms, frozen_tail_ms, black: [[begin_ms, end_ms]
 * …], scenes: [ms …] (the picture changed), to the precision of key frames seconds apart but
 * for the black at the ends, fields ("flagged": as each picture says; "progressive", "top",
 * "bottom": as detected), picture_damage, sound_damage: {nb, first_ms, what} or null, moved_ms (how
 * much sound was inserted or dropped to stay in sync). */
ATTR_NODISCARD int analyse_recording(json_t **out, const char *path,
                                     const struct media_params *files, const json_t *probe,
                                     int audio_stream, const char *blocks_path,
                                     int (*progress)(void *opaque, double fraction), void *opaque,
                                     struct err *err);
