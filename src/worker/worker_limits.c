#include "worker_limits.h"

#include "fs.h"
#include "job_spec.h"
#include "mem.h"
#include "sound.h"
#include "workdir.h"

static const int64_t mib = 1 << 20, gib = 1 << 30, hour_s = 3600;
/* Of a piece, however long; and what any file may take: headers, indexes, reports. */
static const int64_t max_piece_bytes = 64LL << 30, any_bytes = 256 << 20;

/* Six bits a pixel, half of what 8-bit pictures take without compression: 300 Mbit/s of 1080p25. */
static int64_t picture_bytes(const struct job_spec *s, int64_t nb_frames)
{
    int64_t most = 0;
    for (size_t i = 0; i < s->nb_outputs; i++) {
        const int64_t pixels = (int64_t)s->outputs[i].width * s->outputs[i].height;
        most = pixels > most ? pixels : most;
    }
    return most * nb_frames * 6 / 8;
}

/* 32 bits a sample, as without compression. */
static int64_t sound_bytes(const struct job_spec *s)
{
    const struct part_clock clock = job_range_clock(&s->range, &s->grid);
    const int64_t nb_frames = s->range.card_frames + part_clock_frames(&clock);
    return sound_samples_at(&s->grid, nb_frames) * 4 * SOUND_CHANNELS;
}

static int64_t joined_bytes(const struct job_spec *s)
{
    AUTO_FREE char *sound = workdir_path(s->work, s->assembly.sound_key, "mp4");
    int64_t nb = fs_size(sound);
    for (size_t i = 0; i < s->assembly.nb_segments; i++) {
        AUTO_FREE char *piece = workdir_path(s->work, s->assembly.segments[i].key, "mp4");
        nb += fs_size(piece);
    }
    return nb > 0 ? nb + nb / 8 : 0;
}

static int64_t at_most(int64_t bytes, int64_t most)
{
    return bytes < 0 || bytes > most ? most : bytes;
}

struct worker_limits worker_limits(const struct job_spec *s)
{
    struct worker_limits out = {4 * gib, any_bytes, 12 * hour_s};
    switch (s->stage) {
    case STAGE_CARD:
        out.memory_bytes = 8 * gib;
        out.file_bytes += at_most(picture_bytes(s, s->card.nb_frames), max_piece_bytes);
        break;
    case STAGE_CELL:
        out.memory_bytes = 8 * gib;
        out.file_bytes += at_most(picture_bytes(s, s->range.end - s->range.begin), max_piece_bytes);
        break;
    case STAGE_SOUND:
        out.file_bytes += at_most(sound_bytes(s), max_piece_bytes);
        break;
    case STAGE_ASSEMBLE:
        out.file_bytes += joined_bytes(s);
        break;
    case STAGE_CAPTIONS:
    case STAGE_POSTER:
    case STAGE_STORYBOARD:
    case STAGE_THUMBS:
        out.file_bytes = 64 * mib;
        out.cpu_s = 2 * hour_s;
        break;
    case STAGE_PREVIEW: /* a segment of two seconds of small pictures, or of ten of sound */
        out.cpu_s = hour_s;
        break;
    case STAGE_PROBE:
    case STAGE_ANALYSE:
    case NB_STAGES:
        break;
    }
    return out;
}
