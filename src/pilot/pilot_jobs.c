#include "pilot_jobs.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "beats.h"
#include "claims.h"
#include "clock.h"
#include "end_report.h"
#include "err.h"
#include "fs.h"
#include "job.h"
#include "job_files.h"
#include "job_spec.h"
#include "json.h"
#include "local_pool.h"
#include "mem.h"
#include "pilot_self.h"
#include "queue.h"
#include "terms.h"

enum {
    /* How often it is looked for work where there was none. */
    FIRST_REST_MS = 50,
    MOST_REST_MS = 400,
};
/* A worker that was killed: perhaps this pilot is about to be ended too, with all its processes,
 * and its job did not fail. After so long it did. A report that cannot be written is tried again
 * after so long. */
static const double late_s = 2;
/* A job that cannot begin because the disk fails is tried again after so long; and for this part of
 * the time after which a silent pilot is lost, before it is given back: 10 of 60 s. */
static const double retry_s = 0.2, retried_part = 1.0 / 6;

struct slot {
    bool busy, dropped; /* dropped: nobody wants to hear of it */
    bool giving_back;   /* its worker was stopped for that */
    struct job job;
    struct job_spec spec;
    long memory_mb;
    char *claim;
    double begin_s, done;
    double failing_s; /* since when the disk fails, and the job cannot begin; 0: it began */
    double tried_s;   /* to begin, last */
    bool ended;       /* its report is not written yet */
    double ended_s;   /* or when its report could not be written last */
    struct end_report report;
};

struct pilot_jobs {
    const char *queue;
    const struct pilot_self *self;
    const struct terms *terms;
    char *folder;
    struct pool *pool;
    struct slot *slots;
    int nb_slots;
    long free_mb;
    int rest_ms;
    double next_s; /* no look for work before */
};

struct pilot_jobs *pilot_jobs_create(const char *queue, const struct pilot_self *self,
                                     const struct terms *terms, struct zygote *zygote)
{
    struct pilot_jobs *j = mem_zalloc(1, sizeof *j);
    *j = (struct pilot_jobs){
        .queue = queue,
        .self = self,
        .terms = terms,
        .folder = pilot_folder(queue, self->name),
        .slots = mem_zalloc((size_t)self->cores, sizeof *j->slots),
        .nb_slots = self->cores,
        .free_mb = self->memory_mb,
        .rest_ms = FIRST_REST_MS,
    };
    j->pool = local_pool_create(&(struct local_pool_settings){
        .work = terms->work,
        .tmp = j->folder,
        .nb_workers = self->cores,
        .stall_s = terms->stall_s,
        .zygote = zygote,
    });
    return j;
}

static void free_slot(struct pilot_jobs *j, struct slot *s)
{
    if (s->busy)
        j->free_mb += s->memory_mb;
    job_spec_finish(&s->spec);
    free(s->claim);
    end_report_finish(&s->report);
    *s = (struct slot){0};
}

void pilot_jobs_destroy(struct pilot_jobs *j)
{
    if (!j)
        return;
    pool_destroy_p(&j->pool);
    for (int i = 0; i < j->nb_slots; i++)
        free_slot(j, &j->slots[i]);
    free(j->slots);
    free(j->folder);
    free(j);
}

/* --- ending ----------------------------------------------------------------------------------- */

/* Writes the report and drops the claim; tries again later if the disk fails. */
static void report(struct pilot_jobs *j, struct slot *s)
{
    struct err failed = {0};
    if (!s->dropped && !fs_is_gone(s->claim)) {
        if (end_report_write(j->queue, &s->report, &failed) < 0) {
            fprintf(stderr, "talkpress: %s\n", failed.msg);
            s->ended_s = clock_now_s();
            return;
        }
        (void)claim_drop(j->queue, j->self->name, s->job.key);
    }
    free_slot(j, s);
}

