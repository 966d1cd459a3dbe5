/* What a pilot claims. The specs are broken, so that their jobs end at once, without a worker. */
#include "support.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "beats.h"
#include "claims.h"
#include "end_report.h"
#include "err.h"
#include "fs.h"
#include "json.h"
#include "mem.h"
#include "pilot_jobs.h"
#include "pilot_self.h"
#include "pool.h"
#include "queue.h"
#include "queue_place.h"
#include "terms.h"
#include "waiting.h"

static const char key[] = "0123456789abcdef0123456789abcdef",
                  other[] = "ffffffffffffffffffffffffffffffff";

/* A pilot "a" of two cores, and a coordinator that the test plays. */
struct played {
    struct queue_place place;
    char name[2], nothing[1];
    struct pilot_self self;
    struct terms terms;
    struct pilot_jobs *jobs;
};

static void begin_run(const struct played *t, const char *run)
{
    struct err err = {0};
    char host[] = "h";
    struct run_beat beat = {.host = host, .pid = 1, .beat = 1};
    memcpy(beat.run, run, KEY_BYTES);
    assert_done(run_beat_write(t->place.queue, &beat, &err));
}

static void play(struct played *t)
{
    struct err err = {0};
    *t = (struct played){.name = "a"};
    queue_place_make(&t->place);
    AUTO_FREE char *folder = pilot_folder(t->place.queue, t->name);
    assert_done(fs_mkdirs(folder, &err));
    t->self = (struct pilot_self){.node = t->nothing,
                                  .task = t->nothing,
                                  .name = t->name,
                                  .cores = 2,
                                  .memory_mb = 1000,
                                  .sandbox = t->nothing};
    t->terms = (struct terms){.work = t->place.work, .stall_s = 60, .silent_s = 60};
    memcpy(t->terms.run, key, sizeof key);
    t->jobs = pilot_jobs_create(t->place.queue, &t->self, &t->terms, NULL);
    begin_run(t, key);
}

static void stop_playing(struct played *t)
{
    pilot_jobs_destroy(t->jobs);
    queue_place_finish(&t->place);
}
#define AUTO_PLAYED ATTR_CLEANUP(stop_playing) struct played

static void put_waiting(const struct played *t)
{
    struct err err = {0};
    struct waiting w = {.number = 1, .memory_mb = 1};
    memcpy(w.key, key, sizeof key);
    AUTO_FREE char *name = waiting_name(&w), *path = mem_printf("%s/new/%s", t->place.queue, name);
    AUTO_JSON *spec = json_object();
    assert_done(queue_write(path, spec, &err));
}

static size_t count(const struct played *t, const char *folder)
{
    AUTO_FREE char *path = fs_join(t->place.queue, folder);
    AUTO_QUEUE_NAMES names = {0};
    queue_list(&names, path);
    return names.nb;
}

static void claim(const struct played *t)
{
    enum { REST_US = 500000 }; /* it looks seldom where there was nothing */
    struct err err = {0};
    usleep(REST_US);
    assert_done(pilot_jobs_claim(t->jobs, &err));
}

static void a_broken_spec_fails(void **state)
{
    AUTO_PLAYED t;
    (void)state;
    play(&t);
    put_waiting(&t);
    claim(&t);
    assert_int_equal(count(&t, "new"), 0);
    assert_int_equal(count(&t, "done"), 1);
    assert_int_equal(pilot_jobs_nb(t.jobs), 0);
}

/* Another run has begun, with other terms perhaps: its specs are not for this pilot, which has not
 * looked for a second. */
static void another_run(void **state)
{
    AUTO_PLAYED t;
    (void)state;
    play(&t);
    begin_run(&t, other);
    put_waiting(&t);
    claim(&t);
    assert_int_equal(count(&t, "new"), 1);
    assert_int_equal(count(&t, "done"), 0);
}

/* A job was taken from this pilot and waits again, before the pilot sees that. If it took it once
 * more, the first worker's end would be reported as the second's. */
