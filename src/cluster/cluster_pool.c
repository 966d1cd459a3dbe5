#include "cluster_pool.h"

#include <glib.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "beats.h"
#include "claims.h"
#include "clock.h"
#include "cluster_job.h"
#include "crew.h"
#include "end_report.h"
#include "engine.h"
#include "err.h"
#include "fs.h"
#include "hiring.h"
#include "job.h"
#include "job_spec.h"
#include "mem.h"
#include "peaks.h"
#include "presence.h"
#include "queue.h"

enum {
    POLL_MS = 50,
    /* How often a job is given to another pilot: after its pilot was lost, which may be the job's
     * doing; after it could not begin, as a disk failed; after its pilot gave it back, as its time
     * was over. */
    MOST_LOST = 2,
    MOST_DISK_FAILED = 2,
    MOST_GIVEN_BACK = 10,
};
/* How long results of a worker that has ended well may take to be seen here. */
static const double placing_s = 10;
/* How often it is looked for jobs that are nowhere. */
static const double search_every_s = 5;
/* How long pilots may take to end. */
static const double cancel_s = 10;

struct cluster_pool {
    struct cluster_settings settings;
    struct engine *engine;
    struct pool *pool;
    struct presence presence;
    struct crew *crew;
    struct hiring hiring;
    struct peaks peaks;
    GHashTable *jobs; /* key to struct cluster_job, of those that have not ended */
    GHashTable
        *claimed; /* keys that pilots of an earlier process hold, and that nobody submitted */
    unsigned long number;
    double searched_s, polled_s;
    const struct pool_listener *listener; /* while it is polled */
};

static struct cluster_job *find(const struct cluster_pool *p, const char *key)
{
    return g_hash_table_lookup(p->jobs, key);
}

static void say(void *opaque, const char *message)
{
    const struct cluster_pool *p = opaque;
    p->listener->say(p->listener->opaque, message);
}

/* --- submitting ------------------------------------------------------------------------------- */

/* Notes what pilots of an earlier process hold. */
static void note_claims(struct cluster_pool *p)
{
    AUTO_FREE char *folder = fs_join(p->presence.queue, "pilots");
    AUTO_QUEUE_NAMES pilots = {0};
    queue_list(&pilots, folder);
    for (size_t i = 0; i < pilots.nb; i++) {
        AUTO_QUEUE_NAMES keys = {0};
        if (!pilot_name_valid(pilots.names[i]))
            continue;
        claims_of(&keys, p->presence.queue, pilots.names[i]);
        for (size_t k = 0; k < keys.nb; k++)
            g_hash_table_add(p->claimed, g_strdup(keys.names[k]));
    }
}

static int open_queue(struct cluster_pool *p, struct err *err)
{
    bool adopted;
    if (p->presence.open)
        return 0;
    if (presence_open(&p->presence, &adopted, err) < 0)
        return err->code;
    p->peaks = peaks_read(p->settings.work);
    if (adopted)
        note_claims(p);
    p->engine->ops->begin(p->engine->self, p->presence.terms.run, p->presence.queue);
    return 0;
}

static int add_folders(struct cluster_pool *p, const struct job_spec *spec, struct err *err)
{
    for (size_t i = 0; i < spec->nb_files; i++) {
        AUTO_FREE char *folder = fs_dirname(spec->files[i].path);
        if (presence_add_folder(&p->presence, folder, err) < 0)
            return err->code;
    }
    return 0;
}

static int add_job(struct cluster_pool *p, const struct job *job, const struct job_spec *spec,
                   struct cluster_job **out, struct err *err)
{
    struct waiting waiting = {.number = ++p->number,
                              .memory_mb = peaks_need_mb(&p->peaks, spec->stage)};
    memcpy(waiting.key, job->key, KEY_BYTES);
    struct cluster_job *j = *out = cluster_job_create(spec, &waiting);
    j->seen_s = clock_now_s();
    g_hash_table_insert(p->jobs, j->waiting.key, j);
    return g_hash_table_remove(p->claimed, job->key) ? 0
                                                     : cluster_job_queue(j, p->presence.queue, err);
}

