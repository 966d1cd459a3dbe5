/*
 * Recognises a channel that carries a signal for machines instead of sound: timecode (LTC, SMPTE
 * 12M-1), which a camera records on a channel of its own, or a steady tone of a generator. Sees a
 * channel's samples at 48 kHz, and looks at every eighth second of a long recording. Inner header;
 * one thread per signal.
 */
#pragma once

#include "attr.h"

/* A second counts where its mean square is above this (-55 dBFS). */
#define SOUND_ACTIVE_MEAN_SQUARE 3.2e-6

enum sound_signal_kind { SIGNAL_NONE, SIGNAL_TIMECODE, SIGNAL_TONE };

struct sound_signal; /* freed by sound_signal_destroy */
struct sound_signal *sound_signal_create(void);
/* nb samples, the first one at samples, the others SOUND_CHANNELS apart. */
void sound_signal_add(struct sound_signal *signal, const float *samples, int nb);
/* *hz: of a tone. */
enum sound_signal_kind sound_signal_kind(double *hz, const struct sound_signal *signal);
/* NULL is allowed. */
void sound_signal_destroy(struct sound_signal *signal);
