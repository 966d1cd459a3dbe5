/*
 * Captions as a track of an MP4 file (3GPP timed text, 3GPP TS 26.245; libav's mov_text): what
 * output/ needs to write and check one. Players do not show the track until the viewer selects it.
 */
#pragma once

#include "captions.h"
#include "err.h"

struct AVFormatContext;
struct AVPacket;
struct AVStream;

/* A track's times are in samples of the sound: to know when a text ends, libavformat 59
 * (FFmpeg 5.1) compares them with the times of other tracks and ignores the time bases. */
enum { CAPTIONS_TRACK_RATE = 48000 };

struct captions_track {
    const struct cues *cues; /* flattened: see captions_flatten */
    const char *language;    /* ISO 639-2, or NULL */
};

/* Adds a stream to mux, which owns it, before the header is written. */
ATTR_NODISCARD int captions_track_add(struct AVStream **out, struct AVFormatContext *mux,
                                      const struct captions_track *track, struct err *err);
/* Fills a blank packet with a cue; times in 1 / CAPTIONS_TRACK_RATE s. ERR_INVALID where the text
 * is longer than a track can hold. */
ATTR_NODISCARD int captions_track_packet(struct AVPacket *pkt, const struct cue *cue,
                                         struct err *err);
/* Clears the flag "enabled" of all caption tracks in the finished file: libavformat sets it for the
 * first track of each kind, and players would show that one by default. */
ATTR_NODISCARD int captions_tracks_off(const char *path, struct err *err);
