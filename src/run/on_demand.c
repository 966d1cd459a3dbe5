#include "on_demand.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "event.h"
#include "fs.h"
#include "job_outcome.h"
#include "job_result.h"
#include "job_spec.h"
#include "json.h"
#include "mem.h"
#include "pool.h"
#include "sandbox.h"
#include "workdir.h"
#include "worker_process.h"
#include "zygote.h"

enum { MOST_WAITING = 64 };

struct waiting {
    struct on_demand_want want;
    void *wish; /* owned */
};

struct slot {
    bool busy;
    struct waiting job;
    struct job_spec spec;
    char *spec_path;
    struct worker_process worker;
    bool stalled, gave_way; /* was killed because it made no progress; for another job */
};

struct on_demand {
    struct event *event;
    struct zygote *zygote;
    struct on_demand_user user;
    struct slot *slots;
    size_t nb_slots;
    struct waiting waiting[MOST_WAITING]; /* the newest last */
    size_t nb_waiting;
    char *tmp; /* NULL: not claimed yet */
    int lock;
};

struct on_demand *on_demand_create(struct event *event, struct zygote *zygote,
                                   const struct on_demand_user *user)
{
    struct on_demand *d = mem_zalloc(1, sizeof *d);
    *d = (struct on_demand){.event = event,
                            .zygote = zygote,
                            .user = *user,
                            .nb_slots = (size_t)event->settings.workers,
                            .lock = -1};
    d->slots = mem_zalloc(d->nb_slots, sizeof *d->slots);
    for (size_t i = 0; i < d->nb_slots; i++)
        d->slots[i].worker = worker_process_none;
    return d;
}

/* --- what waits ------------------------------------------------------------------------------- */

static void remove_waiting(struct on_demand *d, size_t i)
{
    memmove(&d->waiting[i], &d->waiting[i + 1], (d->nb_waiting - i - 1) * sizeof d->waiting[0]);
    d->nb_waiting--;
}

static size_t find_waiting(const struct on_demand *d, const char *key)
{
    size_t i = 0;
    while (i < d->nb_waiting && strcmp(d->waiting[i].want.key, key) != 0)
        i++;
    return i;
}

static struct slot *find_running(const struct on_demand *d, const char *key)
{
    for (size_t i = 0; i < d->nb_slots; i++)
        if (d->slots[i].busy && !d->slots[i].gave_way && strcmp(d->slots[i].job.want.key, key) == 0)
            return &d->slots[i];
    return NULL;
}

void on_demand_drop(struct on_demand *d, const char *key)
{
    const size_t i = find_waiting(d, key);
    if (i == d->nb_waiting)
        return;
    free(d->waiting[i].wish);
    remove_waiting(d, i);
}

/* The oldest of those made ahead, else the oldest. */
static void forget_oldest(struct on_demand *d)
{
    size_t i = 0;
    while (i < d->nb_waiting && !d->waiting[i].want.ahead)
        i++;
    i = i == d->nb_waiting ? 0 : i;
    struct waiting job = d->waiting[i];
    remove_waiting(d, i);
    struct err why = {0};
    struct job_spec none = {0};
    memcpy(none.key, job.want.key, sizeof none.key);
    err_set(&why, ERR_BUSY, "too much was asked for at once: ask for it again");
    d->user.ended(d->user.opaque, &none, job.wish, NULL, &why);
    free(job.wish);
}

bool on_demand_add(struct on_demand *d, const struct on_demand_want *want, const void *wish)
{
    struct slot *running = find_running(d, want->key);
    const size_t there = find_waiting(d, want->key);
    if (running) {
        running->job.want.ahead = running->job.want.ahead && want->ahead;
        return false;
    }
    struct waiting job = {.want = *want};
    const bool again = there < d->nb_waiting;
    if (again) {
        if (want->ahead)
            return false;
        job.wish = d->waiting[there].wish;
        remove_waiting(d, there);
    } else {
        if (d->nb_waiting == MOST_WAITING)
            forget_oldest(d);
        job.wish = mem_zalloc(1, d->user.wish_bytes);
        memcpy(job.wish, wish, d->user.wish_bytes);
    }
    d->waiting[d->nb_waiting++] = job;
    return !again;
}

