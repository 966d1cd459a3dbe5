/*
 * Encodes the whole sound of a part: silence under the card, then the talk (without its breaks,
 * with a short crossfade in place of each) with one constant gain, and a limiter only where the
 * gain would raise peaks above the ceiling. The encoded sound is decoded again and measured; gain
 * and limit are corrected until loudness and peak are as asked for (docs/sound.md). It changes
 * neither the recording's noise nor its dynamics otherwise. One thread per call.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "frame_grid.h"
#include "part_clock.h"
#include "reader.h"
#include "track.h"

/* To be raised whenever the same spec would give other bytes. */
enum { SOUND_VERSION = 9 };
/* Sound below it is noise. */
#define SOUND_SILENT_LUFS (-60.0)

struct media_params;

struct sound_spec {
    const char *recording;
    const struct media_params *files; /* its further files, or NULL */
    int stream;                       /* negative: the recording has no sound, the part is silent */
    struct sound_clock clock;         /* as in struct sound_range */
    enum sound_use use;               /* the same */
    int pair;                         /* the same */
    struct frame_grid grid;           /* of the recording */
    int64_t begin, end;               /* frames of the recording, [begin, end) */
    const struct part_drop *drops;    /* breaks within them; as in struct part_clock */
    size_t nb_drops;
    int offset_ms;           /* the sound is heard so much later than recorded; may be negative */
    int64_t card_frames;     /* silence before the talk */
    const char *blocks_path; /* the recording's loudness blocks; NULL where there is no sound */
    double target_lufs;      /* integrated loudness of the talk, such as -16 */
    double ceiling_dbtp;     /* highest true peak, such as -1 */
    int (*progress)(void *opaque, double fraction); /* 0 to 1; non-zero stops; or NULL */
    void *opaque;
};

struct sound_result {
    int64_t nb_samples;              /* card and talk, at 48 kHz; AAC may omit up to 72 */
    int64_t lead_in, packet_samples; /* priming samples, and samples per packet */
    double source_lufs, gain_db;     /* of the recording, and applied; 0 for silence */
    double loudness_lufs, peak_dbtp; /* of the encoded talk; -HUGE_VAL for silence */
    int limited;                     /* whether the limiter was used */
    struct track_summary summary;
    struct damage damage;
    char remark[160];      /* a warning for the user, or "" */
    int64_t moved_samples; /* inserted or dropped to keep sound and picture in sync */
};

struct sound_output {
    const json_t *audio; /* a rendition's audio settings */
    const char *path;    /* of the track to write (not synced); borrowed */
    struct sound_result result;
};

/* Encodes nb outputs from one decode; each has the bytes that it would have alone. Fills their
 * results. */
ATTR_NODISCARD int sound_encode(struct sound_output *outputs, size_t nb,
                                const struct sound_spec *spec, struct err *err);

/* How many samples at 48 kHz the first frames of a grid last, rounded. */
int64_t sound_samples_at(const struct frame_grid *grid, int64_t frames);
