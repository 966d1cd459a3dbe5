#include "sound.h"

#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavutil/opt.h>
#include <libswresample/swresample.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "av.h"
#include "encoder.h"
#include "json.h"
#include "loudness.h"
#include "loudness_meter.h"
#include "media.h"
#include "mem.h"
#include "reader.h"

enum { CHUNK = 4800, MAX_TRIALS = 12, MAX_PASSES = 4 };

/* A pass is good enough within this of the target; published is what holds within 0.5 LU. Where it
 * is done again all the same, less is corrected too. */
static const double tolerance_lu = 0.2, corrected_lu = 0.05, promised_lu = 0.5;
/* A trial whose peaks are above what was asked for by no more, and which is loud enough, is
 * corrected and not repeated: what is encoded is measured anyway. */
static const double near_db = 0.3;
/* Room that the first pass leaves below the ceiling for what lossy coding adds to peaks; measured
 * over speech, AAC at 128 kb/s and Opus at 96 kb/s add 0.2 to 0.8 dB. */
static const double coding_margin_db = 0.8;
/* A recording that needs more holds noise, not speech. */
static const double max_gain_db = 60;
/* The most gain that the limiter takes back again. Sound whose peaks stand out further (clicks,
 * sparse bursts) would be torn by more: it stays quieter than the target, and is remarked on. */
static const double max_drive_db = 12;
/* Where the limiter takes nearly all that the gain gives, a step is at most so many times larger
 * than what is missing. */
static const double least_slope = 0.2;

int64_t sound_samples_at(const struct frame_grid *grid, int64_t frames)
{
    return av_rescale_q(frames, av_inv_q(grid->fps), (AVRational){1, SOUND_RATE});
}

struct setting {
    double gain_db;
    double
        limit_db; /* of sample peaks after the gain; the limiter works only where they exceed it */
    bool limit;
    double most_gain_db;
};

/* --- the limiter ----------------------------------------------------------------------------- */

struct limiter {
    AVFilterGraph *graph;
    AVFilterContext *src, *sink;
};

static int limiter_open(struct limiter *l, double limit_db, struct err *err)
{
    char src[120], limit[160];
    snprintf(src, sizeof src, "sample_rate=%d:sample_fmt=flt:channel_layout=stereo:time_base=1/%d",
             SOUND_RATE, SOUND_RATE);
    snprintf(limit, sizeof limit, "limit=%.6f:attack=5:release=50:level=disabled:latency=1",
             pow(10, limit_db / 20));
    AVFilterContext *to_double = NULL, *work = NULL, *to_float = NULL;
    l->graph = avfilter_graph_alloc();
    if (!l->graph)
        return av_fail_nomem(err);
    l->graph->nb_threads = 1;
    const struct {
        AVFilterContext **ctx;
        const char *filter, *args;
    } chain[] = {
        {&l->src, "abuffer", src},       {&to_double, "aformat", "sample_fmts=dbl"},
        {&work, "alimiter", limit},      {&to_float, "aformat", "sample_fmts=flt"},
        {&l->sink, "abuffersink", NULL},
    };
    int ret = 0;
    for (size_t i = 0; ret >= 0 && i < sizeof chain / sizeof *chain; i++) {
        ret = avfilter_graph_create_filter(chain[i].ctx, avfilter_get_by_name(chain[i].filter),
                                           chain[i].filter, chain[i].args, NULL, l->graph);
        if (ret >= 0 && i > 0)
            ret = avfilter_link(*chain[i - 1].ctx, 0, *chain[i].ctx, 0);
    }
    if (ret >= 0)
        ret = avfilter_graph_config(l->graph, NULL);
    return ret < 0 ? av_fail(err, ret, "the limiter cannot be set up") : 0;
}

/* --- one output ------------------------------------------------------------------------------- */

struct encoding {
    struct sound_output *out;
    AVCodecContext *enc;
    struct track_writer *writer;
    SwrContext *swr; /* to the encoder's sample format */
    AVFrame *frame;  /* being filled for the encoder */
    int64_t nb_wanted, nb_taken, nb_encoded;
};