static int submit(void *self, int slot, const struct job *job, const struct job_spec *spec,
                  struct err *err)
{
    struct cluster_pool *p = self;
    struct cluster_job *j = find(p, job->key);
    if (open_queue(p, err) < 0 || add_folders(p, spec, err) < 0 ||
        (!j && add_job(p, job, spec, &j, err) < 0))
        return err->code;
    cluster_job_add_slot(j, slot);
    return 0;
}

/* --- ending ----------------------------------------------------------------------------------- */

/* Reports the end to all slots; what it took, to the first. The job may wait again: its pilot was
 * believed lost just before it reported. */
static int end(struct cluster_pool *p, struct cluster_job *j, struct worker_end *ended,
               struct err *err)
{
    const struct pool_listener *l = p->listener;
    int ret = 0;
    cluster_job_unqueue(j, p->presence.queue);
    g_hash_table_steal(p->jobs, j->waiting.key);
    hiring_note_done(&p->hiring);
    for (size_t i = 0; ret == 0 && i < j->nb_slots; i++) {
        ret = l->ended(l->opaque, j->slots[i], ended, err);
        ended->cpu_s = 0;
    }
    cluster_job_destroy(j);
    return ret;
}

/* Its results are there, whatever became of its worker. */
static int end_made(struct cluster_pool *p, struct cluster_job *j, struct err *err)
{
    AUTO_WORKER_END ended = {.done = 1, .log = mem_strdup("")};
    return end(p, j, &ended, err);
}

/* failed: why no worker can do it. */
static int end_failed(struct cluster_pool *p, struct cluster_job *j, const struct err *failed,
                      struct err *err)
{
    AUTO_WORKER_END ended = {.log = mem_strdup(""), .failed = mem_zalloc(1, sizeof(struct err))};
    *ended.failed = *failed;
    return end(p, j, &ended, err);
}

/* Why a job is given to another pilot. */
enum again { AGAIN_LOST, AGAIN_GIVEN_BACK, AGAIN_REFUSED, AGAIN_DISK_FAILED };

/* Its pilot does it no more. Nobody holds it now. */
static int give_again(struct cluster_pool *p, struct cluster_job *j, enum again why,
                      struct err *err)
{
    struct err failed = {0};
    if (cluster_job_made(j, p->settings.work))
        return end_made(p, j, err);
    j->nb_lost += why == AGAIN_LOST;
    j->nb_given_back += why == AGAIN_GIVEN_BACK;
    if (j->nb_lost > MOST_LOST)
        err_set(&failed, ERR_EXTERNAL,
                "%d machines that did this job were lost (%s): they were switched off, cannot be "
                "reached, or their memory ran out. 'talkpress run' tries again",
                j->nb_lost, j->nodes ? j->nodes : "unknown");
    else if (j->nb_given_back > MOST_GIVEN_BACK)
        err_set(&failed, ERR_EXTERNAL,
                "%d times, the time of a task was over before this job had ended (%s): allow tasks "
                "more time",
                j->nb_given_back, j->nodes ? j->nodes : "unknown");
    if (failed.code != ERR_OK)
        return end_failed(p, j, &failed, err);
    j->seen_s = clock_now_s();
    return cluster_job_queue(j, p->presence.queue, err);
}

/* --- what pilots report ----------------------------------------------------------------------- */

/* A machine does not see the recording. Nor does this one: then the job fails. Returns whether it
 * is so, and in *out what ending the job returned. */
static bool end_if_absent(struct cluster_pool *p, struct cluster_job *j, int *out, struct err *err)
{
    struct err failed = {0};
    for (size_t i = 0; i < j->spec->nb_files && failed.code == ERR_OK; i++)
        if (fs_is_gone(j->spec->files[i].path))
            err_set(&failed, ERR_NOT_FOUND,
                    "cannot find the recording '%s' (is its disk connected?)",
                    j->spec->files[i].path);
    if (failed.code == ERR_OK)
        return false;
    *out = end_failed(p, j, &failed, err);
    return true;
}

