/*
 * What a person should know of a recording's sound before it is published: whether somebody speaks,
 * whether it is clipped, hums or drops out, and which of two channels carries it. Fed with the same
 * samples as the loudness meter (stereo, 48 kHz).
 */
#pragma once

#include <stdint.h>

#include "reader.h"

struct loudness;

enum { SOUND_QUALITY_DROPOUTS = 20 };

struct sound_quality {
    double speech;      /* 0 … 1: the share of pauses within its active seconds; see below */
    int64_t nb_clipped; /* runs of 3 samples or more at full scale */
    int64_t first_clipped_ms; /* from the first sample; -1: none */
    int hum_hz;               /* 50 or 60; 0: none */
    double hum_dbfs;
    int nb_dropouts; /* 2 s or more of digital silence within sound */
    struct {
        int64_t at_ms, length_ms;
    } dropouts[SOUND_QUALITY_DROPOUTS]; /* the first ones */
};

/* A meter: create, add any number of samples, finish. */
struct sound_quality_meter;
struct sound_quality_meter *sound_quality_create(void);
void sound_quality_add(struct sound_quality_meter *meter, const float *samples, int nb);
void sound_quality_finish(struct sound_quality *out, struct sound_quality_meter *meter,
                          const struct loudness *blocks);
void sound_quality_destroy_p(struct sound_quality_meter **meter);
#define AUTO_SOUND_QUALITY ATTR_CLEANUP(sound_quality_destroy_p) struct sound_quality_meter

/* Which channel carries the sound: one, where the other is dead or 12 dB down or more in the sum of
 * what is above -60 LUFS. *down_db (of the weaker one; 0 for both) may be HUGE_VAL. */
enum sound_use sound_quality_use(double *down_db, const struct loudness *blocks);