static void encoding_end(struct encoding *e)
{
    track_writer_close_p(&e->writer);
    avcodec_free_context(&e->enc);
    swr_free(&e->swr);
    av_frame_free(&e->frame);
}

/* Players tend to play MP4's last packet of AAC whole: where it would hold next to nothing it is
 * left out, so that the sound ends no more than 20 ms behind the picture, and 1.5 before it at
 * most. */
static int64_t without_sliver(const AVCodecContext *enc, int64_t card_samples, int64_t talk_samples)
{
    enum { SLIVER = 72 };
    const int64_t all = card_samples + talk_samples;
    if (enc->codec_id != AV_CODEC_ID_AAC || enc->frame_size <= 0)
        return all;
    const int64_t last = all % enc->frame_size;
    return last <= SLIVER && last < talk_samples ? all - last : all;
}

static int encoding_begin(struct encoding *e, struct sound_output *out, struct err *err)
{
    const AVCodec *codec = NULL;
    if (encoder_find(&codec, out->audio, err) < 0)
        return err->code;
    e->out = out;
    e->enc = avcodec_alloc_context3(codec);
    e->frame = av_frame_alloc();
    if (!e->enc || !e->frame)
        return av_fail_nomem(err);
    e->enc->sample_rate = SOUND_RATE;
    e->enc->sample_fmt = codec->sample_fmts ? codec->sample_fmts[0] : AV_SAMPLE_FMT_FLT;
    e->enc->ch_layout = (AVChannelLayout)AV_CHANNEL_LAYOUT_STEREO;
    e->enc->bit_rate = json_get_int(out->audio, "bit_rate", 128000);
    e->enc->time_base = (AVRational){1, SOUND_RATE};
    e->enc->flags |= AV_CODEC_FLAG_BITEXACT;
    if (encoder_open(e->enc, out->audio, err) < 0)
        return err->code;
    AVChannelLayout stereo = AV_CHANNEL_LAYOUT_STEREO;
    int ret = swr_alloc_set_opts2(&e->swr, &stereo, e->enc->sample_fmt, SOUND_RATE, &stereo,
                                  AV_SAMPLE_FMT_FLT, SOUND_RATE, 0, NULL);
    if (ret >= 0)
        ret = swr_init(e->swr);
    if (ret < 0)
        return av_fail(err, ret, "no way to the encoder's sample format");
    return track_writer_open(&e->writer, out->path, e->enc, 0, err);
}

/* Hands samples to the encoder in frames of its size. end: also what is left below one. */
static int encode(struct encoding *e, const float *samples, int nb, bool end, struct err *err)
{
    const uint8_t *in = (const uint8_t *)samples;
    if (nb > e->nb_wanted - e->nb_taken)
        nb = (int)(e->nb_wanted - e->nb_taken);
    if (samples && nb == 0)
        return 0;
    e->nb_taken += nb;
    int ret = swr_convert(e->swr, NULL, 0, samples ? &in : NULL, nb);
    if (ret < 0)
        return av_fail(err, ret, "sound cannot be converted");
    const int size = e->enc->frame_size > 0 ? e->enc->frame_size : 1024;
    for (;;) {
        const int64_t waiting = swr_get_delay(e->swr, SOUND_RATE);
        if (waiting <= 0 || (waiting < size && !end))
            return 0;
        AVFrame *f = e->frame;
        av_frame_unref(f);
        f->nb_samples = waiting < size ? (int)waiting : size;
        f->format = e->enc->sample_fmt;
        f->sample_rate = SOUND_RATE;
        f->ch_layout = (AVChannelLayout)AV_CHANNEL_LAYOUT_STEREO;
        f->pts = e->nb_encoded;
        if ((ret = av_frame_get_buffer(f, 0)) < 0 ||
            (ret = swr_convert(e->swr, f->extended_data, f->nb_samples, NULL, 0)) < 0)
            return av_fail(err, ret, "sound cannot be converted");
        f->nb_samples = ret;
        e->nb_encoded += ret;
        if (ret == 0)
            return 0;
        if (track_writer_encode(e->writer, e->enc, f, err) < 0)
            return err->code;
    }
}

