/*
 * The engine for Slurm against programs that stand in for sbatch, squeue and scancel: shell scripts
 * that note how they are called and answer what a test says.
 */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "engine.h"
#include "executor_settings.h"
#include "fs.h"
#include "mem.h"
#include "slurm_engine.h"
#include "slurm_pace.h"

enum { PATIENCE_S = 60 }; /* far more than any of this takes */

static const char run_id[] = "0123456789abcdef0123456789abcdef";

static const struct slurm_pace fast = {.limit_s = 20,
                                       .soonest_s = 0.05,
                                       .rarest_s = 0.1,
                                       .again_s = 0.2,
                                       .believed_s = 0.5,
                                       .pause_s = 0.05};

struct scene {
    struct engine *engine;
    struct engine_view view;
};

static void put(const char *file, const char *text)
{
    struct err err = {0};
    AUTO_FREE char *path = folder_path("%s", file);
    assert_done(fs_write_atomic(path, text, strlen(text), &err));
}

static char *get(const char *file)
{
    struct err err = {0};
    char *text = NULL;
    AUTO_FREE char *path = folder_path("%s", file);
    return fs_read(&text, NULL, path, 1 << 20, &err) < 0 ? mem_strdup("") : text;
}

/* The command appends its words to calls, then runs the lines. NAME is the job name. */
static void stand_in(const char *command, const char *lines)
{
    AUTO_FREE char *folder = folder_path("%s", ""), *path = folder_path("bin/%s", command);
    AUTO_FREE char *script = mem_printf("#!/bin/sh\ncd '%s'\necho \"%s $*\" >>calls\n"
                                        "env >>environment\nNAME=$(cat name)\n%s\n",
                                        folder, command, lines);
    struct err err = {0};
    assert_done(fs_write_atomic(path, script, strlen(script), &err));
    chmod(path, 0755);
}

static void begin(struct scene *s)
{
    static struct slurm_settings settings = {.memory_mb = 1000, .tasks = 2, .cores = 1};
    struct err err = {0};
    AUTO_FREE char *calls = folder_path("calls"), *queue = folder_path("queue"),
                   *bin = folder_path("bin"), *environment = folder_path("environment");
    unlink(calls);
    unlink(environment);
    put("answer", "");
    assert_done(fs_mkdirs(bin, &err));
    stand_in("squeue", "sed \"s/NAME/$NAME/\" answer");
    stand_in("sbatch", "for w; do case $w in --job-name=*) echo \"${w#*=}\" >name;; esac; done\n"
                       "echo 12");
    stand_in("scancel", "");
    put("name", "none");
    AUTO_FREE char *path = mem_printf("%s:/usr/bin:/bin", bin);
    setenv("PATH", path, 1);
    assert_done(slurm_engine_create(&s->engine, &settings, &err));
    slurm_engine_set_pace(s->engine, &fast);
    s->engine->ops->begin(s->engine->self, run_id, queue);
}

static void end(struct scene *s)
{
    if (s->engine)
        s->engine->ops->destroy(s->engine->self);
    free(s->engine);
}
#define SCENE ATTR_CLEANUP(end) struct scene

static void start(struct scene *s, int nb)
{
    struct err err = {0};
    assert_done(s->engine->ops->start(s->engine->self, nb, &err));
}

/* Turns until the condition holds. */
#define turn_until(s, condition)                                                                 \
    do {                                                                                         \
        const double until_s_ = clock_now_s() + PATIENCE_S;                                      \
        for (;;) {                                                                               \
            struct err err_ = {0};                                                               \
            const int ret_ = (s)->engine->ops->turn((s)->engine->self, &(s)->view, &err_);       \
            assert_int_equal(ret_, 0);                                                           \
            const struct engine_view *v = &(s)->view;                                            \
            if (condition)                                                                       \
                break;                                                                           \
            if (clock_now_s() > until_s_)                                                        \
                fail_msg("never: %s (waiting %zu, running %zu, trouble '%s', never '%s')",       \
                         #condition, v->nb_waiting, v->nb_running, v->trouble ? v->trouble : "", \
                         v->never ? v->never->msg : "");                                         \
            usleep(5000);                                                                        \
        }                                                                                        \
    } while (0)

/* How many calls begin so. */
static int nb_calls(const char *words)
{
    int nb = 0;
    AUTO_FREE char *calls = get("calls");
    for (const char *p = calls; (p = strstr(p, words)); p++)
        nb += p == calls || p[-1] == '\n';
    return nb;
}

