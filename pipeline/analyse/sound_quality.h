/*
 * Which of two channels carries the talk, and faults of a recording's sound that the user should
 * know of before it is published: no speech, clipping, hum, dropouts. Takes the same samples as the
 * loudness meter (stereo, 48 kHz, interleaved). Inner header; one thread per meter.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "reader.h"

struct loudness;

/* How many dropouts are listed; more are only counted. */
enum { SOUND_QUALITY_DROPOUTS = 20 };

/* What a channel carries; a later one is rather the talk. */
enum sound_content {
    CONTENT_SILENCE,
    CONTENT_TIMECODE, /* LTC */
    CONTENT_TONE,
    CONTENT_NOISE, /* nothing but a steady sound: hiss, a hum with its overtones */
    CONTENT_SOUND, /* all else */
};
const char *sound_content_name(enum sound_content content); /* "silence" … */

struct sound_channel {
    enum sound_content content;
    double tone_hz; /* only of CONTENT_TONE */
};

/* Of the mono sum of what a way to use the channels publishes. */
struct sound_speech {
    double share;             /* 0 to 1: quiet 20 ms frames in loud seconds (Saunders 1996) */
    int64_t begin_ms, end_ms; /* to a second; equal: nobody speaks */
};

struct sound_quality {
    struct sound_speech speech[SOUND_NB_USES];
    struct sound_channel channels[SOUND_CHANNELS];
    double correlation; /* of the channels in loud seconds: 1 equal, -1 in opposite phase */
    /* Seconds in which both are loud, and of them those in which it is near -1, and near 1. */
    int nb_compared, nb_opposite, nb_equal;
    struct {
        int64_t nb;       /* runs of at least 3 samples at full scale */
        int64_t first_ms; /* from the first sample; -1: none */
    } clipped[SOUND_CHANNELS];
    int hum_hz;      /* 50 or 60; 0: none */
    double hum_dbfs; /* mean level of the hum; only if hum_hz */
    int nb_dropouts; /* at least 2 s of digital silence between sound */
    struct {
        int64_t at_ms, length_ms;
    } dropouts[SOUND_QUALITY_DROPOUTS]; /* the first nb_dropouts of them */
};

/* Freed by sound_quality_destroy_p. */
struct sound_quality_meter;
struct sound_quality_meter *sound_quality_create(void);
/* nb samples per channel, any number at a time. */
void sound_quality_add(struct sound_quality_meter *meter, const float *samples, int nb);
/* blocks: of the same samples. */
void sound_quality_finish(struct sound_quality *out, struct sound_quality_meter *meter,
                          const struct loudness *blocks);
void sound_quality_destroy_p(struct sound_quality_meter **meter);
#define AUTO_SOUND_QUALITY ATTR_CLEANUP(sound_quality_destroy_p) struct sound_quality_meter

/* How the channels are published: one of them on both sides if the other carries a signal, steady
 * noise or music that covers the speech, is dead, or is at least 12 dB weaker in the sum of the
 * blocks above -60 LUFS, or they are in opposite phase for a part of the time; with the right one
 * inverted if they are all the time. *down_db: by
 * how much the other one is weaker, if that decided; HUGE_VAL: it is dead; else 0. */
enum sound_use sound_quality_use(double *down_db, const struct sound_quality *quality,
                                 const struct loudness *blocks);

/* Whether left and right are in opposite phase for a part of the time, and equal in another: then
 * only one of them alone is right throughout. */
bool sound_quality_turns_over(const struct sound_quality *quality);

/* Whether somebody surely speaks, or surely does not, in sound with this share. */
bool sound_quality_speaks(double share);
bool sound_quality_says_nothing(double share);
