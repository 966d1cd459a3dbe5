/*
 * Small recordings for tests, made by libav's encoders: pictures that carry their frame number (as
 * rehearse.h says), sound that is a function of the sample's number. And the way back: a plain
 * decode of a whole file, in which talkpress has no hand. A failure fails the test.
 */
#pragma once

#include <libavutil/rational.h>
#include <stdbool.h>
#include <stdint.h>

struct media_video {
    const char *encoder; /* NULL: no picture */
    const char *options; /* "preset=ultrafast:bf=2", or NULL */
    int width, height;   /* 0: 160x96 */
    AVRational fps;      /* num 0: 25 */
    int64_t nb_frames;
    int gop;                       /* 0: 25 */
    int64_t (*time_us)(int64_t n); /* when frame n is shown; NULL: at n / fps */
    AVRational sar;                /* num 0: 1:1 */
    int rotation;                  /* of the display matrix, clockwise: 0, 90, 180, 270 */
};

struct media_audio {
    const char *encoder; /* NULL: no sound */
    const char *options; /* "aac_pns=0", or NULL */
    int rate, channels;  /* 0: 48000, 1 */
    int64_t start;       /* in samples after the first picture; may be negative */
    int64_t nb_samples;
    float (*sound)(int64_t n, int channel); /* NULL: media_noise */
    int64_t gap_begin, gap_end; /* packets that begin here are left out (samples, as sound's n) */
    int64_t bit_rate;           /* 0: 192000 */
    int drift_ppm; /* the time stamps have room for so many millionths of the samples less */
};

struct media_spec {
    const char *path; /* its suffix chooses the container */
    struct media_video video;
    struct media_audio audio;
    const char *options; /* of the muxer: "movflags=+faststart", or NULL */
};

void media_make(const struct media_spec *spec);

/* Noise that repeats nowhere, at half of full scale. */
float media_noise(int64_t n, int channel);

/* What a plain decode of a file gives. */
struct media_frame {
    int64_t pts; /* in the stream's time base */
    int64_t number;
    bool key;
    char hash[33]; /* of all planes */
};
struct media_decoded {
    AVRational video_base, audio_base;
    int width, height;
    struct media_frame *frames;
    int64_t nb_frames;
    float *samples; /* interleaved, as many channels as there are */
    int channels, rate;
    int64_t nb_samples;   /* per channel */
    int64_t room;         /* samples per channel that there is memory for */
    int64_t first_sample; /* pts of the first one, in 1/rate */
    int64_t nb_errors;    /* packets that did not decode */
};
void media_decode(struct media_decoded *out, const char *path);
void media_decoded_finish(struct media_decoded *d);
#define AUTO_DECODED ATTR_CLEANUP(media_decoded_finish) struct media_decoded

/* The frame number that a picture of a stand-in carries (rehearse.h), from 8-bit luma: the whole
 * picture, at least 160 wide. -1 where it cannot be read, also where two frames were blended. */
int64_t media_read_number(const uint8_t *luma, int stride, int width, int height);

/* The number on a decoded picture; a hash of its planes. */
struct AVFrame;
int64_t media_number_of(const struct AVFrame *frame);
void media_hash_of(char out[33], const struct AVFrame *frame);

/* Draws a picture with frame number n, luma only, into 8-bit 4:2:0 or packed RGB. */
void media_draw(struct AVFrame *frame, int64_t n);
