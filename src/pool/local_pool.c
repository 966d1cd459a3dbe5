#include "local_pool.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "fs.h"
#include "job.h"
#include "job_spec.h"
#include "json.h"
#include "mem.h"
#include "sandbox.h"
#include "workdir.h"
#include "worker_process.h"

enum { TICK_MS = 250 };

struct slot {
    bool busy, stalled;
    char key[KEY_BYTES];
    char *spec_path, *tmp; /* tmp: where the worker makes its folder */
    struct worker_process worker;
};

struct local_pool {
    struct local_pool_settings settings;
    struct slot *slots;
    struct pollfd *fds;
    double polled_s; /* when the workers were last listened to */
    bool checked;    /* whether the sandbox was, which a spec requires */
};

/* --- starting -------------------------------------------------------------------------------- */

static int write_spec(const char *path, const struct job_spec *spec, struct err *err)
{
    AUTO_JSON *document = job_spec_write(spec);
    return json_print_file(path, document, JSON_COMPACT_STYLE, err);
}

static void free_slot(struct slot *s)
{
    if (s->spec_path)
        unlink(s->spec_path);
    free(s->spec_path);
    free(s->tmp);
    worker_process_finish(&s->worker);
    *s = (struct slot){.worker = worker_process_none};
}

static int check_sandbox(struct local_pool *p, const struct job_spec *spec, struct err *err)
{
    if (!p->checked && spec->sandbox == SANDBOX_REQUIRE && sandbox_require(err) < 0)
        return err->code;
    p->checked = true;
    return 0;
}

static int submit(void *self, int i, const struct job *job, const struct job_spec *spec,
                  struct err *err)
{
    struct local_pool *p = self;
    struct slot *s = &p->slots[i];
    const char *work = p->settings.work;
    *s = (struct slot){.busy = true, .worker = worker_process_none};
    snprintf(s->key, sizeof s->key, "%s", job->key);
    /* The slot is in the name: two talks with the same card or cell may have the same job. */
    AUTO_FREE char *name = mem_printf("%s-%d.json", job->key, i);
    s->spec_path = p->settings.tmp ? fs_join(p->settings.tmp, name) : workdir_tmp(work, name);
    s->tmp = spec->tmp ? mem_strdup(spec->tmp) : fs_join(work, "tmp");
    if (check_sandbox(p, spec, err) < 0 || workdir_make_tmp(work, err) < 0 ||
        write_spec(s->spec_path, spec, err) < 0 ||
        worker_process_start(&s->worker, p->settings.zygote, s->spec_path, err) < 0)
        free_slot(s);
    return err->code;
}

/* --- ending ---------------------------------------------------------------------------------- */

/* Removes the folder that a killed worker has left. */
static void remove_left(const struct slot *s, const struct pool_listener *listener)
{
    struct err err = {0};
    AUTO_FREE char *left = workdir_own(s->tmp, s->key, s->worker.pid);
    if (fs_remove_all(left, &err) < 0) /* the next run empties tmp/ */
        listener->say(listener->opaque, err.msg);
}

static double seconds(const struct timeval *t)
{
    return (double)t->tv_sec + (double)t->tv_usec / 1e6;
}

static int end(struct local_pool *p, int i, const struct pool_listener *listener, struct err *err)
{
    struct slot *s = &p->slots[i];
    struct rusage used = {0};
    AUTO_WORKER_END ended = {
        .stalled = s->stalled,
        .done = worker_output_done(&s->worker.output),
        .last_line = s->worker.output.last_line ? mem_strdup(s->worker.output.last_line) : NULL,
        .log = worker_log_text(&s->worker.log),
        .wall_s = clock_now_s() - s->worker.begin_s,
    };
    worker_process_wait(&ended.status, &used, &s->worker, p->settings.zygote);
    ended.cpu_s = seconds(&used.ru_utime) + seconds(&used.ru_stime);
    ended.peak_kb = used.ru_maxrss;
    if (!WIFEXITED(ended.status) || WEXITSTATUS(ended.status) != 0)
        remove_left(s, listener);
    free_slot(s);
    return listener->ended(listener->opaque, i, &ended, err);
}

/* --- polling --------------------------------------------------------------------------------- */

/* A time in which this process was itself stopped (Ctrl-Z), or did something else, does not count.
 */
