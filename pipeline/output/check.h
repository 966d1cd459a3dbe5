/*
 * Reads a finished output back and compares it with what it should be, before it counts: frames,
 * their times, the sound's start and length, the payload (so that what the encoders' jobs verified
 * holds for this file too), key frames, that it decodes across every seam that is new, and
 * each caption with its times.
 */
#pragma once

#include <libavutil/rational.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "sha256.h"

struct captions_track;

/* Changes whenever what is said of a seam would not hold any more. */
enum { CHECK_VERSION = 1 };

/* Where one segment ends and the next one begins. */
struct check_seam {
    int64_t frame; /* the first of the next */
    bool known;    /* that it decodes: these two segments were joined before */
};

struct check_spec {
    const char *container;
    AVRational fps;
    int width, height; /* 0 for sound alone */
    const struct check_seam *seams;
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
    char sha256[SHA256_BYTES];
};

/* ERR_EXTERNAL with a message that says what is wrong where the file is not as it should be. */
ATTR_NODISCARD int check_output(struct check_result *out, const char *path,
                                const struct check_spec *spec, struct err *err);