static void tasks_run(void **state)
{
    SCENE s = {0};
    (void)state;
    begin(&s);
    put("answer", "NAME|12|0|RUNNING|None|node1\nNAME|12|1|PENDING|Resources|\n");
    start(&s, 2);
    turn_until(&s, v->nb_running == 1 && v->nb_waiting == 1 && v->fresh);
    assert_int_equal(s.view.nb_ids, 2);
    assert_string_equal(s.view.running[0], "12_0");
    assert_non_null(strstr(s.view.reason, "Resources"));
    assert_null(s.view.trouble);
    put("answer", "NAME|12|0|COMPLETED|None|node1\nNAME|12|1|RUNNING|None|node2\n");
    turn_until(&s, v->nb_running == 1 && v->nb_waiting == 0);
    assert_string_equal(s.view.running[0], "12_1");
    assert_int_equal(nb_calls("sbatch"), 1);
}

/* What the user has set for Slurm does not reach the commands, nor, through sbatch, the tasks. */
static void environment(void **state)
{
    SCENE s = {0};
    (void)state;
    setenv("SBATCH_PARTITION", "wrong", 1);
    setenv("SQUEUE_FORMAT", "wrong", 1);
    setenv("SLURM_CLUSTERS", "wrong", 1);
    setenv("LD_PRELOAD_OF_USER", "wrong", 1);
    setenv("SLURM_CONF", "/nowhere/slurm.conf", 1);
    begin(&s);
    start(&s, 1);
    turn_until(&s, nb_calls("sbatch") == 1);
    AUTO_FREE char *seen = get("environment");
    assert_null(strstr(seen, "wrong"));
    assert_non_null(strstr(seen, "SLURM_CONF=/nowhere/slurm.conf"));
}

/* The coordinator was killed after sbatch: its tasks are found by their name, none is added. */
static void tasks_of_before(void **state)
{
    SCENE first = {0}, s = {0};
    (void)state;
    begin(&first);
    start(&first, 2);
    turn_until(&first, v->nb_ids == 2);
    AUTO_FREE char *name = get("name");
    begin(&s);
    put("name", name);
    put("answer", "NAME|12|0|RUNNING|None|node1\nNAME|12|1|PENDING|Priority|\n");
    start(&s, 2);
    turn_until(&s, v->nb_running == 1 && v->nb_waiting == 1 && v->fresh);
    assert_int_equal(nb_calls("sbatch"), 0);
}

static void an_earlier_run_is_ended(void **state)
{
    SCENE s = {0};
    (void)state;
    begin(&s);
    put("answer", "NAME|12|0|RUNNING|None|node2\n");
    start(&s, 1);
    turn_until(&s, v->nb_running == 1);
    AUTO_FREE char *name = get("name");
    name[strcspn(name, "\n") - 1] = 'x'; /* another id */
    name[strcspn(name, "\n")] = '\0';
    AUTO_FREE char *answer =
        mem_printf("%s|9|0|RUNNING|None|node1\nNAME|12|0|RUNNING|None|node2\n", name);
    put("answer", answer);
    AUTO_FREE char *wanted = mem_printf("--name=%s", name);
    turn_until(&s, nb_calls("scancel") > 0);
    turn_until(&s, v->nb_running == 1);
    AUTO_FREE char *calls = get("calls");
    assert_non_null(strstr(calls, wanted));
}

/* The controller does not answer, but has taken the tasks. */
static void not_answered(void **state)
{
    SCENE s = {0};
    (void)state;
    begin(&s);
    stand_in("sbatch", "for w; do case $w in --job-name=*) echo \"${w#*=}\" >name;; esac; done\n"
                       "echo 'sbatch: error: Batch job submission failed: Socket timed out on "
                       "send/recv operation' >&2\n"
                       "printf 'NAME|12|0|RUNNING|None|node1\\nNAME|12|1|RUNNING|None|node2\\n' "
                       ">answer; exit 1");
    start(&s, 2);
    turn_until(&s, v->trouble != NULL);
    assert_non_null(strstr(s.view.trouble, "Socket timed out"));
    assert_false(s.view.fresh);
    turn_until(&s, v->nb_running == 2 && v->nb_waiting == 0 && !v->trouble);
    assert_int_equal(nb_calls("sbatch"), 1);
}

/* It was down, and then is there: the tasks are submitted once. */
static void down_for_a_while(void **state)
{
    SCENE s = {0};
    (void)state;
    begin(&s);
    stand_in("squeue", "echo 'slurm_load_jobs error: Unable to contact slurm controller (connect "
                       "failure)' >&2; exit 1");
    start(&s, 2);
    turn_until(&s, v->trouble != NULL);
    assert_non_null(strstr(s.view.trouble, "Unable to contact"));
    assert_int_equal(s.view.nb_waiting, 2);
    assert_null(s.view.never);
    stand_in("squeue", "sed \"s/NAME/$NAME/\" answer");
    turn_until(&s, nb_calls("sbatch") == 1 && !v->trouble);
}

