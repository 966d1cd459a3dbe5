/*
 * The sound of a stand-in recording: speech, made once and looped, a tone at the start of every
 * second, and silence between the parts. Any range can be read in any order. Inner header.
 */
#pragma once

#include <stdint.h>

#include "err.h"

struct rehearse_spec;
struct rehearse_sound; /* the creator's, freed by rehearse_sound_destroy */

/* spec is borrowed and must outlive the sound. The speech is libavfilter's flite's; a hum where
 * that is absent or spec->tones is set. */
ATTR_NODISCARD int rehearse_sound_create(struct rehearse_sound **out,
                                         const struct rehearse_spec *spec, struct err *err);
void rehearse_sound_destroy(struct rehearse_sound *sound);

/* Fills out with nb samples from sample first on, mono at REHEARSE_SAMPLE_RATE. */
void rehearse_sound_read(const struct rehearse_sound *sound, float *out, int64_t first, int nb);
