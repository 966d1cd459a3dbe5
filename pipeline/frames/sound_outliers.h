/* Samples of floating-point sound that no microphone can have made: not a number, infinite, or far
 * above full scale and above the sound around them. Inner header of sound_reader.c. */
#pragma once

#include <libavutil/frame.h>
#include <stdint.h>

#include "err.h"
#include "reader.h"

struct outlier_finder {
    double level; /* the highest sample of late; falls to a half in half a second */
    struct sound_outliers found;
};

/* Sets such samples of the frame to full scale, those that are no number to 0, and counts them.
 * at_ms: time of the frame's first sample. */
ATTR_NODISCARD int outlier_finder_mend(struct outlier_finder *finder, AVFrame *frame, int64_t at_ms,
                                       struct err *err);
