/* Other programs that are run: what is taken of what they write, and how they are stopped. */
#include "support.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "str.h"

static volatile sig_atomic_t handled;

static void on_signal(int sig)
{
    handled = sig;
}

static int run(int *status, struct str *out, size_t most, const char *script, struct err *err)
{
    char sh[] = "/bin/sh", option[] = "-c", text[200];
    char *words[] = {sh, option, text, NULL};
    ATTR_CLEANUP(child_guard_close) struct child_guard guard = {.signals = -1};
    const struct child c = {.words = words, .out = out, .most_bytes = most};
    snprintf(text, sizeof text, "%s", script);
    return child_guard_open(&guard, -1, err) < 0 ? err->code : child_run(status, &c, &guard, err);
}

struct lines {
    size_t nb;
    char last[100];
};

static void on_line(void *opaque, const char *line, bool is_error)
{
    struct lines *seen = opaque;
    assert_true(is_error);
    seen->nb++;
    snprintf(seen->last, sizeof seen->last, "%s", line);
}

static void test_output(void **state)
{
    (void)state;
    struct err err = {0};
    int status = -1;
    AUTO_STR out = {0};
    assert_done(run(&status, &out, 0, "echo hello; exit 3", &err));
    assert_int_equal(status, 3);
    assert_string_equal(out.s, "hello\n");
}

/* It is ended, however much it has still to say. */
static void test_too_much(void **state)
{
    (void)state;
    struct err err = {0};
    int status = -1;
    AUTO_STR out = {0};
    assert_done(run(&status, &out, 1000, "while :; do echo talks; done", &err));
    assert_int_equal(status, 128 + SIGKILL);
    assert_true(out.len >= 1000);
}

/* SIGTERM to this process, after a moment. */
static pid_t begin_stop(void)
{
    const pid_t pid = fork();
    if (pid == 0) {
        usleep(200000);
        kill(getppid(), SIGTERM);
        _exit(0);
    }
    return pid;
}

/* The program is stopped, and whoever waits for the signal here learns of it. */
static void test_stop(void **state)
{
    (void)state;
    const struct sigaction catching = {.sa_handler = on_signal};
    struct sigaction before;
    struct err err = {0};
    int status = -1;
    AUTO_STR out = {0};
    sigaction(SIGTERM, &catching, &before);
    const pid_t pid = begin_stop();
    assert_fails(run(&status, &out, 0, "sleep 100", &err), ERR_CANCELLED, "stopped");
    assert_int_equal(handled, SIGTERM);
    waitpid(pid, NULL, 0);
    sigaction(SIGTERM, &before, NULL);
}

static void test_not_waited_for(void **state)
{
    (void)state;
    char sh[] = "/bin/sh", option[] = "-c", text[] = "echo a; echo b >&2; read x </dev/zero";
    char *words[] = {sh, option, text, NULL};
    struct err err = {0};
    struct child_process p = {0};
    struct lines seen = {0};
    AUTO_STR out = {0};
    const struct child c = {.words = words, .out = &out, .line = on_line, .opaque = &seen};
    assert_done(child_start(&p, &c, NULL, &err));
    while (!seen.nb || !out.len)
        assert_false(child_step(&p, 10));
    assert_string_equal(seen.last, "b");
    assert_false(child_step(&p, 0));
    child_kill(&p);
    while (!child_step(&p, 1000))
        ;
    assert_int_equal(child_finish(&p), 128 + SIGKILL);
    assert_int_equal(p.pid, 0);
}

/* Only what is named, of this environment. */
static void test_variables(void **state)
{
    (void)state;
    char env[] = "/usr/bin/env", mine[] = "MINE=1", *words[] = {env, NULL},
         *setting[] = {mine, NULL};
    static const char *const some[] = {"SOME_*", "PATH=", NULL}, *const none[] = {NULL},
                             *const all[] = {"*", NULL};
    static const struct {
        const char *const *variables;
        bool path, some, ssh;
    } rows[] = {{NULL, true, false, true},
                {some, true, true, false},
                {none, false, false, false},
                {all, true, true, true}};
    setenv("SOME_THING", "x", 1);
    setenv("SSH_AUTH_SOCK", "y", 1);
    for (size_t i = 0; i < NB(rows); i++) {
        struct err err = {0};
        struct child_process p = {0};
        AUTO_STR out = {0};
        const struct child c = {
            .words = words, .setting = setting, .variables = rows[i].variables, .out = &out};
        assert_done(child_start(&p, &c, NULL, &err));
        assert_int_equal(child_finish(&p), 0);
        assert_true(str_starts(out.s, "MINE=1\n"));
        assert_int_equal(strstr(out.s, "\nPATH=") != NULL, rows[i].path);
        assert_int_equal(strstr(out.s, "SOME_THING=x") != NULL, rows[i].some);
        assert_int_equal(strstr(out.s, "SSH_AUTH_SOCK=y") != NULL, rows[i].ssh);
    }
}

static void test_not_installed(void **state)
{
    (void)state;
    char word[] = "no-such-program", *words[] = {word, NULL};
    struct err err = {0};
    struct child_process p = {.pid = 1};
    const struct child c = {.words = words, .package = "such"};
    assert_fails(child_start(&p, &c, NULL, &err), ERR_NOT_FOUND, "'apt install such'");
    assert_int_equal(p.pid, 0);
}

/* Whoever started talkpress may have it ignore its children: a failure is no success then. */
static void test_ignored(void **state)
{
    (void)state;
    struct err err = {0};
    int status = 0;
    AUTO_STR out = {0};
    signal(SIGCHLD, SIG_IGN);
    const int ret = run(&status, &out, 0, "echo hello; exit 3", &err);
    signal(SIGCHLD, SIG_DFL);
    assert_done(ret);
    assert_int_equal(status, 127);
    assert_string_equal(out.s, "hello\n");
}

/* In a container whose filter knows no descriptors of processes. The filter stays: the last test.
 */
static void test_no_descriptor(void **state)
{
    const struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_pidfd_open, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_filter lines[NB(filter)];
    const struct sock_fprog program = {NB(filter), lines};
    (void)state;
    memcpy(lines, filter, sizeof filter);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
        skip();
    test_output(state);
    test_stop(state);
    test_not_waited_for(state);
    test_ignored(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_output),    cmocka_unit_test(test_too_much),
        cmocka_unit_test(test_stop),      cmocka_unit_test(test_not_waited_for),
        cmocka_unit_test(test_variables), cmocka_unit_test(test_not_installed),
        cmocka_unit_test(test_ignored),   cmocka_unit_test(test_no_descriptor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
