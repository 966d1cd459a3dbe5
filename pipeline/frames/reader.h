/*
 * Decoded pictures and sound of a range of a recording, placed on its frame grid and its sample
 * clock (48 kHz, from the first picture): what analyse, video and audio read a recording with. A
 * reader changes no picture or level, and writes nothing. Damaged packets are skipped, counted, and
 * reported with the time of the first. One thread; the media is the caller's and must outlive the
 * reader, and serves one reader at a time.
 */
#pragma once

#include <jansson.h>
#include <libavutil/frame.h>
#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "frame_grid.h"

struct media;

/* What could not be decoded. */
struct damage {
    int64_t nb;       /* packets or pictures that failed */
    int64_t first_ms; /* time of the first one, from the recording's first picture */
    int64_t last_ms;  /* of the last one */
    char what[120];   /* libav's description of its error */
};

struct picture_range {
    int stream;
    struct frame_grid grid;
    int64_t begin, end; /* frames, [begin, end) */
    int64_t key_frame;  /* a key frame at or before begin, to decode from; 0: the file's start */
    int64_t key_pts;    /* its time stamp, in the stream's time base */
    int key_step_ms;    /* above 0: only key frames are decoded, at least this far apart */
    /* Decoding begins at a later key frame, if the container finds one before begin, so that the
     * first picture comes sooner. The pictures are the same. */
    bool near;
    int64_t late; /* if packets have no presentation times: by how many frames pictures follow their
                     packets' decoding times; -1: not known */
};

/* Sets key_frame, key_pts and late for a range that begins at begin, from the cells of the probe
 * (probe.h). */
void picture_range_find_key(struct picture_range *range, const json_t *cells);

struct picture_reader;
ATTR_NODISCARD int picture_reader_open(struct picture_reader **out, struct media *media,
                                       const struct picture_range *range, struct err *err);
/* Moves the next picture into frame (blank). Its pts is the grid frame from which it shows: begin
 * for the first picture, then strictly increasing, below end. Returns 1, 0 after the last one, or
 * an error. */
ATTR_NODISCARD int picture_reader_next(struct picture_reader *reader, AVFrame *frame,
                                       struct err *err);
/* Decodes one key picture near the range's begin, before or after it, alone: fast, for small
 * pictures. Its pts is the grid frame from which it shows. stream, grid, begin and late of the
 * range are used. Returns 1, 0 where none is found, or an error. */
ATTR_NODISCARD int picture_reader_key(AVFrame *out, struct media *media,
                                      const struct picture_range *range, struct err *err);
/* So far; the reader's own. */
const struct damage *picture_reader_damage(const struct picture_reader *reader);
void picture_reader_close_p(struct picture_reader **reader);

enum { SOUND_RATE = 48000, SOUND_CHANNELS = 2 };

/* What of two channels is published: both as they are; one of them on both sides, because the other
 * is dead or carries something else; or both with the right one inverted, because they are in
 * opposite phase and would cancel each other on one loudspeaker. */
enum sound_use { SOUND_BOTH, SOUND_LEFT, SOUND_RIGHT, SOUND_INVERT, SOUND_NB_USES };
/* Written "both", "left", "right", "invert". Of more than two channels, a pair may be used in place
 * of their mix: pair n is channels 2n-1 and 2n as left and right; 0: the mix. It is written "3" and
 * "4" (one of them on both sides), "3+4", "3-4" (the second one inverted). */
enum { SOUND_USE_BYTES = 8, SOUND_MAX_CHANNELS = 64 };
const char *sound_use_format(char buf[SOUND_USE_BYTES], enum sound_use use, int pair);
/* False for what is no such text. */
bool sound_use_parse(enum sound_use *out, int *pair, const char *text);

/* How a stream of sound keeps time (probe.h). */
struct sound_clock {
    bool counted;  /* only the first time stamp is used; after it, samples are counted */
    int drift_ppm; /* surplus samples per million compared with the time stamps; may be negative */
};

struct sound_range {
    int stream; /* negative: the recording has no sound, and all is silence */
    struct frame_grid
        grid; /* only origin and time_base are used; time_base.num 0: from the sound's start */
    int64_t begin, end; /* samples, [begin, end); end INT64_MAX: up to the last sample */
    enum sound_use use;
    int pair; /* see sound_use_format */
    struct sound_clock clock;
};

struct sound_reader;
ATTR_NODISCARD int sound_reader_open(struct sound_reader **out, struct media *media,
                                     const struct sound_range *range, struct err *err);
/* Reads up to nb samples per channel into samples, interleaved. Returns how many (fewer than nb
 * only at the end), or an error. Where the recording has no sound inside the range, samples are 0.
 */
ATTR_NODISCARD int sound_reader_read(struct sound_reader *reader, float *samples, int nb,
                                     struct err *err);
/* So far; the reader's own. */
const struct damage *sound_reader_damage(const struct sound_reader *reader);
/* Samples of floating-point sound that were not a number, or far above full scale and the sound
 * around them: they come out as 0, or at full scale. */
struct sound_outliers {
    int64_t nb, first_ms; /* from the recording's first picture */
};
/* So far; the reader's own. */
const struct sound_outliers *sound_reader_outliers(const struct sound_reader *reader);
/* How many samples were inserted or dropped so far to keep sound and picture in sync. */
int64_t sound_reader_moved(const struct sound_reader *reader);
void sound_reader_close_p(struct sound_reader **reader);

#define AUTO_PICTURES ATTR_CLEANUP(picture_reader_close_p) struct picture_reader
#define AUTO_SOUND    ATTR_CLEANUP(sound_reader_close_p) struct sound_reader
