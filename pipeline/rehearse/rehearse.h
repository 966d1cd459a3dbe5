/*
 * Stand-in recordings: slides with the talk's title and a running clock, speech or tones, made by
 * libavfilter, so that a team can try its set-up before the event and the tests know what to
 * expect in every output. Every picture carries its frame number, every second of sound its time.
 * docs/rehearse.md shows both.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

enum {
    REHEARSE_SAMPLE_RATE = 48000, /* of the sound, mono */
    REHEARSE_TONE_MS = 20,        /* length of the tone at the start of each second */
    REHEARSE_REST_MS = 1000,      /* silence on each side of a boundary between two parts */
};

struct rehearse_spec {
    const char *path;  /* of the file to make, its suffix chooses: .mp4, .mov, .mkv, .ts */
    const char *title; /* shown on every slide, spoken */
    const char *speakers;
    const char *subtitle;   /* "Talk 15, parts 1 and 2", or NULL */
    const int64_t *part_ms; /* the parts' lengths: sound rests between two parts */
    size_t nb_parts;
    int width, height;                              /* even, 160x90 … 7680x4320 */
    int fps;                                        /* 1 … 60 */
    bool tones;                                     /* a hum, as where libavfilter cannot speak */
    int (*progress)(void *opaque, double fraction); /* non-zero stops; or NULL */
    void *opaque;
};

/* A picture's bottom twelfth holds its frame number (0 is the first) in 24 equal cells: white,
 * black, then bits 19 … 0 of the number (white is 1), then black, white. */

/* Makes the file, its length the sum of the parts, to the frame (rounded) and to the sample; at
 * most 2^20 frames. Written beside, as path with ".tmp", and renamed; no file is left on failure.
 * The same spec gives the same bytes, but for the noise in a process's second speech. One call at a
 * time in a process, since flite is not known to be safe in threads. ERR_INVALID: a value out of
 * range, an unknown suffix; ERR_EXTERNAL: libav lacks a filter or an encoder, which the message
 * names; ERR_CANCELLED: progress stopped it. */
ATTR_NODISCARD int rehearse_make(const struct rehearse_spec *spec, struct err *err);

/* The frequency of the tone that starts with the given second of a stand-in (0 is the first): 1000,
 * 1100 … 4900 Hz, again from the start every 40 s. Nothing else sounds from 20 ms before the tone
 * to 20 ms after it. A second whose tone would touch a rest has none. */
double rehearse_second_tone_hz(int64_t second);
