/* Jobs that make a part's sound. One job makes all renditions, so that the recording is decoded and
 * limited once. */
#include <string.h>

#include "keys.h"
#include "mem.h"
#include "part_work.h"
#include "results.h"

static struct job_sound sound_of(const struct part_plan *pp, const struct plan *plan)
{
    const struct settings *s = &plan->event->settings;
    return (struct job_sound){.analysis = pp->source->analysis_key,
                              .audio_stream = pp->source->audio_stream,
                              .use = pp->source->use,
                              .target_lufs = s->target_lufs,
                              .ceiling_dbtp = s->ceiling_dbtp,
                              .offset_ms = pp->sound_offset_ms};
}

void part_name_sounds(struct piecework *works, size_t nb, const struct part_plan *pp,
                      const struct plan *plan)
{
    const struct job_sound sound = sound_of(pp, plan);
    const struct job_range range = part_range(pp);
    for (size_t i = 0; i < nb; i++)
        keys_sound(works[i].sound_key, works[i].rendition->audio_text, &sound, &range);
}

/* Renditions with equal settings share their sound. */
static bool planned_before(const struct part_work *w, size_t rendition)
{
    for (size_t i = 0; i < rendition; i++)
        if (strcmp(w->works[i].sound_key, w->works[rendition].sound_key) == 0)
            return true;
    return false;
}

int plan_sounds(struct part_plan *pp, const struct plan *plan, struct err *err)
{
    /* Of one encoder, in seconds of one core. */
    const double cost = (double)frame_grid_ms_of(&pp->grid, pp->nb_frames) / 1000 / 80;
    AUTO_MISSING missing = {0};
    for (size_t i = 0; i < pp->work->nb_works; i++) {
        struct piecework *work = &pp->work->works[i];
        const int there = plan_has(plan, STAGE_SOUND, work->sound_key, "mp4", err);
        if (there < 0)
            return there;
        if (there)
            continue;
        work->ready = false;
        if (!planned_before(pp->work, i))
            missing_add(&missing, i, work->sound_key, cost);
    }
    struct job *job = missing_job(pp, STAGE_SOUND, &missing, 0.1);
    if (job)
        job->reads = true;
    return 0;
}

int spec_sound(struct job_spec *out, const struct job *job, const struct part_plan *pp,
               const struct plan *plan, struct err *err)
{
    out->outputs = mem_zalloc(job->nb_renditions, sizeof *out->outputs);
    out->nb_outputs = job->nb_renditions;
    for (size_t i = 0; i < out->nb_outputs; i++) {
        const struct piecework *work = &pp->work->works[job->renditions[i]];
        out->outputs[i] = (struct job_output){.rendition = work->rendition->name,
                                              .settings = work->rendition->audio};
        out->outputs[i].made_by = spec_made_by(out, plan, work->rendition->audio);
        memcpy(out->outputs[i].key, work->sound_key, KEY_BYTES);
    }
    out->range = part_range(pp);
    out->sound = sound_of(pp, plan);
    return spec_recording(out, plan, pp->source, err);
}
