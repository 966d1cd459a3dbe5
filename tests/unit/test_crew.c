/* The tasks that are asked for, and the pilots that are there: an engine and pilots that the test
 * plays, in a time that it makes. */
#include "support.h"

#include <string.h>

#include "claims.h"
#include "crew.h"
#include "engine.h"
#include "err.h"
#include "fake_engine.h"
#include "fs.h"
#include "hiring.h"
#include "mem.h"
#include "queue.h"
#include "queue_place.h"
#include "str.h"

static void hear(void *opaque, const char *message)
{
    struct str *all = opaque;
    str_addf(all, "%s\n", message);
}

/* --- tasks ------------------------------------------------------------------------------------ */

static void asks_for_what_is_useful(void **state)
{
    AUTO_STR said = {0};
    struct err err = {0};
    struct fake fake = {0};
    struct engine engine = {&fake_ops, &fake, "test", 4, 8, 0};
    struct hiring h = {.engine = &engine};
    struct crew *crew = crew_create("/nowhere", 60);
    (void)state;
    assert_done(hiring_turn(&h, 10, 3, crew, hear, &said, &err));
    assert_int_equal(fake.nb_started, 1);
    assert_done(hiring_turn(&h, 20, 17, crew, hear, &said, &err));
    assert_int_equal(fake.nb_started, 3);
    assert_done(hiring_turn(&h, 30, 1000, crew, hear, &said, &err));
    assert_int_equal(fake.nb_started, 4);
    assert_done(hiring_turn(&h, 40, 1000, crew, hear, &said, &err));
    assert_int_equal(fake.nb_started, 4);
    hiring_finish(&h);
    crew_destroy(crew);
}

/* Tasks that end at once are replaced a few times, ever more slowly. */
static void gives_up(void **state)
{
    AUTO_STR said = {0};
    struct err err = {0};
    struct fake fake = {0};
    struct engine engine = {&fake_ops, &fake, "test", 2, 1, 0};
    struct hiring h = {.engine = &engine};
    struct crew *crew = crew_create("/nowhere", 60);
    double now_s = 1;
    (void)state;
    for (; now_s < 600 && err.code == ERR_OK; now_s++) {
        (void)!hiring_turn(&h, now_s, 2, crew, hear, &said, &err);
        fake.view.nb_waiting = 0;
    }
    assert_int_equal(err.code, ERR_EXTERNAL);
    assert_non_null(strstr(err.msg, "tasks of test ended without having done a job"));
    assert_within(fake.nb_started, 6, 16);
    assert_true(now_s > 30 && now_s < 200);
    hiring_finish(&h);
    crew_destroy(crew);
}

static void ends_with_the_engines_reason(void **state)
{
    AUTO_STR said = {0};
    struct err err = {0}, never = {0};
    struct fake fake = {.view = {.nb_waiting = 1, .reason = "Priority"}};
    struct engine engine = {&fake_ops, &fake, "test", 1, 1, 0};
    struct hiring h = {.engine = &engine};
    struct crew *crew = crew_create("/nowhere", 60);
    (void)state;
    for (int now_s = 1; now_s < 10; now_s++)
        assert_done(hiring_turn(&h, now_s, 2, crew, hear, &said, &err));
    assert_string_equal(said.s, "waiting for machines (test): Priority\n");
    err_set(&never, ERR_INVALID, "no such partition");
    fake.view.never = &never;
    assert_fails(hiring_turn(&h, 20, 2, crew, hear, &said, &err), ERR_INVALID, "no such partition");
    hiring_finish(&h);
    crew_destroy(crew);
}

/* --- pilots ----------------------------------------------------------------------------------- */

struct watch {
    int nb_runs, nb_left, nb_lost;
    struct str said;
};

static void note_runs(void *opaque, const char *name, const struct pilot_beat *beat)
{
    struct watch *w = opaque;
    (void)name, (void)beat;
    w->nb_runs++;
}

static int note_left(void *opaque, const char *name, const struct pilot_beat *beat, bool lost,
                     struct err *err)
{
    struct watch *w = opaque;
    (void)name, (void)beat, (void)err;
    w->nb_left++;
    w->nb_lost += lost;
    return 0;
}

static void note_said(void *opaque, const char *message)
{
    struct watch *w = opaque;
    hear(&w->said, message);
}

static void look(struct crew *crew, struct watch *w, double now_s, char **tasks, size_t nb,
                 bool known)
{
    struct err err = {0};
    const struct crew_listener l = {note_runs, note_left, note_said, w};
    const struct engine_view view = {.running = tasks, .nb_ids = nb, .fresh = known};
    assert_done(crew_look(crew, now_s, &view, &l, &err));
}

static void loses_the_silent(void **state)
{
    AUTO_PLACE p;
    struct watch w = {0};
    (void)state;
    queue_place_make(&p);
    struct crew *crew = crew_create(p.queue, 60);
    queue_place_beat(&p, "a", 1, PILOT_WORKS);
    look(crew, &w, 100, NULL, 0, false);
    assert_int_equal(w.nb_runs, 1);
    assert_int_equal(crew_count(crew).nb_cores, 4);
    for (int s = 1; s < 60; s++)
        look(crew, &w, 100 + s, NULL, 0, false);
    assert_int_equal(w.nb_left, 0);
    for (int s = 60; s < 70; s++)
        look(crew, &w, 100 + s, NULL, 0, false);
    assert_int_equal(w.nb_lost, 1); /* once */
    assert_int_equal(crew_count(crew).nb_cores, 0);
    queue_place_beat(&p, "a", 2, PILOT_WORKS);
    look(crew, &w, 180, NULL, 0, false);
    assert_int_equal(w.nb_runs, 2);
    assert_int_equal(crew_count(crew).nb_working, 1);
    assert_string_equal(w.said.s, "node 'n1' protects less from hostile recordings: no landlock\n");
    str_finish(&w.said);
    crew_destroy(crew);
}