static int encode_silence(struct encoding *e, int64_t nb, struct err *err)
{
    static const float zeros[CHUNK * SOUND_CHANNELS];
    for (; nb > 0; nb -= CHUNK)
        if (encode(e, zeros, nb < CHUNK ? (int)nb : CHUNK, false, err) < 0)
            return err->code;
    return 0;
}

static int encoding_finish(struct encoding *e, struct err *err)
{
    if (encode(e, NULL, 0, true, err) < 0 ||
        track_writer_encode(e->writer, e->enc, NULL, err) < 0 ||
        track_writer_finish(e->writer, err) < 0)
        return err->code;
    if (e->nb_encoded != e->nb_wanted)
        return err_set(err, ERR_BUG, "%lld samples were encoded, not %lld",
                       (long long)e->nb_encoded, (long long)e->nb_wanted);
    e->out->result.nb_samples = e->nb_encoded;
    e->out->result.lead_in = e->enc->initial_padding;
    e->out->result.packet_samples = e->enc->frame_size;
    return 0;
}

/* --- one pass: encoded, or on trial (limited and measured, without the encoders' cost) -------- */

struct pass {
    const struct sound_spec *spec;
    const struct setting *setting;
    struct media *media;
    struct sound_reader *sound;
    struct limiter limiter;
    struct encoding *encodings;
    size_t nb_encodings;
    struct loudness_meter *meter; /* on trial: in place of encodings */
    AVFrame *limited;             /* from the limiter */
    int64_t card_samples, talk_samples;
};

static void pass_end(struct pass *p)
{
    sound_reader_close_p(&p->sound);
    media_close_p(&p->media);
    avfilter_graph_free(&p->limiter.graph);
    loudness_meter_destroy_p(&p->meter);
    av_frame_free(&p->limited);
    for (size_t i = 0; i < p->nb_encodings; i++)
        encoding_end(&p->encodings[i]);
    free(p->encodings);
}

/* No outputs: on trial. */
static int pass_begin(struct pass *p, struct sound_output *outputs, size_t nb, struct err *err)
{
    const struct sound_spec *s = p->spec;
    const int64_t talk_frames = s->end - s->begin;
    p->card_samples = sound_samples_at(&s->grid, s->card_frames);
    p->talk_samples = sound_samples_at(&s->grid, s->card_frames + talk_frames) - p->card_samples;
    p->limited = av_frame_alloc();
    if (!p->limited)
        return av_fail_nomem(err);
    p->encodings = mem_zalloc(nb, sizeof *p->encodings);
    for (size_t i = 0; i < nb; i++) {
        struct encoding *e = &p->encodings[p->nb_encodings++];
        if (encoding_begin(e, &outputs[i], err) < 0)
            return err->code;
        e->nb_wanted = without_sliver(e->enc, p->card_samples, p->talk_samples);
    }
    const int64_t first = sound_samples_at(&s->grid, s->begin);
    const struct sound_range range = {
        .stream = s->stream,
        .grid = s->grid,
        .begin = first,
        .end = first + p->talk_samples,
        .clock = s->clock,
        .use = s->use,
    };
    if (media_open(&p->media, s->recording, s->files, err) < 0 ||
        sound_reader_open(&p->sound, p->media, &range, err) < 0)
        return err->code;
    if (nb == 0)
        p->meter = loudness_meter_create();
    return p->setting->limit ? limiter_open(&p->limiter, p->setting->limit_db, err) : 0;
}