static void stop_stalled(struct local_pool *p)
{
    const double now_s = clock_now_s(), passed_s = now_s - p->polled_s,
                 stopped_s = passed_s > 4 * TICK_MS / 1000.0 ? passed_s : 0;
    p->polled_s = now_s;
    for (int i = 0; i < p->settings.nb_workers; i++) {
        struct slot *s = &p->slots[i];
        if (!s->busy || s->stalled)
            continue;
        s->worker.heard_s += stopped_s;
        if (now_s - s->worker.heard_s < p->settings.stall_s)
            continue;
        s->stalled = true;
        worker_process_kill(&s->worker);
    }
}

static int wait_for_workers(const struct local_pool *p, int most_ms, struct err *err)
{
    most_ms = most_ms < TICK_MS ? most_ms : TICK_MS;
    for (int i = 0; i < p->settings.nb_workers; i++) {
        const int ms = worker_process_expect(&p->fds[WORKER_PROCESS_FDS * i], &p->slots[i].worker);
        most_ms = ms >= 0 && ms < most_ms ? ms : most_ms;
    }
    const nfds_t nb = (nfds_t)p->settings.nb_workers * WORKER_PROCESS_FDS;
    return poll(p->fds, nb, most_ms) < 0 && errno != EINTR
               ? err_errno(err, errno, "cannot wait for the workers")
               : 0;
}

static int poll_workers(void *self, int most_ms, const struct pool_listener *listener,
                        struct err *err)
{
    struct local_pool *p = self;
    if (wait_for_workers(p, most_ms, err) < 0)
        return err->code;
    for (int i = 0; i < p->settings.nb_workers; i++) {
        struct slot *s = &p->slots[i];
        if (!s->busy)
            continue;
        const bool runs = worker_process_listen(&s->worker, &p->fds[WORKER_PROCESS_FDS * i]);
        listener->at(listener->opaque, i, worker_output_done(&s->worker.output));
        if (!runs && end(p, i, listener, err) < 0)
            return err->code;
    }
    stop_stalled(p);
    return 0;
}

/* --- the pool -------------------------------------------------------------------------------- */

static void cancel(void *self)
{
    struct local_pool *p = self;
    for (int i = 0; i < p->settings.nb_workers; i++)
        worker_process_kill(&p->slots[i].worker);
    for (int i = 0; i < p->settings.nb_workers; i++) {
        worker_process_reap(&p->slots[i].worker, p->settings.zygote);
        free_slot(&p->slots[i]);
    }
}

static void destroy(void *self)
{
    struct local_pool *p = self;
    cancel(p);
    free(p->slots);
    free(p->fds);
    free(p);
}

void local_pool_stop(struct pool *pool, int slot)
{
    const struct local_pool *p = pool->self;
    worker_process_kill(&p->slots[slot].worker);
}

/* The usual limit of open files, 1024, is too low for hundreds of workers. */
static void allow_files(int nb_workers)
{
    enum { OTHERS = 256 };
    struct rlimit now;
    const rlim_t needed = (rlim_t)nb_workers * WORKER_PROCESS_FDS + OTHERS;
    if (getrlimit(RLIMIT_NOFILE, &now) < 0 || now.rlim_cur >= needed)
        return;
    now.rlim_cur = needed < now.rlim_max ? needed : now.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &now); /* else starting a worker says what is short */
}

struct pool *local_pool_create(const struct local_pool_settings *settings)
{
    static const struct pool_ops ops = {submit, poll_workers, cancel, destroy};
    const size_t nb = (size_t)settings->nb_workers;
    struct local_pool *p = mem_zalloc(1, sizeof *p);
    struct pool *pool = mem_zalloc(1, sizeof *pool);
    *p = (struct local_pool){
        .settings = *settings,
        .slots = mem_zalloc(nb, sizeof *p->slots),
        .fds = mem_zalloc(nb * WORKER_PROCESS_FDS, sizeof *p->fds),
        .polled_s = clock_now_s(),
    };
    for (size_t i = 0; i < nb; i++)
        p->slots[i].worker = worker_process_none;
    allow_files(settings->nb_workers);
    *pool = (struct pool){&ops, p, settings->nb_workers, settings->nb_workers};
    return pool;
}
