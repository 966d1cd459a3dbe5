/* Alone, since the coordinator needs it, and nothing of what decodes and encodes. */
#include "sound.h"

#include <libavutil/mathematics.h>

int64_t sound_samples_at(const struct frame_grid *grid, int64_t frames)
{
    return av_rescale_q(frames, av_inv_q(grid->fps), (AVRational){1, SOUND_RATE});
}