static int take(struct pass *p, const float *samples, int nb, struct err *err)
{
    if (p->meter)
        loudness_meter_add(p->meter, samples, nb);
    for (size_t i = 0; i < p->nb_encodings; i++)
        if (encode(&p->encodings[i], samples, nb, false, err) < 0)
            return err->code;
    return 0;
}

/* Sends samples (none: the end) through the limiter and hands on what comes out. */
static int limit(struct pass *p, const float *samples, int nb, struct err *err)
{
    AUTO_FRAME *in = NULL;
    int ret = 0;
    if (nb > 0) {
        in = av_frame_alloc();
        if (!in)
            return av_fail_nomem(err);
        in->nb_samples = nb;
        in->format = AV_SAMPLE_FMT_FLT;
        in->sample_rate = SOUND_RATE;
        in->ch_layout = (AVChannelLayout)AV_CHANNEL_LAYOUT_STEREO;
        if (av_frame_get_buffer(in, 0) < 0)
            return av_fail_nomem(err);
        memcpy(in->data[0], samples, (size_t)nb * SOUND_CHANNELS * sizeof *samples);
    }
    ret = av_buffersrc_add_frame(p->limiter.src, in);
    while (ret >= 0 && (ret = av_buffersink_get_frame(p->limiter.sink, p->limited)) >= 0) {
        const float *out = (const float *)(const void *)p->limited->data[0];
        if (take(p, out, p->limited->nb_samples, err) < 0)
            return err->code;
        av_frame_unref(p->limited);
    }
    if (ret < 0 && ret != AVERROR(EAGAIN) && ret != AVERROR_EOF)
        return av_fail(err, ret, "the limiter failed");
    return 0;
}

static int take_talk(struct pass *p, struct err *err)
{
    AUTO_FREE float *samples = mem_zalloc(CHUNK * SOUND_CHANNELS, sizeof *samples);
    const float gain = (float)pow(10, p->setting->gain_db / 20);
    for (int64_t done = 0; done < p->talk_samples;) {
        const int nb = sound_reader_read(p->sound, samples, CHUNK, err);
        if (nb <= 0)
            return nb < 0 ? nb : err_set(err, ERR_BUG, "the sound ended early");
        for (int i = 0; i < nb * SOUND_CHANNELS; i++)
            samples[i] *= gain;
        const int ret = p->setting->limit ? limit(p, samples, nb, err) : take(p, samples, nb, err);
        if (ret < 0)
            return ret;
        done += nb;
        const double part = (double)done / (double)p->talk_samples;
        if (p->spec->progress && p->spec->progress(p->spec->opaque, part * 0.9))
            return err_set(err, ERR_CANCELLED, "stopped");
    }
    return p->setting->limit ? limit(p, NULL, 0, err) : 0;
}

static int run_pass(struct sound_output *outputs, size_t nb, const struct sound_spec *spec,
                    const struct setting *setting, struct err *err)
{
    struct pass p = {.spec = spec, .setting = setting};
    int ret = pass_begin(&p, outputs, nb, err);
    for (size_t i = 0; ret == 0 && i < nb; i++)
        ret = encode_silence(&p.encodings[i], p.card_samples, err);
    if (ret == 0)
        ret = take_talk(&p, err);
    for (size_t i = 0; ret == 0 && i < nb; i++) {
        ret = encoding_finish(&p.encodings[i], err);
        outputs[i].result.damage = *sound_reader_damage(p.sound);
        outputs[i].result.moved_samples = sound_reader_moved(p.sound);
    }
    pass_end(&p);
    return ret;
}

/* --- measuring what was made ----------------------------------------------------------------- */

