/*
 * libavcodec's encoders as renditions name them: by name, with a mapping of options. The only place
 * that opens encoders for published media, so that all of them run with one thread and give the
 * same bytes on every machine.
 */
#pragma once

#include <jansson.h>
#include <libavcodec/avcodec.h>
#include <stdbool.h>

#include "err.h"

/* Whether this FFmpeg has the encoder. */
bool encoder_known(const char *name);

/* The encoder that settings ("encoder": NAME) name. ERR_INVALID where this FFmpeg does not have it.
 */
ATTR_NODISCARD int encoder_find(const AVCodec **out, const json_t *settings, struct err *err);

/* How many extra frames to encode before the first frame of a segment that continues another one.
 * x264's macroblock tree gives the first key frame of an encode 16 % fewer bytes than a later one;
 * with 8 frames of the same picture before it, 2 % fewer (docs/segment-grid.md). */
int encoder_lead_frames(const AVCodec *codec);

/* Opens enc, whose own fields are set, with the settings' "options", one thread and a global
 * header. ERR_INVALID for an option that the encoder does not have. */
ATTR_NODISCARD int encoder_open(AVCodecContext *enc, const json_t *settings, struct err *err);
