#include "analyse.h"

#include <libavutil/pixdesc.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "av.h"
#include "interlace.h"
#include "json.h"
#include "loudness.h"
#include "loudness_meter.h"
#include "media.h"
#include "mem.h"
#include "probe.h"
#include "reader.h"
#include "sound_quality.h"

enum {
    PICTURE_STEP_MS = 2000, /* between two key frames that are looked at */
    READ_SAMPLES = 8192,
    SIGNATURE_SIDE = 16,
    SCENE_LUMA = 24, /* half of all luma samples differ by more: another scene, not another slide */
};
/* Of several audio streams: one below heard_lufs counts as silent; a later one is preferred if its
 * speech is higher by clearly_more_speech. */
static const double heard_lufs = -55, clearly_more_speech = 0.1;
/* A picture is black where the mean of its luma is below this and hardly any sample is brighter
 * than twice it (8 bits, limited range: black is 16). */
static const double black_mean = 24;

struct analysis {
    const char *path;
    const struct media_params *files;
    const json_t *probe;
    struct frame_grid grid;
    int64_t duration_ms;
    int (*progress)(void *opaque, double fraction);
    void *opaque;
    int nb_measured, nb_to_measure; /* streams of sound */
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

static bool analysable(const json_t *stream)
{
    return strcmp(json_get_string(stream, "type", ""), "audio") == 0 &&
           json_get_int(stream, "packets", 0) > 0 && json_get_int(stream, "rate", 0) > 0 &&
           !json_get_string(stream, "apart", NULL);
}

enum { MAX_PAIRS = 8 }; /* that are measured: each takes a decode of the stream */

/* A channel of more than two. */
struct channel {
    struct sound_channel is;
    double speech; /* 0 to 1 */
};

/* One stream of sound, measured. */
struct measured {
    int stream;
    struct loudness blocks;
    struct sound_quality quality;
    int pair; /* of more than two channels; 0: their mix */
    int nb_channels;
    enum sound_use use;
    double down_db;      /* see sound_quality_use */
    bool stereo;         /* the channels may be used one by one */
    struct channel *all; /* of more than two: each of them; nb_channels */
    struct damage damage;
    struct sound_outliers outliers;
    int64_t moved;
    double lufs; /* as it is used */
};

static double speech_of(const struct measured *m)
{
    return m->quality.speech[m->use].share;
}

static double to_thousandth(double v)
{
    return round(v * 1000) / 1000;
}

static json_t *describe_measured(const struct measured *m)
{
    return json_pack("{s:i, s:o, s:f}", "stream", m->stream, "loudness_lufs", decibels(m->lufs),
                     "speech", to_thousandth(speech_of(m)));
}

/* As loud as the sound is when it is used that way. */
static double loudness_used(const struct loudness *l, enum sound_use use)
{
    AUTO_LOUDNESS used = {mem_zalloc(l->nb, sizeof *l->blocks), l->nb};
    for (size_t i = 0; i < l->nb; i++)
        used.blocks[i] = l->blocks[i];
    loudness_use(&used, use);
    return loudness_integrated(&used, 0, used.nb);
}

static int read_sound(struct measured *out, struct analysis *a, struct sound_reader *sound,
                      struct err *err)
{
    AUTO_METER *meter = loudness_meter_create();
    AUTO_SOUND_QUALITY *quality = sound_quality_create();
    AUTO_FREE float *samples = mem_zalloc(READ_SAMPLES * SOUND_CHANNELS, sizeof *samples);
    int64_t done = 0;
    for (;;) {
        const int nb = sound_reader_read(sound, samples, READ_SAMPLES, err);
        if (nb < 0)
            return nb;
        loudness_meter_add(meter, samples, nb);
        sound_quality_add(quality, samples, nb);
        if (nb < READ_SAMPLES)
            break;
        done += nb;
        const double of_stream = (double)done * 1000 / SOUND_RATE / (double)a->duration_ms;
        if (a->duration_ms > 0 &&
            tell(a, 0.8 * (a->nb_measured + fmin(1, of_stream)) / a->nb_to_measure, err) < 0)
            return err->code;
    }
    loudness_meter_finish(&out->blocks, meter);
    sound_quality_finish(&out->quality, quality, &out->blocks);
    return 0;
}

static void measured_finish(struct measured *m)
{
    loudness_finish(&m->blocks);
    free(m->all);
    m->all = NULL;
}

/* The stream's mix, or a pair of its channels. */
static int measure_pair(struct measured *out, struct analysis *a, int stream, int pair,
                        struct err *err)
{
    AUTO_MEDIA *media = NULL;
    AUTO_SOUND *sound = NULL;
    const struct sound_range range = {
        .stream = stream,
        .grid = a->grid,
        .end = INT64_MAX,
        .pair = pair,
        .clock = probe_sound_clock(a->probe, stream),
    };
    const json_t *st = json_array_get(json_object_get(a->probe, "streams"), (size_t)stream);
    *out = (struct measured){
        .stream = stream, .pair = pair, .nb_channels = (int)json_get_int(st, "channels", 0)};
    if (media_open(&media, a->path, a->files, err) < 0 ||
        sound_reader_open(&sound, media, &range, err) < 0 || read_sound(out, a, sound, err) < 0)
        return err->code;
    out->damage = *sound_reader_damage(sound);
    out->moved = sound_reader_moved(sound);
    out->outliers = *sound_reader_outliers(sound);
    out->stereo = pair || out->nb_channels == SOUND_CHANNELS;
    if (out->stereo)
        out->use = sound_quality_use(&out->down_db, &out->quality, &out->blocks);
    out->lufs = loudness_used(&out->blocks, out->use);
    a->nb_measured++;
    return 0;
}

/* 2: sound; 1: nothing but a signal for machines or steady noise; 0: inaudible. */
static int rank(const struct measured *m)
{
    const struct sound_channel *channels = m->quality.channels;
    const enum sound_content left = channels[0].content, right = channels[1].content,
                             both = left > right ? left : right;
    if (m->lufs <= heard_lufs)
        return 0;
    return (m->use == SOUND_LEFT    ? left
            : m->use == SOUND_RIGHT ? right
                                    : both) == CONTENT_SOUND
               ? 2
               : 1;
}

/* Whether b is preferred to a, which comes first: it is sound and a is not, or has clearly more
 * speech. */
static bool better(const struct measured *b, const struct measured *a)
{
    if (rank(a) != rank(b))
        return rank(b) > rank(a);
    return speech_of(b) > speech_of(a) + clearly_more_speech;
}

/* Whether a pair of channels is used in place of the mix: nobody speaks in the mix, or a signal is
 * mixed into it. */
static bool instead_of_mix(const struct measured *pair, const struct measured *mix, bool signal)
{
    if (signal || rank(pair) > rank(mix))
        return rank(pair) == 2;
    return sound_quality_speaks(speech_of(pair)) && sound_quality_says_nothing(speech_of(mix));
}

/* Notes the channels of a pair. True where one of them carries a signal. */
static bool note_channels(struct channel *all, const struct measured *m, int nb_channels)
{
    bool signal = false;
    for (int c = 0; c < SOUND_CHANNELS && 2 * (m->pair - 1) + c < nb_channels; c++) {
        const struct sound_channel *is = &m->quality.channels[c];
        all[2 * (m->pair - 1) + c] =
            (struct channel){*is, m->quality.speech[c ? SOUND_RIGHT : SOUND_LEFT].share};
        signal = signal || is->content == CONTENT_TIMECODE || is->content == CONTENT_TONE;
    }
    return signal;
}

/* Measures the pairs of more than two channels, and replaces the mix by the best of them if that
 * carries the talk and the mix does not. */
static int measure_pairs(struct measured *m, struct analysis *a, struct err *err)
{
    const int nb = m->nb_channels;
    AUTO_FREE struct channel *all = mem_zalloc((size_t)nb + 1, sizeof *all);
    struct measured best = {0};
    bool signal = false;
    a->nb_to_measure += (nb + 1) / 2 < MAX_PAIRS ? (nb + 1) / 2 : MAX_PAIRS;
    for (int pair = 1; pair <= MAX_PAIRS && 2 * pair - 1 <= nb; pair++) {
        struct measured other;
        const int ret = measure_pair(&other, a, m->stream, pair, err);
        const bool more = ret == 0 && (!best.pair || better(&other, &best));
        if (ret == 0)
            signal = note_channels(all, &other, nb) || signal;
        if (more) {
            loudness_finish(&best.blocks);
            best = other;
        } else {
            loudness_finish(&other.blocks);
        }
        if (ret < 0) {
            loudness_finish(&best.blocks);
            return ret;
        }
    }
    if (best.pair && instead_of_mix(&best, m, signal)) {
        loudness_finish(&m->blocks);
        *m = best;
    } else {
        loudness_finish(&best.blocks);
    }
    m->all = mem_take(&all);
    return 0;
}

static int measure_stream(struct measured *out, struct analysis *a, int stream, struct err *err)
{
    if (measure_pair(out, a, stream, 0, err) < 0)
        return err->code;
    return out->nb_channels > SOUND_CHANNELS ? measure_pairs(out, a, err) : 0;
}

/* The audio stream to publish: the one that the user named, else the probe's choice unless another
 * one is better. All are measured: of a named one too it is said if somebody speaks in another. */
static int measure_streams(struct measured *best, struct analysis *a, int named, struct err *err)
{
    const json_t *streams = json_object_get(a->probe, "streams");
    const int first =
        named >= 0 ? named : (int)json_get_int(json_object_get(a->probe, "audio"), "stream", -1);
    AUTO_JSON *seen = json_array();
    for (size_t i = 0; i < json_array_size(streams); i++)
        a->nb_to_measure += (int)i != first && analysable(json_array_get(streams, i));
    if (measure_stream(best, a, first, err) < 0)
        return err->code;
    json_array_append_new(seen, describe_measured(best));
    for (size_t i = 0; i < json_array_size(streams); i++) {
        struct measured other;
        struct err broken = {0};
        if ((int)i == first || !analysable(json_array_get(streams, i)))
            continue;
        if (measure_stream(&other, a, (int)i, &broken) < 0) {
            measured_finish(&other); /* one that cannot be read is no candidate */
            continue;
        }
        json_array_append_new(seen, describe_measured(&other));
        if (named < 0 && better(&other, best)) {
            const struct measured worse = *best;
            *best = other;
            other = worse;
        }
        measured_finish(&other);
    }
    if (json_array_size(seen) > 1)
        json_object_set(a->result, "streams", seen);
    return 0;
}

static void describe_ends(struct analysis *a, const struct loudness *l, double whole)
{
    const double threshold = loudness_silence(whole);
    size_t head = 0, tail = 0;
    while (head < l->nb && loudness_of_block(l, head) < threshold)
        head++;
    while (tail < l->nb && loudness_of_block(l, l->nb - 1 - tail) < threshold)
        tail++;
    double last_second = 0;
    const size_t nb_last = l->nb < 10 ? l->nb : 10;
    for (size_t i = l->nb - nb_last; i < l->nb; i++)
        last_second += pow(10, (loudness_of_block(l, i) + 0.691) / 10) / (double)nb_last;
    json_object_set_new(a->result, "silence_head_ms", json_integer((json_int_t)head * 100));
    json_object_set_new(a->result, "silence_tail_ms", json_integer((json_int_t)tail * 100));
    json_object_set_new(
        a->result, "sound_at_end",
        json_boolean(isfinite(whole) && loudness_of_energy(last_second) > whole - 10));
}

/* Of the channels that are used. */
static json_t *describe_clipping(const struct measured *m)
{
    int64_t nb = 0, first_ms = -1;
    for (int c = m->use == SOUND_RIGHT; c < (m->use == SOUND_LEFT || !m->stereo ? 1 : 2); c++) {
        nb += m->quality.clipped[c].nb;
        if (m->quality.clipped[c].nb && (first_ms < 0 || m->quality.clipped[c].first_ms < first_ms))
            first_ms = m->quality.clipped[c].first_ms;
    }
    return nb ? json_pack("{s:I, s:I}", "nb", (json_int_t)nb, "first_ms", (json_int_t)first_ms)
              : json_null();
}

static void describe_quality(struct analysis *a, const struct measured *m)
{
    const struct sound_quality *q = &m->quality;
    json_t *dropouts = json_array();
    for (int i = 0; i < q->nb_dropouts && i < SOUND_QUALITY_DROPOUTS; i++)
        json_array_append_new(dropouts, json_pack("[I, I]", (json_int_t)q->dropouts[i].at_ms,
                                                  (json_int_t)q->dropouts[i].length_ms));
    json_object_set_new(a->result, "dropouts", dropouts);
    json_object_set_new(a->result, "nb_dropouts", json_integer(q->nb_dropouts));
    json_object_set_new(a->result, "clipped", describe_clipping(m));
    json_object_set_new(
        a->result, "hum",
        q->hum_hz ? json_pack("{s:i, s:o}", "hz", q->hum_hz, "dbfs", decibels(q->hum_dbfs))
                  : json_null());
}

/* From when until when somebody speaks: found to a second, then moved to the pauses beside it. */
static void describe_speech(struct analysis *a, const struct measured *m, double whole)
{
    enum { SECOND = 10, FARTHEST = 20, MARGIN = 3 /* blocks */ };
    const struct sound_speech *speech = &m->quality.speech[m->use];
    const struct loudness *l = &m->blocks;
    const double threshold = loudness_silence(whole);
    size_t begin = (size_t)speech->begin_ms / 100, end = (size_t)speech->end_ms / 100;
    const size_t least = begin, most = end;
    if (end > l->nb || begin >= end)
        return;
    while (begin > 0 && least - begin < FARTHEST && loudness_of_block(l, begin - 1) >= threshold)
        begin--;
    while (begin < least + SECOND && loudness_of_block(l, begin) < threshold)
        begin++;
    while (end < l->nb && end - most < FARTHEST && loudness_of_block(l, end) >= threshold)
        end++;
    while (end > begin + 1 && most - end < SECOND && loudness_of_block(l, end - 1) < threshold)
        end--;
    begin = begin > MARGIN ? begin - MARGIN : 0;
    end = end + MARGIN < l->nb ? end + MARGIN : l->nb;
    json_object_set_new(a->result, "speech_begin_ms", json_integer((json_int_t)begin * 100));
    json_object_set_new(a->result, "speech_end_ms", json_integer((json_int_t)end * 100));
}

static json_t *describe_channel(const struct sound_channel *c)
{
    json_t *o = json_pack("{s:s}", "is", sound_content_name(c->content));
    if (c->content == CONTENT_TONE)
        json_object_set_new(o, "hz", json_integer((json_int_t)llround(c->tone_hz)));
    return o;
}

/* What each channel carries, and the speech of every way to use them. */
static void describe_channels(struct analysis *a, const struct measured *m)
{
    const struct sound_quality *q = &m->quality;
    json_t *channels = json_array(), *speech = json_object();
    char use[SOUND_USE_BYTES];
    for (int c = 0; !m->all && c < (m->stereo ? SOUND_CHANNELS : 1); c++)
        json_array_append_new(channels, describe_channel(&q->channels[c]));
    for (int c = 0; m->all && c < m->nb_channels && c < 2 * MAX_PAIRS; c++) {
        json_array_append_new(channels, describe_channel(&m->all[c].is));
        json_object_set_new(speech,
                            sound_use_format(use, c % 2 ? SOUND_RIGHT : SOUND_LEFT, c / 2 + 1),
                            json_real(to_thousandth(m->all[c].speech)));
    }
    for (enum sound_use way = 0; way < (m->stereo ? SOUND_NB_USES : 1); way++)
        json_object_set_new(speech, sound_use_format(use, way, m->pair),
                            json_real(to_thousandth(q->speech[way].share)));
    json_object_set_new(a->result, "channels", channels);
    json_object_set_new(a->result, "speech_of", speech);
    json_object_set_new(a->result, "correlation",
                        m->stereo ? json_real(to_thousandth(q->correlation)) : json_null());
}

static void describe_sound(struct analysis *a, struct measured *m)
{
    json_object_set_new(a->result, "stream", json_integer(m->stream));
    char use[SOUND_USE_BYTES];
    json_object_set_new(a->result, "use", json_string(sound_use_format(use, m->use, m->pair)));
    json_object_set_new(a->result, "down_db", decibels(m->down_db));
    json_object_set_new(a->result, "speech", json_real(to_thousandth(speech_of(m))));
    json_object_set_new(a->result, "sound_damage", describe_damage(&m->damage));
    json_object_set_new(a->result, "moved_ms", json_integer(m->moved * 1000 / SOUND_RATE));
    json_object_set_new(a->result, "outliers",
                        m->outliers.nb ? json_pack("{s:I, s:I}", "nb", (json_int_t)m->outliers.nb,
                                                   "first_ms", (json_int_t)m->outliers.first_ms)
                                       : json_null());
    describe_channels(a, m);
    describe_quality(a, m);
    loudness_use(&m->blocks, m->use);
    const double whole = loudness_integrated(&m->blocks, 0, m->blocks.nb);
    json_object_set_new(a->result, "loudness_lufs", decibels(whole));
    json_object_set_new(a->result, "peak_dbtp",
                        decibels(loudness_peak_db(&m->blocks, 0, m->blocks.nb)));
    json_object_set_new(a->result, "blocks", json_integer((json_int_t)m->blocks.nb));
    describe_ends(a, &m->blocks, whole);
    describe_speech(a, m, whole);
}

static int analyse_sound(struct analysis *a, const char *blocks_path, int named, struct err *err)
{
    struct measured m = {.stream = -1};
    int ret = 0;
    if (json_is_object(json_object_get(a->probe, "audio")))
        ret = measure_streams(&m, a, named, err);
    if (ret == 0)
        ret = loudness_write(blocks_path, &m.blocks, err);
    if (ret == 0 && m.stream >= 0)
        describe_sound(a, &m);
    measured_finish(&m);
    return ret;
}

/* --- pictures -------------------------------------------------------------------------------- */

struct looked_at {
    int64_t black_until; /* frame of the first picture that is not black; -1 none yet */
    int64_t black_from;  /* first frame of the present run of black pictures; -1: none */
    int64_t still_from;  /* first frame since which nothing changed */
    uint8_t signature[SIGNATURE_SIDE * SIGNATURE_SIDE];
    bool any;
    const struct frame_grid *grid;
    json_t *black, *scenes; /* see analyse.h */
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

/* Black pictures since black_from have come to an end at the frame. */
static void end_black(struct looked_at *seen, int64_t frame)
{
    if (seen->black_from >= 0)
        json_array_append_new(seen->black,
                              json_pack("[I, I]",
                                        (json_int_t)frame_grid_ms_of(seen->grid, seen->black_from),
                                        (json_int_t)frame_grid_ms_of(seen->grid, frame)));
    seen->black_from = -1;
}

static void look(struct looked_at *seen, const AVFrame *frame)
{
    uint8_t now[SIGNATURE_SIDE * SIGNATURE_SIDE];
    if (!look_signature(now, frame))
        return;
    double sum = 0;
    int bright = 0, changed = 0, other = 0;
    for (size_t i = 0; i < sizeof now; i++) {
        sum += now[i];
        bright += now[i] > 2 * black_mean;
        changed += abs(now[i] - seen->signature[i]) > 8;
        other += abs(now[i] - seen->signature[i]) > SCENE_LUMA;
    }
    const bool black = sum / (double)sizeof now < black_mean && bright <= 2;
    if (!black && seen->black_until < 0)
        seen->black_until = frame->pts;
    if (seen->any && !black && seen->black_from < 0 && 2 * other > (int)sizeof now)
        json_array_append_new(seen->scenes, json_integer(frame_grid_ms_of(seen->grid, frame->pts)));
    if (!black)
        end_black(seen, frame->pts);
    else if (seen->black_from < 0)
        seen->black_from = frame->pts;
    if (!seen->any || changed > 1)
        seen->still_from = frame->pts;
    memcpy(seen->signature, now, sizeof now);
    seen->any = true;
}

static void describe_pictures(struct analysis *a, struct looked_at *seen)
{
    const int64_t end = a->grid.nb_frames;
    const bool all_black = seen->any && seen->black_until < 0;
    const int64_t head = all_black ? end : seen->black_until > 0 ? seen->black_until : 0;
    const int64_t tail = seen->black_from >= 0 ? end - seen->black_from : 0;
    const int64_t frozen = seen->any ? end - seen->still_from : 0;
    json_object_set_new(a->result, "black_head_ms", json_integer(frame_grid_ms_of(&a->grid, head)));
    json_object_set_new(a->result, "black_tail_ms", json_integer(frame_grid_ms_of(&a->grid, tail)));
    json_object_set_new(a->result, "frozen_tail_ms",
                        json_integer(frame_grid_ms_of(&a->grid, frozen)));
    end_black(seen, end);
    json_object_set(a->result, "black", seen->black);
    json_object_set(a->result, "scenes", seen->scenes);
}

static int analyse_pictures(struct analysis *a, const json_t *video, struct err *err)
{
    AUTO_MEDIA *media = NULL; /* opened again: the sound reader has read the first one to its end */
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
    if (media_open(&media, a->path, a->files, err) < 0 ||
        picture_reader_open(&pictures, media, &range, err) < 0)
        return err->code;
    AUTO_JSON *black = json_array(), *scenes = json_array();
    struct looked_at seen = {
        .black_until = -1, .black_from = -1, .grid = &a->grid, .black = black, .scenes = scenes};
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

int analyse_recording(json_t **out, const char *path, const struct media_params *files,
                      const json_t *probe, int audio_stream, const char *blocks_path,
                      int (*progress)(void *opaque, double fraction), void *opaque, struct err *err)
{
    AUTO_JSON *result = json_object();
    struct analysis a = {
        .path = path,
        .files = files,
        .probe = probe,
        .duration_ms = json_get_int(probe, "duration_ms", 0),
        .progress = progress,
        .opaque = opaque,
        .nb_to_measure = 1,
        .result = result,
    };
    const json_t *video = json_object_get(probe, "video");
    if (probe_grid(&a.grid, probe, err) < 0 ||
        analyse_sound(&a, blocks_path, audio_stream, err) < 0 ||
        (json_is_object(video) && analyse_pictures(&a, video, err) < 0))
        return err->code;
    const char *fields = "flagged";
    if (json_is_object(video) && !json_get_bool(video, "interlaced", false) &&
        interlace_detect(&fields, path, files, probe, err) < 0)
        return err->code;
    json_object_set_new(result, "fields", json_string(fields));
    *out = mem_take(&result);
    return 0;
}
