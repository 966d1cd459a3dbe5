/*
 * Segments and sound of a part made of pictures and samples that the tests know, as the workers
 * make them. A failure fails the test.
 */
#pragma once

#include <jansson.h>
#include <libavutil/rational.h>
#include <stdint.h>

#include "segment.h"
#include "sound.h"

/* Drawn pictures (see media_draw), numbered from first on; as the card's where rgb. every: above 1,
 * only each so manieth is there, to be held till the next. */
struct drawn {
    int width, height;
    int64_t first, nb;
    bool rgb;
    int every;
    int64_t at;
};
struct picture_source drawn_source(struct drawn *drawn);

/* Encodes drawn pictures to path, at their own size. */
void piece_segment(struct track_summary *out, const char *path, const json_t *video, AVRational fps,
                   struct drawn drawn);

/* A recording of sound alone, two channels, lossless. */
void piece_recording(const char *path, float (*sound)(int64_t n, int channel), int64_t nb_samples);

/* Analyses the recording (NULL: none, all is silent) and encodes frames [begin, end) of it behind a
 * card: several outputs at once, or one. */
void piece_sounds(struct sound_output *outputs, size_t nb, const char *recording, AVRational fps,
                  int64_t begin, int64_t end, int64_t card_frames);
/* The same for a part with breaks, or an offset: of gives its range, its frame rate and these. */
void piece_sounds_of(struct sound_output *outputs, size_t nb, const char *recording,
                     const struct sound_spec *of);
void piece_sound(struct sound_result *out, const char *path, const char *recording,
                 const json_t *audio, AVRational fps, int64_t begin, int64_t end,
                 int64_t card_frames);

/* Settings as renditions carry them; the caller's. */
json_t *piece_video(const char *encoder);
json_t *piece_audio(const char *encoder);
