/* The queue folder: names, claims, beats, terms, reports. */
#include "support.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "beats.h"
#include "claims.h"
#include "end_report.h"
#include "err.h"
#include "fs.h"
#include "json.h"
#include "mem.h"
#include "queue.h"
#include "queue_place.h"
#include "terms.h"
#include "waiting.h"

static const char key[] = "0123456789abcdef0123456789abcdef",
                  other_key[] = "ffffffffffffffffffffffffffffffff";

static void waiting_names(void **state)
{
    static const char *const wrong[] = {
        "",
        "1-2-" /* no key */,
        "1-2-0123456789abcdef0123456789abcdef",
        "1-2-0123456789abcdef0123456789abcdeg.json",
        "-2-0123456789abcdef0123456789abcdef.json",
        "1--0123456789abcdef0123456789abcdef.json",
        "1-2-3-0123456789abcdef0123456789abcdef.json",
        "1-2-0123456789abcdef0123456789abcdef.json.tmp",
        "99999999999999999999-2-0123456789abcdef0123456789abcdef.json",
        "0000000001-00002-../../../../../../../../../../x.json",
    };
    struct waiting w = {.number = 12, .memory_mb = 1536}, back;
    (void)state;
    memcpy(w.key, key, sizeof key);
    AUTO_FREE char *name = waiting_name(&w);
    assert_string_equal(name, "0000000012-01536-0123456789abcdef0123456789abcdef.json");
    assert_true(waiting_parse(&back, name));
    assert_int_equal(back.number, 12);
    assert_int_equal(back.memory_mb, 1536);
    assert_string_equal(back.key, key);
    for (size_t i = 0; i < NB(wrong); i++)
        assert_false(waiting_parse(&back, wrong[i]));
}

/* The order of names is that of numbers, also of very large ones. */
static void waiting_order(void **state)
{
    static const unsigned long numbers[] = {1, 9, 10, 99999, 100000, 4000000000};
    char *last = mem_strdup("");
    (void)state;
    for (size_t i = 0; i < NB(numbers); i++) {
        struct waiting w = {.number = numbers[i], .memory_mb = 1};
        memcpy(w.key, i % 2 ? key : other_key, sizeof key);
        char *name = waiting_name(&w);
        assert_true(strcmp(last, name) < 0);
        free(last);
        last = name;
    }
    free(last);
}

static void pilot_names(void **state)
{
    (void)state;
    AUTO_FREE char *name = pilot_name("../node 1", "12_3", 2, 4711);
    assert_string_equal(name, "_._node_1-12_3-2-4711");
    assert_true(pilot_name_valid(name));
    AUTO_FREE char *long_name = mem_zalloc(1000, 1);
    memset(long_name, 'x', 999);
    AUTO_FREE char *cut = pilot_name(long_name, long_name, 0, 1);
    assert_true(pilot_name_valid(cut));
    assert_false(pilot_name_valid(long_name));
    assert_false(pilot_name_valid(""));
    assert_false(pilot_name_valid(".."));
    assert_false(pilot_name_valid("a/b"));
}

static char *put_waiting(const struct queue_place *p, unsigned long number, const char *of_key)
{
    struct err err = {0};
    struct waiting w = {.number = number, .memory_mb = 1};
    memcpy(w.key, of_key, sizeof key);
    char *name = waiting_name(&w);
    AUTO_FREE char *path = mem_printf("%s/new/%s", p->queue, name);
    AUTO_JSON *spec = json_pack("{s:s}", "key", of_key);
    assert_done(queue_write(path, spec, &err));
    return name;
}

static void add_pilot(const struct queue_place *p, const char *name)
{
    struct err err = {0};
    AUTO_FREE char *folder = pilot_folder(p->queue, name);
    assert_done(fs_mkdirs(folder, &err));
}