/* The newest that somebody waits for, else the first of those made ahead. */
static size_t next_waiting(const struct on_demand *d)
{
    for (size_t i = d->nb_waiting; i-- > 0;)
        if (!d->waiting[i].want.ahead)
            return i;
    return 0;
}

/* --- starting --------------------------------------------------------------------------------- */

/* Without its folder, which somebody may have removed, no worker starts. */
static int claim(struct on_demand *d, struct err *err)
{
    if (d->tmp && fs_is_dir(d->tmp))
        return 0;
    if (d->lock >= 0)
        close(d->lock);
    d->lock = -1;
    free(mem_take(&d->tmp));
    return workdir_claim(&d->tmp, &d->lock, d->event->work, "on-demand", err);
}

/* Writes the spec to its file, and keeps what the file says: the plan that the user made it from
 * may be another one when the job ends. */
static int write_spec(struct slot *s, const struct job_spec *planned, struct err *err)
{
    AUTO_JSON *document = job_spec_write(planned);
    if (json_print_file(s->spec_path, document, JSON_COMPACT_STYLE, err) < 0)
        return err->code;
    return job_spec_read(&s->spec, mem_take(&document), err);
}

static int begin(struct on_demand *d, struct slot *s, struct err *err)
{
    const struct settings *settings = &d->event->settings;
    AUTO_JOB_SPEC planned = {0};
    if ((settings->sandbox == SANDBOX_REQUIRE && sandbox_require(err) < 0) ||
        event_check(d->event, err) < 0 || claim(d, err) < 0 ||
        d->user.begin(d->user.opaque, &planned, s->job.wish, err) < 0)
        return err->code;
    planned.work = d->event->work;
    planned.tmp = d->tmp;
    planned.sandbox = settings->sandbox;
    s->spec_path = mem_printf("%s/%s.json", d->tmp, s->job.want.key);
    return write_spec(s, &planned, err) < 0 ||
                   worker_process_start(&s->worker, d->zygote, s->spec_path, err) < 0
               ? err->code
               : 0;
}

static void free_slot(struct slot *s)
{
    if (s->spec_path)
        unlink(s->spec_path);
    free(s->spec_path);
    free(s->job.wish);
    job_spec_finish(&s->spec);
    worker_process_finish(&s->worker);
    *s = (struct slot){.worker = worker_process_none};
}

static void start(struct on_demand *d, struct slot *s)
{
    struct err err = {0};
    const size_t i = next_waiting(d);
    *s = (struct slot){.busy = true, .job = d->waiting[i], .worker = worker_process_none};
    remove_waiting(d, i);
    if (begin(d, s, &err) == 0)
        return;
    memcpy(s->spec.key, s->job.want.key, sizeof s->spec.key);
    d->user.ended(d->user.opaque, &s->spec, s->job.wish, NULL, &err);
    free_slot(s);
}

/* --- ending ----------------------------------------------------------------------------------- */

static void end(struct on_demand *d, struct slot *s)
{
    int status = 0;
    struct rusage used = {0};
    struct err why = {0}, unremoved = {0};
    AUTO_JSON *results = NULL;
    const pid_t pid = s->worker.pid;
    worker_process_wait(&status, &used, &s->worker, d->zygote);
    const char *work = d->event->work;
    const struct worker_end ended = {
        .status = status,
        .stalled = s->stalled,
        .done = worker_output_done(&s->worker.output),
        .last_line = s->worker.output.last_line,
    };
    if (!job_outcome_is_made(work, &s->spec))
        job_outcome_describe(&why, &s->spec, &ended, d->event);
    else if (job_outcome_read(&results, work, &s->spec, &why) < 0)
        results = NULL;
    if (!WIFEXITED(status) || WEXITSTATUS(status)) {
        AUTO_FREE char *left = workdir_own(d->tmp, s->spec.key, pid);
        (void)!fs_remove_all(left, &unremoved); /* else it goes with the folder */
    }
    if (results || !s->gave_way)
        d->user.ended(d->user.opaque, &s->spec, s->job.wish, results, &why);
    free_slot(s);
}