static void its_own_job_again(void **state)
{
    AUTO_PLAYED t;
    struct err err = {0};
    (void)state;
    play(&t);
    AUTO_FREE char *done = fs_join(t.place.queue, "done");
    assert_int_equal(rmdir(done), 0); /* its report cannot be written */
    put_waiting(&t);
    claim(&t);
    assert_int_equal(pilot_jobs_nb(t.jobs), 1);
    assert_true(claim_drop(t.place.queue, "a", key));
    put_waiting(&t);
    claim(&t);
    assert_int_equal(pilot_jobs_nb(t.jobs), 1);
    assert_int_equal(count(&t, "new"), 1);
    assert_done(fs_mkdirs(done, &err));
}

/* What a failing disk, or an old copy of a network disk, shows of the claim. */
static void damage_claim(const struct played *t)
{
    struct err err = {0};
    AUTO_FREE char *path = claim_path(t->place.queue, "a", key);
    assert_done(fs_write(path, "{\"stage\": ", strlen("{\"stage\": "), &err));
}

static void put_damaged(const struct played *t)
{
    struct err err = {0};
    struct waiting w = {.number = 1, .memory_mb = 1};
    memcpy(w.key, key, sizeof key);
    AUTO_FREE char *name = waiting_name(&w), *path = mem_printf("%s/new/%s", t->place.queue, name);
    assert_done(fs_write(path, "{", 1, &err));
}

static void begin_again(const struct played *t)
{
    enum { REST_US = 250000 };
    struct err err = {0};
    usleep(REST_US);
    assert_done(pilot_jobs_begin_again(t->jobs, &err));
}

/* The report of the one job that ended. */
static void take_report(struct end_report *out, const struct played *t)
{
    AUTO_FREE char *path = fs_join(t->place.queue, "done");
    AUTO_QUEUE_NAMES names = {0};
    queue_list(&names, path);
    assert_int_equal(names.nb, 1);
    assert_true(end_report_take(out, t->place.queue, names.names[0]));
}

static void an_unreadable_spec_is_read_again(void **state)
{
    AUTO_PLAYED t;
    AUTO_END_REPORT report = {0};
    struct err err = {0};
    (void)state;
    play(&t);
    put_damaged(&t);
    claim(&t);
    assert_int_equal(count(&t, "done"), 0);
    AUTO_FREE char *path = claim_path(t.place.queue, "a", key);
    assert_int_equal(unlink(path), 0); /* not seen for a moment */
    begin_again(&t);
    pilot_jobs_check_claims(t.jobs);
    assert_int_equal(pilot_jobs_nb(t.jobs), 1);
    damage_claim(&t);
    begin_again(&t);
    assert_int_equal(count(&t, "done"), 0);
    AUTO_JSON *spec = json_object(); /* whole now, but broken: that ends it */
    assert_done(queue_write(path, spec, &err));
    begin_again(&t);
    assert_int_equal(pilot_jobs_nb(t.jobs), 0);
    take_report(&report, &t);
    assert_false(report.given_back);
    assert_false(report.disk_failed);
}

static void an_unreadable_spec_is_given_back(void **state)
{
    AUTO_PLAYED t;
    AUTO_END_REPORT report = {0};
    (void)state;
    play(&t);
    t.terms.silent_s = 2; /* a third of a second */
    put_damaged(&t);
    claim(&t);
    assert_int_equal(pilot_jobs_nb(t.jobs), 1);
    begin_again(&t);
    begin_again(&t);
    assert_int_equal(pilot_jobs_nb(t.jobs), 0);
    take_report(&report, &t);
    assert_true(report.given_back);
    assert_true(report.disk_failed);
    assert_false(report.refused);
    assert_non_null(strstr(report.end.failed->msg, "spec"));
}

/* Its time is over before the disk works again. */
static void an_unreadable_spec_at_the_end(void **state)
{
    AUTO_PLAYED t;
    AUTO_END_REPORT report = {0};
    (void)state;
    play(&t);
    put_damaged(&t);
    claim(&t);
    pilot_jobs_give_back_long(t.jobs, 100);
    assert_int_equal(pilot_jobs_nb(t.jobs), 0);
    take_report(&report, &t);
    assert_true(report.given_back);
    assert_false(report.disk_failed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_broken_spec_fails),
        cmocka_unit_test(another_run),
        cmocka_unit_test(its_own_job_again),
        cmocka_unit_test(an_unreadable_spec_is_read_again),
        cmocka_unit_test(an_unreadable_spec_is_given_back),
        cmocka_unit_test(an_unreadable_spec_at_the_end),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