/* One of two has it; it is taken away from that one once. */
static void claims(void **state)
{
    AUTO_PLACE p;
    AUTO_QUEUE_NAMES held = {0}, left = {0};
    (void)state;
    queue_place_make(&p);
    add_pilot(&p, "a");
    add_pilot(&p, "b");
    AUTO_FREE char *name = put_waiting(&p, 1, key);
    assert_true(claim_take(p.queue, "a", name));
    assert_false(claim_take(p.queue, "b", name));
    claims_of(&held, p.queue, "a");
    assert_int_equal(held.nb, 1);
    assert_string_equal(held.names[0], key);
    AUTO_FREE char *again = put_waiting(&p, 2, key);
    assert_true(claim_take(p.queue, "b", again));
    assert_true(claim_drop(p.queue, "a", key));
    assert_false(claim_drop(p.queue, "a", key));
    claims_of(&left, p.queue, "a");
    assert_int_equal(left.nb, 0);
    assert_false(claim_take(p.queue, "a", "nonsense"));
}

static void silence(void **state)
{
    struct silence s = {0};
    (void)state;
    assert_float_equal(silence_note(&s, 5, 100), 0, 0);
    assert_float_equal(silence_note(&s, 5, 107), 7, 0);
    silence_excuse(&s, 4);
    assert_float_equal(silence_note(&s, 5, 108), 4, 0);
    /* Any other number is a sign of life, also a lower one. */
    assert_float_equal(silence_note(&s, 4, 109), 0, 0);
}

static void run_beats(void **state)
{
    AUTO_PLACE p;
    struct err err = {0};
    char host[] = "host \"1\"";
    struct run_beat beat = {.host = host, .pid = 12, .beat = 3};
    AUTO_RUN_BEAT back = {0};
    (void)state;
    queue_place_make(&p);
    assert_false(run_beat_read(&back, p.queue));
    memcpy(beat.run, key, sizeof key);
    assert_done(run_beat_write(p.queue, &beat, &err));
    assert_true(run_beat_read(&back, p.queue));
    assert_string_equal(back.run, key);
    assert_string_equal(back.host, host);
    assert_int_equal(back.pid, 12);
    assert_int_equal(back.beat, 3);
    assert_int_equal(back.nb_silent, 0);
    AUTO_FREE char *path = fs_join(p.queue, "run.json");
    static const char *const damaged[] = {"", "{", "[]", "{\"run\": \"../x\"}", "{\"run\": 3}"};
    for (size_t i = 0; i < NB(damaged); i++) {
        struct run_beat none = {0};
        assert_done(fs_write(path, damaged[i], strlen(damaged[i]), &err));
        assert_false(run_beat_read(&none, p.queue));
    }
}

/* Which pilots the coordinator does not hear, in its own beat. */
static void run_beats_name_the_silent(void **state)
{
    AUTO_PLACE p;
    struct err err = {0};
    AUTO_RUN_BEAT beat = {.host = mem_strdup("h"), .pid = 1}, back = {0}, odd = {0};
    (void)state;
    queue_place_make(&p);
    memcpy(beat.run, key, sizeof key);
    run_beat_add_silent(&beat, "n1-1-0-7", 12.9, false);
    run_beat_add_silent(&beat, "n2-2-0-7", 90, true);
    assert_done(run_beat_write(p.queue, &beat, &err));
    assert_true(run_beat_read(&back, p.queue));
    assert_null(run_beat_silence_of(&back, "n3-3-0-7"));
    const struct pilot_silence *silent = run_beat_silence_of(&back, "n1-1-0-7"),
                               *lost = run_beat_silence_of(&back, "n2-2-0-7");
    assert_int_equal(silent->silent_s, 12);
    assert_false(silent->lost);
    assert_int_equal(lost->silent_s, 90);
    assert_true(lost->lost);
    AUTO_FREE char *path = fs_join(p.queue, "run.json");
    AUTO_FREE char *text = mem_printf("{\"run\": \"%s\", \"silent\": {\"../x\": 5, \"a\": \"b\", "
                                      "\"b\": -1e300, \"c\": 1e300}, \"lost\": 3}",
                                      key);
    assert_done(fs_write(path, text, strlen(text), &err));
    assert_true(run_beat_read(&odd, p.queue));
    assert_int_equal(odd.nb_silent, 3);
    assert_int_equal(run_beat_silence_of(&odd, "b")->silent_s, 0);
    assert_int_equal(run_beat_silence_of(&odd, "c")->silent_s, 10000000);
}

