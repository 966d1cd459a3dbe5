/*
 * Faults of a recording's sound that the user should know of before it is published: no speech,
 * clipping, hum, dropouts, and a dead channel. Takes the same samples as the loudness meter
 * (stereo, 48 kHz, interleaved). Inner header; one thread per meter.
 */
#pragma once

#include <stdint.h>

#include "reader.h"

struct loudness;

/* How many dropouts are listed; more are only counted. */
enum { SOUND_QUALITY_DROPOUTS = 20 };

struct sound_quality {
    double speech;      /* 0 to 1: share of quiet 20 ms frames in loud seconds (Saunders 1996) */
    int64_t nb_clipped; /* runs of at least 3 samples at full scale */
    int64_t first_clipped_ms; /* from the first sample; -1: none */
    int hum_hz;               /* 50 or 60; 0: none */
    double hum_dbfs;          /* mean level of the hum; only if hum_hz */
    int nb_dropouts;          /* at least 2 s of digital silence between sound */
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

/* Which channel carries the sound: only one, if the other is dead or at least 12 dB weaker in the
 * sum of the blocks above -60 LUFS. *down_db: by how much it is weaker; 0 for both, HUGE_VAL: dead.
 */
enum sound_use sound_quality_use(double *down_db, const struct loudness *blocks);
