/*
 * A rendition: one output format, read from a YAML file that a team may edit. Plain data; the JSON
 * it was read from is kept, because job keys are hashes of it.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "err.h"

struct rendition {
    char *name;            /* of the file, without .yaml */
    const char *container; /* "mp4", "webm" or "ogg" */
    const char *suffix;    /* of published files: ".mp4", ".360p.mp4" … */
    const char *mime;
    json_t *video; /* encoder, max_width, max_height, key_frame_s, options {}; NULL: sound alone */
    json_t *audio; /* encoder, bit_rate, options {} */
    json_t *json;  /* owns all of the above but name */
    json_t *card;  /* video, as cards have it; NULL: sound alone */
    char *video_text, *card_text, *audio_text; /* as json_canonical writes them, for keys */
};

/* How much time a picture is worth: a rendition's "video" may hold options for "fast", "balanced"
 * and "small", which go before those of its "options"; those for "card" go before both, and an
 * effort's own "card" before these. */
enum rendition_effort { RENDITION_FAST, RENDITION_BALANCED, RENDITION_SMALL };
bool rendition_effort_parse(enum rendition_effort *out, const char *name);

/* Reads and checks a rendition file. */
ATTR_NODISCARD int rendition_read(struct rendition *out, const char *path,
                                  enum rendition_effort effort, struct err *err);
/* The checks of a rendition's "video" and "audio" alone, as job specs carry them; where names the
 * object in messages. */
ATTR_NODISCARD int rendition_check_video(const json_t *video, const char *where, struct err *err);
ATTR_NODISCARD int rendition_check_audio(const json_t *audio, const char *where, struct err *err);
void rendition_finish(struct rendition *rendition);

/* The size of a source's picture in the rendition: upright, square pixels, even, inside the
 * rendition's box, never enlarged. sar as a fraction, rotation in degrees clockwise. */
void rendition_size(int *out_width, int *out_height, const json_t *video, int width, int height,
                    int sar_num, int sar_den, int rotation);

/* The least width and height that every encoder takes (SVT-AV1's limit), and the greatest. */
enum { RENDITION_MIN_SIDE = 64, RENDITION_MAX_SIDE = 8192 };