/* It needed more than was thought: the next ones of its stage are given more. */
static void note_peak(struct cluster_pool *p, const struct cluster_job *j, long peak_kb)
{
    struct peaks measured = {0};
    const enum stage stage = j->spec->stage;
    measured.mb[stage] = (peak_kb + 1023) / 1024;
    if (measured.mb[stage] && peaks_need_mb(&measured, stage) > peaks_need_mb(&p->peaks, stage))
        p->peaks.mb[stage] = measured.mb[stage];
}

/* why: the last one's. */
static int give_after_disk(struct cluster_pool *p, struct cluster_job *j, const char *why,
                           struct err *err)
{
    struct err failed = {0};
    if (++j->nb_disk_failed <= MOST_DISK_FAILED)
        return give_again(p, j, AGAIN_DISK_FAILED, err);
    err_set(&failed, ERR_IO,
            "%d times, this job could not begin because a disk failed (%s): %s. 'talkpress run' "
            "tries again",
            j->nb_disk_failed, j->nodes ? j->nodes : "unknown", why);
    return end_failed(p, j, &failed, err);
}

static int take_end(struct cluster_pool *p, struct end_report *r, struct err *err)
{
    struct cluster_job *j = find(p, r->key);
    int ended;
    g_hash_table_remove(p->claimed, r->key);
    if (!j || j->placing)
        return 0; /* of an earlier process, or the job has ended elsewhere */
    cluster_job_add_node(j, r->end.node ? r->end.node : crew_node(p->crew, r->pilot));
    note_peak(p, j, r->end.peak_kb);
    if (r->refused && end_if_absent(p, j, &ended, err))
        return ended;
    if (r->disk_failed)
        return give_after_disk(p, j, r->end.failed ? r->end.failed->msg : "no reason is known",
                               err);
    if (r->given_back)
        return give_again(p, j, r->refused ? AGAIN_REFUSED : AGAIN_GIVEN_BACK, err);
    if (r->end.status != 0 || r->end.failed || cluster_job_made(j, p->settings.work))
        return end(p, j, &r->end, err);
    j->placing = true;
    j->placed_s = clock_now_s();
    j->end = r->end;
    r->end = (struct worker_end){0};
    return 0;
}

static int take_ends(struct cluster_pool *p, struct err *err)
{
    AUTO_FREE char *folder = fs_join(p->presence.queue, "done");
    AUTO_QUEUE_NAMES names = {0};
    queue_list(&names, folder);
    for (size_t i = 0; i < names.nb; i++) {
        AUTO_END_REPORT report = {0};
        if (end_report_take(&report, p->presence.queue, names.names[i]) &&
            take_end(p, &report, err) < 0)
            return err->code;
    }
    return 0;
}

static void pilot_runs(void *opaque, const char *name, const struct pilot_beat *beat)
{
    const struct cluster_pool *p = opaque;
    const double now_s = clock_now_s();
    (void)name;
    for (size_t i = 0; i < beat->nb_running; i++) {
        struct cluster_job *j = find(p, beat->running[i].key);
        if (!j)
            continue;
        j->seen_s = now_s;
        for (size_t k = 0; k < j->nb_slots; k++)
            p->listener->at(p->listener->opaque, j->slots[k], beat->running[i].done);
    }
}

