/* How a preview is encoded: the settings of its encoders, as a rendition has them. Private to
 * part/.
 */
#pragma once

#include <jansson.h>
#include <libavutil/rational.h>
#include <stdint.h>

#include "preview.h"

enum { PREVIEW_PACKET = 1024 /* samples of a packet of sound */ };

/* The length of a segment of the picture, about; of one of the sound, in packets. */
int64_t preview_settings_picture_ms(enum preview_kind kind);
int64_t preview_settings_packets(enum preview_kind kind);

/* The largest size of the picture, for rendition_size. All three: new objects. */
json_t *preview_settings_box(enum preview_kind kind);
json_t *preview_settings_picture(enum preview_kind kind, int width, int height, AVRational fps);
json_t *preview_settings_sound(enum preview_kind kind);

/* What the picture is then encoded in: "avc1.42c01e". */
void preview_settings_codecs(char out[PREVIEW_CODECS_BYTES], enum preview_kind kind, int width,
                             int height, AVRational fps);
