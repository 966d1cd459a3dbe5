/*
 * A segment: a run of pictures, encoded on its own for one or several renditions from one decode,
 * into one MP4 file each. Cells of a recording and title cards differ only in the source of their
 * pictures, so that segments of one rendition can be joined by copying packets. It reads no media
 * itself (see frames/) and joins nothing (see output/). One thread per call.
 */
#pragma once

#include <jansson.h>
#include <libavutil/frame.h>
#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "track.h"

/* To be raised whenever the same spec would give other bytes. */
enum { SEGMENT_VERSION = 6 };

/* The source of the pictures. next fills a blank frame, whose pts is the segment's frame (from 0)
 * from which it shows, and returns 1, 0 after the last one, or an error. */
struct picture_source {
    int (*next)(void *opaque, AVFrame *frame, struct err *err);
    void *opaque;
};

enum picture_fields {
    PICTURE_PROGRESSIVE,
    PICTURE_FLAGGED,   /* interlaced where the picture is flagged so */
    PICTURE_TOP_FIRST, /* interlaced, whatever the flags say, with this field first */
    PICTURE_BOTTOM_FIRST,
};

/* Properties of the source's pictures before they are rotated and scaled. */
struct picture_traits {
    int rotation; /* degrees clockwise, a multiple of 90 */
    bool flip;    /* mirrored left to right, before the rotation */
    enum picture_fields fields;
    /* The shape of the pictures that fill the output. Pictures of another shape (a projector was
     * switched from 4:3 to 16:9) are fitted into it with black borders. 0: all pictures fill it. */
    int width, height;
    AVRational sar;
};

struct segment_output {
    const json_t *video; /* a rendition's video settings; borrowed */
    int width, height;   /* even */
    const char *path;    /* of the MP4 file to write (neither atomic nor synced); borrowed */
    bool fragment;       /* it is a fragment of a longer track, which begins at frame first */
    int64_t first;
    struct track_summary summary; /* filled in by segment_encode */
};

struct segment_params {
    AVRational fps;
    int64_t nb_frames; /* to encode; at least 1 */
    bool goes_on;      /* it continues another segment: see encoder_lead_frames */
    struct picture_traits traits;
    /* Called every few frames with the number done; non-zero stops with ERR_CANCELLED. Or NULL. */
    int (*progress)(void *opaque, int64_t frames);
    void *opaque;
};

/* Encodes exactly params->nb_frames frames for every output. If the source ends early, its last
 * picture is repeated. ERR_INVALID where it gives no picture at all. */
ATTR_NODISCARD int segment_encode(struct segment_output *outputs, size_t nb_outputs,
                                  const struct segment_params *params,
                                  const struct picture_source *source, struct err *err);
