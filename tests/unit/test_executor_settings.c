/* "executor" in talkpress.yaml. */
#include "support.h"

#include <string.h>

#include "executor_settings.h"
#include "json.h"
#include "mem.h"

static int read_json(struct executor_settings *out, const char *json, struct err *err)
{
    AUTO_JSON *settings = json_loads(json, 0, NULL);
    assert_non_null(settings);
    *out = (struct executor_settings){0};
    return executor_settings_read(out, settings, "'talkpress.yaml'", err);
}

static void which(void **state)
{
    static const struct {
        const char *json;
        enum executor_kind kind;
    } rows[] = {
        {"{}", EXECUTOR_LOCAL},
        {"{\"executor\": null}", EXECUTOR_LOCAL},
        {"{\"executor\": \"local\"}", EXECUTOR_LOCAL},
        {"{\"executor\": \"slurm\"}", EXECUTOR_SLURM},
        {"{\"executor\": {\"slurm\": null}}", EXECUTOR_SLURM},
        {"{\"executor\": {\"slurm\": {\"tasks\": 2}}}", EXECUTOR_SLURM},
        {"{\"executor\": \"pilots\"}", EXECUTOR_PILOTS},
        {"{\"executor\": {\"pilots\": {\"cores\": 2}}}", EXECUTOR_PILOTS},
    };
    (void)state;
    for (size_t i = 0; i < NB(rows); i++) {
        struct err err = {0};
        struct executor_settings s;
        assert_done(read_json(&s, rows[i].json, &err));
        assert_row_int(rows[i].json, s.kind, rows[i].kind);
        executor_settings_finish(&s);
    }
}

static void slurm_defaults(void **state)
{
    struct err err = {0};
    struct executor_settings s;
    (void)state;
    assert_done(read_json(&s, "{}", &err));
    assert_int_equal(s.slurm.tasks, SLURM_TASKS);
    assert_int_equal(s.slurm.cores, SLURM_CORES);
    assert_int_equal(s.slurm.memory_mb, SLURM_CORES * SLURM_MB_PER_CORE);
    assert_null(s.slurm.partition);
    executor_settings_finish(&s);
}

static void slurm_all(void **state)
{
    struct err err = {0};
    struct executor_settings s;
    (void)state;
    assert_done(
        read_json(&s,
                  "{\"executor\": {\"slurm\": {\"partition\": \"a,b\", \"account\": \"media\", "
                  "\"time\": 90, \"memory\": \"8G\", \"tasks\": 12, \"cores\": 16, "
                  "\"options\": [\"--qos=long\", \"--exclusive\"]}}}",
                  &err));
    assert_string_equal(s.slurm.partition, "a,b");
    assert_string_equal(s.slurm.account, "media");
    assert_string_equal(s.slurm.time, "90");
    assert_int_equal(s.slurm.memory_mb, 8192);
    assert_int_equal(s.slurm.tasks, 12);
    assert_int_equal(s.slurm.cores, 16);
    assert_int_equal(s.slurm.nb_options, 2);
    assert_string_equal(s.slurm.options[1], "--exclusive");
    executor_settings_finish(&s);
}

static void memory(void **state)
{
    static const struct {
        const char *json;
        long mb;
    } rows[] = {{"\"2000\"", 2000},
                {"2000", 2000},
                {"\"500M\"", 500},
                {"\"2048000K\"", 2000},
                {"\"1T\"", 1L << 20}};
    (void)state;
    for (size_t i = 0; i < NB(rows); i++) {
        struct err err = {0};
        struct executor_settings s;
        AUTO_FREE char *json =
            mem_printf("{\"executor\": {\"slurm\": {\"memory\": %s}}}", rows[i].json);
        assert_done(read_json(&s, json, &err));
        assert_row_int(rows[i].json, s.slurm.memory_mb, rows[i].mb);
        executor_settings_finish(&s);
    }
}

/* Slurm's own forms: minutes, minutes:seconds, hours:minutes:seconds, days-hours and so on. */
static void times(void **state)
{
    static const char *const rows[] = {"5", "90:00", "0:05:00", "1-0", "1-0:30", "0-1:00:00"};
    (void)state;
    for (size_t i = 0; i < NB(rows); i++) {
        struct err err = {0};
        struct executor_settings s;
        AUTO_FREE char *json =
            mem_printf("{\"executor\": {\"slurm\": {\"time\": \"%s\"}}}", rows[i]);
        assert_done(read_json(&s, json, &err));
        assert_string_equal(s.slurm.time, rows[i]);
        executor_settings_finish(&s);
    }
}

