/* Encoders as renditions name them: by name, with a mapping of options. */
#pragma once

#include <jansson.h>
#include <libavcodec/avcodec.h>
#include <stdbool.h>

#include "err.h"

bool encoder_known(const char *name);

/* The encoder that settings ("encoder": NAME) ask for. */
ATTR_NODISCARD int encoder_find(const AVCodec **out, const json_t *settings, struct err *err);

/* Frames for an encoder to settle on, before the first of a run that is cut out of a longer encode.
 * x264's macroblock tree gives the first key frame of an encode less than a later one, by 16 % of
 * its bytes; 8 frames of the same picture before it make 2 % of that (docs/segment-grid.md). */
int encoder_lead_frames(const AVCodec *codec);

/* Opens enc, its own fields set, with the settings' "options": one thread, global header. An option
 * that the encoder does not know is ERR_INVALID. */
ATTR_NODISCARD int encoder_open(AVCodecContext *enc, const json_t *settings, struct err *err);
