#include "executor.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "event.h"
#include "fs.h"
#include "job.h"
#include "job_outcome.h"
#include "job_spec.h"
#include "jobs.h"
#include "json.h"
#include "mem.h"
#include "peaks.h"
#include "plan.h"
#include "pool.h"
#include "progress.h"
#include "store.h"
#include "str.h"
#include "workdir.h"
#include "worker_log.h"

enum { TICK_MS = 250, DRAW_MS = 100, FILL_MS = 500, LOG_LINES = 12 };

struct slot {
    bool busy;
    struct job job;
    struct job_spec spec;
    json_t *results; /* of a job that has ended well, until it is told */
};

struct executor {
    struct event *event;
    struct pool *pool;
    const struct job_source *source;
    struct progress *progress;
    struct slot *slots;
    int nb_busy;
    int *ended; /* slots whose jobs have ended and were not told yet, in order */
    int nb_ended;
    struct executor_result *result;
    double drawn_s; /* when progress was last drawn */
};

/* --- signals --------------------------------------------------------------------------------- */

/* The only global variable: a signal handler cannot reach anything else. */
static volatile sig_atomic_t stop_signal;

static void on_signal(int sig)
{
    stop_signal = sig;
}

/* SIGXCPU: the limit of 'ulimit -t' is reached, and some time is left to end well. */
static const int stop_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGXCPU};
enum { NB_SIGNALS = sizeof stop_signals / sizeof *stop_signals };

static void catch_signals(struct sigaction *old)
{
    const struct sigaction catching = {.sa_handler = on_signal};
    for (int i = 0; i < NB_SIGNALS; i++) {
        sigaction(stop_signals[i], NULL, &old[i]);
        /* 'nohup talkpress run &': the run goes on without its terminal. */
        if (stop_signals[i] != SIGHUP || old[i].sa_handler != SIG_IGN)
            sigaction(stop_signals[i], &catching, NULL);
    }
}

static void restore_signals(const struct sigaction *old)
{
    for (int i = 0; i < NB_SIGNALS; i++)
        sigaction(stop_signals[i], &old[i], NULL);
}

/* --- starting -------------------------------------------------------------------------------- */

/* Takes over job and spec. */
static int start(struct executor *e, int i, struct job *job, struct job_spec *spec, struct err *err)
{
    struct slot *s = &e->slots[i];
    *s = (struct slot){.busy = true, .job = *job, .spec = *spec};
    *job = (struct job){0};
    *spec = (struct job_spec){0};
    e->nb_busy++;
    if (pool_submit(e->pool, i, &s->job, &s->spec, err) < 0) {
        struct err gone = {0};
        if (event_check(e->event, &gone) < 0) /* since it was checked: that is why */
            *err = gone;
        return err->code;
    }
    progress_job(e->progress, i, &s->job);
    return 0;
}

static void free_slot(struct executor *e, struct slot *s)
{
    job_finish(&s->job);
    job_spec_finish(&s->spec);
    json_decref(s->results);
    s->results = NULL;
    e->nb_busy -= s->busy;
    s->busy = false;
}

/* Starts jobs until all slots are busy, the source has none now, or FILL_MS have passed: a large
 * pool wants to be polled meanwhile. Returns 1 in the last case. */
static int fill_slots(struct executor *e, struct err *err)
{
    const double until_s = clock_now_s() + FILL_MS / 1000.0;
    for (int i = 0; i < e->pool->nb_slots && !e->result->no_space; i++) {
        struct job job = {0};
        struct job_spec spec = {0};
        if (e->slots[i].busy)
            continue;
        const int got = e->source->next(e->source->opaque, &job, &spec, err);
        if (got <= 0)
            return got;
        if (start(e, i, &job, &spec, err) < 0)
            return err->code;
        if (clock_now_s() > until_s)
            return 1;
    }
    return 0;
}

/* --- ending ---------------------------------------------------------------------------------- */

/* Keeps a text in failed/, unless it is empty. Returns its path, a new string, or NULL. */
static char *keep(const struct executor *e, const struct slot *s, const char *ext, const char *text)
{
    struct err unkept = {0};
    AUTO_FREE char *name = mem_printf("%s.%s", s->job.key, ext),
                   *path = workdir_failed(e->event->work, name);
    if (!*text || fs_write_atomic(path, text, strlen(text), &unkept) < 0)
        return NULL;
    return mem_take(&path);
}

