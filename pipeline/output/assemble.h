/*
 * Joins a card, a talk's cells, its sound and its captions into one published file by copying
 * packets. It encodes nothing. Segments must come from one encoder with the same settings (equal
 * codec headers), which is verified. check.h reads the file back before it is published. One thread
 * per call.
 */
#pragma once

#include <jansson.h>
#include <libavutil/rational.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

/* To be raised whenever the same spec would give other bytes. */
enum { ASSEMBLE_VERSION = 2 };

struct assemble_segment {
    const char *path;
    int64_t nb_frames;
    const char *hash; /* of its payload, from its job's result (track.h) */
};

struct assemble_tag {
    const char *key, *value; /* value NULL: no tag */
};

struct assemble_chapter {
    int64_t begin_ms, end_ms;
    const char *title;
};

struct captions_track;

struct assemble_spec {
    const char *container; /* "mp4", "webm", "ogg", "mp3" */
    AVRational fps;
    const struct assemble_segment *segments; /* the card first; none for audio only */
    size_t nb_segments;
    const char *sound_path, *sound_hash;
    int64_t nb_samples;           /* of the sound, card and talk, at 48 kHz */
    int64_t sound_lead_in;        /* the encoder's priming samples */
    int64_t sound_packet_samples; /* in each packet */
    int64_t skip_samples;         /* left out at the start: audio only omits the card's silence */
    const struct assemble_tag *tags;
    size_t nb_tags;
    const struct assemble_chapter *chapters;
    size_t nb_chapters;
    const char *language;                  /* ISO 639-2, or NULL */
    const struct captions_track *captions; /* only in MP4 with video */
    size_t nb_captions;
    int (*progress)(void *opaque, double fraction); /* 0 to 1; non-zero stops; or NULL */
    void *opaque;
};

struct assemble_result {
    int64_t nb_frames, nb_samples;
    char video_hash[33], sound_hash[33]; /* XXH3 of the payloads written; "" if there are none */
};

/* Writes the file to path (neither atomic nor synced). ERR_EXTERNAL where a track is not what its
 * job's result says, or the segments do not fit together. */
ATTR_NODISCARD int assemble_file(struct assemble_result *out, const char *path,
                                 const struct assemble_spec *spec, struct err *err);