static void pilot_beats(void **state)
{
    AUTO_PLACE p;
    struct err err = {0};
    char node[] = "n1", task[] = "12_3", why[] = "because", sandbox[] = "no landlock";
    struct pilot_running running[2] = {{.done = 0.25}, {.done = 1}};
    const struct pilot_beat beat = {.beat = 7,
                                    .node = node,
                                    .task = task,
                                    .cores = 32,
                                    .memory_mb = 64000,
                                    .sandbox = sandbox,
                                    .state = PILOT_REFUSES,
                                    .why = why,
                                    .running = running,
                                    .nb_running = 2};
    AUTO_PILOT_BEAT back = {0};
    (void)state;
    queue_place_make(&p);
    add_pilot(&p, "a");
    assert_false(pilot_beat_read(&back, p.queue, "a"));
    memcpy(running[0].key, key, sizeof key);
    memcpy(running[1].key, other_key, sizeof key);
    assert_done(pilot_beat_write(p.queue, "a", &beat, &err));
    assert_true(pilot_beat_read(&back, p.queue, "a"));
    assert_int_equal(back.beat, 7);
    assert_string_equal(back.node, node);
    assert_string_equal(back.task, task);
    assert_int_equal(back.cores, 32);
    assert_int_equal(back.memory_mb, 64000);
    assert_string_equal(back.sandbox, sandbox);
    assert_false(back.sandbox_whole);
    assert_int_equal(back.state, PILOT_REFUSES);
    assert_string_equal(back.why, why);
    assert_int_equal(back.nb_running, 2);
    assert_string_equal(back.running[0].key, key);
    assert_float_equal(back.running[0].done, 0.25, 1e-9);
}

/* Numbers and keys that nobody writes do no harm. */
static void pilot_beats_damaged(void **state)
{
    AUTO_PLACE p;
    struct err err = {0};
    AUTO_PILOT_BEAT back = {0};
    static const char text[] = "{\"node\": \"a\\u001b[2Jb\", \"cores\": -5, \"state\": \"dances\", "
                               "\"running\": {\"../x\": 1, "
                               "\"0123456789abcdef0123456789abcdef\": 17}}";
    (void)state;
    queue_place_make(&p);
    add_pilot(&p, "a");
    AUTO_FREE char *path = mem_printf("%s/pilots/a/beat.json", p.queue);
    assert_done(fs_write(path, text, strlen(text), &err));
    assert_true(pilot_beat_read(&back, p.queue, "a"));
    assert_null(strchr(back.node, 27));
    assert_int_equal(back.cores, 1);
    assert_int_equal(back.state, PILOT_WORKS);
    assert_int_equal(back.nb_running, 1);
    assert_float_equal(back.running[0].done, 1, 0);
}

