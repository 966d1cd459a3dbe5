/*
 * Joins a card, a talk's cells and its sound into one published file by copying packets: nothing is
 * encoded here. Segments must come from one encoder with one setting (equal codec headers), which
 * is looked at.
 */
#pragma once

#include <jansson.h>
#include <libavutil/rational.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

enum { ASSEMBLE_VERSION = 2 };

struct assemble_segment {
    const char *path;
    int64_t nb_frames;
    const char *hash; /* of its payload, as its own job's result says */
};

struct assemble_tag {
    const char *key, *value; /* value NULL: left out */
};

struct assemble_chapter {
    int64_t begin_ms, end_ms;
    const char *title;
};

struct captions_track;

struct assemble_spec {
    const char *container; /* "mp4", "webm", "ogg" */
    AVRational fps;
    const struct assemble_segment *segments; /* the card first; none for sound alone */
    size_t nb_segments;
    const char *sound_path, *sound_hash;
    int64_t nb_samples;           /* of the sound, card and talk */
    int64_t sound_lead_in;        /* samples that the encoder put before the first one */
    int64_t sound_packet_samples; /* in each packet */
    int64_t skip_samples;         /* sound alone leaves the silence under the card out */
    const struct assemble_tag *tags;
    size_t nb_tags;
    const struct assemble_chapter *chapters;
    size_t nb_chapters;
    const char *language;                  /* ISO 639-2, or NULL */
    const struct captions_track *captions; /* of MP4 with a picture */
    size_t nb_captions;
};

struct assemble_result {
    int64_t nb_frames, nb_samples;
    char video_hash[33], sound_hash[33]; /* of the payloads written; "" where there are none */
};

/* Writes the file to path (not synced). */
ATTR_NODISCARD int assemble_file(struct assemble_result *out, const char *path,
                                 const struct assemble_spec *spec, struct err *err);
