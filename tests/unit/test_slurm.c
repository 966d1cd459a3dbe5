/* What squeue's lines mean. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "executor_settings.h"
#include "mem.h"
#include "slurm_tasks.h"
#include "slurm_words.h"
#include "words.h"

#define TASKS ATTR_CLEANUP(slurm_tasks_finish) struct slurm_tasks

static const char name[] = "talkpress-q-1";

static void lines(void **state)
{
    TASKS tasks = {0};
    (void)state;
    const struct slurm_change change =
        slurm_tasks_read(&tasks,
                         "talkpress-q-1|12|0|RUNNING|None|node1\n"
                         "talkpress-q-1|12|1|PENDING|Resources|\n"
                         "talkpress-q-1|13|N/A|COMPLETING|None|node2\n"
                         "talkpress-q-1|12|2|COMPLETED|None|node2\n"
                         "of|somebody|else|12|3|PENDING|Priority|\n"
                         "talkpress-q-2|14|0|RUNNING|None|node3\n"
                         "talkpress-q-1|15\n"
                         "\n",
                         name, 1);
    assert_int_equal(tasks.nb, 2);
    assert_int_equal(change.nb_found, 2);
    assert_string_equal(tasks.list[0].id, "12_0");
    assert_string_equal(tasks.list[0].node, "node1");
    assert_int_equal(tasks.list[0].phase, SLURM_RUNS);
    assert_string_equal(tasks.list[1].id, "12_1");
    assert_string_equal(tasks.list[1].reason, "Resources");
    assert_int_equal(slurm_tasks_count(&tasks, SLURM_WAITS), 1);
}

/* A task through its life, also after a controller has come back with an older state. */
static void life(void **state)
{
    static const struct {
        const char *state, *reason;
        enum slurm_phase phase;
        size_t nb_failed;
        bool any, healthy;
    } rows[] = {
        {"PENDING", "Priority", SLURM_WAITS, 0, false, false},
        {"CONFIGURING", "None", SLURM_RUNS, 0, true, false},
        {"RUNNING", "None", SLURM_RUNS, 0, false, false},
        {"PENDING", "BeginTime", SLURM_WAITS, 0, true, false}, /* requeued */
        {"RUNNING", "None", SLURM_RUNS, 0, true, false},
        {"COMPLETING", "None", SLURM_RUNS, 0, false, false},
        {"COMPLETED", "None", SLURM_DONE, 0, true, true},
        {"COMPLETED", "None", SLURM_DONE, 0, false, false},
        {"PENDING", "None", SLURM_WAITS, 0, true, false}, /* an older state */
        {"FAILED", "NonZeroExitCode", SLURM_FAILED, 1, true, false},
        {"FAILED", "NonZeroExitCode", SLURM_FAILED, 0, false, false},
        {"PENDING", "BeginTime", SLURM_WAITS, 0, true, false},
        {"PENDING", "launch failed requeued held", SLURM_FAILED, 1, true, false},
        {"PENDING", "launch_failed_requeued_held", SLURM_FAILED, 0, false, false},
        {"PENDING", "None", SLURM_WAITS, 0, true, false}, /* released */
    };
    TASKS tasks = {0};
    (void)state;
    slurm_tasks_add(&tasks, 7, 1);
    for (size_t i = 0; i < NB(rows); i++) {
        AUTO_FREE char *line =
            mem_printf("%s|7|0|%s|%s|node1\n", name, rows[i].state, rows[i].reason);
        const struct slurm_change change = slurm_tasks_read(&tasks, line, name, 1 + (double)i);
        assert_row_int(rows[i].state, tasks.list[0].phase, rows[i].phase);
        assert_row_int(rows[i].state, change.nb_failed, rows[i].nb_failed);
        assert_row_int(rows[i].state, change.any, rows[i].any);
        assert_row_int(rows[i].state, change.healthy, rows[i].healthy);
        assert_row_int(rows[i].state, change.nb_found, 0);
    }
    assert_int_equal(tasks.nb, 1);
}

