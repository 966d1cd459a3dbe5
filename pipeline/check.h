/*
 * Reads a finished output back and compares it with what it should be, before it counts: frames,
 * their times, the sound's start and length, the payload (so that what the encoders' jobs verified
 * holds for this file too), key frames, that it decodes across every seam, and each
 * caption with its times.
 */
#pragma once

#include <libavutil/rational.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

struct captions_track;

struct check_spec {
    const char *container;
    AVRational fps;
    int width, height;    /* 0 for sound alone */
    const int64_t *seams; /* first frames of the segments after the first */
    size_t nb_seams;
    int64_t nb_frames, nb_samples;
    const char *video_hash, *sound_hash;
    int key_frame_s;                       /* key frames may not lie further apart */
    const char *title;                     /* that the tags must carry */
    const struct captions_track *captions; /* in the order of their streams, off by default */
    size_t nb_captions;
};

struct check_result {
    int64_t duration_ms; /* of the longer track */
    int64_t video_start_us, sound_start_us;
    int64_t nb_bytes;
    int64_t nb_decoded; /* frames decoded around the seams */
    char sha256[65];
};

/* ERR_EXTERNAL with a message that says what is wrong where the file is not as it should be. */
ATTR_NODISCARD int check_output(struct check_result *out, const char *path,
                                const struct check_spec *spec, struct err *err);

/* The SHA-256 sum of a file, as 64 hex digits. */
ATTR_NODISCARD int check_sha256(char out[65], const char *path, struct err *err);
