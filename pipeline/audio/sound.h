/*
 * A part's sound, encoded whole: silence under the card, then the talk with one static gain, and a
 * limiter only where the gain would drive peaks over the ceiling. What was encoded is decoded again
 * and measured; the gain and the ceiling are corrected until the figures hold.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "frame_grid.h"
#include "reader.h"
#include "track.h"

enum { SOUND_VERSION = 8 };

struct media_params;

struct sound_spec {
    const char *recording;
    const struct media_params *files; /* its further files; NULL: it is one */
    int stream;                       /* negative: the recording has no sound, the part is silent */
    struct sound_clock clock;         /* as of struct sound_range */
    enum sound_use use;               /* the same */
    struct frame_grid grid;           /* of the recording */
    int64_t begin, end;               /* frames of the recording */
    int64_t card_frames;              /* silence in front */
    const char *blocks_path; /* the recording's loudness blocks; NULL where there is no sound */
    double target_lufs;      /* -16 */
    double ceiling_dbtp;     /* -1 */
    int (*progress)(void *opaque, double fraction); /* non-zero stops; or NULL */
    void *opaque;
};

struct sound_result {
    int64_t nb_samples;              /* card and talk, at 48 kHz; AAC may leave out the last 72 */
    int64_t lead_in, packet_samples; /* before the first sample, and per packet */
    double source_lufs, gain_db;     /* what was measured, what was applied; 0 for silence */
    double loudness_lufs, peak_dbtp; /* of the encoded sound, decoded; -HUGE_VAL for silence */
    int limited;                     /* whether the limiter was needed */
    struct track_summary summary;
    struct damage damage;
    char remark[160];      /* what a person has to know, or "" */
    int64_t moved_samples; /* by how much sound was moved to stay with the picture */
};

struct sound_output {
    const json_t *audio; /* a rendition's audio settings */
    const char *path;    /* where the track is written (not synced) */
    struct sound_result result;
};

/* Encodes several outputs from one decode; each becomes what it would be alone. */
ATTR_NODISCARD int sound_encode(struct sound_output *outputs, size_t nb,
                                const struct sound_spec *spec, struct err *err);

/* Samples from the start of a part to the start of its frame n. */
int64_t sound_samples_at(const struct frame_grid *grid, int64_t frames);