/* Neither a command that hangs nor one that never stops writing holds up a turn. */
static void never_ends(void **state)
{
    static const struct {
        const char *lines, *trouble;
    } rows[] = {{"sleep 100 & wait", "Slurm does not answer: it did not answer in time"},
                {"exec yes NAME", "Slurm does not answer: it exited with status 137"},
                {"yes NAME >&2", "Slurm does not answer: it did not answer in time"}};
    (void)state;
    for (size_t i = 0; i < NB(rows); i++) {
        SCENE s = {0};
        struct slurm_pace pace = fast;
        struct err err = {0};
        begin(&s);
        pace.limit_s = i == 1 ? fast.limit_s : 0.5;
        slurm_engine_set_pace(s.engine, &pace);
        stand_in("squeue", rows[i].lines);
        start(&s, 1);
        while (!s.view.trouble) {
            const double before_s = clock_now_s();
            assert_done(s.engine->ops->turn(s.engine->self, &s.view, &err));
            assert_true(clock_now_s() - before_s < PATIENCE_S / 10.);
        }
        assert_row_str(rows[i].lines, s.view.trouble, rows[i].trouble);
    }
}

static void refused(void **state)
{
    SCENE s = {0};
    (void)state;
    begin(&s);
    stand_in("sbatch", "printf 'sbatch: error: invalid partition specified: nope\\nsbatch: error: "
                       "Batch job submission failed: Invalid partition name specified\\n' >&2\n"
                       "exit 1");
    start(&s, 2);
    turn_until(&s, v->never != NULL);
    assert_non_null(strstr(s.view.never->msg, "invalid partition specified: nope; Batch job "
                                              "submission failed: Invalid partition name"));
    assert_int_equal(nb_calls("sbatch"), 1);
    struct err err = {0};
    assert_fails(s.engine->ops->start(s.engine->self, 1, &err), ERR_EXTERNAL, "Slurm cannot run");
}

static void not_installed(void **state)
{
    SCENE s = {0};
    (void)state;
    begin(&s);
    setenv("PATH", "/nowhere", 1);
    start(&s, 1);
    turn_until(&s, v->never != NULL);
    assert_non_null(strstr(s.view.never->msg, "'squeue' is not installed"));
}

static void never_satisfiable(void **state)
{
    SCENE s = {0};
    (void)state;
    begin(&s);
    put("answer", "NAME|12|0|PENDING|PartitionConfig|\nNAME|12|1|PENDING|PartitionConfig|\n");
    start(&s, 2);
    turn_until(&s, v->reason && strstr(v->reason, "PartitionConfig"));
    assert_null(s.view.never); /* not at once */
    turn_until(&s, v->never != NULL);
    assert_non_null(strstr(s.view.never->msg, "no node of the partition has what a task asks for"));
}

/* Tasks that fail at once are replaced, with pauses, and not for ever. */
static void failing_tasks(void **state)
{
    SCENE s = {0};
    struct err err = {0};
    (void)state;
    begin(&s);
    AUTO_FREE char *log = folder_path("queue/log");
    assert_done(fs_mkdirs(log, &err));
    put("queue/log/slurm-13_1.log", "first\n/x/talkpress: not found\n");
    put("answer",
        "NAME|12|0|FAILED|NonZeroExitCode|node1\nNAME|12|1|FAILED|NonZeroExitCode|node1\n");
    start(&s, 2);
    turn_until(&s, v->nb_waiting == 0 && v->trouble);
    assert_null(s.view.never);
    assert_non_null(strstr(s.view.trouble, "12_1"));
    stand_in("sbatch", "printf 'NAME|13|0|FAILED|NonZeroExitCode|node1\\n"
                       "NAME|13|1|FAILED|NonZeroExitCode|node1\\n' >>answer; echo 13");
    start(&s, 2);
    turn_until(&s, v->never != NULL);
    assert_non_null(strstr(s.view.never->msg, "4 tasks failed one after the other"));
    assert_non_null(strstr(s.view.never->msg, "not found"));
}

