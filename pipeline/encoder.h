/* Encoders as renditions name them: by name, with a mapping of options. */
#pragma once

#include <jansson.h>
#include <libavcodec/avcodec.h>
#include <stdbool.h>

#include "err.h"

bool encoder_known(const char *name);

/* The encoder that settings ("encoder": NAME) ask for. */
ATTR_NODISCARD int encoder_find(const AVCodec **out, const json_t *settings, struct err *err);

/* Opens enc, its own fields set, with the settings' "options": one thread, global header. An option
 * that the encoder does not know is ERR_INVALID. */
ATTR_NODISCARD int encoder_open(AVCodecContext *enc, const json_t *settings, struct err *err);
