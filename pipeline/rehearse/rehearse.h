/*
 * Stand-in recordings: slides with the talk's title and a running clock, and speech or tones, made
 * with libavfilter, so that a team can try its settings before the event, and tests know what every
 * output must contain. Every picture carries its frame number, every second of sound its time
 * (docs/rehearse.md). Needs no recording, and no other folder of the pipeline but media/.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

enum {
    REHEARSE_SAMPLE_RATE = 48000, /* of the sound, mono */
    REHEARSE_TONE_MS = 20,        /* length of the tone at the start of each second */
    REHEARSE_REST_MS = 1000,      /* silence before and after a boundary between two parts */
};

struct rehearse_spec {
    const char *path;  /* of the file; its suffix sets the format: .mp4, .mov, .mkv, .ts */
    const char *title; /* shown on every slide, spoken */
    const char *speakers;
    const char *subtitle;   /* "Talk 15, parts 1 and 2", or NULL */
    const int64_t *part_ms; /* the parts' lengths; there is silence between two parts */
    size_t nb_parts;
    int width, height;                              /* even, 160x90 to 7680x4320 */
    int fps;                                        /* 1 to 60 */
    bool tones;                                     /* a hum instead of speech */
    int (*progress)(void *opaque, double fraction); /* non-zero stops; or NULL */
    void *opaque;
};

/* A picture's bottom twelfth holds its frame number (0 is the first) in 24 equal cells: white,
 * black, then bits 19 … 0 of the number (white is 1), then black, white. */

/* Makes the file. Its length is the sum of the parts, to the sample and to the nearest frame; at
 * most 2^20 frames. It is written as path with ".tmp" appended, then renamed; no file is left on
 * failure. The same spec gives the same bytes, except for noise in the second speech that a process
 * makes. One call at a time in a process, since flite is not known to be thread-safe. ERR_INVALID:
 * a value is out of range, or the suffix unknown; ERR_EXTERNAL: libav lacks a filter or an encoder
 * (the message names it); ERR_CANCELLED: progress stopped it. */
ATTR_NODISCARD int rehearse_make(const struct rehearse_spec *spec, struct err *err);

/* The frequency of the tone at the start of a second of a stand-in (0 is the first): 1000, 1100 …
 * 4900 Hz, repeating every 40 s. There is no other sound from 20 ms before the tone to 20 ms after
 * it. Where the tone would touch the silence between parts, there is none. */
double rehearse_second_tone_hz(int64_t second);
