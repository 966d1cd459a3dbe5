/* Reading what is missing of a recording: its probe, its analysis. */
#include <stdlib.h>
#include <string.h>

#include "event.h"
#include "job_spec.h"
#include "jobs.h"
#include "json.h"
#include "on_demand.h"
#include "plan.h"
#include "service.h"
#include "showing.h"

int showing_begin_reading(struct job_spec *out, const struct showing *m,
                          const struct showing_wish *w, struct err *err)
{
    struct job *jobs = NULL;
    size_t nb = 0;
    const struct plan *plan = m->service->plan;
    const struct source *s = showing_find_source(m, w->recording);
    if (!s || (w->stage == STAGE_ANALYSE && !s->probe))
        return err_set(err, ERR_NOT_FOUND, "there is no such recording in the event");
    struct job *job =
        job_add(&jobs, &nb, w->stage, w->stage == STAGE_PROBE ? s->probe_key : s->analysis_key);
    job->recording = (int)(s - plan->sources);
    const int ret = plan_begin_job(out, job, plan, NULL, err);
    job_finish(job);
    free(jobs);
    return ret > 0 ? err_set(err, ERR_EXTERNAL, "what was read of '%s' is damaged", s->name) : ret;
}

void showing_end_reading(struct showing *m, const struct job_spec *spec,
                         const struct showing_wish *w, const json_t *results, const struct err *why)
{
    struct err err = *why;
    struct event *event = m->service->event;
    if (results && event_check(event, &err) == 0)
        (void)!on_demand_store(event, spec, results, &err);
    if (err.code)
        json_object_set_new(m->unread, w->recording, json_text(err.msg));
    else
        json_object_del(m->unread, w->recording);
    m->service->own_change = true;
    m->service->own_results = true;
    if (--m->nb_reading == 0)
        event_unlock(event);
}

static json_t *reading_json(const char *what, const char *state, const char *why)
{
    return json_pack("{s:s, s:s, s:o}", "what", what, "state", state, "why", json_text(why));
}

json_t *showing_read(struct showing *m, const char *recording)
{
    struct err err = {0};
    struct event *event = m->service->event;
    const struct source *s = showing_find_source(m, recording);
    struct showing_wish w = {.stage = STAGE_PROBE};
    struct on_demand_want want = {.stall_s = event->settings.stall_s};
    if (!s || s->absent || (s->probe && plan_refusal(s->probe)))
        return json_null();
    if (s->probe && (s->analysis || !s->whole || !s->analysis_key[0]))
        return json_null();
    if (s->probe)
        w.stage = STAGE_ANALYSE;
    const char *what = stage_name(w.stage), *failed = json_get_string(m->unread, recording, NULL);
    if (failed)
        return reading_json(what, "failed", failed);
    if (event->lock < 0 && event_lock(event, &err) < 0)
        return reading_json(what, "busy", err.msg);
    memcpy(w.recording, s->recording->fingerprint, sizeof w.recording);
    memcpy(want.key, s->probe ? s->analysis_key : s->probe_key, sizeof want.key);
    m->nb_reading += on_demand_add(m->service->jobs, &want, &w);
    return reading_json(what, "running", NULL);
}