static bool was_killed(const struct worker_end *end)
{
    return WIFSIGNALED(end->status) && !end->stalled &&
           (WTERMSIG(end->status) == SIGKILL || WTERMSIG(end->status) == SIGTERM);
}

/* The report owns texts of its own: those of the pool are gone when it is written again. */
static void set_report(struct pilot_jobs *j, struct slot *s, const struct worker_end *end)
{
    s->report = (struct end_report){.pilot = mem_strdup(j->self->name), .end = *end};
    memcpy(s->report.key, s->job.key, KEY_BYTES);
    struct worker_end *own = &s->report.end;
    own->last_line = mem_strdup(end->last_line);
    own->log = mem_strdup(end->log);
    own->node = mem_strdup(j->self->node);
    own->failed = NULL;
    if (end->failed) {
        own->failed = mem_zalloc(1, sizeof *own->failed);
        *own->failed = *end->failed;
    }
    s->report.given_back = s->giving_back;
    s->ended = true;
    s->ended_s = clock_now_s();
}

static int worker_ended(void *opaque, int i, const struct worker_end *end, struct err *err)
{
    struct pilot_jobs *j = opaque;
    struct slot *s = &j->slots[i];
    (void)err;
    j->next_s = 0; /* there is room for another */
    set_report(j, s, end);
    if (s->giving_back || s->dropped || !was_killed(end))
        report(j, s);
    return 0;
}

static void worker_at(void *opaque, int i, double done)
{
    struct pilot_jobs *j = opaque;
    j->slots[i].done = done;
}

static void say(void *opaque, const char *message)
{
    (void)opaque;
    fprintf(stderr, "talkpress: %s\n", message);
}

/* Reports that could not be written, or that waited. */
static void report_late(struct pilot_jobs *j)
{
    for (int i = 0; i < j->nb_slots; i++) {
        struct slot *s = &j->slots[i];
        if (s->busy && s->ended && clock_now_s() - s->ended_s > late_s)
            report(j, s);
    }
}

int pilot_jobs_wait(struct pilot_jobs *j, int most_ms, struct err *err)
{
    const struct pool_listener listener = {worker_at, worker_ended, say, j};
    report_late(j);
    return pool_poll(j->pool, most_ms, &listener, err);
}

/* --- starting --------------------------------------------------------------------------------- */

enum at_once {
    DONE,       /* elsewhere */
    IMPOSSIBLE, /* on any machine */
    REFUSED,    /* this machine cannot do it */
    DISK_FAILS, /* it may be better elsewhere, or later */
};

/* A job that ends before it began. why: NULL if it is done. */
static void end_at_once(struct pilot_jobs *j, struct slot *s, enum at_once how,
                        const struct err *why)
{
    struct err copy = why ? *why : (struct err){0};
    const struct worker_end end = {
        .log = (char[]){""}, .done = 1, .failed = why && how != REFUSED ? &copy : NULL};
    s->giving_back = how == REFUSED || how == DISK_FAILS;
    set_report(j, s, &end);
    s->report.refused = how == REFUSED;
    s->report.disk_failed = how == DISK_FAILS;
    report(j, s);
}

/* A recording that is not there at all: its disk is not mounted here. Of one that has changed, the
 * worker says so. */
static int check_recording(const struct job_spec *spec, struct err *err)
{
    for (size_t i = 0; i < spec->nb_files; i++)
        if (!fs_exists(spec->files[i].path))
            return err_set(err, ERR_NOT_FOUND,
                           "the recording '%s' is not there: it must have the same path on all "
                           "machines",
                           spec->files[i].path);
    return 0;
}

/* ERR_IO: a spec that was whole when it was renamed cannot be read, or not as a whole: its disk
 * fails, or a network disk shows something old. */
