/* The pool of pilots: an engine and pilots that the test plays, in a time that it makes. */
#include "support.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "beats.h"
#include "claims.h"
#include "cluster_job.h"
#include "cluster_pool.h"
#include "end_report.h"
#include "engine.h"
#include "err.h"
#include "fake_engine.h"
#include "fs.h"
#include "job.h"
#include "job_spec.h"
#include "json.h"
#include "mem.h"
#include "peaks.h"
#include "queue.h"
#include "queue_place.h"
#include "workdir.h"

static const char key[] = "0123456789abcdef0123456789abcdef";

/* --- the pool --------------------------------------------------------------------------------- */

struct ends {
    int slots[8], nb, nb_failed;
    double at[8];
    char *node;
    struct err why; /* the last one failed */
};

static void pool_at(void *opaque, int slot, double done)
{
    struct ends *e = opaque;
    e->at[slot] = done;
}

static int pool_ended(void *opaque, int slot, const struct worker_end *end, struct err *err)
{
    struct ends *e = opaque;
    (void)err;
    e->slots[e->nb++] = slot;
    e->nb_failed += end->status != 0 || end->failed;
    if (end->failed)
        e->why = *end->failed;
    free(e->node);
    e->node = mem_strdup(end->node);
    return 0;
}

static void pool_said(void *opaque, const char *message)
{
    (void)opaque, (void)message;
}

/* A pool, and one job for it. */
struct played {
    struct queue_place place;
    struct fake fake;
    struct ends ends;
    struct job job;
    struct job_spec spec;
    struct pool *pool;
};

static struct pool *make_pool(struct played *t)
{
    struct engine *engine = mem_zalloc(1, sizeof *engine);
    AUTO_JSON *programs = json_pack("{s:s}", "talkpress", "1");
    *engine = (struct engine){&fake_ops, &t->fake, "test", 2, 2, 0};
    const struct cluster_settings settings = {
        .work = t->place.work, .stall_s = 300, .programs = programs};
    return cluster_pool_create(&settings, engine);
}

static void play(struct played *t)
{
    *t = (struct played){.job = {.stage = STAGE_STORYBOARD}};
    queue_place_make(&t->place);
    memcpy(t->job.key, key, sizeof key);
    t->spec = (struct job_spec){
        .stage = STAGE_STORYBOARD, .work = t->place.work, .storyboard.container = "mp4"};
    memcpy(t->spec.key, key, sizeof key);
    t->pool = make_pool(t);
}

static void stop_playing(struct played *t)
{
    pool_destroy_p(&t->pool);
    free(t->ends.node);
    queue_place_finish(&t->place);
}
#define AUTO_PLAYED ATTR_CLEANUP(stop_playing) struct played

static void submit(struct played *t, int slot)
{
    struct err err = {0};
    assert_done(pool_submit(t->pool, slot, &t->job, &t->spec, &err));
}

static void poll_once(struct played *t)
{
    struct err err = {0};
    const struct pool_listener l = {pool_at, pool_ended, pool_said, &t->ends};
    assert_done(pool_poll(t->pool, 0, &l, &err));
}

/* Whether a spec waits, and is claimed now for pilot "a". */
static bool claim(const struct played *t)
{
    AUTO_FREE char *folder = fs_join(t->place.queue, "new");
    AUTO_QUEUE_NAMES names = {0};
    queue_list(&names, folder);
    queue_place_beat(&t->place, "a", 1, PILOT_WORKS);
    return names.nb == 1 && claim_take(t->place.queue, "a", names.names[0]);
}

static void make_results(const struct played *t)
{
    struct err err = {0};
    const char *const exts[] = {job_spec_ext(&t->spec), "json"};
    for (size_t i = 0; i < NB(exts); i++) {
        AUTO_FREE char *path = workdir_path(t->place.work, key, exts[i]);
        assert_done(workdir_prepare(t->place.work, key, &err));
        assert_done(fs_write(path, "x", 1, &err));
    }
}

static size_t nb_waiting(const struct played *t)
{
    AUTO_FREE char *folder = fs_join(t->place.queue, "new");
    AUTO_QUEUE_NAMES names = {0};
    queue_list(&names, folder);
    return names.nb;
}

/* Pilot "a" says how its worker ended. */
static void report_of(const struct played *t, const char *of_key, int status)
{
    struct err err = {0};
    char node[] = "n7", pilot[] = "a", log[] = "";
    struct end_report r = {.pilot = pilot, .end = {.status = status, .node = node, .log = log}};
    memcpy(r.key, of_key, sizeof key);
    assert_done(end_report_write(t->place.queue, &r, &err));
    (void)claim_drop(t->place.queue, "a", of_key);
}

static void report(const struct played *t, int status)
{
    report_of(t, key, status);
}

