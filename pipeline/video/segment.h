/*
 * A segment: a run of pictures encoded alone for one or several renditions, from one decode, into
 * one MP4 file each. A cell of a recording and a title card differ only in where their pictures
 * come from; everything else is the same code, so that segments of one rendition join by copying.
 */
#pragma once

#include <jansson.h>
#include <libavutil/frame.h>
#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "track.h"

/* Changes whenever the same spec would give other bytes. */
enum { SEGMENT_VERSION = 6 };

/* Where pictures come from. next fills a blank frame whose pts is the segment's frame (from 0) at
 * which it begins to show, and returns 1, or 0 after the last one, or an error. */
struct picture_source {
    int (*next)(void *opaque, AVFrame *frame, struct err *err);
    void *opaque;
};

enum picture_fields {
    PICTURE_PROGRESSIVE,
    PICTURE_FLAGGED,   /* interlaced where the picture says so */
    PICTURE_TOP_FIRST, /* interlaced, whatever the pictures say: that field came first */
    PICTURE_BOTTOM_FIRST,
};

/* What the source's pictures are like, as they are before they are set upright and scaled. */
struct picture_traits {
    int rotation; /* degrees clockwise, a multiple of 90 */
    bool flip;    /* left to right, before the rotation */
    enum picture_fields fields;
    /* Of the pictures that fill the output. Those that turn up with another shape on the way (a
     * projector is switched from 4:3 to 16:9) are fitted into it, black around. 0: all fill it. */
    int width, height;
    AVRational sar;
};

struct segment_output {
    const json_t *video; /* a rendition's video settings */
    int width, height;
    const char *path; /* of the MP4 file to write (not atomically: the worker renames) */
    struct track_summary summary; /* filled in */
};

struct segment_params {
    AVRational fps;
    int64_t nb_frames;
    bool goes_on; /* other pictures stand before it: the encoder settles on the first one */
    struct picture_traits traits;
    /* Called now and then with frames done; non-zero stops with ERR_CANCELLED. May be NULL. */
    int (*progress)(void *opaque, int64_t frames);
    void *opaque;
};

/* Encodes exactly params->nb_frames frames for every output. A source that ends early leaves its
 * last picture standing; one without any picture is ERR_INVALID. */
ATTR_NODISCARD int segment_encode(struct segment_output *outputs, size_t nb_outputs,
                                  const struct segment_params *params,
                                  const struct picture_source *source, struct err *err);