static void end_reports(void **state)
{
    AUTO_PLACE p;
    struct err err = {0}, failed = {0};
    char line[] = "{\"code\": \"invalid\"}", log[] = "said", node[] = "n1", pilot[] = "n1-1-0-1";
    struct end_report report = {.pilot = pilot,
                                .end = {.status = SIGSEGV,
                                        .stalled = true,
                                        .done = 0.5,
                                        .last_line = line,
                                        .log = log,
                                        .wall_s = 3,
                                        .cpu_s = 2,
                                        .peak_kb = 1234,
                                        .node = node,
                                        .failed = &failed},
                                .given_back = true};
    AUTO_END_REPORT back = {0};
    AUTO_QUEUE_NAMES names = {0};
    (void)state;
    queue_place_make(&p);
    err_set(&failed, ERR_NO_SPACE, "no room");
    memcpy(report.key, key, sizeof key);
    assert_done(end_report_write(p.queue, &report, &err));
    AUTO_FREE char *folder = fs_join(p.queue, "done");
    queue_list(&names, folder);
    assert_int_equal(names.nb, 1);
    assert_true(end_report_take(&back, p.queue, names.names[0]));
    assert_string_equal(back.key, key);
    assert_string_equal(back.pilot, pilot);
    assert_int_equal(back.end.status, SIGSEGV);
    assert_true(back.end.stalled);
    assert_string_equal(back.end.last_line, line);
    assert_string_equal(back.end.log, log);
    assert_int_equal(back.end.peak_kb, 1234);
    assert_string_equal(back.end.node, node);
    assert_int_equal(back.end.failed->code, ERR_NO_SPACE);
    assert_string_equal(back.end.failed->msg, "no room");
    assert_true(back.given_back);
    assert_false(back.refused);
    /* Taken once. */
    struct end_report none = {0};
    assert_false(end_report_take(&none, p.queue, names.names[0]));
    static const char *const wrong[] = {"x.json", "..", "0123456789abcdef0123456789abcdef.json",
                                        "0123456789abcdef0123456789abcdef..json"};
    for (size_t i = 0; i < NB(wrong); i++)
        assert_false(end_report_take(&none, p.queue, wrong[i]));
}

/* What no pilot writes does no harm, and is not read twice. */
static void end_reports_damaged(void **state)
{
    AUTO_PLACE p;
    struct err err = {0};
    AUTO_END_REPORT back = {0};
    static const char wild[] =
        "{\"done\": 1e300, \"wall_s\": -1, \"cpu_s\": 1e308, \"peak_kb\": 9223372036854775807, "
        "\"failed\": {\"code\": \"dance\", \"message\": \"a\\u001b[2Jb\"}}";
    (void)state;
    queue_place_make(&p);
    AUTO_FREE char *name = mem_printf("%s.a.json", key),
                   *path = mem_printf("%s/done/%s", p.queue, name);
    assert_done(fs_write(path, wild, strlen(wild), &err));
    assert_true(end_report_take(&back, p.queue, name));
    assert_float_equal(back.end.done, 1, 0);
    assert_float_equal(back.end.wall_s, 0, 0);
    assert_true(back.end.cpu_s < 1e9);
    assert_within(back.end.peak_kb, 1, 1L << 31);
    assert_null(strchr(back.end.failed->msg, 27));
    struct end_report none = {0};
    assert_done(fs_write(path, "{", 1, &err));
    assert_false(end_report_take(&none, p.queue, name));
    assert_false(fs_exists(path));
    /* A file that fills the disk. */
    assert_done(fs_write(path, "{}", 2, &err));
    assert_int_equal(truncate(path, 32 << 20), 0);
    assert_false(end_report_take(&none, p.queue, name));
    assert_false(fs_exists(path));
}

static void terms(void **state)
{
    AUTO_PLACE p;
    struct err err = {0};
    AUTO_TERMS back = {0};
    (void)state;
    queue_place_make(&p);
    struct terms t = {
        .programs = json_pack("{s:s, s:s}", "libx264", "libx264.so.164 aa", "fonts", "3 fonts bb"),
        .work = p.work,
        .sandbox = SANDBOX_REQUIRE,
        .stall_s = 300,
        .silent_s = 5,
        .idle_s = 60};
    memcpy(t.run, key, sizeof key);
    mem_add_string(&t.folders, &t.nb_folders, p.work);
    assert_fails(terms_read(&back, p.queue, &err), ERR_NOT_FOUND, "terms.json");
    assert_done(terms_write(p.queue, &t, &err));
    assert_done(terms_read(&back, p.queue, &err));
    assert_string_equal(back.run, key);
    assert_int_equal(back.silent_s, 5);
    assert_int_equal(back.sandbox, SANDBOX_REQUIRE);
    assert_int_equal(back.nb_folders, 1);
    assert_done(terms_compare(&back, t.programs, &err));
    assert_done(terms_check_disk(&back, p.queue, &err));
    json_decref(t.programs);
    mem_free_strings(t.folders, t.nb_folders);
}

