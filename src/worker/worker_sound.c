#include <math.h>
#include <stdlib.h>

#include "json.h"
#include "mem.h"
#include "probe.h"
#include "rendition.h"
#include "sound.h"
#include "workdir.h"
#include "worker_stage.h"

static json_t *decibels(double v)
{
    return isfinite(v) ? json_real(round(v * 100) / 100) : json_null();
}

/* The outputs that a sound job asks for, and the paths of their files in our folder. */
struct outputs {
    struct sound_output *of;
    char **paths;
    size_t nb;
};

static void outputs_finish(struct outputs *o)
{
    mem_free_strings(o->paths, o->nb);
    free(o->of);
}
#define AUTO_OUTPUTS ATTR_CLEANUP(outputs_finish) struct outputs

static int sound_outputs(struct outputs *out, const struct worker *w, struct err *err)
{
    json_t *list, *item;
    size_t i;
    if (json_need_array(&list, w->spec, "outputs", "the job", err) < 0)
        return err->code;
    out->nb = json_array_size(list);
    out->of = mem_zalloc(out->nb, sizeof *out->of);
    out->paths = mem_zalloc(out->nb, sizeof *out->paths);
    json_array_foreach(list, i, item)
    {
        AUTO_FREE char *name = mem_printf("%zu.mp4", i);
        json_t *audio;
        if (json_need_object(&audio, item, "audio", "the job", err) < 0 ||
            rendition_check_audio(audio, "the job", err) < 0)
            return err->code;
        out->paths[i] = worker_tmp_file(w, name);
        out->of[i] = (struct sound_output){.audio = audio, .path = out->paths[i]};
    }
    return 0;
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
    return worker_deliver(w, key, output->path, "mp4", result, err);
}

static int encode_sound(struct worker *w, struct sound_output *outputs, size_t nb, struct err *err)
{
    const char *path = NULL, *analysis = NULL;
    json_t *probe = NULL;
    if (worker_recording_path(&path, w, err) < 0 ||
        json_need_object(&probe, w->spec, "probe", "the job", err) < 0 ||
        worker_need_key(&analysis, w->spec, "analysis", err) < 0)
        return err->code;
    const int stream = (int)json_get_int(w->spec, "audio_stream", -1);
    enum sound_use use = SOUND_BOTH;
    if (!sound_use_parse(&use, json_get_string(w->spec, "use", "both")))
        return err_set(err, ERR_INVALID, "the job: 'use' is none of both, left, right");
    AUTO_FREE char *blocks = workdir_path(w->work, analysis, "bin");
    struct sound_spec spec = {
        .recording = path,
        .files = w->files,
        .stream = stream,
        .clock = probe_sound_clock(probe, stream),
        .use = use,
        .blocks_path = blocks,
        .target_lufs = json_get_number(w->spec, "target_lufs", -16),
        .ceiling_dbtp = json_get_number(w->spec, "ceiling_dbtp", -1),
        .progress = worker_tell_fraction,
    };
    struct worker_range range;
    if (probe_grid(&spec.grid, probe, err) < 0 || worker_need_range(&range, w, &spec.grid, err) < 0)
        return err->code;
    spec.begin = range.begin;
    spec.end = range.end;
    spec.card_frames = range.card_frames;
    return sound_encode(outputs, nb, &spec, err);
}

int worker_sound(struct worker *w, struct err *err)
{
    AUTO_OUTPUTS outputs = {0};
    int ret = sound_outputs(&outputs, w, err);
    if (ret == 0)
        ret = encode_sound(w, outputs.of, outputs.nb, err);
    for (size_t i = 0; ret == 0 && i < outputs.nb; i++)
        ret = deliver_sound(w, worker_output_key(w, i), &outputs.of[i], err);
    return err->code;
}
