/*
 * Pictures and sound of a range of a recording, placed on its frame grid and its sample clock
 * (48 kHz, from the first picture). One reader, one thread; the media is the caller's and must
 * outlive it. Damage is passed over, counted, and told with its time.
 */
#pragma once

#include <libavutil/frame.h>
#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "frame_grid.h"

struct media;

/* What did not decode. */
struct damage {
    int64_t nb;       /* packets or pictures that failed */
    int64_t first_ms; /* where the first one lies, from the recording's first picture */
    char what[120];   /* the decoder's word for it */
};

struct picture_range {
    int stream;
    struct frame_grid grid;
    int64_t begin, end; /* frames, [begin, end) */
    int64_t key_frame;  /* decoding starts at this frame's key picture; 0: at the file's start */
    int64_t key_pts;    /* its time stamp in the stream's time base */
    int key_step_ms;    /* above 0: only key pictures, this far apart or more, are decoded */
};

struct picture_reader;
ATTR_NODISCARD int picture_reader_open(struct picture_reader **out, struct media *media,
                                       const struct picture_range *range, struct err *err);
/* The next picture, its pts the grid frame at which it begins to show: the first at begin exactly,
 * each later one further on, all below end. Returns 1, or 0 after the last one, or an error.
 * frame is the caller's, blank. */
ATTR_NODISCARD int picture_reader_next(struct picture_reader *reader, AVFrame *frame,
                                       struct err *err);
const struct damage *picture_reader_damage(const struct picture_reader *reader);
void picture_reader_close_p(struct picture_reader **reader);

enum { SOUND_RATE = 48000, SOUND_CHANNELS = 2 };

/* What goes to both sides: of two microphones on left and right one may be dead. */
enum sound_use { SOUND_BOTH, SOUND_LEFT, SOUND_RIGHT };
const char *sound_use_name(enum sound_use use); /* "both" … */
/* False where there is no such. */
bool sound_use_parse(enum sound_use *out, const char *name);

/* How a stream of sound keeps time (probe.h). */
struct sound_clock {
    bool counted;  /* of the time stamps only the first one holds, then samples are counted */
    int drift_ppm; /* so many samples in a million are too many for the time stamps, or too few */
};

struct sound_range {
    int stream; /* negative: no sound in the recording, all is silence */
    struct frame_grid
        grid; /* only origin and time_base count; time_base.num 0: the sound's own start */
    int64_t begin, end; /* samples, [begin, end); end may be INT64_MAX: to the last one there is */
    enum sound_use use;
    struct sound_clock clock;
};

struct sound_reader;
ATTR_NODISCARD int sound_reader_open(struct sound_reader **out, struct media *media,
                                     const struct sound_range *range, struct err *err);
/* Up to nb samples per channel, interleaved, into samples. Returns how many (fewer than nb only at
 * the end), or an error. What the recording lacks inside the range is silence. */
ATTR_NODISCARD int sound_reader_read(struct sound_reader *reader, float *samples, int nb,
                                     struct err *err);
const struct damage *sound_reader_damage(const struct sound_reader *reader);
/* Samples put in or left out to keep sound and picture together, so far. */
int64_t sound_reader_moved(const struct sound_reader *reader);
void sound_reader_close_p(struct sound_reader **reader);

#define AUTO_PICTURES ATTR_CLEANUP(picture_reader_close_p) struct picture_reader
#define AUTO_SOUND    ATTR_CLEANUP(sound_reader_close_p) struct sound_reader