static void one_that_worked_for_long_did_not_fail(void **state)
{
    TASKS tasks = {0};
    (void)state;
    slurm_tasks_add(&tasks, 7, 1);
    (void)slurm_tasks_read(&tasks, "talkpress-q-1|7|0|RUNNING|None|n\n", name, 10);
    const struct slurm_change change =
        slurm_tasks_read(&tasks, "talkpress-q-1|7|0|TIMEOUT|TimeLimit|n\n", name, 3600);
    assert_int_equal(change.nb_failed, 0);
    assert_true(change.healthy);
}

static void forgotten(void **state)
{
    TASKS tasks = {0};
    (void)state;
    slurm_tasks_add(&tasks, 7, 2);
    for (int i = 0; i < 2; i++) {
        (void)slurm_tasks_read(&tasks, "talkpress-q-1|7|1|RUNNING|None|n\n", name, i);
        assert_int_equal(slurm_tasks_count(&tasks, SLURM_WAITS), 1);
    }
    assert_true(slurm_tasks_read(&tasks, "talkpress-q-1|7|1|RUNNING|None|n\n", name, 3).any);
    assert_int_equal(slurm_tasks_count(&tasks, SLURM_WAITS), 0);
    assert_int_equal(slurm_tasks_count(&tasks, SLURM_DONE), 1);
    assert_int_equal(slurm_tasks_count(&tasks, SLURM_RUNS), 1);
}

static void asked_to_end(void **state)
{
    TASKS tasks = {0};
    (void)state;
    slurm_tasks_add(&tasks, 7, 1);
    (void)slurm_tasks_read(&tasks, "talkpress-q-1|7|0|RUNNING|None|n\n", name, 1);
    slurm_tasks_end(&tasks);
    (void)slurm_tasks_read(&tasks, "talkpress-q-1|7|0|COMPLETING|None|n\n", name, 2);
    assert_int_equal(slurm_tasks_count(&tasks, SLURM_RUNS), 0);
    assert_int_equal(
        slurm_tasks_read(&tasks, "talkpress-q-1|7|0|CANCELLED|None|n\n", name, 3).nb_failed, 0);
}

static void stale(void **state)
{
    static const struct {
        const char *lines, *stale;
    } rows[] = {
        {"", NULL},
        {"talkpress-q-1|7|0|RUNNING|None|n\n", NULL},
        {"talkpress-r-0|7|0|RUNNING|None|n\n", NULL},
        {"talkpress-q-0|7|0|COMPLETED|None|n\n", NULL},
        {"talkpress-q-0|7|0|COMPLETING|None|n\n", NULL},
        {"talkpress-q-1|8|0|RUNNING|None|n\ntalkpress-q-0|7|0|PENDING|Priority|\n",
         "talkpress-q-0"},
    };
    (void)state;
    for (size_t i = 0; i < NB(rows); i++) {
        AUTO_FREE char *found = slurm_tasks_stale(rows[i].lines, "talkpress-q-", name);
        assert_row_str(rows[i].lines, found ? found : "", rows[i].stale ? rows[i].stale : "");
    }
}

static void stuck(void **state)
{
    static const struct {
        const char *lines;
        bool stuck;
    } rows[] = {
        {"", false},
        {"talkpress-q-1|7|0|PENDING|Resources|\n", false},
        {"talkpress-q-1|7|0|PENDING|PartitionConfig|\n", true},
        {"talkpress-q-1|7|0|PENDING|PartitionConfig|\ntalkpress-q-1|7|1|RUNNING|None|n\n", false},
        {"talkpress-q-1|7|0|PENDING|PartitionConfig|\ntalkpress-q-1|7|1|PENDING|Priority|\n",
         false},
        {"talkpress-q-1|7|0|PENDING|PartitionConfig|\ntalkpress-q-1|7|1|COMPLETED|None|n\n", true},
    };
    (void)state;
    for (size_t i = 0; i < NB(rows); i++) {
        TASKS tasks = {0};
        (void)slurm_tasks_read(&tasks, rows[i].lines, name, 1);
        assert_row_int(rows[i].lines, slurm_tasks_stuck(&tasks), rows[i].stuck);
    }
}

