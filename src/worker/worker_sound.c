#include <math.h>

#include "json.h"
#include "mem.h"
#include "probe.h"
#include "sound.h"
#include "workdir.h"
#include "worker_stage.h"

static json_t *decibels(double v)
{
    return isfinite(v) ? json_real(round(v * 100) / 100) : json_null();
}

/* The outputs of a sound job. A new list. */
static struct sound_output *sound_outputs(const struct worker *w)
{
    struct sound_output *list = mem_zalloc(w->spec->nb_outputs, sizeof *list);
    for (size_t i = 0; i < w->spec->nb_outputs; i++)
        list[i] = (struct sound_output){.audio = w->spec->outputs[i].settings, .path = w->made[i]};
    return list;
}

static int deliver_sound(const struct worker *w, const char *key, const struct sound_output *output,
                         struct err *err)
{
    const struct sound_result *r = &output->result;
    AUTO_JSON *result =
        json_pack("{s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:b, s:s, s:I, s:I}", "samples",
                  (json_int_t)r->nb_samples, "lead_in", (json_int_t)r->lead_in, "packet_samples",
                  (json_int_t)r->packet_samples, "source_lufs", decibels(r->source_lufs), "gain_db",
                  decibels(r->gain_db), "loudness_lufs", decibels(r->loudness_lufs), "peak_dbtp",
                  decibels(r->peak_dbtp), "limited", r->limited, "hash", r->summary.hash, "bytes",
                  (json_int_t)r->summary.nb_bytes, "moved_samples", (json_int_t)r->moved_samples);
    worker_add_damage(result, &r->damage);
    if (r->remark[0])
        json_object_set_new(result, "remark", json_string(r->remark));
    return worker_deliver(w, key, result, err);
}

static int encode_sound(struct worker *w, struct sound_output *outputs, struct err *err)
{
    const struct job_spec *s = w->spec;
    const char *path = NULL;
    enum sound_use use = SOUND_BOTH;
    int pair = 0;
    if (worker_recording_path(&path, w, err) < 0)
        return err->code;
    if (!sound_use_parse(&use, &pair, s->sound.use))
        return err_set(err, ERR_INVALID, "the job: 'use' names no channels");
    AUTO_FREE char *blocks = workdir_path(s->work, s->sound.analysis, "bin");
    const struct sound_spec spec = {
        .recording = path,
        .files = &w->files,
        .stream = s->sound.audio_stream,
        .clock = probe_sound_clock(s->probe, s->sound.audio_stream),
        .use = use,
        .pair = pair,
        .blocks_path = blocks,
        .target_lufs = s->sound.target_lufs,
        .ceiling_dbtp = s->sound.ceiling_dbtp,
        .progress = worker_report_fraction,
        .grid = s->grid,
        .begin = s->range.begin,
        .end = s->range.end,
        .drops = s->range.drops,
        .nb_drops = s->range.nb_drops,
        .offset_ms = s->sound.offset_ms,
        .card_frames = s->range.card_frames,
    };
    return sound_encode(outputs, s->nb_outputs, &spec, err);
}

int worker_sound(struct worker *w, struct err *err)
{
    const size_t nb = w->spec->nb_outputs;
    AUTO_FREE struct sound_output *outputs = sound_outputs(w);
    int ret = encode_sound(w, outputs, err);
    for (size_t i = 0; ret == 0 && i < nb; i++)
        ret = deliver_sound(w, w->spec->outputs[i].key, &outputs[i], err);
    return err->code;
}