static void refused_programs(void **state)
{
    static const struct {
        const char *has, *message;
    } rows[] = {
        {"{\"libx264\": \"165\"}", "its libx264 is another one (165; of the coordinator: 164)"},
        {"{}", "its libx264 is another one (none; of the coordinator: 164)"},
        {"{\"libx264\": 164}", "its libx264 is another one (none; of the coordinator: 164)"},
    };
    struct terms t = {.programs = json_pack("{s:s}", "libx264", "164")};
    (void)state;
    for (size_t i = 0; i < NB(rows); i++) {
        struct err err = {0};
        AUTO_JSON *has = json_loads(rows[i].has, 0, NULL);
        assert_fails(terms_compare(&t, has, &err), ERR_INVALID, rows[i].message);
    }
    json_decref(t.programs);
}

static void refused_disk(void **state)
{
    AUTO_PLACE p;
    struct err err = {0};
    AUTO_TERMS t = {0};
    (void)state;
    queue_place_make(&p);
    struct terms first = {.programs = json_object(), .work = p.work};
    memcpy(first.run, key, sizeof key);
    assert_done(terms_write(p.queue, &first, &err));
    json_decref(first.programs);
    assert_done(terms_read(&t, p.queue, &err));
    /* A disk that keeps whole seconds only. */
    AUTO_FREE char *token = fs_join(p.queue, "token");
    const struct timespec times[] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = 1}};
    assert_int_equal(utimensat(AT_FDCWD, token, times, 0), 0);
    assert_fails(terms_check_disk(&t, p.queue, &err), ERR_INVALID, "other times of change");
    mem_add_string(&t.folders, &t.nb_folders, "/nowhere/at/all");
    assert_fails(terms_check_disk(&t, p.queue, &err), ERR_INVALID,
                 "'/nowhere/at/all' is not there");
}

static void cleared(void **state)
{
    AUTO_PLACE p;
    struct err err = {0};
    (void)state;
    queue_place_make(&p);
    AUTO_FREE char *name = put_waiting(&p, 1, key), *log = mem_printf("%s/log/n1", p.queue),
                   *new = mem_printf("%s/new/%s", p.queue, name);
    assert_done(fs_write(log, "x", 1, &err));
    assert_false(queue_stops(p.queue));
    assert_done(queue_set_stop(p.queue, true, &err));
    assert_true(queue_stops(p.queue));
    queue_clear(p.queue);
    assert_false(fs_exists(new));
    assert_true(fs_exists(log));
    assert_done(queue_set_stop(p.queue, false, &err));
    assert_done(queue_set_stop(p.queue, false, &err));
    assert_false(queue_stops(p.queue));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waiting_names),
        cmocka_unit_test(waiting_order),
        cmocka_unit_test(pilot_names),
        cmocka_unit_test(claims),
        cmocka_unit_test(silence),
        cmocka_unit_test(run_beats),
        cmocka_unit_test(run_beats_name_the_silent),
        cmocka_unit_test(pilot_beats),
        cmocka_unit_test(pilot_beats_damaged),
        cmocka_unit_test(end_reports),
        cmocka_unit_test(terms),
        cmocka_unit_test(refused_programs),
        cmocka_unit_test(refused_disk),
        cmocka_unit_test(cleared),
        cmocka_unit_test(end_reports_damaged),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