static void refused(void **state)
{
    static const struct {
        const char *executor, *says;
    } rows[] = {
        {"\"sge\"", "'executor: local'"},
        {"[\"slurm\"]", "'executor: local'"},
        {"{\"slurm\": \"main\"}", "'executor: local'"},
        {"{\"slrum\": {}}", "unknown setting 'slrum' in 'executor'; did you mean 'slurm'?"},
        {"{\"kubernetes\": {}}",
         "unknown setting 'kubernetes' in 'executor'; expected one of 'slurm', 'pilots'"},
        {"{\"slurm\": {\"partion\": \"main\"}}",
         "unknown setting 'partion' in 'executor: slurm'; did you mean 'partition'?"},
        {"{\"slurm\": {\"task\": 3}}",
         "unknown setting 'task' in 'executor: slurm'; did you mean 'tasks'?"},
        {"{\"slurm\": {\"tmie\": 3}}",
         "unknown setting 'tmie' in 'executor: slurm'; did you mean 'time'?"},
        {"{\"pilots\": {\"x\": 3}}", "unknown setting 'x' in 'executor: pilots'; expected one of "
                                     "'tasks', 'cores', 'silent_s'"},
        {"{\"pilots\": {\"a name of more than forty characters, which is far from all\": 3}}",
         "in 'executor: pilots'; expected one of 'tasks'"},
        {"{\"slurm\": {\"partition\": \"-x\"}}", "'partition' of 'slurm'"},
        {"{\"slurm\": {\"partition\": \"a b\"}}", "'partition' of 'slurm'"},
        {"{\"slurm\": {\"partition\": \"\"}}", "'partition' of 'slurm'"},
        {"{\"slurm\": {\"time\": \"2h\"}}", "like '2:00:00'"},
        {"{\"slurm\": {\"time\": 1.5}}", "like '2:00:00'"},
        {"{\"slurm\": {\"time\": \"::\"}}", "like '2:00:00', not \"::\""},
        {"{\"slurm\": {\"time\": \"1-\"}}", "like '2:00:00'"},
        {"{\"slurm\": {\"time\": \"1:2:3:4\"}}", "like '2:00:00'"},
        {"{\"slurm\": {\"time\": \"1:30\"}}", "'1:30' is 90 s"}, /* as Slurm reads it */
        {"{\"slurm\": {\"time\": 4}}", "5 minutes or more"},
        {"{\"slurm\": {\"time\": \"0:04:59\"}}", "is 299 s"},
        {"{\"slurm\": {\"memory\": \"24 GB\"}}", "not \"24 GB\""},
        {"{\"slurm\": {\"memory\": \"8GB\"}}", "'memory' of 'slurm'"},
        {"{\"slurm\": {\"memory\": \"G8\"}}", "'memory' of 'slurm'"},
        {"{\"slurm\": {\"memory\": 10}}", "100M or more"},
        {"{\"slurm\": {\"tasks\": 0}}", "'tasks' should be a number from 1"},
        {"{\"slurm\": {\"cores\": 1.5}}", "'cores' should be a whole number, not 1.5"},
        {"{\"slurm\": {\"cores\": \"all\"}}", "'cores' should be a number"},
        {"{\"slurm\": {\"options\": \"--qos=x\"}}", "should be a list"},
        {"{\"slurm\": {\"options\": [\"-q\"]}}", "long form"},
        {"{\"slurm\": {\"options\": [\"--comment=a\\nb\"]}}", "long form"},
        {"{\"slurm\": {\"options\": [\"--array=1-9\"]}}", "'--array' in 'options'"},
        {"{\"slurm\": {\"options\": [\"--wait\"]}}", "set by talkpress itself"},
    };
    (void)state;
    for (size_t i = 0; i < NB(rows); i++) {
        struct err err = {0};
        struct executor_settings s;
        AUTO_FREE char *json = mem_printf("{\"executor\": %s}", rows[i].executor);
        assert_fails(read_json(&s, json, &err), ERR_INVALID, rows[i].says);
        executor_settings_finish(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(which),  cmocka_unit_test(slurm_defaults), cmocka_unit_test(slurm_all),
        cmocka_unit_test(memory), cmocka_unit_test(times),          cmocka_unit_test(refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
