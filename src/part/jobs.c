#include "jobs.h"

#include <string.h>

#include "captions_source.h"
#include "clock.h"
#include "json.h"
#include "mem.h"
#include "part_work.h"
#include "str.h"

/* --- of recordings --------------------------------------------------------------------------- */

static struct job *add_job(struct job **jobs, size_t *nb, enum stage stage, const char *key,
                           const struct plan *p, size_t recording, double cost)
{
    struct job *job = job_add(jobs, nb, stage, key);
    job->recording = (int)recording;
    job->cost = cost;
    plan_describe_job(job, p, NULL);
    return job;
}

void plan_probes(struct job **jobs, size_t *nb, const struct plan *p)
{
    for (size_t i = 0; i < p->nb_recordings; i++) {
        const struct source *s = &p->sources[i];
        if (!s->probe && !s->absent)
            add_job(jobs, nb, STAGE_PROBE, s->probe_key, p, i,
                    0.1 + (double)s->recording->size / 8e8);
    }
}

static bool selected(int talk, const int *talks, size_t nb_talks)
{
    for (size_t i = 0; i < nb_talks; i++)
        if (talks[i] == talk)
            return true;
    return nb_talks == 0;
}

void plan_analyses(struct job **jobs, size_t *nb, const struct plan *p, const int *talks,
                   size_t nb_talks)
{
    AUTO_FREE bool *done = mem_zalloc(p->nb_recordings, sizeof *done);
    for (size_t i = 0; i < p->matches.nb_rows; i++) {
        const struct match *m = &p->matches.rows[i];
        if (!plan_holds_talk(m) || !selected(m->talk, talks, nb_talks) || done[m->recording])
            continue;
        const struct source *s = &p->sources[m->recording];
        done[m->recording] = true;
        if (s->probe && !plan_refusal(s->probe) && !s->analysis && !s->absent)
            add_job(jobs, nb, STAGE_ANALYSE, s->analysis_key, p, (size_t)m->recording,
                    0.1 + (double)json_get_int(s->probe, "duration_ms", 0) / 1000 / 100);
    }
}

/* --- starting a job -------------------------------------------------------------------------- */

static char *describe_sound(const struct job *job, const char *name, const struct part_plan *pp)
{
    AUTO_STR encoders = {0};
    for (size_t i = 0; i < job->nb_renditions; i++)
        str_addf(
            &encoders, "%s%s", i ? ", " : "",
            json_get_string(pp->work->works[job->renditions[i]].rendition->audio, "encoder", ""));
    return mem_printf("talk %s: sound (%s)", name, encoders.s);
}

static char *describe_cell(const struct job *job, const char *name, const struct part_plan *pp)
{
    char from[CLOCK_BYTES], to[CLOCK_BYTES];
    const struct cell *cell = &pp->work->cells[job->cell];
    return mem_printf("talk %s: %s-%s of the recording, %zu rendition%s", name,
                      clock_format_ms(from, frame_grid_ms_of(&pp->grid, cell->begin), false),
                      clock_format_ms(to, frame_grid_ms_of(&pp->grid, cell->end), false),
                      job->nb_renditions, job->nb_renditions == 1 ? "" : "s");
}

static const char *rendition_name(const struct job *job, const struct part_plan *pp)
{
    return pp->work->works[job->renditions[0]].rendition->name;
}

static char *describe_of_part(const struct job *job, const struct part_plan *pp)
{
    char name[32];
    plan_part_name(name, pp->talk, pp->part->number);
    switch (job->stage) {
    case STAGE_CARD:
        return job->cell < 0 ? mem_printf("talk %s: card, %s", name, rendition_name(job, pp))
                             : mem_printf("talk %s: still card", name);
    case STAGE_CELL:
        return describe_cell(job, name, pp);
    case STAGE_SOUND:
        return describe_sound(job, name, pp);
    case STAGE_POSTER:
        return mem_printf("talk %s: poster", name);
    case STAGE_CAPTIONS: {
        AUTO_FREE char *from = captions_describe(&pp->captions[job->captions]);
        return mem_printf("talk %s: captions%s%s", name,
                          pp->captions[job->captions].text ? ", " : " from ", from);
    }
    case STAGE_ASSEMBLE:
        return mem_printf("talk %s: assembly, %s", name, rendition_name(job, pp));
    case STAGE_STORYBOARD:
        return mem_printf("talk %s: storyboard, sheet %d", name, job->sheet + 1);
    case STAGE_PROBE:
    case STAGE_ANALYSE:
    case STAGE_PREVIEW:
    case STAGE_THUMBS:
    case NB_STAGES:
        break;
    }
    return mem_strdup(stage_name(job->stage));
}

void plan_describe_job(struct job *job, const struct plan *p, const struct part_plan *pp)
{
    if (job->what)
        return;
    job->what = pp ? describe_of_part(job, pp)
                   : mem_printf("%s of '%s'", job->stage == STAGE_PROBE ? "probe" : "analysis",
                                p->sources[job->recording].name);
}

static int fill(struct job_spec *out, const struct job *job, const struct plan *p,
                const struct part_plan *pp, struct err *err)
{
    switch (job->stage) {
    case STAGE_ANALYSE:
        out->audio_stream = p->sources[job->recording].chosen.stream;
        return spec_recording(out, p, &p->sources[job->recording], err);
    case STAGE_PROBE:
        return spec_recording(out, p, &p->sources[job->recording], err);
    case STAGE_CARD:
        spec_card(out, job, pp, p);
        return 0;
    case STAGE_CELL:
        return spec_cell(out, job, pp, p, err);
    case STAGE_SOUND:
        return spec_sound(out, job, pp, p, err);
    case STAGE_POSTER:
        return spec_poster(out, pp, p, err);
    case STAGE_CAPTIONS:
        return spec_captions(out, job, pp, p, err);
    case STAGE_ASSEMBLE:
        return spec_assembly(out, job, pp, p, err);
    case STAGE_STORYBOARD:
        spec_storyboard(out, job, pp);
        return 0;
    case STAGE_PREVIEW: /* preview.h makes their specs */
    case STAGE_THUMBS:
    case NB_STAGES:
        break;
    }
    return err_set(err, ERR_BUG, "the job has an invalid stage");
}

int plan_begin_job(struct job_spec *out, struct job *job, const struct plan *p,
                   const struct part_plan *pp, struct err *err)
{
    AUTO_JOB_SPEC spec = {
        .stage = job->stage, .work = p->event->work, .sandbox = p->event->settings.sandbox};
    memcpy(spec.key, job->key, sizeof spec.key);
    plan_describe_job(job, p, pp);
    const int ret = fill(&spec, job, p, pp, err);
    if (ret != 0)
        return ret;
    *out = spec;
    spec = (struct job_spec){0};
    return 0;
}
