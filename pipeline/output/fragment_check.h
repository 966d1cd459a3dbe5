/*
 * Reads a segment of a preview back, which an attacker may have written, before a browser gets it:
 * whether it is an MP4 file of one header and one fragment, of the codec, size, time and number of
 * packets that it should have, and nothing else. Boxes that it does not know are refused. It
 * decodes nothing: decoding is the browser's, which does it in a sandbox of its own. Pure.
 */
#pragma once

#include <libavutil/rational.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

struct fragment_expected {
    bool sound;
    int width, height; /* of the picture */
    AVRational fps;
    int channels;      /* of the sound: 48 kHz, packets of 1024 samples */
    int64_t first, nb; /* frames of the picture, packets of the sound */
};

struct fragment_found {
    int64_t init_bytes; /* length of the header; the fragment is the rest */
    char codecs[16];    /* "avc1.42c01e", "mp4a.40.2" */
};

/* ERR_EXTERNAL: it is something else. */
ATTR_NODISCARD int fragment_check(struct fragment_found *out, const char *path,
                                  const struct fragment_expected *expected, struct err *err);
ATTR_NODISCARD int fragment_check_bytes(struct fragment_found *out, const uint8_t *bytes, size_t nb,
                                        const struct fragment_expected *expected, struct err *err);