/* What it holds goes to others. It may have just reported it: then its claim is not there. */
static int pilot_left(void *opaque, const char *name, const struct pilot_beat *beat, bool lost,
                      struct err *err)
{
    struct cluster_pool *p = opaque;
    AUTO_QUEUE_NAMES keys = {0};
    const char *node = beat->node && *beat->node ? beat->node : name;
    size_t nb = 0;
    claims_of(&keys, p->presence.queue, name);
    for (size_t i = 0; i < keys.nb; i++) {
        struct cluster_job *j = find(p, keys.names[i]);
        g_hash_table_remove(p->claimed, keys.names[i]);
        if (!claim_drop(p->presence.queue, name, keys.names[i]) || !j)
            continue;
        nb++;
        cluster_job_add_node(j, node);
        if (!j->placing && give_again(p, j, lost ? AGAIN_LOST : AGAIN_GIVEN_BACK, err) < 0)
            return err->code;
    }
    if (lost && nb) {
        AUTO_FREE char *message = mem_printf("node '%s' (%s) is lost: %zu job%s given to others",
                                             node, name, nb, nb == 1 ? " is" : "s are");
        say(p, message);
    }
    return 0;
}

/* --- polling ---------------------------------------------------------------------------------- */

/* A job for which that is so; NULL: none. */
static struct cluster_job *find_where(const struct cluster_pool *p, double now_s,
                                      bool (*is_so)(const struct cluster_pool *p,
                                                    const struct cluster_job *j, double now_s))
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, p->jobs);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        if (is_so(p, value, now_s))
            return value;
    return NULL;
}

static bool is_placed(const struct cluster_pool *p, const struct cluster_job *j, double now_s)
{
    return j->placing && (now_s - j->placed_s > placing_s || cluster_job_made(j, p->settings.work));
}

/* Results that were not seen when their worker had ended. */
static int end_placed(struct cluster_pool *p, double now_s, struct err *err)
{
    struct cluster_job *j = find_where(p, now_s, is_placed);
    if (!j)
        return 0;
    AUTO_WORKER_END ended = j->end;
    j->end = (struct worker_end){0};
    return end(p, j, &ended, err);
}

static void note_waiting(const struct cluster_pool *p, double now_s)
{
    AUTO_FREE char *folder = fs_join(p->presence.queue, "new");
    AUTO_QUEUE_NAMES names = {0};
    queue_list(&names, folder);
    for (size_t i = 0; i < names.nb; i++) {
        struct waiting w;
        struct cluster_job *j = waiting_parse(&w, names.names[i]) ? find(p, w.key) : NULL;
        if (j)
            j->seen_s = now_s;
    }
}

static bool is_nowhere(const struct cluster_pool *p, const struct cluster_job *j, double now_s)
{
    return !j->placing && now_s - j->seen_s > p->presence.terms.silent_s + search_every_s;
}

/* Jobs that are nowhere: files in the queue were lost. */
static int search(struct cluster_pool *p, double now_s, struct err *err)
{
    struct cluster_job *j;
    if (now_s - p->searched_s < search_every_s)
        return 0;
    p->searched_s = now_s;
    note_waiting(p, now_s);
    while ((j = find_where(p, now_s, is_nowhere)))
        if (give_again(p, j, AGAIN_LOST, err) < 0)
            return err->code;
    return 0;
}

/* This process was stopped: nothing was seen meanwhile. */
static void excuse(struct cluster_pool *p, double now_s)
{
    static const double normal_s = 5;
    GHashTableIter iter;
    gpointer value;
    const double passed_s = now_s - p->polled_s;
    p->polled_s = now_s;
    if (passed_s < normal_s)
        return;
    g_hash_table_iter_init(&iter, p->jobs);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        ((struct cluster_job *)value)->seen_s = now_s;
}

static int look(struct cluster_pool *p, struct err *err)
{
    const struct crew_listener crew = {pilot_runs, pilot_left, say, p};
    const double now_s = clock_now_s();
    excuse(p, now_s);
    if (presence_beat(&p->presence, p->crew, now_s, err) < 0 || take_ends(p, err) < 0 ||
        end_placed(p, now_s, err) < 0 ||
        hiring_turn(&p->hiring, now_s, g_hash_table_size(p->jobs), p->crew, say, p, err) < 0 ||
        crew_look(p->crew, now_s, &p->hiring.view, &crew, err) < 0 || search(p, now_s, err) < 0)
        return err->code;
    p->pool->nb_cores = crew_count(p->crew).nb_cores;
    return 0;
}