static int read_spec(struct slot *s, const struct pilot_jobs *j, struct err *err)
{
    json_t *document = queue_read_spec(s->claim);
    if (!document)
        return err_set(err, ERR_IO, "the job's spec '%s' cannot be read", s->claim);
    if (job_spec_read(&s->spec, document, err) < 0)
        return err->code;
    s->spec.work = j->terms->work;
    s->spec.tmp = j->folder;
    s->spec.claim = s->claim;
    return 0;
}

static void note_disk(struct pilot_jobs *j, struct slot *s, const struct err *failed)
{
    const double now_s = clock_now_s();
    s->tried_s = now_s;
    if (s->failing_s <= 0)
        s->failing_s = now_s;
    if (now_s - s->failing_s >= retried_part * j->terms->silent_s)
        end_at_once(j, s, DISK_FAILS, failed);
}

/* Begins what is claimed. An error says that this machine cannot do such jobs. */
static int begin(struct pilot_jobs *j, int i, struct err *err)
{
    struct slot *s = &j->slots[i];
    struct err failed = {0};
    if (read_spec(s, j, &failed) == 0) {
        if (check_recording(&s->spec, err) < 0) {
            end_at_once(j, s, REFUSED, err);
            return err->code;
        }
        AUTO_FREE char *absent = job_absent_file(j->terms->work, &s->spec);
        if (!absent) {
            end_at_once(j, s, DONE, NULL);
            return 0;
        }
        (void)!pool_submit(j->pool, i, &s->job, &s->spec, &failed);
    }
    if (failed.code == ERR_OK)
        s->failing_s = 0;
    else if (failed.code == ERR_IO) {
        job_spec_finish(&s->spec);
        s->spec = (struct job_spec){0};
        note_disk(j, s, &failed);
    } else
        end_at_once(j, s, IMPOSSIBLE, &failed);
    return 0;
}

static bool waits_for_disk(const struct slot *s)
{
    return s->busy && s->failing_s > 0 && !s->ended;
}

int pilot_jobs_begin_again(struct pilot_jobs *j, struct err *err)
{
    const double now_s = clock_now_s();
    for (int i = 0; i < j->nb_slots; i++)
        if (waits_for_disk(&j->slots[i]) && now_s - j->slots[i].tried_s >= retry_s &&
            begin(j, i, err) < 0)
            return err->code;
    return 0;
}

/* The spec is claimed. An error says that this machine cannot do such jobs. */
static int start(struct pilot_jobs *j, int i, const struct waiting *w, struct err *err)
{
    struct slot *s = &j->slots[i];
    *s = (struct slot){.busy = true,
                       .memory_mb = w->memory_mb,
                       .claim = claim_path(j->queue, j->self->name, w->key),
                       .begin_s = clock_now_s()};
    memcpy(s->job.key, w->key, KEY_BYTES);
    j->free_mb -= w->memory_mb;
    return begin(j, i, err);
}

static int free_one(const struct pilot_jobs *j)
{
    for (int i = 0; i < j->nb_slots; i++)
        if (!j->slots[i].busy)
            return i;
    return -1;
}

/* Given again while a worker of this pilot still does it: both would share one claim. */
static bool is_here(const struct pilot_jobs *j, const struct waiting *w)
{
    for (int i = 0; i < j->nb_slots; i++)
        if (j->slots[i].busy && strcmp(j->slots[i].job.key, w->key) == 0)
            return true;
    return false;
}

/* One that needs more than the machine has runs alone. */
static bool fits(const struct pilot_jobs *j, const struct waiting *w)
{
    return (w->memory_mb <= j->free_mb || j->free_mb >= j->self->memory_mb) && !is_here(j, w);
}

/* A coordinator writes run.json before its first spec: so specs that were there before it was read
 * are of this run, and not of one to whose terms this pilot was not held. */
static bool is_own_run(const struct pilot_jobs *j)
{
    AUTO_RUN_BEAT run = {0};
    return run_beat_read(&run, j->queue) && strcmp(run.run, j->terms->run) == 0;
}

