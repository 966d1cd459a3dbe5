/*
 * cluster-sim DIR NODES [CORES [JOBS]]: a run of the event in DIR on so many nodes of so many cores
 * (32), which are simulated; it is stopped when JOBS jobs have ended. The coordinator is
 * talkpress's own: plan, run, executor, store, on a real disk. Its time is measured; that of jobs
 * is what the plan estimates. Prints a line: see cluster.sh, which has the titles.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "event.h"
#include "executor.h"
#include "mem.h"
#include "plan.h"
#include "progress.h"
#include "run.h"
#include "sim_pool.h"
#include "virtual_clock.h"
#include "zygote.h"

enum { CORES = 32 };

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double at_share(const double *sorted, size_t nb, double share)
{
    return nb ? sorted[(size_t)((double)(nb - 1) * share)] : 0;
}

static long peak_mb(void)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return used.ru_maxrss / 1024;
}

static void print_line(const struct sim_settings *s, const struct sim_figures *f, size_t nb_talks,
                       double planned_s)
{
    const double nb = f->nb_jobs ? (double)f->nb_jobs : 1, wall_s = f->end_s - f->begin_s,
                 cores = s->nb_nodes * s->cores_per_node;
    double *const ms = f->job_ms;
    if (f->nb_jobs)
        qsort(ms, f->nb_jobs, sizeof *ms, by_value);
    printf("%6zu %5d %5.0f %7zu %7.1f %8.0f %7.2f %7.2f %7.2f %7.2f %7.1f %7.1f %6ld\n", nb_talks,
           s->nb_nodes, cores, f->nb_jobs, f->cost_s / nb, wall_s, at_share(ms, f->nb_jobs, 0.5),
           at_share(ms, f->nb_jobs, 0.95), 1000 * f->coordinator_s / nb,
           1000 * f->coordinator_cpu_s / nb, wall_s > 0 ? 100 * f->used_s / (wall_s * cores) : 0,
           planned_s, peak_mb());
}

static int run_all(struct run *r, const struct plan *plan, struct err *err)
{
    struct executor_result result = {0};
    const struct programme *p = &plan->programme;
    AUTO_FREE int *talks = mem_zalloc(p->nb_talks, sizeof *talks);
    for (size_t i = 0; i < p->nb_talks; i++)
        talks[i] = p->talks[i].number;
    if (run_execute(&result, r, talks, p->nb_talks, err) < 0)
        return err->code;
    return result.nb_failed ? err_set(err, ERR_BUG, "%zu jobs failed", result.nb_failed) : 0;
}

static int simulate(const char *dir, struct sim_settings *settings, struct err *err)
{
    AUTO_EVENT event = {.lock = -1, .work_lock = -1, .work_dir = -1};
    AUTO_PLAN plan = {0};
    const struct sim_figures *figures;
    const double begin_s = virtual_clock_s();
    if (event_open(&event, dir, err) < 0 || event_lock(&event, err) < 0 ||
        plan_load(&plan, &event, err) < 0)
        return err->code;
    settings->work = event.work;
    struct zygote *zygote = zygote_create(event.work);
    struct pool *pool = sim_pool_create(&figures, settings);
    struct progress *progress = progress_create("encoding", pool->nb_slots, true);
    progress_share(progress, event.work);
    struct run *r = run_create(&plan, pool, zygote, progress);
    if (run_all(r, &plan, err) == 0)
        print_line(settings, figures, plan.programme.nb_talks, figures->begin_s - begin_s);
    run_destroy(r);
    progress_destroy(progress);
    pool_destroy_p(&pool);
    zygote_destroy_p(&zygote);
    return err->code;
}

static int number(int argc, char **argv, int i, int otherwise)
{
    return argc > i ? atoi(argv[i]) : otherwise;
}

int main(int argc, char **argv)
{
    struct err err = {0};
    struct sim_settings s = {
        .nb_nodes = number(argc, argv, 2, 0),
        .cores_per_node = number(argc, argv, 3, CORES),
        .most_jobs = (size_t)number(argc, argv, 4, 0),
    };
    if (argc > 5 || s.nb_nodes < 1 || s.cores_per_node < 1) {
        fputs("cluster-sim DIR NODES [CORES [JOBS]]\n", stderr);
        return 2;
    }
    if (simulate(argv[1], &s, &err) == 0)
        return 0;
    fprintf(stderr, "cluster-sim: %s\n", err.msg);
    return 1;
}
