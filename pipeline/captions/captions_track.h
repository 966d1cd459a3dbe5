/* Captions as a track of an MP4 file (3GPP timed text, 3GPP TS 26.245; libav's mov_text): what the
 * assembly needs to write one. A player leaves it off until it is asked for. */
#pragma once

#include "captions.h"
#include "err.h"

struct AVFormatContext;
struct AVPacket;
struct AVStream;

/* A track's times count in samples of the sound: libavformat 5.1 compares them with the times of
 * other tracks without minding their time bases, to know when a text ends. */
enum { CAPTIONS_TRACK_RATE = 48000 };

struct captions_track {
    const struct cues *cues; /* flattened: see captions_flatten */
    const char *language;    /* ISO 639-2, or NULL */
};

/* Adds a stream, before the header is written. */
ATTR_NODISCARD int captions_track_add(struct AVStream **out, struct AVFormatContext *mux,
                                      const struct captions_track *track, struct err *err);
/* Fills a blank packet with a cue; times in 1 / CAPTIONS_TRACK_RATE. */
ATTR_NODISCARD int captions_track_packet(struct AVPacket *pkt, const struct cue *cue,
                                         struct err *err);
/* In the finished file, takes the mark "enabled" off all tracks of captions: libavformat sets it
 * for the first of each kind, and players would show that one unasked. */
ATTR_NODISCARD int captions_tracks_off(const char *path, struct err *err);