/* Claims and starts those of the list that fit. *took: whether there was one. */
static int claim_some(struct pilot_jobs *j, const struct queue_names *names, bool *took,
                      struct err *err)
{
    int i = free_one(j);
    for (size_t k = 0; k < names->nb && i >= 0; k++) {
        struct waiting w;
        if (!waiting_parse(&w, names->names[k]) || !fits(j, &w) ||
            !claim_take(j->queue, j->self->name, names->names[k]))
            continue;
        *took = true;
        if (start(j, i, &w, err) < 0)
            return err->code;
        i = free_one(j);
    }
    return 0;
}

int pilot_jobs_claim(struct pilot_jobs *j, struct err *err)
{
    AUTO_FREE char *folder = fs_join(j->queue, "new");
    AUTO_QUEUE_NAMES names = {0};
    const double now_s = clock_now_s();
    bool took = false;
    if (free_one(j) < 0 || now_s < j->next_s)
        return 0;
    queue_list(&names, folder);
    if (names.nb && is_own_run(j) && claim_some(j, &names, &took, err) < 0)
        return err->code;
    j->rest_ms = took                            ? FIRST_REST_MS
                 : 2 * j->rest_ms < MOST_REST_MS ? 2 * j->rest_ms
                                                 : MOST_REST_MS;
    j->next_s = now_s + j->rest_ms / 1000.0;
    return 0;
}

/* --- giving back ------------------------------------------------------------------------------ */

void pilot_jobs_check_claims(struct pilot_jobs *j)
{
    for (int i = 0; i < j->nb_slots; i++) {
        struct slot *s = &j->slots[i];
        /* While the disk fails, a claim that is not seen may be there. */
        if (!s->busy || s->ended || s->dropped || waits_for_disk(s) || !fs_is_gone(s->claim))
            continue;
        s->dropped = true;
        local_pool_stop(j->pool, i);
    }
}

/* A job whose worker has not begun, or was stopped. */
static void give_back(struct pilot_jobs *j, struct slot *s)
{
    s->giving_back = true;
    set_report(j, s, &(struct worker_end){.log = (char[]){""}});
    report(j, s);
}

void pilot_jobs_give_back_long(struct pilot_jobs *j, double left_s)
{
    const double now_s = clock_now_s();
    for (int i = 0; i < j->nb_slots; i++) {
        struct slot *s = &j->slots[i];
        const double took_s = now_s - s->begin_s;
        if (waits_for_disk(s)) {
            give_back(j, s);
            continue;
        }
        if (!s->busy || s->ended || s->giving_back ||
            (s->done > 0 ? took_s * (1 - s->done) / s->done : 0) < left_s)
            continue;
        s->giving_back = true;
        local_pool_stop(j->pool, i);
    }
}

void pilot_jobs_give_back_all(struct pilot_jobs *j)
{
    pool_cancel(j->pool);
    for (int i = 0; i < j->nb_slots; i++) {
        struct slot *s = &j->slots[i];
        if (!s->busy)
            continue;
        if (!s->ended) {
            give_back(j, s);
            continue;
        }
        s->report.given_back = s->report.given_back || was_killed(&s->report.end);
        report(j, s);
    }
}

size_t pilot_jobs_nb(const struct pilot_jobs *j)
{
    size_t nb = 0;
    for (int i = 0; i < j->nb_slots; i++)
        nb += j->slots[i].busy;
    return nb;
}

void pilot_jobs_describe(struct pilot_beat *out, const struct pilot_jobs *j)
{
    out->running = mem_zalloc((size_t)j->nb_slots, sizeof *out->running);
    out->nb_running = 0;
    for (int i = 0; i < j->nb_slots; i++) {
        const struct slot *s = &j->slots[i];
        if (!s->busy)
            continue;
        struct pilot_running *r = &out->running[out->nb_running++];
        memcpy(r->key, s->job.key, KEY_BYTES);
        r->done = s->done;
    }
}