/* The same job in two slots is done once, and both end with it. */
static void the_same_job_twice(void **state)
{
    AUTO_PLAYED t;
    (void)state;
    play(&t);
    assert_true(t.pool->nb_slots > 4);
    submit(&t, 2);
    submit(&t, 5);
    assert_true(claim(&t));
    poll_once(&t);
    assert_int_equal(t.ends.nb, 0);
    assert_int_equal(t.fake.nb_started, 1);
    make_results(&t);
    report(&t, 0);
    poll_once(&t);
    assert_int_equal(t.ends.nb, 2);
    assert_int_equal(t.ends.slots[0], 2);
    assert_int_equal(t.ends.slots[1], 5);
    assert_int_equal(t.ends.nb_failed, 0);
    assert_string_equal(t.ends.node, "n7");
}

/* A pilot could not begin: others may, but not for ever. */
static void a_disk_that_fails(void **state)
{
    AUTO_PLAYED t;
    struct err err = {0}, why = {0};
    char node[] = "n7", pilot[] = "a", log[] = "";
    (void)state;
    play(&t);
    submit(&t, 0);
    err_set(&why, ERR_IO, "the job's spec cannot be read");
    struct end_report r = {.pilot = pilot,
                           .given_back = true,
                           .disk_failed = true,
                           .end = {.node = node, .log = log, .failed = &why}};
    memcpy(r.key, key, sizeof key);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(t.ends.nb, 0);
        assert_true(claim(&t));
        assert_done(end_report_write(t.place.queue, &r, &err));
        assert_true(claim_drop(t.place.queue, "a", key));
        poll_once(&t);
    }
    assert_int_equal(t.ends.nb, 1);
    assert_int_equal(t.ends.nb_failed, 1);
    assert_int_equal(nb_waiting(&t), 0);
    assert_string_equal(t.ends.why.msg,
                        "3 times, this job could not begin because a disk failed (n7): the job's "
                        "spec cannot be read. 'talkpress run' tries again");
}

/* A worker says that it is done, but its results are not seen: later they are. */
static void results_that_appear_late(void **state)
{
    AUTO_PLAYED t;
    (void)state;
    play(&t);
    submit(&t, 0);
    report(&t, 0);
    for (int i = 0; i < 3; i++)
        poll_once(&t);
    assert_int_equal(t.ends.nb, 0);
    make_results(&t);
    poll_once(&t);
    assert_int_equal(t.ends.nb, 1);
    assert_int_equal(t.ends.nb_failed, 0);
}

/* The process was killed: the next one finds what a pilot does, and does not give it again. */
static void a_job_that_still_runs(void **state)
{
    AUTO_PLAYED t;
    (void)state;
    play(&t);
    submit(&t, 0);
    assert_true(claim(&t));
    struct pool *killed = t.pool;
    t.pool = make_pool(&t);
    submit(&t, 3);
    assert_false(claim(&t));
    make_results(&t);
    report(&t, 0);
    poll_once(&t);
    assert_int_equal(t.ends.nb, 1);
    assert_int_equal(t.ends.slots[0], 3);
    pool_destroy_p(&killed);
}

/* It does so also after the first phase of the command, in which other jobs ran. */
static void a_job_of_the_next_phase_that_still_runs(void **state)
{
    AUTO_PLAYED t;
    struct err err = {0};
    (void)state;
    play(&t);
    submit(&t, 0);
    assert_true(claim(&t));
    struct pool *killed = t.pool;
    t.pool = make_pool(&t);
    struct job first = {.stage = STAGE_STORYBOARD};
    struct job_spec spec = t.spec;
    memset(first.key, 'f', sizeof first.key - 1);
    memset(spec.key, 'f', sizeof spec.key - 1);
    assert_done(pool_submit(t.pool, 1, &first, &spec, &err));
    report_of(&t, first.key, 1);
    poll_once(&t);
    assert_int_equal(t.ends.nb, 1);
    pool_cancel(t.pool);
    submit(&t, 3);
    assert_int_equal(nb_waiting(&t), 0);
    pool_destroy_p(&killed);
}

/* Its pilot was believed lost, and reports all the same: the job does not wait any more. */
static void a_report_after_the_loss(void **state)
{
    AUTO_PLAYED t;
    (void)state;
    play(&t);
    submit(&t, 0);
    assert_int_equal(nb_waiting(&t), 1);
    report(&t, 1);
    poll_once(&t);
    assert_int_equal(t.ends.nb_failed, 1);
    assert_int_equal(nb_waiting(&t), 0);
}

/* A machine that cannot do a job gives it back: it waits again, for another. */
static void given_back(void **state)
{
    AUTO_PLAYED t;
    struct err err = {0};
    char pilot[] = "a", log[] = "";
    struct end_report r = {.pilot = pilot, .end = {.log = log}, .given_back = true};
    (void)state;
    play(&t);
    submit(&t, 0);
    memcpy(r.key, key, sizeof key);
    for (int i = 0; i < 10; i++) {
        assert_true(claim(&t));
        assert_true(claim_drop(t.place.queue, "a", key));
        assert_done(end_report_write(t.place.queue, &r, &err));
        poll_once(&t);
        assert_int_equal(t.ends.nb, 0);
    }
    /* Not for ever. */
    assert_done(end_report_write(t.place.queue, &r, &err));
    poll_once(&t);
    assert_int_equal(t.ends.nb_failed, 1);
}

