#include "analyse_recordings.h"

#include <stdlib.h>

#include "event.h"
#include "job.h"
#include "jobs.h"
#include "mem.h"
#include "plan.h"
#include "progress.h"
#include "workdir.h"

/* Runs the jobs and frees them. */
static int run_jobs(struct executor_result *total, struct plan *plan, struct zygote *zygote,
                    const char *doing, struct job *jobs, size_t nb, bool quiet, struct err *err)
{
    int ret = 0;
    if (nb && plan->event->lock < 0 && event_lock(plan->event, err) < 0)
        ret = err->code;
    if (nb && ret == 0)
        ret = event_check(plan->event, err);
    if (nb && ret == 0 && (ret = workdir_clean(plan->event->work, err)) == 0) {
        struct progress *progress = progress_create(doing, plan->event->settings.workers, quiet);
        ret = executor_run_list(total, plan, zygote, jobs, nb, progress, err);
        progress_destroy(progress);
    }
    for (size_t i = 0; i < nb; i++)
        job_finish(&jobs[i]);
    free(jobs);
    return ret == 0 && nb ? plan_refresh(plan, err) : ret;
}

int probe_recordings(struct executor_result *total, struct plan *plan, struct zygote *zygote,
                     const bool *skip, bool quiet, struct err *err)
{
    struct job *jobs = NULL;
    size_t nb = 0, kept = 0;
    plan_probes(&jobs, &nb, plan);
    for (size_t i = 0; i < nb; i++)
        if (skip && skip[jobs[i].recording])
            job_finish(&jobs[i]);
        else
            jobs[kept++] = jobs[i];
    nb = kept;
    return run_jobs(total, plan, zygote, "probing", jobs, nb, quiet, err);
}

int analyse_recordings(struct executor_result *total, struct plan *plan, struct zygote *zygote,
                       const int *talks, size_t nb_talks, bool quiet, struct err *err)
{
    struct job *jobs = NULL;
    size_t nb = 0;
    if (probe_recordings(total, plan, zygote, NULL, quiet, err) < 0 || total->stopped)
        return err->code;
    plan_analyses(&jobs, &nb, plan, talks, nb_talks);
    return run_jobs(total, plan, zygote, "analysing", jobs, nb, quiet, err);
}