static int measure(struct sound_output *output, const struct sound_spec *spec, struct err *err)
{
    struct sound_result *out = &output->result;
    AUTO_MEDIA *media = NULL;
    AUTO_SOUND *sound = NULL;
    AUTO_METER *meter = loudness_meter_create();
    AUTO_LOUDNESS blocks = {0};
    const int64_t card = sound_samples_at(&spec->grid, spec->card_frames);
    const struct sound_range range = {
        .stream = 0, .grid = {.fps = spec->grid.fps}, .begin = 0, .end = out->nb_samples};
    if (media_open(&media, output->path, NULL, err) < 0 ||
        sound_reader_open(&sound, media, &range, err) < 0)
        return err->code;
    AUTO_FREE float *samples = mem_zalloc(CHUNK * SOUND_CHANNELS, sizeof *samples);
    for (int64_t at = 0; at < out->nb_samples;) {
        const int64_t left = at < card ? card - at : CHUNK; /* blocks begin with the talk */
        const int want = left < CHUNK ? (int)left : CHUNK;
        const int nb = sound_reader_read(sound, samples, want, err);
        if (nb < 0)
            return nb;
        if (nb == 0)
            break;
        if (at >= card)
            loudness_meter_add(meter, samples, nb);
        at += nb;
    }
    if (sound_reader_damage(sound)->nb)
        return err_set(err, ERR_EXTERNAL, "the encoded sound does not decode (%s)",
                       sound_reader_damage(sound)->what);
    loudness_meter_finish(&blocks, meter);
    out->loudness_lufs = loudness_integrated(&blocks, 0, blocks.nb);
    out->peak_dbtp = loudness_peak_db(&blocks, 0, blocks.nb);
    return 0;
}

/* --- until it holds -------------------------------------------------------------------------- */

/* Limits and measures the talk as it would be encoded. */
static int try_setting(struct sound_result *out, const struct sound_spec *spec,
                       const struct setting *setting, struct err *err)
{
    struct pass p = {.spec = spec, .setting = setting};
    AUTO_LOUDNESS blocks = {0};
    if (pass_begin(&p, NULL, 0, err) == 0 && take_talk(&p, err) == 0) {
        loudness_meter_finish(&blocks, p.meter);
        out->loudness_lufs = loudness_integrated(&blocks, 0, blocks.nb);
        out->peak_dbtp = loudness_peak_db(&blocks, 0, blocks.nb);
    }
    pass_end(&p);
    return err->code;
}

/* From the recording's blocks. Returns whether there is any sound to set. */
static int first_setting(struct setting *setting, double *source_lufs,
                         const struct sound_spec *spec, struct err *err)
{
    *setting = (struct setting){.limit_db = spec->ceiling_dbtp - coding_margin_db};
    if (spec->stream < 0 || !spec->blocks_path)
        return 0;
    AUTO_LOUDNESS blocks = {0};
    if (loudness_read(&blocks, spec->blocks_path, err) < 0)
        return err->code;
    loudness_use(&blocks, spec->use);
    const size_t begin = (size_t)(sound_samples_at(&spec->grid, spec->begin) / LOUDNESS_BLOCK);
    const size_t end = (size_t)(sound_samples_at(&spec->grid, spec->end) / LOUDNESS_BLOCK) + 1;
    const double lufs = loudness_integrated(&blocks, begin, end);
    if (!isfinite(lufs))
        return 0; /* silence stays silence */
    *source_lufs = lufs;
    setting->gain_db = spec->target_lufs - lufs;
    setting->most_gain_db = fmin(setting->gain_db + max_drive_db, max_gain_db);
    const double peak = loudness_peak_db(&blocks, begin, end) + setting->gain_db;
    setting->limit = peak > setting->limit_db;
    return 1;
}

/* How loudness answers to gain, from one pass to the next: 1 as long as the limiter leaves most
 * peaks alone, less the more it holds down. */
struct response {
    double gain_db, loudness_lufs;
    bool known;
};

static double next_step(struct response *r, double gain_db, double loudness_lufs, double off)
{
    double slope = 1;
    if (r->known && fabs(gain_db - r->gain_db) > 0.01)
        slope = (loudness_lufs - r->loudness_lufs) / (gain_db - r->gain_db);
    *r = (struct response){gain_db, loudness_lufs, true};
    return off / fmin(fmax(slope, least_slope), 1);
}

