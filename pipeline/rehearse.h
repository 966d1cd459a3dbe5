/*
 * Stand-in recordings: slides with the talk's title and a running clock, speech or tones, made by
 * libavfilter, so that a team can try its set-up before the event and the tests know what to
 * expect in every output. Every picture carries its frame number, every second of sound its time.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "err.h"

struct rehearse_spec {
    const char *path;  /* of the file to make, its suffix chooses the container (.mp4, .mkv, .ts) */
    const char *title; /* shown on every slide, spoken */
    const char *speakers;
    const char *subtitle;   /* "Talk 15, parts 1 and 2", or NULL */
    const int64_t *part_ms; /* the parts' lengths: sound rests between two parts */
    size_t nb_parts;
    int width, height;                              /* even */
    int fps;                                        /* 1 … 60 */
    int (*progress)(void *opaque, double fraction); /* non-zero stops; or NULL */
    void *opaque;
};

/* Makes the file, its length the sum of the parts, to the frame and to the sample. Written beside
 * and renamed. */
ATTR_NODISCARD int rehearse_make(const struct rehearse_spec *spec, struct err *err);

/* The frame number that a picture of a stand-in carries, read from 8-bit luma (any size, whole
 * picture, at least 160 wide). -1 where it cannot be read. The picture's bottom twelfth holds 24
 * equal cells: white, black, then bits 19 … 0 of the frame number (white is 1), then black, white.
 */
int64_t rehearse_read_frame_number(const uint8_t *luma, int stride, int width, int height);
