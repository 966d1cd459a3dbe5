#include "sim_pool.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cluster_pool.h"
#include "err.h"
#include "job.h"
#include "job_spec.h"
#include "mem.h"
#include "sim_pilots.h"
#include "virtual_clock.h"

/* As long as the pool itself sleeps between two looks. */
static const double rest_s = 0.05;

struct sim_pool {
    struct sim_settings settings;
    struct pool *pool, *outer; /* the pool of pilots; this one */
    struct sim_pilots *pilots;
    struct sim_job *jobs; /* by slot; without a spec: free */
    double *start_ms;     /* by slot: what the coordinator used to start it */
    struct sim_figures figures;
    double left_s, left_cpu_s;            /* own time and processor time when the clock went on */
    double since_s;                       /* what the coordinator used for no job yet */
    const struct pool_listener *listener; /* while it is polled */
};

static double cpu_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* --- the coordinator's time ------------------------------------------------------------------- */

/* Stops the clock. */
static void enter(struct sim_pool *p)
{
    struct sim_figures *f = &p->figures;
    virtual_clock_stop();
    if (f->begin_s > 0) {
        const double used_s = virtual_clock_own_s() - p->left_s;
        p->since_s += used_s;
        f->coordinator_s += used_s;
        f->coordinator_cpu_s += cpu_s() - p->left_cpu_s;
    } else {
        f->begin_s = virtual_clock_s();
    }
    f->end_s = virtual_clock_s();
}

static void leave(struct sim_pool *p)
{
    p->figures.used_s = sim_pilots_used_s(p->pilots, virtual_clock_s());
    p->left_s = virtual_clock_own_s();
    p->left_cpu_s = cpu_s();
    virtual_clock_go_on();
}

/* What the coordinator used since it was asked last, in milliseconds. */
static double take_used_ms(struct sim_pool *p)
{
    const double ms = p->since_s * 1000;
    p->since_s = 0;
    return ms;
}

static void note_job(struct sim_figures *f, double ms)
{
    f->job_ms = mem_grow(f->job_ms, f->nb_jobs, sizeof *f->job_ms);
    f->job_ms[f->nb_jobs++] = ms;
}

/* --- jobs ------------------------------------------------------------------------------------- */

/* Whether another slot has the same job. */
static bool is_attached(const struct sim_pool *p, int slot)
{
    for (int i = 0; i < p->outer->nb_slots; i++)
        if (i != slot && p->jobs[i].spec &&
            strcmp(p->jobs[i].spec->key, p->jobs[slot].spec->key) == 0)
            return true;
    return false;
}

static int submit(void *self, int i, const struct job *job, const struct job_spec *spec,
                  struct err *err)
{
    struct sim_pool *p = self;
    enter(p);
    leave(p);
    const int ret = pool_submit(p->pool, i, job, spec, err);
    enter(p);
    p->jobs[i] = (struct sim_job){spec, job->cost};
    p->start_ms[i] = take_used_ms(p);
    if (ret == 0 && !is_attached(p, i))
        sim_pilots_give(p->pilots, (size_t)i, virtual_clock_s());
    leave(p);
    return ret;
}

static int ended(void *opaque, int i, const struct worker_end *end, struct err *err)
{
    struct sim_pool *p = opaque;
    const int ret = p->listener->ended(p->listener->opaque, i, end, err);
    enter(p);
    note_job(&p->figures, p->start_ms[i] + take_used_ms(p));
    p->figures.cost_s += p->jobs[i].cost_s;
    p->jobs[i] = (struct sim_job){0};
    if (p->figures.nb_jobs == p->settings.most_jobs)
        raise(SIGTERM);
    leave(p);
    return ret;
}

static void at(void *opaque, int i, double done)
{
    const struct sim_pool *p = opaque;
    p->listener->at(p->listener->opaque, i, done);
}

static void say(void *opaque, const char *message)
{
    const struct sim_pool *p = opaque;
    p->listener->say(p->listener->opaque, message);
}

static int poll_pilots(void *self, int most_ms, const struct pool_listener *listener,
                       struct err *err)
{
    struct sim_pool *p = self;
    const struct pool_listener own = {at, ended, say, p};
    (void)most_ms;
    p->listener = listener;
    enter(p);
    virtual_clock_jump(virtual_clock_s() + rest_s);
    const int ret = sim_pilots_turn(p->pilots, virtual_clock_s(), err);
    leave(p);
    if (ret == 0)
        (void)!pool_poll(p->pool, 0, &own, err);
    p->outer->nb_cores = p->pool->nb_cores;
    return err->code;
}

/* --- the pool --------------------------------------------------------------------------------- */

static void cancel(void *self)
{
    struct sim_pool *p = self;
    pool_cancel(p->pool);
}

static void destroy(void *self)
{
    struct sim_pool *p = self;
    pool_destroy_p(&p->pool);
    sim_pilots_destroy(p->pilots);
    free(p->jobs);
    free(p->start_ms);
    free(p->figures.job_ms);
    free(p);
}

struct pool *sim_pool_create(const struct sim_figures **out, const struct sim_settings *s)
{
    static const struct pool_ops ops = {submit, poll_pilots, cancel, destroy};
    /* More than the pool of pilots has slots. */
    const size_t nb_nodes = (size_t)s->nb_nodes, per_node = (size_t)s->cores_per_node,
                 nb = 2 * nb_nodes * per_node + 16;
    struct sim_pool *p = mem_zalloc(1, sizeof *p);
    p->settings = *s;
    p->jobs = mem_zalloc(nb, sizeof *p->jobs);
    p->start_ms = mem_zalloc(nb, sizeof *p->start_ms);
    p->pilots = sim_pilots_create(s->work, nb_nodes, per_node, p->jobs, nb);
    p->pool = cluster_pool_create(&(struct cluster_settings){.work = s->work, .stall_s = 300},
                                  sim_pilots_engine(p->pilots));
    p->outer = mem_zalloc(1, sizeof *p->outer);
    *p->outer = (struct pool){&ops, p, p->pool->nb_slots, 0};
    *out = &p->figures;
    return p->outer;
}