static char *keep_spec(const struct executor *e, const struct slot *s)
{
    AUTO_JSON *spec = job_spec_write(&s->spec);
    AUTO_FREE char *text = json_compact(spec);
    return keep(e, s, "json", text);
}

/* Keeps the spec and the log, writes the failure to the store and reports it. known: why it failed,
 * if the worker did not say it. */
static int note_failure(struct executor *e, const struct slot *s, const struct worker_end *end,
                        const struct err *known, struct err *err)
{
    struct err why = *known;
    if (why.code == ERR_OK)
        job_outcome_describe(&why, &s->spec, end, e->event);
    AUTO_FREE char *kept = keep_spec(e, s), *kept_log = keep(e, s, "log", end->log);
    const char *lines = worker_log_last_lines(end->log, LOG_LINES);
    const struct failure f = {
        .key = s->job.key,
        .stage = stage_name(s->job.stage),
        .code = err_code_name(why.code),
        .message = why.msg,
        .log = lines,
        .talk = s->job.talk,
        .part = s->job.part,
    };
    progress_say(e->progress, "FAILED %s%s%s%s\n  %s", s->job.what, end->node ? " (on node '" : "",
                 end->node ? end->node : "", end->node ? "')" : "", why.msg);
    if (why.code != ERR_INVALID) {
        if (*lines)
            progress_say(e->progress, "  the last lines of its log%s%s:\n%s",
                         kept_log ? ", kept in " : "", kept_log ? kept_log : "", lines);
        if (kept) {
            AUTO_FREE char *word = str_shell(kept);
            progress_say(e->progress, "  to run it again: talkpress worker %s", word);
        }
    }
    e->result->nb_failed++;
    e->result->no_space = e->result->no_space || why.code == ERR_NO_SPACE;
    return store_set_failure(e->event->store, &f, err);
}

static void count(struct executor_result *result, enum stage stage, const struct worker_end *end)
{
    long *peak = &result->peak_kb[stage];
    *peak = end->peak_kb > *peak ? end->peak_kb : *peak;
    result->cpu_s[stage] += end->cpu_s;
}

/* A failure is noted at once. Results wait until the pool has said all that has ended. */
static int ended(void *opaque, int i, const struct worker_end *end, struct err *err)
{
    struct executor *e = opaque;
    struct slot *s = &e->slots[i];
    struct err why = {0};
    count(e->result, s->job.stage, end);
    const bool ok = job_outcome_is_made(e->event->work, &s->spec) &&
                    job_outcome_read(&s->results, e->event->work, &s->spec, &why) == 0;
    progress_job_end(e->progress, i, end->wall_s, ok);
    if (!ok && (event_check(e->event, err) < 0 || note_failure(e, s, end, &why, err) < 0))
        return err->code;
    e->ended[e->nb_ended++] = i;
    return 0;
}

/* Writes the results of all jobs that have ended to the store, in one transaction: a flush of the
 * disk takes longer than all else that is done for a job. If the process is killed before, the
 * next run finds them in work/. */
static int store_ended(struct executor *e, struct err *err)
{
    struct job_outcome *made = mem_zalloc((size_t)e->nb_ended + 1, sizeof *made);
    size_t nb = 0;
    for (int k = 0; k < e->nb_ended; k++) {
        const struct slot *s = &e->slots[e->ended[k]];
        if (s->results)
            made[nb++] = (struct job_outcome){&s->spec, s->results};
    }
    if (nb && event_check(e->event, err) == 0)
        (void)!job_outcome_store(e->event, made, nb, err);
    free(made);
    return err->code;
}

static int tell_ended(struct executor *e, struct err *err)
{
    for (int k = 0; k < e->nb_ended; k++) {
        struct slot *s = &e->slots[e->ended[k]];
        const bool ok = s->results != NULL;
        e->result->nb_run[s->job.stage] += ok;
        if (e->source->ended(e->source->opaque, &s->job, ok, err) < 0)
            return err->code;
        free_slot(e, s);
    }
    e->nb_ended = 0;
    return 0;
}

/* --- the loop -------------------------------------------------------------------------------- */

static void at(void *opaque, int i, double done)
{
    const struct executor *e = opaque;
    progress_at(e->progress, i, done);
}

static void say(void *opaque, const char *message)
{
    const struct executor *e = opaque;
    progress_say(e->progress, "%s", message);
}