/* Between two phases of a command nothing is stopped; with jobs at work, all is. */
static void cancelled(void **state)
{
    AUTO_PLAYED t;
    bool destroyed = false;
    (void)state;
    play(&t);
    t.fake.destroyed = &destroyed;
    submit(&t, 0);
    report(&t, 11);
    poll_once(&t);
    assert_int_equal(t.ends.nb_failed, 1);
    pool_cancel(t.pool);
    assert_int_equal(t.fake.nb_cancelled, 0);
    assert_false(queue_stops(t.place.queue));
    submit(&t, 0);
    const int nb_started = t.fake.nb_started;
    pool_cancel(t.pool);
    assert_int_equal(t.fake.nb_cancelled, 1);
    assert_true(queue_stops(t.place.queue));
    AUTO_FREE char *run = fs_join(t.place.queue, "run.json");
    assert_false(fs_exists(run));
    /* It can begin again. */
    submit(&t, 1);
    assert_false(queue_stops(t.place.queue));
    /* With tasks at once: those before it did not end in vain. */
    t.fake.view.nb_waiting = 0;
    poll_once(&t);
    assert_int_equal(t.fake.nb_started, nb_started + 1);
    pool_destroy_p(&t.pool);
    assert_true(destroyed);
}

/* Another process took over: this one ends, and leaves the folder to it. */
static void taken_over(void **state)
{
    AUTO_PLAYED t;
    struct err err = {0};
    char elsewhere[] = "elsewhere";
    struct run_beat other = {.host = elsewhere, .pid = 12, .beat = 5};
    AUTO_RUN_BEAT found = {0};
    (void)state;
    play(&t);
    submit(&t, 0);
    memcpy(other.run, key, sizeof key);
    assert_done(run_beat_write(t.place.queue, &other, &err));
    usleep(RUN_BEAT_MS * 1000 + 100000);
    const struct pool_listener l = {pool_at, pool_ended, pool_said, &t.ends};
    assert_fails(pool_poll(t.pool, 0, &l, &err), ERR_BUSY, "on elsewhere (process 12)");
    pool_destroy_p(&t.pool);
    assert_true(run_beat_read(&found, t.place.queue));
    assert_int_equal(found.pid, 12);
    assert_false(queue_stops(t.place.queue));
    assert_int_equal(t.fake.nb_cancelled, 0);
}

static void nodes_of_a_job(void **state)
{
    struct job_spec spec = {0};
    struct waiting waiting = {0};
    static const char *const nodes[] = {"n12", "n1", "n12", "n1", "2"};
    (void)state;
    struct cluster_job *j = cluster_job_create(&spec, &waiting);
    for (size_t i = 0; i < NB(nodes); i++)
        cluster_job_add_node(j, nodes[i]);
    assert_string_equal(j->nodes, "n12, n1, 2");
    cluster_job_destroy(j);
}

/* --- memory ----------------------------------------------------------------------------------- */

static void peaks(void **state)
{
    AUTO_PLACE p;
    struct err err = {0};
    (void)state;
    queue_place_make(&p);
    struct peaks none = peaks_read(p.work);
    const long first_mb = peaks_need_mb(&none, STAGE_CELL);
    assert_within(first_mb, 512, 8192);
    long kb[NB_STAGES] = {[STAGE_CELL] = 400 << 10, [STAGE_SOUND] = 100 << 10};
    peaks_note(p.work, kb);
    kb[STAGE_CELL] = 200 << 10; /* less than before */
    peaks_note(p.work, kb);
    struct peaks known = peaks_read(p.work);
    assert_int_equal(known.mb[STAGE_CELL], 400);
    assert_within(peaks_need_mb(&known, STAGE_CELL), 450, 600);
    assert_int_equal(known.mb[STAGE_PROBE], 0);
    AUTO_FREE char *path = fs_join(p.work, "peaks.json");
    static const char *const damaged[] = {"{", "{\"cell\": \"much\"}", "{\"cell\": -4}"};
    for (size_t i = 0; i < NB(damaged); i++) {
        assert_done(fs_write(path, damaged[i], strlen(damaged[i]), &err));
        known = peaks_read(p.work);
        assert_int_equal(peaks_need_mb(&known, STAGE_CELL), first_mb);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_job_twice),
        cmocka_unit_test(a_disk_that_fails),
        cmocka_unit_test(results_that_appear_late),
        cmocka_unit_test(a_job_that_still_runs),
        cmocka_unit_test(given_back),
        cmocka_unit_test(cancelled),
        cmocka_unit_test(taken_over),
        cmocka_unit_test(a_job_of_the_next_phase_that_still_runs),
        cmocka_unit_test(a_report_after_the_loss),
        cmocka_unit_test(nodes_of_a_job),
        cmocka_unit_test(peaks),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
