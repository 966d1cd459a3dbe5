#include "analyse.h"

#include <libavutil/pixdesc.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "av.h"
#include "json.h"
#include "loudness.h"
#include "media.h"
#include "mem.h"
#include "probe.h"
#include "reader.h"

enum {
    PICTURE_STEP_MS = 2000, /* between two key pictures that are looked at */
    READ_SAMPLES = 8192,
    SIGNATURE_SIDE = 16,
};
/* Sound below this is a pause, against the talk's own loudness and absolutely. */
static const double silence_below_lu = 25, silence_lufs = -60;
/* A picture is black where the mean of its luma is below this and hardly any sample is brighter
 * than twice it (8 bits, limited range: black is 16). */
static const double black_mean = 24;

struct analysis {
    struct media *media;
    const char *path;
    const json_t *probe;
    struct grid grid; /* time_base.num 0 where there is no picture */
    int64_t duration_ms;
    int (*progress)(void *opaque, double fraction);
    void *opaque;
    json_t *result;
};

static int tell(struct analysis *a, double fraction, struct err *err)
{
    if (a->progress && a->progress(a->opaque, fraction))
        return err_set(err, ERR_CANCELLED, "stopped");
    return 0;
}

static json_t *describe_damage(const struct damage *d)
{
    if (!d->nb)
        return json_null();
    return json_pack("{s:I, s:I, s:s}", "nb", (json_int_t)d->nb, "first_ms",
                     (json_int_t)d->first_ms, "what", d->what);
}

static json_t *decibels(double v)
{
    return isfinite(v) ? json_real(round(v * 100) / 100) : json_null();
}

/* --- sound ----------------------------------------------------------------------------------- */

static int measure_sound(struct loudness *out, struct analysis *a, const json_t *audio,
                         struct err *err)
{
    AUTO_SOUND *sound = NULL;
    AUTO_METER *meter = NULL;
    const struct sound_range range = {
        .stream = (int)json_get_int(audio, "stream", -1),
        .grid = a->grid,
        .end = INT64_MAX,
        .counted = json_get_bool(audio, "counted", false),
    };
    if (sound_reader_open(&sound, a->media, &range, err) < 0 ||
        loudness_meter_create(&meter, err) < 0)
        return err->code;
    AUTO_FREE float *samples = mem_zalloc(READ_SAMPLES * SOUND_CHANNELS, sizeof *samples);
    int64_t done = 0;
    for (;;) {
        const int nb = sound_reader_read(sound, samples, READ_SAMPLES, err);
        if (nb < 0 || loudness_meter_add(meter, samples, nb, err) < 0)
            return err->code;
        if (nb < READ_SAMPLES)
            break;
        done += nb;
        if (a->duration_ms > 0 &&
            tell(a, 0.8 * (double)done * 1000 / SOUND_RATE / (double)a->duration_ms, err) < 0)
            return err->code;
    }
    loudness_meter_finish(out, meter);
    json_object_set_new(a->result, "sound_damage", describe_damage(sound_reader_damage(sound)));
    json_object_set_new(a->result, "moved_ms",
                        json_integer(sound_reader_moved(sound) * 1000 / SOUND_RATE));
    return 0;
}

static void describe_sound(struct analysis *a, const struct loudness *l)
{
    const double whole = loudness_integrated(l, 0, l->nb);
    const double threshold = fmax(whole - silence_below_lu, silence_lufs);
    size_t head = 0, tail = 0;
    while (head < l->nb && loudness_of_energy((double)l->blocks[head].energy) < threshold)
        head++;
    while (tail < l->nb &&
           loudness_of_energy((double)l->blocks[l->nb - 1 - tail].energy) < threshold)
        tail++;
    double last_second = 0;
    const size_t nb_last = l->nb < 10 ? l->nb : 10;
    for (size_t i = l->nb - nb_last; i < l->nb; i++)
        last_second += (double)l->blocks[i].energy / (double)nb_last;
    json_object_set_new(a->result, "loudness_lufs", decibels(whole));
    json_object_set_new(a->result, "peak_dbtp", decibels(loudness_peak_db(l, 0, l->nb)));
    json_object_set_new(a->result, "blocks", json_integer((json_int_t)l->nb));
    json_object_set_new(a->result, "silence_head_ms", json_integer((json_int_t)head * 100));
    json_object_set_new(a->result, "silence_tail_ms", json_integer((json_int_t)tail * 100));
    json_object_set_new(
        a->result, "sound_at_end",
        json_boolean(isfinite(whole) && loudness_of_energy(last_second) > whole - 10));
}

static int analyse_sound(struct analysis *a, const char *blocks_path, struct err *err)
{
    AUTO_LOUDNESS blocks = {0};
    const json_t *audio = json_object_get(a->probe, "audio");
    if (json_is_object(audio)) {
        if (measure_sound(&blocks, a, audio, err) < 0)
            return err->code;
        describe_sound(a, &blocks);
    }
    return loudness_write(blocks_path, &blocks, err);
}

/* --- pictures -------------------------------------------------------------------------------- */

struct looked_at {
    int64_t black_until; /* frame of the first picture that is not black; -1 none yet */
    int64_t black_from;  /* first frame of the black pictures that go on to now; -1 none */
    int64_t still_from;  /* first frame since which nothing changed */
    uint8_t signature[SIGNATURE_SIDE * SIGNATURE_SIDE];
    bool any;
};