static void draw(struct executor *e)
{
    if (clock_now_s() - e->drawn_s < DRAW_MS / 1000.0)
        return;
    e->drawn_s = clock_now_s();
    progress_set_cores(e->progress, e->pool->nb_cores);
    progress_draw(e->progress);
}

/* What has ended is stored also if the pool fails. */
static int poll_pool(struct executor *e, int most_ms, struct err *err)
{
    const struct pool_listener listener = {at, ended, say, e};
    struct err failed = {0};
    (void)!pool_poll(e->pool, most_ms, &listener, err);
    if (store_ended(e, &failed) < 0 && err->code == ERR_OK)
        *err = failed;
    return err->code < 0 ? err->code : tell_ended(e, err);
}

static int loop(struct executor *e, struct err *err)
{
    for (;;) {
        const int more = event_check(e->event, err) < 0 ? err->code : fill_slots(e, err);
        if (more < 0)
            return more;
        if (!e->nb_busy)
            return 0;
        if (poll_pool(e, more ? 0 : TICK_MS, err) < 0)
            return err->code;
        draw(e);
        if (stop_signal) {
            e->result->stopped = true;
            return 0;
        }
    }
}

int executor_run(struct executor_result *out, struct event *event, struct pool *pool,
                 const struct job_source *source, struct progress *progress, struct err *err)
{
    struct executor e = {
        .event = event,
        .pool = pool,
        .source = source,
        .progress = progress,
        .result = out,
    };
    struct sigaction old[NB_SIGNALS];
    e.slots = mem_zalloc((size_t)pool->nb_slots, sizeof *e.slots);
    e.ended = mem_zalloc((size_t)pool->nb_slots, sizeof *e.ended);
    catch_signals(old);
    store_set_stop(event->store, &stop_signal);
    (void)loop(&e, err);
    pool_cancel(pool);
    for (int i = 0; i < pool->nb_slots; i++)
        free_slot(&e, &e.slots[i]);
    restore_signals(old);
    store_set_stop(event->store, NULL);
    peaks_note(event->work, out->peak_kb);
    progress_clear(progress);
    free(e.slots);
    free(e.ended);
    return err->code;
}

char *executor_summary(const struct executor_result *r)
{
    AUTO_STR s = {0};
    for (int i = 0; i < NB_STAGES; i++)
        if (r->nb_run[i])
            str_addf(&s, "%s%s %zu", s.len ? ", " : "", stage_name((enum stage)i), r->nb_run[i]);
    if (!s.len)
        str_add(&s, "none");
    return str_take(&s);
}

/* --- a plain list ---------------------------------------------------------------------------- */

struct list {
    const struct plan *plan;
    struct job *jobs;
    size_t nb, next;
    double left[NB_STAGES];
    struct progress *progress;
};

static int next_of_list(void *opaque, struct job *out, struct job_spec *spec, struct err *err)
{
    struct list *l = opaque;
    int ret = 1;
    while (ret > 0 && l->next < l->nb) {
        ret = plan_begin_job(spec, &l->jobs[l->next], l->plan, NULL, err);
        l->next += ret > 0; /* a result that it needs is not valid: the next run makes it again */
    }
    if (ret != 0)
        return ret < 0 ? ret : 0;
    *out = l->jobs[l->next];
    l->jobs[l->next++] = (struct job){0};
    l->left[out->stage] -= out->cost;
    progress_set_left(l->progress, l->left);
    return 1;
}

static int ended_of_list(void *opaque, const struct job *job, bool ok, struct err *err)
{
    (void)opaque, (void)job, (void)ok, (void)err;
    return 0;
}

/* So that no long job is left to run alone. Jobs of equal cost are in order of their names. */
static int longest_first(const void *a, const void *b)
{
    const struct job *x = a, *y = b;
    return x->cost != y->cost ? (x->cost < y->cost ? 1 : -1) : strcmp(x->what, y->what);
}

int executor_run_list(struct executor_result *total, const struct plan *plan, struct pool *pool,
                      struct job *jobs, size_t nb_jobs, struct progress *progress, struct err *err)
{
    struct list l = {.plan = plan, .jobs = jobs, .nb = nb_jobs, .progress = progress};
    if (nb_jobs)
        qsort(jobs, nb_jobs, sizeof *jobs, longest_first);
    for (size_t i = 0; i < nb_jobs; i++)
        l.left[jobs[i].stage] += jobs[i].cost;
    const struct job_source source = {next_of_list, ended_of_list, &l};
    return executor_run(total, plan->event, pool, &source, progress, err);
}