/* What status shows: -1: the pilot is heard; how long it was not, and whether it is lost. */
static int64_t silence_shown(const struct crew *crew, const char *name, bool *lost)
{
    AUTO_RUN_BEAT beat = {0};
    crew_add_silent(&beat, crew);
    const struct pilot_silence *s = run_beat_silence_of(&beat, name);
    *lost = s && s->lost;
    return s ? s->silent_s : -1;
}

static void shows_the_silent(void **state)
{
    AUTO_PLACE p;
    struct watch w = {0};
    bool lost;
    (void)state;
    queue_place_make(&p);
    struct crew *crew = crew_create(p.queue, 60);
    queue_place_beat(&p, "a", 1, PILOT_WORKS);
    queue_place_beat(&p, "b", 1, PILOT_ENDS);
    for (int s = 0; s <= 4; s++)
        look(crew, &w, 100 + s, NULL, 0, false);
    assert_int_equal(silence_shown(crew, "a", &lost), -1);
    for (int s = 5; s <= 59; s++)
        look(crew, &w, 100 + s, NULL, 0, false);
    assert_int_equal(silence_shown(crew, "a", &lost), 59);
    assert_false(lost);
    for (int s = 60; s <= 90; s++)
        look(crew, &w, 100 + s, NULL, 0, false);
    assert_int_equal(silence_shown(crew, "a", &lost), 90);
    assert_true(lost);
    assert_int_equal(silence_shown(crew, "b", &lost), -1); /* it has ended */
    queue_place_beat(&p, "a", 2, PILOT_WORKS);
    look(crew, &w, 191, NULL, 0, false);
    assert_int_equal(silence_shown(crew, "a", &lost), -1);
    str_finish(&w.said);
    crew_destroy(crew);
}

/* The engine says that the task has ended: nobody waits for a minute. */
static void loses_the_ended(void **state)
{
    AUTO_PLACE p;
    struct watch w = {0};
    char name[] = "12_3";
    char *tasks[] = {name};
    (void)state;
    queue_place_make(&p);
    struct crew *crew = crew_create(p.queue, 60);
    queue_place_beat(&p, "a", 1, PILOT_WORKS);
    for (int s = 0; s < 10; s++)
        look(crew, &w, 100 + s, tasks, 1, true);
    assert_int_equal(w.nb_lost, 0);
    for (int s = 10; s < 12; s++)
        look(crew, &w, 100 + s, NULL, 0, true);
    assert_int_equal(w.nb_lost, 1);
    str_finish(&w.said);
    crew_destroy(crew);
}

/* Its folder was removed under it: it does not count as at work for ever. */
static void loses_the_removed(void **state)
{
    AUTO_PLACE p;
    struct watch w = {0};
    struct err err = {0};
    (void)state;
    queue_place_make(&p);
    struct crew *crew = crew_create(p.queue, 60);
    queue_place_beat(&p, "a", 1, PILOT_WORKS);
    look(crew, &w, 100, NULL, 0, false);
    assert_int_equal(crew_count(crew).nb_working, 1);
    AUTO_FREE char *folder = pilot_folder(p.queue, "a");
    assert_done(fs_remove_all(folder, &err));
    for (int s = 2; s < 62; s += 2)
        look(crew, &w, 100 + s, NULL, 0, false);
    assert_int_equal(w.nb_lost, 1);
    assert_int_equal(crew_count(crew).nb_working, 0);
    str_finish(&w.said);
    crew_destroy(crew);
}

/* This process was stopped for an hour: that is not the pilots' silence. */
static void excuses_its_own_sleep(void **state)
{
    AUTO_PLACE p;
    struct watch w = {0};
    (void)state;
    queue_place_make(&p);
    struct crew *crew = crew_create(p.queue, 60);
    queue_place_beat(&p, "a", 1, PILOT_WORKS);
    look(crew, &w, 100, NULL, 0, false);
    look(crew, &w, 3700, NULL, 0, false);
    assert_int_equal(w.nb_left, 0);
    str_finish(&w.said);
    crew_destroy(crew);
}

static void hears_refusals_once(void **state)
{
    AUTO_PLACE p;
    struct watch w = {0};
    (void)state;
    queue_place_make(&p);
    struct crew *crew = crew_create(p.queue, 60);
    queue_place_beat(&p, "a", 1, PILOT_REFUSES);
    queue_place_beat(&p, "b", 1, PILOT_REFUSES);
    look(crew, &w, 100, NULL, 0, false);
    assert_int_equal(w.nb_left, 2);
    assert_int_equal(w.nb_lost, 0);
    assert_int_equal(crew_count(crew).nb_refusing, 2);
    assert_string_equal(w.said.s, "node 'n1' cannot work on this event: its fonts\n");
    str_finish(&w.said);
    crew_destroy(crew);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(asks_for_what_is_useful),
        cmocka_unit_test(gives_up),
        cmocka_unit_test(ends_with_the_engines_reason),
        cmocka_unit_test(loses_the_silent),
        cmocka_unit_test(shows_the_silent),
        cmocka_unit_test(loses_the_ended),
        cmocka_unit_test(loses_the_removed),
        cmocka_unit_test(excuses_its_own_sleep),
        cmocka_unit_test(hears_refusals_once),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
