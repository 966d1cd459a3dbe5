#include "analyse_recordings.h"

#include <stdlib.h>

#include "event.h"
#include "job.h"
#include "jobs.h"
#include "mem.h"
#include "plan.h"
#include "pool.h"
#include "progress.h"
#include "workdir.h"

static void free_jobs(struct job *jobs, size_t nb)
{
    for (size_t i = 0; i < nb; i++)
        job_finish(&jobs[i]);
    free(jobs);
}

/* What is wanted: probes, or the analyses for these talks. */
struct wanted {
    bool probes;
    const int *talks;
    size_t nb_talks;
};

static void list_jobs(struct job **out, size_t *out_nb, const struct plan *plan,
                      const struct wanted *wanted)
{
    *out = NULL;
    *out_nb = 0;
    if (wanted->probes)
        plan_probes(out, out_nb, plan);
    else
        plan_analyses(out, out_nb, plan, wanted->talks, wanted->nb_talks);
}

/* Lists what is missing, and takes the lock if something is. Until then another process may have
 * made it, or removed what it needs: then it is listed again. */
static int list_locked(struct job **out, size_t *out_nb, struct plan *plan,
                       const struct wanted *wanted, struct err *err)
{
    list_jobs(out, out_nb, plan, wanted);
    if (!*out_nb || plan->event->lock >= 0)
        return 0;
    free_jobs(*out, *out_nb);
    *out = NULL;
    *out_nb = 0;
    if (event_lock(plan->event, err) < 0 || plan_refresh(plan, err) < 0)
        return err->code;
    list_jobs(out, out_nb, plan, wanted);
    return 0;
}

/* Runs the jobs and frees them. */
static int run_jobs(struct executor_result *total, struct plan *plan, struct pool *pool,
                    const char *doing, struct job *jobs, size_t nb, bool quiet, struct err *err)
{
    int ret = 0;
    if (nb)
        ret = event_check(plan->event, err);
    if (nb && ret == 0 && (ret = workdir_clean(plan->event->work, err)) == 0) {
        struct progress *progress = progress_create(doing, pool->nb_slots, quiet);
        ret = executor_run_list(total, plan, pool, jobs, nb, progress, err);
        progress_destroy(progress);
    }
    free_jobs(jobs, nb);
    return ret == 0 && nb ? plan_refresh(plan, err) : ret;
}

int probe_recordings(struct executor_result *total, struct plan *plan, struct pool *pool,
                     const bool *skip, bool quiet, struct err *err)
{
    const struct wanted wanted = {.probes = true};
    struct job *jobs = NULL;
    size_t nb = 0, kept = 0;
    if (list_locked(&jobs, &nb, plan, &wanted, err) < 0)
        return err->code;
    for (size_t i = 0; i < nb; i++)
        if (skip && skip[jobs[i].recording])
            job_finish(&jobs[i]);
        else
            jobs[kept++] = jobs[i];
    nb = kept;
    return run_jobs(total, plan, pool, "probing", jobs, nb, quiet, err);
}

int analyse_probed(struct executor_result *total, struct plan *plan, struct pool *pool,
                   const int *talks, size_t nb_talks, bool quiet, struct err *err)
{
    const struct wanted wanted = {.talks = talks, .nb_talks = nb_talks};
    struct job *jobs = NULL;
    size_t nb = 0;
    if (list_locked(&jobs, &nb, plan, &wanted, err) < 0)
        return err->code;
    return run_jobs(total, plan, pool, "analysing", jobs, nb, quiet, err);
}

int analyse_recordings(struct executor_result *total, struct plan *plan, struct pool *pool,
                       const int *talks, size_t nb_talks, bool quiet, struct err *err)
{
    if (probe_recordings(total, plan, pool, NULL, quiet, err) < 0 || total->stopped)
        return err->code;
    return analyse_probed(total, plan, pool, talks, nb_talks, quiet, err);
}
