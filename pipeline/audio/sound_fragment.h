/*
 * Encodes a segment of a recording's sound for its preview: a fragment of a track of AAC on the
 * recording's clock, which joins those before and after it without a gap. The sound is as the
 * recording has it: its level is not changed. Also finds the peaks of its samples. One thread per
 * call.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "err.h"
#include "frame_grid.h"
#include "reader.h"

struct media_params;

enum {
    SOUND_FRAGMENT_PACKET = 1024, /* samples */
    SOUND_FRAGMENT_PIXEL = 240,   /* samples of a pair of peaks: 200 pairs a second */
};

struct sound_fragment_spec {
    const char *recording;
    const struct media_params *files;               /* its further files, or NULL */
    int stream;                                     /* of the recording */
    struct sound_clock clock;                       /* as in struct sound_range */
    enum sound_use use;                             /* the same */
    int pair;                                       /* the same */
    struct frame_grid grid;                         /* of the recording */
    const json_t *audio;                            /* settings of the encoder, as of a rendition */
    int channels;                                   /* 1: the mean of left and right */
    int64_t first, nb;                              /* packets, counted from frame 0 */
    int (*progress)(void *opaque, double fraction); /* 0 to 1; non-zero stops; or NULL */
    void *opaque;
};

/* Writes the fragment to path (not synced). *out_peaks: a new list of least and most of each pixel,
 * -128 to 127, left and right together; the last pixel may be of fewer samples. */
ATTR_NODISCARD int sound_fragment_encode(json_t **out_peaks, struct damage *damage,
                                         const char *path, const struct sound_fragment_spec *spec,
                                         struct err *err);