/* What says why comes before the usage that a program prints after it. */
static void last_words_are_the_error(void **state)
{
    SCENE s = {0};
    struct err err = {0};
    (void)state;
    begin(&s);
    AUTO_FREE char *log = folder_path("queue/log");
    assert_done(fs_mkdirs(log, &err));
    put("queue/log/slurm-12_0.log",
        "talkpress: unknown command 'pilot'\nusage: talkpress\nExit status: 0\n");
    put("answer", "NAME|12|0|FAILED|NonZeroExitCode|node1\n");
    start(&s, 1);
    turn_until(&s, v->trouble);
    assert_string_equal(s.view.trouble,
                        "a task failed: 12_0 on node1 (FAILED): it exited with an "
                        "error (NonZeroExitCode). It said: unknown command 'pilot'");
}

/* MaxArraySize: fewer are asked for at once, until all are there. */
static void too_large_an_array(void **state)
{
    SCENE s = {0};
    (void)state;
    begin(&s);
    stand_in("sbatch", "case \"$*\" in *--array=0-[01]\\ *) grep -c sbatch calls; exit;; esac\n"
                       "echo 'sbatch: error: Batch job submission failed: Invalid job array "
                       "specification' >&2; exit 1");
    start(&s, 5);
    turn_until(&s, nb_calls("sbatch") == 4);
    assert_null(s.view.never);
    AUTO_FREE char *calls = get("calls");
    assert_non_null(strstr(calls, "--array=0-4 "));
    assert_non_null(strstr(calls, "--array=0-0 "));
}

static void cancelled(void **state)
{
    SCENE s = {0};
    (void)state;
    begin(&s);
    turn_until(&s, v->fresh);
    s.engine->ops->cancel(s.engine->self); /* nothing was started: nothing to end */
    assert_int_equal(nb_calls("scancel"), 0);
    put("answer", "NAME|12|0|RUNNING|None|node1\nNAME|12|1|PENDING|Priority|\n");
    start(&s, 2);
    turn_until(&s, v->nb_running == 1);
    s.engine->ops->cancel(s.engine->self);
    assert_int_equal(nb_calls("scancel"), 1);
    put("answer", "NAME|12|0|CANCELLED|None|node1\nNAME|12|1|CANCELLED|None|\n");
    turn_until(&s, v->nb_running == 0 && v->nb_waiting == 0 && v->fresh);
    assert_null(s.view.trouble);
    assert_null(s.view.never);
}

/* The same process begins another run: nothing of the first counts. */
static void begun_again(void **state)
{
    SCENE s = {0};
    (void)state;
    begin(&s);
    stand_in("sbatch", "echo 'sbatch: error: Invalid account' >&2; exit 1");
    start(&s, 2);
    turn_until(&s, v->never != NULL);
    s.engine->ops->cancel(s.engine->self);
    stand_in("sbatch", "for w; do case $w in --job-name=*) echo \"${w#*=}\" >name;; esac; done\n"
                       "echo 13");
    put("answer", "NAME|13|0|RUNNING|None|node1\n");
    AUTO_FREE char *queue = folder_path("queue");
    s.engine->ops->begin(s.engine->self, "ffffffffffffffffffffffffffffffff", queue);
    start(&s, 1);
    turn_until(&s, v->nb_running == 1 && v->nb_waiting == 0);
    assert_null(s.view.never);
    AUTO_FREE char *name = get("name");
    assert_non_null(strstr(name, "-ffffffff"));
}

/* A submission that is on its way is awaited, so that its tasks are ended too. */
static void cancelled_while_it_submits(void **state)
{
    SCENE s = {0};
    (void)state;
    begin(&s);
    stand_in("sbatch", "sleep 0.3; echo submitted >>calls; echo 12");
    start(&s, 1);
    turn_until(&s, nb_calls("sbatch") == 1);
    s.engine->ops->cancel(s.engine->self);
    AUTO_FREE char *calls = get("calls");
    const char *submitted = strstr(calls, "submitted");
    assert_non_null(submitted);
    assert_non_null(strstr(submitted, "scancel"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tasks_run),          cmocka_unit_test(environment),
        cmocka_unit_test(tasks_of_before),    cmocka_unit_test(an_earlier_run_is_ended),
        cmocka_unit_test(not_answered),       cmocka_unit_test(down_for_a_while),
        cmocka_unit_test(never_ends),         cmocka_unit_test(refused),
        cmocka_unit_test(not_installed),      cmocka_unit_test(never_satisfiable),
        cmocka_unit_test(failing_tasks),      cmocka_unit_test(last_words_are_the_error),
        cmocka_unit_test(too_large_an_array), cmocka_unit_test(cancelled),
        cmocka_unit_test(begun_again),        cmocka_unit_test(cancelled_while_it_submits),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