void on_demand_destroy(struct on_demand *d)
{
    struct err ignored = {0};
    if (!d)
        return;
    for (size_t i = 0; i < d->nb_slots; i++)
        worker_process_kill(&d->slots[i].worker);
    for (size_t i = 0; i < d->nb_slots; i++) {
        worker_process_reap(&d->slots[i].worker, d->zygote);
        free_slot(&d->slots[i]);
    }
    for (size_t i = 0; i < d->nb_waiting; i++)
        free(d->waiting[i].wish);
    if (d->tmp)
        (void)!fs_remove_all(d->tmp, &ignored); /* else the next run removes it */
    if (d->lock >= 0)
        close(d->lock);
    free(d->tmp);
    free(d->slots);
    free(d);
}

/* --- the loop --------------------------------------------------------------------------------- */

enum { STALL_CHECK_MS = 1000 };

size_t on_demand_most_fds(const struct on_demand *d)
{
    return d->nb_slots * WORKER_PROCESS_FDS;
}

size_t on_demand_expect(struct pollfd *fds, int *most_ms, const struct on_demand *d)
{
    for (size_t i = 0; i < d->nb_slots; i++) {
        int ms = worker_process_expect(&fds[WORKER_PROCESS_FDS * i], &d->slots[i].worker);
        if (d->slots[i].busy && (ms < 0 || ms > STALL_CHECK_MS))
            ms = STALL_CHECK_MS;
        *most_ms = ms >= 0 && ms < *most_ms ? ms : *most_ms;
    }
    return on_demand_most_fds(d);
}

static void listen_to(struct on_demand *d, struct slot *s, const struct pollfd *fds)
{
    if (!worker_process_listen(&s->worker, fds)) {
        end(d, s);
    } else if (!s->stalled && clock_now_s() - s->worker.heard_s > s->job.want.stall_s) {
        s->stalled = true;
        worker_process_kill(&s->worker);
    }
}

static struct slot *free_slot_of(const struct on_demand *d)
{
    for (size_t i = 0; i < d->nb_slots; i++)
        if (!d->slots[i].busy)
            return &d->slots[i];
    return NULL;
}

/* Somebody waits, and no core is free: what is made ahead is stopped, and made again later. */
static void make_room(struct on_demand *d)
{
    if (!d->nb_waiting || d->waiting[next_waiting(d)].want.ahead)
        return;
    for (size_t i = 0; i < d->nb_slots; i++)
        if (d->slots[i].gave_way)
            return;
    for (size_t i = 0; i < d->nb_slots; i++) {
        struct slot *s = &d->slots[i];
        if (!s->busy || !s->job.want.ahead)
            continue;
        s->gave_way = true;
        worker_process_kill(&s->worker);
        return;
    }
}

void on_demand_turn(struct on_demand *d, const struct pollfd *fds, size_t nb_fds)
{
    for (size_t i = 0; i < d->nb_slots && nb_fds; i++)
        if (d->slots[i].busy)
            listen_to(d, &d->slots[i], &fds[WORKER_PROCESS_FDS * i]);
    struct slot *s;
    while (d->nb_waiting && (s = free_slot_of(d)))
        start(d, s);
    make_room(d);
}

void on_demand_wait(struct on_demand *d, int most_ms)
{
    AUTO_FREE struct pollfd *fds = mem_zalloc(on_demand_most_fds(d) + 1, sizeof *fds);
    on_demand_turn(d, fds, 0);
    const size_t nb = on_demand_expect(fds, &most_ms, d);
    const int found = poll(fds, nb, most_ms);
    on_demand_turn(d, fds, found > 0 ? nb : 0);
}

/* --- results ---------------------------------------------------------------------------------- */

/* A link or a pipe in its place is replaced by the worker that makes it again. */
static bool is_file(const char *work, const char *key, const char *ext)
{
    struct stat st;
    AUTO_FREE char *path = workdir_path(work, key, ext);
    return lstat(path, &st) == 0 && S_ISREG(st.st_mode);
}

json_t *on_demand_made(const struct event *event, enum stage stage, const char *key)
{
    struct err ignored = {0};
    json_t *result = NULL;
    const char *ext = job_spec_ext(&(struct job_spec){.stage = stage});
    AUTO_FREE char *path = workdir_path(event->work, key, "json");
    if (is_file(event->work, key, ext) && workdir_has(event->work_dir, key, "json") &&
        job_result_read(&result, stage, path, &ignored) < 0)
        return NULL;
    return result;
}

int on_demand_store(const struct event *event, const struct job_spec *spec, const json_t *results,
                    struct err *err)
{
    return job_outcome_store(event, &(struct job_outcome){spec, results}, 1, err);
}
