/*
 * The sound of a stand-in recording: speech, made once and looped, a tone at the start of every
 * second, rests between the parts. Any range of it can be had in any order. Private to rehearse.c.
 */
#pragma once

#include <stdint.h>

#include "err.h"

struct rehearse_spec;
struct rehearse_sound; /* the creator's, freed by rehearse_sound_destroy */

/* Borrows spec, which must outlive the sound. Speaks by libavfilter's flite; hums where that is
 * absent or spec->tones asks for it. */
ATTR_NODISCARD int rehearse_sound_create(struct rehearse_sound **out,
                                         const struct rehearse_spec *spec, struct err *err);
void rehearse_sound_destroy(struct rehearse_sound *sound);

/* Fills out with nb samples from sample number first on, mono at REHEARSE_SAMPLE_RATE. */
void rehearse_sound_read(const struct rehearse_sound *sound, float *out, int64_t first, int nb);