/* Luma sampled in a coarse raster. Only the first plane is looked at, in 8 bits. */
static bool look_signature(uint8_t *out, const AVFrame *f)
{
    const AVPixFmtDescriptor *d = av_pix_fmt_desc_get(f->format);
    if (!d ||
        d->flags & (AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_BITSTREAM))
        return false;
    const int depth = d->comp[0].depth, step = d->comp[0].step;
    const bool big_endian = d->flags & AV_PIX_FMT_FLAG_BE;
    for (int i = 0; i < SIGNATURE_SIDE * SIGNATURE_SIDE; i++) {
        const int x = (2 * (i % SIGNATURE_SIDE) + 1) * f->width / (2 * SIGNATURE_SIDE);
        const int y = (2 * (i / SIGNATURE_SIDE) + 1) * f->height / (2 * SIGNATURE_SIDE);
        const uint8_t *p = f->data[d->comp[0].plane] +
                           (ptrdiff_t)y * f->linesize[d->comp[0].plane] + (ptrdiff_t)x * step +
                           d->comp[0].offset;
        if (depth <= 8) {
            out[i] = *p;
        } else {
            const int v = big_endian ? p[0] << 8 | p[1] : p[1] << 8 | p[0];
            out[i] = (uint8_t)(v >> d->comp[0].shift >> (depth - 8));
        }
    }
    return true;
}

static void look(struct looked_at *seen, const AVFrame *frame)
{
    uint8_t now[SIGNATURE_SIDE * SIGNATURE_SIDE];
    if (!look_signature(now, frame))
        return;
    double sum = 0;
    int bright = 0, changed = 0;
    for (size_t i = 0; i < sizeof now; i++) {
        sum += now[i];
        bright += now[i] > 2 * black_mean;
        changed += abs(now[i] - seen->signature[i]) > 8;
    }
    const bool black = sum / (double)sizeof now < black_mean && bright <= 2;
    if (!black && seen->black_until < 0)
        seen->black_until = frame->pts;
    if (!black)
        seen->black_from = -1;
    else if (seen->black_from < 0)
        seen->black_from = frame->pts;
    if (!seen->any || changed > 1)
        seen->still_from = frame->pts;
    memcpy(seen->signature, now, sizeof now);
    seen->any = true;
}

static void describe_pictures(struct analysis *a, const struct looked_at *seen)
{
    const int64_t end = a->grid.nb_frames;
    const bool all_black = seen->any && seen->black_until < 0;
    const int64_t head = all_black ? end : seen->black_until > 0 ? seen->black_until : 0;
    const int64_t tail = seen->black_from >= 0 ? end - seen->black_from : 0;
    const int64_t frozen = seen->any ? end - seen->still_from : 0;
    json_object_set_new(a->result, "black_head_ms", json_integer(grid_ms_of(&a->grid, head)));
    json_object_set_new(a->result, "black_tail_ms", json_integer(grid_ms_of(&a->grid, tail)));
    json_object_set_new(a->result, "frozen_tail_ms", json_integer(grid_ms_of(&a->grid, frozen)));
}

static int analyse_pictures(struct analysis *a, const json_t *video, struct err *err)
{
    AUTO_MEDIA *media = NULL; /* anew: the sound reader has run the first one to its end */
    AUTO_PICTURES *pictures = NULL;
    AUTO_FRAME *frame = av_frame_alloc();
    if (!frame)
        return av_fail_nomem(err);
    const struct picture_range range = {
        .stream = (int)json_get_int(video, "stream", -1),
        .grid = a->grid,
        .end = a->grid.nb_frames,
        .key_step_ms = PICTURE_STEP_MS,
    };
    if (media_open(&media, a->path, NULL, err) < 0 ||
        picture_reader_open(&pictures, media, &range, err) < 0)
        return err->code;
    struct looked_at seen = {.black_until = -1, .black_from = -1};
    int got;
    while ((got = picture_reader_next(pictures, frame, err)) > 0) {
        look(&seen, frame);
        if (tell(a, 0.8 + 0.2 * (double)frame->pts / (double)a->grid.nb_frames, err) < 0)
            return err->code;
        av_frame_unref(frame);
    }
    if (got < 0)
        return got;
    describe_pictures(a, &seen);
    struct damage damage = *picture_reader_damage(pictures);
    if (!seen.any && !damage.nb)
        damage = (struct damage){.nb = 1, .what = "no picture could be decoded"};
    json_object_set_new(a->result, "picture_damage", describe_damage(&damage));
    return 0;
}

int analyse_recording(json_t **out, const char *path, const json_t *probe, const char *blocks_path,
                      int (*progress)(void *opaque, double fraction), void *opaque, struct err *err)
{
    AUTO_MEDIA *media = NULL;
    AUTO_JSON *result = json_object();
    struct analysis a = {
        .path = path,
        .probe = probe,
        .duration_ms = json_get_int(probe, "duration_ms", 0),
        .progress = progress,
        .opaque = opaque,
        .result = result,
    };
    const json_t *video = json_object_get(probe, "video");
    if (probe_grid(&a.grid, probe, err) < 0 || media_open(&media, path, NULL, err) < 0)
        return err->code;
    a.media = media;
    if (analyse_sound(&a, blocks_path, err) < 0 ||
        (json_is_object(video) && analyse_pictures(&a, video, err) < 0))
        return err->code;
    *out = mem_take(&result);
    return 0;
}
