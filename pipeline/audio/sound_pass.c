#include <math.h>
#include <stdlib.h>

#include "av.h"
#include "loudness.h"
#include "loudness_meter.h"
#include "media.h"
#include "mem.h"
#include "sound_parts.h"

struct pass {
    const struct sound_spec *spec;
    const struct sound_setting *setting;
    struct sound_joined *sound;
    struct sound_limiter *limiter; /* NULL where the setting has none */
    struct sound_encoding **encodings;
    size_t nb_encodings;
    struct loudness_meter *meter; /* on trial: in place of encodings */
    int64_t card_samples, talk_samples;
};

static void pass_end(struct pass *p)
{
    sound_joined_close_p(&p->sound);
    sound_limiter_destroy(p->limiter);
    loudness_meter_destroy_p(&p->meter);
    for (size_t i = 0; i < p->nb_encodings; i++)
        sound_encoding_destroy(p->encodings[i]);
    free(p->encodings);
}

/* No outputs: on trial. */
static int pass_begin(struct pass *p, struct sound_output *outputs, size_t nb, struct err *err)
{
    const struct sound_spec *s = p->spec;
    const struct part_clock clock = {&s->grid, s->begin, s->end, s->drops, s->nb_drops};
    const int64_t talk_frames = part_clock_frames(&clock);
    p->card_samples = sound_samples_at(&s->grid, s->card_frames);
    p->talk_samples = sound_samples_at(&s->grid, s->card_frames + talk_frames) - p->card_samples;
    p->encodings = mem_zalloc(nb, sizeof *p->encodings);
    for (size_t i = 0; i < nb; i++)
        if (sound_encoding_create(&p->encodings[p->nb_encodings++], &outputs[i], p->card_samples,
                                  p->talk_samples, err) < 0)
            return err->code;
    if (sound_joined_open(&p->sound, s, err) < 0)
        return err->code;
    if (nb == 0)
        p->meter = loudness_meter_create();
    return p->setting->limit ? sound_limiter_create(&p->limiter, p->setting->limit_db, err) : 0;
}

static int take(struct pass *p, const float *samples, int nb, struct err *err)
{
    if (p->meter)
        loudness_meter_add(p->meter, samples, nb);
    for (size_t i = 0; i < p->nb_encodings; i++)
        if (sound_encoding_add(p->encodings[i], samples, nb, err) < 0)
            return err->code;
    return 0;
}

/* Sends samples (none: the end) through the limiter and takes all that comes out. */
static int limit(struct pass *p, const float *samples, int nb, struct err *err)
{
    const float *limited = NULL;
    int got = sound_limiter_send(p->limiter, samples, nb, err);
    while (got == 0 && (got = sound_limiter_receive(&limited, p->limiter, err)) > 0)
        got = take(p, limited, got, err);
    return got;
}

static int take_talk(struct pass *p, struct err *err)
{
    AUTO_FREE float *samples = mem_zalloc(SOUND_CHUNK * SOUND_CHANNELS, sizeof *samples);
    const float gain = (float)pow(10, p->setting->gain_db / 20);
    for (int64_t done = 0; done < p->talk_samples;) {
        const int nb = sound_joined_read(p->sound, samples, SOUND_CHUNK, err);
        if (nb <= 0)
            return nb < 0 ? nb : err_set(err, ERR_BUG, "the sound ended early");
        for (int i = 0; i < nb * SOUND_CHANNELS; i++)
            samples[i] *= gain;
        const int ret = p->limiter ? limit(p, samples, nb, err) : take(p, samples, nb, err);
        if (ret < 0)
            return ret;
        done += nb;
        const double part = (double)done / (double)p->talk_samples;
        if (p->spec->progress && p->spec->progress(p->spec->opaque, part))
            return err_set(err, ERR_CANCELLED, "stopped");
    }
    return p->limiter ? limit(p, NULL, 0, err) : 0;
}

int sound_pass_encode(struct sound_output *outputs, size_t nb, const struct sound_spec *spec,
                      const struct sound_setting *setting, struct err *err)
{
    struct pass p = {.spec = spec, .setting = setting};
    int ret = pass_begin(&p, outputs, nb, err);
    for (size_t i = 0; ret == 0 && i < nb; i++)
        ret = sound_encoding_add_silence(p.encodings[i], p.card_samples, err);
    if (ret == 0)
        ret = take_talk(&p, err);
    for (size_t i = 0; ret == 0 && i < nb; i++) {
        ret = sound_encoding_finish(p.encodings[i], err);
        sound_joined_report(&outputs[i].result, p.sound);
    }
    pass_end(&p);
    return ret;
}

static void take_loudness(struct sound_result *out, struct loudness_meter *meter)
{
    AUTO_LOUDNESS blocks = {0};
    loudness_meter_finish(&blocks, meter);
    out->loudness_lufs = loudness_integrated(&blocks, 0, blocks.nb);
    out->peak_dbtp = loudness_peak_db(&blocks, 0, blocks.nb);
}

int sound_pass_try(struct sound_result *out, const struct sound_spec *spec,
                   const struct sound_setting *setting, struct err *err)
{
    struct pass p = {.spec = spec, .setting = setting};
    if (pass_begin(&p, NULL, 0, err) == 0 && take_talk(&p, err) == 0)
        take_loudness(out, p.meter);
    pass_end(&p);
    return err->code;
}

int sound_pass_measure(struct sound_output *output, const struct sound_spec *spec, struct err *err)
{
    const int64_t nb_samples = output->result.nb_samples;
    AUTO_MEDIA *media = NULL;
    AUTO_SOUND *sound = NULL;
    AUTO_METER *meter = loudness_meter_create();
    const int64_t card = sound_samples_at(&spec->grid, spec->card_frames);
    const struct sound_range range = {
        .stream = 0, .grid = {.fps = spec->grid.fps}, .begin = 0, .end = nb_samples};
    if (media_open(&media, output->path, NULL, err) < 0 ||
        sound_reader_open(&sound, media, &range, err) < 0)
        return err->code;
    AUTO_FREE float *samples = mem_zalloc(SOUND_CHUNK * SOUND_CHANNELS, sizeof *samples);
    for (int64_t at = 0; at < nb_samples;) {
        const int64_t left = at < card ? card - at : SOUND_CHUNK; /* blocks begin with the talk */
        const int want = left < SOUND_CHUNK ? (int)left : SOUND_CHUNK;
        const int nb = sound_reader_read(sound, samples, want, err);
        if (nb < 0)
            return nb;
        if (nb == 0)
            break;
        if (at >= card)
            loudness_meter_add(meter, samples, nb);
        at += nb;
        if (spec->progress && spec->progress(spec->opaque, (double)at / (double)nb_samples))
            return err_set(err, ERR_CANCELLED, "stopped");
    }
    if (sound_reader_damage(sound)->nb)
        return err_set(err, ERR_EXTERNAL, "the encoded sound does not decode (%s)",
                       sound_reader_damage(sound)->what);
    take_loudness(&output->result, meter);
    return 0;
}
