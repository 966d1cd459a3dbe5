/*
 * A rendition: one output format, read from a YAML file that a team may edit. Read by the event's
 * settings and by workers; opens no encoder. Plain data; the JSON that it was read from is kept,
 * because job keys are hashes of it.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "err.h"

/* The trade between encoding time and file size. A rendition's "video" may hold options for "fast",
 * "balanced" and "small", which override those in its "options"; those in "card" override both, and
 * an effort's own "card" overrides these. */
enum rendition_effort { RENDITION_FAST, RENDITION_BALANCED, RENDITION_SMALL };

struct rendition {
    char *name;            /* the file's, without .yaml */
    const char *container; /* "mp4", "webm", "ogg" or "mp3" */
    const char *suffix;    /* of published files: ".mp4", ".360p.mp4" … */
    const char *mime;
    json_t *video;  /* encoder, max_width, max_height, key_frame_s, options {}; NULL: audio only */
    json_t *audio;  /* encoder, bit_rate, options {} */
    json_t *json;   /* owns all of the above but name */
    json_t *card;   /* video with the options for cards; owned; NULL: audio only */
    char *versions; /* of the encoder that the settings are for: ">= 2, < 3"; NULL: any; owned */
    json_t *source; /* as the file states it; owned */
    enum rendition_effort effort;
    char *video_text, *card_text, *audio_text; /* by rendition_text, for keys; owned */
};

/* False for an unknown name. */
bool rendition_effort_parse(enum rendition_effort *out, const char *name);

/* Reads and checks a rendition file, and takes its settings for the encoder's version
 * (rendition_versions.h). encoders: of the machine that encodes it (encoder_set.h; NULL: the
 * reference). *out is freed by rendition_finish. ERR_INVALID names the file and the setting. */
ATTR_NODISCARD int rendition_read(struct rendition *out, const char *path,
                                  enum rendition_effort effort, const json_t *encoders,
                                  struct err *err);

/* The same rendition with other encoders. *out is freed by rendition_finish. ERR_INVALID if it has
 * no settings for them. */
ATTR_NODISCARD int rendition_read_again(struct rendition *out, const struct rendition *rendition,
                                        const json_t *encoders, struct err *err);

/* Everything in the settings of a "video" or "audio" that can change what is encoded, as text for
 * keys: by json_canonical, and what encodes them unless it is the reference. A new string. */
char *rendition_text(const json_t *settings, const json_t *encoders);

/* Checks a rendition's "video" or "audio" alone, as job specs hold them; where names the object in
 * messages. ERR_INVALID. */
ATTR_NODISCARD int rendition_check_video(const json_t *video, const char *where, struct err *err);
ATTR_NODISCARD int rendition_check_audio(const json_t *audio, const char *where, struct err *err);
void rendition_finish(struct rendition *rendition);

/* The size of a source's picture in the rendition: upright, in square pixels, even, inside
 * max_width and max_height, never enlarged. width, height and sar: as coded; rotation: degrees
 * clockwise. */
void rendition_size(int *out_width, int *out_height, const json_t *video, int width, int height,
                    int sar_num, int sar_den, int rotation);

/* The limits of max_width and max_height: the least is SVT-AV1's. */
enum { RENDITION_MIN_SIDE = 64, RENDITION_MAX_SIDE = 8192 };