static int poll_pilots(void *self, int most_ms, const struct pool_listener *listener,
                       struct err *err)
{
    struct cluster_pool *p = self;
    p->listener = listener;
    if (p->presence.open) {
        (void)poll(NULL, 0, most_ms < POLL_MS ? most_ms : POLL_MS);
        (void)!look(p, err);
    }
    p->listener = NULL;
    return err->code;
}

/* --- the pool --------------------------------------------------------------------------------- */

/* Nobody that comes back places anything after this. */
static void drop_claims(const struct cluster_pool *p)
{
    AUTO_FREE char *folder = fs_join(p->presence.queue, "pilots");
    AUTO_QUEUE_NAMES pilots = {0};
    queue_list(&pilots, folder);
    for (size_t i = 0; i < pilots.nb; i++) {
        AUTO_QUEUE_NAMES keys = {0};
        claims_of(&keys, p->presence.queue, pilots.names[i]);
        for (size_t k = 0; k < keys.nb; k++)
            (void)claim_drop(p->presence.queue, pilots.names[i], keys.names[k]);
    }
}

static void stop_all(struct cluster_pool *p)
{
    struct err ignored = {0};
    if (!p->presence.open)
        return;
    (void)!queue_set_stop(p->presence.queue, true, &ignored);
    p->engine->ops->cancel(p->engine->self);
    crew_wait_for_end(p->crew, cancel_s);
    drop_claims(p);
    presence_close(&p->presence);
    crew_clear(p->crew);
    hiring_finish(&p->hiring);
    p->hiring = (struct hiring){.engine = p->engine};
    g_hash_table_remove_all(p->claimed);
    p->pool->nb_cores = 0;
}

/* Between two phases of a command nothing runs, and pilots wait for the next; what they still do
 * for an earlier process may be a job of it. */
static void cancel(void *self)
{
    struct cluster_pool *p = self;
    if (g_hash_table_size(p->jobs))
        stop_all(p);
    g_hash_table_remove_all(p->jobs);
}

static void destroy(void *self)
{
    struct cluster_pool *p = self;
    cancel(p);
    stop_all(p);
    p->engine->ops->destroy(p->engine->self);
    free(p->engine);
    hiring_finish(&p->hiring);
    crew_destroy(p->crew);
    presence_finish(&p->presence);
    g_hash_table_destroy(p->jobs);
    g_hash_table_destroy(p->claimed);
    free(p);
}

static void destroy_job(gpointer job)
{
    cluster_job_destroy(job);
}

static struct terms first_terms(const struct cluster_settings *s)
{
    enum { SILENT_S = 60, IDLE_S = 60 };
    return (struct terms){.programs = json_incref(s->programs),
                          .work = mem_strdup(s->work),
                          .sandbox = s->sandbox,
                          .stall_s = s->stall_s,
                          .silent_s = s->silent_s ? s->silent_s : SILENT_S,
                          .idle_s = s->idle_s ? s->idle_s : IDLE_S};
}

struct pool *cluster_pool_create(const struct cluster_settings *settings, struct engine *engine)
{
    static const struct pool_ops ops = {submit, poll_pilots, cancel, destroy};
    /* A pilot whose job has ended finds the next one waiting. */
    const int nb_cores = engine->nb_tasks * engine->cores_per_task,
              nb_slots = nb_cores + nb_cores / 4 + 2;
    struct cluster_pool *p = mem_zalloc(1, sizeof *p);
    struct pool *pool = mem_zalloc(1, sizeof *pool);
    *p = (struct cluster_pool){
        .settings = *settings,
        .engine = engine,
        .pool = pool,
        .presence = {.queue = queue_in(settings->work), .terms = first_terms(settings)},
        .hiring = {.engine = engine},
        .jobs = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, destroy_job),
        .claimed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
    };
    p->crew = crew_create(p->presence.queue, p->presence.terms.silent_s);
    *pool = (struct pool){&ops, p, nb_slots, 0};
    return pool;
}