static void reasons(void **state)
{
    static const struct {
        const char *reason;
        bool final;
    } rows[] = {
        {"Resources", false},
        {"Priority", false},
        {"", false},
        {"BeginTime", false},
        {"PartitionDown", false},
        {"ReqNodeNotAvail, UnavailableNodes:node1", false},
        {"JobHeldUser", false},
        {"QOSMaxJobsPerUserLimit", false},
        {"AssocGrpCpuLimit", false},
        {"SomethingNew", false},
        {"PartitionConfig", true},
        {"PartitionTimeLimit", true},
        {"InvalidQOS", true},
        {"QOSMaxCpuPerJobLimit", true},
        {"AssocMaxMemPerJob", true},
        {"DependencyNeverSatisfied", true},
    };
    (void)state;
    for (size_t i = 0; i < NB(rows); i++)
        assert_row_int(rows[i].reason, slurm_reason_is_final(rows[i].reason), rows[i].final);
}

/* As sbatch of Slurm 22.05 writes them. */
static void complaints(void **state)
{
    static const struct {
        const char *text;
        bool passes;
    } rows[] = {
        {"Batch job submission failed: Socket timed out on send/recv operation", true},
        {"Batch job submission failed: Unable to contact slurm controller (connect failure)", true},
        {"Slurm temporarily unable to accept job, sleeping and retrying", true},
        {"it did not answer in time", true},
        {"invalid partition specified: nope; Batch job submission failed: Invalid partition name "
         "specified",
         false},
        {"Memory specification can not be satisfied", false},
        {"Batch job submission failed: Invalid job array specification", false},
        {"Batch job submission failed: Job violates accounting/QOS policy", false},
        {"sbatch: unrecognized option '--qso=x'", false},
    };
    (void)state;
    for (size_t i = 0; i < NB(rows); i++)
        assert_row_int(rows[i].text, slurm_complaint_passes(rows[i].text), rows[i].passes);
}

static bool has(const struct words *words, const char *wanted)
{
    for (size_t i = 0; i < words->nb; i++)
        if (strcmp(words->list[i], wanted) == 0)
            return true;
    return false;
}

static void submission(void **state)
{
    char partition[] = "main", option[] = "--qos=long", *options[] = {option};
    char program[] = "/opt/it's/talkpress", queue[] = "/srv/100% talks/work/queue",
         of_run[] = "talkpress-q-1";
    const struct slurm_settings settings = {.partition = partition,
                                            .memory_mb = 4000,
                                            .tasks = 3,
                                            .cores = 4,
                                            .options = options,
                                            .nb_options = 1};
    const struct slurm_words_of of = {
        .settings = &settings, .program = program, .queue = queue, .name = of_run};
    static const char *const wanted[] = {
        "--job-name=talkpress-q-1",
        "--array=0-2",
        "--cpus-per-task=4",
        "--mem=4000M",
        "--requeue",
        "--open-mode=append",
        "--signal=B:USR1@120",
        "--partition=main",
        "--qos=long",
        "--output=/srv/100%% talks/work/queue/log/slurm-%A_%a.log",
        "--wrap=exec '/opt/it'\\''s/talkpress' pilot '/srv/100% talks/work/queue'"};
    AUTO_WORDS words = {0};
    (void)state;
    slurm_words_submit(&words, &of, 3);
    for (size_t i = 0; i < NB(wanted); i++)
        if (!has(&words, wanted[i]))
            fail_msg("no word '%s'", wanted[i]);
    assert_null(words.list[words.nb]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines),
        cmocka_unit_test(life),
        cmocka_unit_test(one_that_worked_for_long_did_not_fail),
        cmocka_unit_test(forgotten),
        cmocka_unit_test(asked_to_end),
        cmocka_unit_test(stale),
        cmocka_unit_test(stuck),
        cmocka_unit_test(reasons),
        cmocka_unit_test(complaints),
        cmocka_unit_test(submission),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
