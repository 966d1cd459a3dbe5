#include "analyse.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "av.h"
#include "interlace.h"
#include "json.h"
#include "look.h"
#include "loudness.h"
#include "loudness_meter.h"
#include "media.h"
#include "mem.h"
#include "probe.h"
#include "reader.h"
#include "sound_quality.h"

enum {
    READ_SAMPLES = 8192,
};
/* Of several audio streams: one below heard_lufs counts as silent; a later one is preferred if its
 * speech is higher by clearly_more_speech. */
static const double heard_lufs = -55, clearly_more_speech = 0.1;
/* How far the sound takes progress; then follow the pictures. src/run/failure_text.c knows it. */
static const double of_sound = 0.7;

struct analysis {
    const char *path;
    const struct media_params *files;
    const json_t *probe;
    struct frame_grid grid;
    int64_t duration_ms;
    int (*progress)(void *opaque, double fraction);
    void *opaque;
    int nb_measured, nb_to_measure; /* reads of streams of sound */
    json_t *result;
};

static int tell(struct analysis *a, double fraction, struct err *err)
{
    if (a->progress && a->progress(a->opaque, fraction))
        return err_set(err, ERR_CANCELLED, "stopped");
    return 0;
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
            tell(a, of_sound * (a->nb_measured + fmin(1, of_stream)) / a->nb_to_measure, err) < 0)
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

static void swap(struct measured *a, struct measured *b)
{
    const struct measured was = *a;
    *a = *b;
    *b = was;
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
    for (int pair = 1; err->code == 0 && pair <= MAX_PAIRS && 2 * pair - 1 <= nb; pair++) {
        struct measured other;
        if (measure_pair(&other, a, m->stream, pair, err) == 0) {
            signal = note_channels(all, &other, nb) || signal;
            if (!best.pair || better(&other, &best))
                swap(&best, &other);
        }
        measured_finish(&other);
    }
    if (err->code == 0 && best.pair && instead_of_mix(&best, m, signal))
        swap(m, &best);
    measured_finish(&best);
    m->all = mem_take(&all);
    return err->code;
}

/* How often measure_stream reads the stream. */
static int nb_reads(const json_t *stream)
{
    const int nb = (int)json_get_int(stream, "channels", 0), nb_pairs = (nb + 1) / 2;
    return nb <= SOUND_CHANNELS ? 1 : 1 + (nb_pairs < MAX_PAIRS ? nb_pairs : MAX_PAIRS);
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
        if ((int)i == first || analysable(json_array_get(streams, i)))
            a->nb_to_measure += nb_reads(json_array_get(streams, i));
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
        if (named < 0 && better(&other, best))
            swap(best, &other);
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

/* Hum is measured in both channels together: it may be all that the one carries that is left out.
 */
static bool hum_is_left_out(const struct measured *m)
{
    const struct sound_channel *channels = m->quality.channels;
    const enum sound_content other = channels[m->use == SOUND_LEFT].content;
    return (m->use == SOUND_LEFT || m->use == SOUND_RIGHT) &&
           (other == CONTENT_TONE || other == CONTENT_NOISE);
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
    json_object_set_new(a->result, "hum",
                        q->hum_hz && !hum_is_left_out(m) ? json_pack("{s:i, s:o}", "hz", q->hum_hz,
                                                                     "dbfs", decibels(q->hum_dbfs))
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
    if (m->stereo && sound_quality_turns_over(q))
        json_object_set_new(a->result, "opposite_s", json_integer(q->nb_opposite));
}

static void describe_sound(struct analysis *a, struct measured *m)
{
    json_object_set_new(a->result, "stream", json_integer(m->stream));
    char use[SOUND_USE_BYTES];
    json_object_set_new(a->result, "use", json_string(sound_use_format(use, m->use, m->pair)));
    json_object_set_new(a->result, "down_db", decibels(m->down_db));
    json_object_set_new(a->result, "speech", json_real(to_thousandth(speech_of(m))));
    json_object_set_new(a->result, "sound_damage", look_describe_damage(&m->damage));
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

static int tell_of_pictures(void *opaque, double fraction)
{
    struct analysis *a = opaque;
    return a->progress ? a->progress(a->opaque, of_sound + (1 - of_sound) * fraction) : 0;
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
        .result = result,
    };
    const json_t *video = json_object_get(probe, "video");
    const struct look look = {.path = path,
                              .files = files,
                              .grid = &a.grid,
                              .stream = (int)json_get_int(video, "stream", -1),
                              .progress = tell_of_pictures,
                              .opaque = &a};
    if (probe_grid(&a.grid, probe, err) < 0 ||
        analyse_sound(&a, blocks_path, audio_stream, err) < 0 ||
        (json_is_object(video) && look_at_pictures(result, &look, err) < 0))
        return err->code;
    const char *fields = "flagged";
    if (json_is_object(video) && !json_get_bool(video, "interlaced", false) &&
        interlace_detect(&fields, path, files, probe, err) < 0)
        return err->code;
    json_object_set_new(result, "fields", json_string(fields));
    *out = mem_take(&result);
    return 0;
}
