/*
 * Verifies a finished output before it is accepted: reads it back and compares frames, their times,
 * the sound's start and length, the hashes of the payloads (so that what was verified when encoding
 * is valid for this file too), key frame intervals, tags, chapters, and each caption with its
 * times; and decodes across every new seam. It must hold nothing else: no other tracks, pictures or
 * tags. It repairs nothing. The file may be an attacker's. One call per thread.
 */
#pragma once

#include <libavutil/rational.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

struct assemble_chapter;
struct assemble_tag;
struct captions_track;

/* To be raised whenever a seam that was verified would have to be verified again. */
enum { CHECK_VERSION = 1 };

/* Where one segment ends and the next one begins. */
struct check_seam {
    int64_t frame; /* the first one of the next segment */
    bool known;    /* verified before, in another file with these two segments */
};

struct check_spec {
    const char *container;
    AVRational fps;
    int width, height; /* 0 for audio only */
    const struct check_seam *seams;
    size_t nb_seams;
    int64_t nb_frames, nb_samples;
    const char *video_hash, *sound_hash;
    int key_frame_s;                 /* the longest distance of key frames, in seconds */
    const struct assemble_tag *tags; /* all that it has, but those of the container itself */
    size_t nb_tags;
    const struct assemble_chapter *chapters;
    size_t nb_chapters;
    const struct captions_track *captions; /* in the order of their streams, off by default */
    size_t nb_captions;
    int (*progress)(void *opaque, double fraction); /* 0 to 1; non-zero stops; or NULL */
    void *opaque;
};

struct check_result {
    int64_t duration_ms; /* of the video, or of audio only */
    int64_t video_start_us, sound_start_us;
    int64_t nb_decoded; /* frames decoded around the seams */
    char codecs[65];    /* of its picture and sound: "avc1.64001f,mp4a.40.2"; "": no such names */
};

/* ERR_EXTERNAL where the file is not as specified; the message says what was found and expected. */
ATTR_NODISCARD int check_output(struct check_result *out, const char *path,
                                const struct check_spec *spec, struct err *err);
