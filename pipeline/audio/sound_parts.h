/*
 * What the files sound*.c share: the limiter, one encoder, and a pass over the part's sound.
 * sound.c decides how many passes are made, and with which gain. Inner header.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "sound.h"

/* The most samples per channel that are read at a time: 100 ms. */
enum { SOUND_CHUNK = 4800 };

struct sound_setting {
    double gain_db;
    bool limit;
    double limit_db;     /* of sample peaks after the gain, in dBFS; unused without limit */
    double most_gain_db; /* corrections never go above it */
};

/* --- sound_joined.c: the sound of the part before any gain, its stretches joined ---------------
 */

/* A stretch of the part: its samples in the recording, [begin, end). */
struct sound_stretch {
    int64_t begin, end;
};
/* The i-th of nb_drops + 1. With the offset, it may begin before the recording, or end after it. */
struct sound_stretch sound_stretch(const struct sound_spec *spec, size_t i);

struct sound_joined; /* freed by sound_joined_close_p */

ATTR_NODISCARD int sound_joined_open(struct sound_joined **out, const struct sound_spec *spec,
                                     struct err *err);
/* As sound_reader_read() does. */
ATTR_NODISCARD int sound_joined_read(struct sound_joined *joined, float *samples, int nb,
                                     struct err *err);
/* So far, of all stretches. */
void sound_joined_report(struct sound_result *out, const struct sound_joined *joined);
void sound_joined_close_p(struct sound_joined **joined);

/* --- sound_limiter.c: libavfilter's alimiter, stereo, which keeps the number of samples ------- */

struct sound_limiter; /* freed by sound_limiter_destroy */

/* limit_db: the highest sample peak that comes out, in dBFS. */
ATTR_NODISCARD int sound_limiter_create(struct sound_limiter **out, double limit_db,
                                        struct err *err);
/* NULL is allowed. */
void sound_limiter_destroy(struct sound_limiter *limiter);

/* Sends nb samples per channel, interleaved; 0: the end. */
ATTR_NODISCARD int sound_limiter_send(struct sound_limiter *limiter, const float *samples, int nb,
                                      struct err *err);
/* The next samples that are ready: they are the limiter's, until the next call. Returns how many
 * per channel, 0 where more must be sent first or all is done, or an error. */
ATTR_NODISCARD int sound_limiter_receive(const float **out, struct sound_limiter *limiter,
                                         struct err *err);

/* --- sound_encoding.c: one output ------------------------------------------------------------- */

struct sound_encoding; /* freed by sound_encoding_destroy */

/* Opens the output's encoder and its track. The output is the caller's and must outlive this. What
 * is added beyond card_samples + talk_samples is ignored; AAC may end up to 72 samples sooner. */
ATTR_NODISCARD int sound_encoding_create(struct sound_encoding **out, struct sound_output *output,
                                         int64_t card_samples, int64_t talk_samples,
                                         struct err *err);
/* NULL is allowed. */
void sound_encoding_destroy(struct sound_encoding *encoding);

/* Adds nb samples per channel, interleaved. */
ATTR_NODISCARD int sound_encoding_add(struct sound_encoding *encoding, const float *samples, int nb,
                                      struct err *err);
ATTR_NODISCARD int sound_encoding_add_silence(struct sound_encoding *encoding, int64_t nb,
                                              struct err *err);
/* Completes the track, and sets nb_samples, lead_in and packet_samples of the output's result. */
ATTR_NODISCARD int sound_encoding_finish(struct sound_encoding *encoding, struct err *err);

/* --- sound_pass.c: once through the part's sound ---------------------------------------------- */

/* Encodes all outputs with one setting; sets what sound_encoding_finish does, damage and
 * moved_samples of their results. */
ATTR_NODISCARD int sound_pass_encode(struct sound_output *outputs, size_t nb,
                                     const struct sound_spec *spec,
                                     const struct sound_setting *setting, struct err *err);

/* The same without encoders: only loudness_lufs and peak_dbtp of out are set, to those of the talk
 * as it would be encoded. */
ATTR_NODISCARD int sound_pass_try(struct sound_result *out, const struct sound_spec *spec,
                                  const struct sound_setting *setting, struct err *err);

/* Decodes what was encoded, and sets loudness_lufs and peak_dbtp of the output's result to those of
 * its talk. ERR_EXTERNAL where it does not decode. */
ATTR_NODISCARD int sound_pass_measure(struct sound_output *output, const struct sound_spec *spec,
                                      struct err *err);