/* What the next pass should do otherwise; false where this one holds. */
static bool correct(struct setting *setting, struct response *response,
                    const struct sound_result *r, const struct sound_spec *spec, double ceiling_db)
{
    if (!isfinite(r->loudness_lufs))
        return false;
    bool again = false;
    if (r->peak_dbtp > ceiling_db) {
        setting->limit_db -= r->peak_dbtp - ceiling_db + 0.1;
        setting->limit = again = true;
    }
    const double off = spec->target_lufs - r->loudness_lufs;
    if (fabs(off) > (again ? corrected_lu : tolerance_lu)) {
        const double step = next_step(response, setting->gain_db, r->loudness_lufs, off);
        const double gain_db = fmin(setting->gain_db + step, setting->most_gain_db);
        again = again || fabs(gain_db - setting->gain_db) > 0.05;
        setting->limit = setting->limit || again;
        setting->gain_db = gain_db;
    }
    return again;
}

static bool is_near(const struct sound_result *r, const struct sound_spec *spec, double ceiling_db)
{
    return fabs(r->loudness_lufs - spec->target_lufs) <= tolerance_lu &&
           r->peak_dbtp <= ceiling_db + near_db;
}

/* Sound that is all peaks cannot be made as loud as it should be: a person has to hear it. */
static void remark_loudness(struct sound_result *r, const struct sound_spec *spec)
{
    if (isfinite(r->loudness_lufs) && (fabs(r->loudness_lufs - spec->target_lufs) > promised_lu ||
                                       r->peak_dbtp > spec->ceiling_dbtp))
        snprintf(r->remark, sizeof r->remark,
                 "its sound comes to %.1f LUFS with peaks of %.1f dBTP, not to %.1f and at most "
                 "%.1f",
                 r->loudness_lufs, r->peak_dbtp, spec->target_lufs, spec->ceiling_dbtp);
}

/* Limiting takes loudness away: the gain that makes up for it is found before encoding. */
static int find_setting(struct setting *setting, struct response *response,
                        const struct sound_spec *spec, struct err *err)
{
    const double ceiling_db = spec->ceiling_dbtp - coding_margin_db;
    bool near = false;
    for (int i = 0; setting->limit && !near && i < MAX_TRIALS; i++) {
        struct sound_result trial = {0};
        if (try_setting(&trial, spec, setting, err) < 0)
            return err->code;
        near = is_near(&trial, spec, ceiling_db);
        if (!correct(setting, response, &trial, spec, ceiling_db))
            break;
    }
    return 0;
}

/* After the first pass, which all outputs share: what coding did to this one is corrected. */
static int make_hold(struct sound_output *output, const struct sound_spec *spec,
                     struct setting setting, struct response response, struct err *err)
{
    struct sound_result *r = &output->result;
    for (int i = 1;; i++) {
        if (measure(output, spec, err) < 0)
            return err->code;
        r->gain_db = setting.gain_db;
        r->limited = setting.limit;
        if (i == MAX_PASSES || !correct(&setting, &response, r, spec, spec->ceiling_dbtp))
            break;
        if (run_pass(output, 1, spec, &setting, err) < 0)
            return err->code;
    }
    remark_loudness(r, spec);
    return track_summarise(&r->summary, output->path, err);
}

int sound_encode(struct sound_output *outputs, size_t nb, const struct sound_spec *spec,
                 struct err *err)
{
    struct setting setting;
    struct response response = {0};
    double source_lufs = 0;
    if (first_setting(&setting, &source_lufs, spec, err) < 0 ||
        find_setting(&setting, &response, spec, err) < 0)
        return err->code;
    for (size_t i = 0; i < nb; i++)
        outputs[i].result = (struct sound_result){.source_lufs = source_lufs};
    int ret = run_pass(outputs, nb, spec, &setting, err);
    for (size_t i = 0; ret == 0 && i < nb; i++)
        ret = make_hold(&outputs[i], spec, setting, response, err);
    return ret;
}
