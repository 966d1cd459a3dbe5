#include "survey.h"

#include <stdlib.h>
#include <string.h>

#include "event.h"
#include "job.h"
#include "jobs.h"
#include "json.h"
#include "mem.h"
#include "part.h"
#include "plan.h"
#include "store.h"

static bool has_job(const struct job *jobs, size_t nb, const char *key)
{
    for (size_t i = 0; i < nb; i++)
        if (strcmp(jobs[i].key, key) == 0)
            return true;
    return false;
}

static bool could_run(const struct survey *s, const struct failure *f)
{
    for (size_t i = 0; i < s->nb_parts; i++)
        if (s->parts[i].talk->number == f->talk &&
            has_job(s->parts[i].jobs, s->parts[i].nb_jobs, f->key))
            return true;
    return has_job(s->jobs, s->nb_jobs, f->key);
}

static int note_failure(void *opaque, const struct failure *f)
{
    struct survey *s = opaque;
    if ((s->only && f->talk && f->talk != s->only) || !could_run(s, f))
        return 0;
    json_array_append_new(s->failures,
                          json_pack("{s:i, s:i, s:s, s:s, s:o, s:o, s:s, s:s}", "talk", f->talk,
                                    "part", f->part, "stage", f->stage, "code", f->code, "message",
                                    json_text(f->message), "log", json_text(f->log), "at", f->at,
                                    "key", f->key));
    return 0;
}

static int note_failing(void *opaque, const struct failure *f)
{
    struct survey *s = opaque;
    (void)f;
    s->failing = true;
    return 1;
}

static int add_part(struct survey *s, struct plan *plan, const struct talk *talk,
                    const struct part *part, struct err *err)
{
    s->parts = mem_grow(s->parts, s->nb_parts, sizeof *s->parts);
    struct part_plan *pp = &s->parts[s->nb_parts];
    *pp = (struct part_plan){0};
    if (plan_part(pp, plan, talk, part, err) < 0)
        return err->code;
    s->nb_parts++;
    if (s->brief && !s->failing)
        part_plan_trim(pp);
    else
        part_plan_drop_work(pp);
    return 0;
}

int survey_make(struct survey *s, struct plan *plan, struct err *err)
{
    plan_list_work(plan, true);
    if (store_each_failure(plan->event->store, note_failing, s, err) < 0)
        return err->code;
    for (size_t i = 0; i < plan->programme.nb_talks; i++) {
        const struct talk *talk = &plan->programme.talks[i];
        for (size_t k = 0; k < talk->nb_parts && (!s->only || talk->number == s->only); k++)
            if (add_part(s, plan, talk, &talk->parts[k], err) < 0)
                return err->code;
    }
    plan_probes(&s->jobs, &s->nb_jobs, plan);
    plan_analyses(&s->jobs, &s->nb_jobs, plan, NULL, 0);
    return store_each_failure(plan->event->store, note_failure, s, err);
}

void survey_finish(struct survey *s)
{
    for (size_t i = 0; i < s->nb_parts; i++)
        part_plan_finish(&s->parts[i]);
    for (size_t i = 0; i < s->nb_jobs; i++)
        job_finish(&s->jobs[i]);
    free(s->parts);
    free(s->jobs);
    json_decref(s->failures);
}
