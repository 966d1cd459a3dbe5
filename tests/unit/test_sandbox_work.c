/* What goes on in a sandbox: the work that it is for, also with a kernel that lacks parts of it. */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attempts.h"
#include "fs.h"
#include "mem.h"

/* --- what must go on ------------------------------------------------------------------------- */

/* The line that failed, or 0. */
static int work(void)
{
    char text[8];
    pthread_t thread;
    const int in = open(input, O_RDONLY), out = open(mine, O_RDWR | O_CREAT | O_TRUNC, 0666);
    if (in < 0 || read(in, text, sizeof text) != 5)
        return __LINE__;
    if (out < 0 || fs_size(mine) != 0 || write(out, text, 5) != 5 || fsync(out) < 0 ||
        fs_size(mine) != 5)
        return __LINE__;
    /* As fontconfig reads its caches. */
    const char *shared = mmap(NULL, 5, PROT_READ, MAP_SHARED, in, 0);
    if (shared == MAP_FAILED || memcmp(shared, text, 5) != 0)
        return __LINE__;
    if (pthread_create(&thread, NULL, of_thread, NULL) != 0 || pthread_join(thread, NULL) != 0)
        return __LINE__;
    return isatty(STDIN_FILENO) < 0 || getrlimit(RLIMIT_NOFILE, &(struct rlimit){0}) < 0 ? __LINE__
                                                                                         : 0;
}

static void test_work_goes_on(void **state)
{
    (void)state;
    assert_int_equal(attempt_of_worker(work, SANDBOX_BEST_EFFORT, false), 0);
    if (geteuid() == 0)
        assert_int_equal(attempt_of_worker(work, SANDBOX_BEST_EFFORT, true), 0);
}

/* Root reads what belongs to others, as it does without. */
static int read_private(void)
{
    return try_open(input, O_RDONLY);
}

static void test_private_recording(void **state)
{
    (void)state;
    if (geteuid() != 0)
        return;
    int status;
    set_up(false);
    assert_int_equal(chown(input, PLAIN_USER, PLAIN_USER), 0);
    assert_int_equal(chmod(input, 0600), 0);
    const pid_t parent = getpid(), pid = fork();
    if (pid == 0) {
        const struct sandbox_spec spec = spec_of_worker(SANDBOX_BEST_EFFORT);
        struct sandbox_report report;
        struct err err = {0};
        _exit(sandbox_enter(&report, &spec, parent, &err) < 0 ? 98 : read_private());
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

/* Killed with its parent, whatever it is doing. */
static void test_dies_with_parent(void **state)
{
    (void)state;
    int ends[2], status;
    char byte;
    set_up(false);
    assert_int_equal(pipe(ends), 0);
    const pid_t middle = fork();
    if (middle == 0) {
        const pid_t parent = getpid();
        if (fork() == 0) {
            const struct sandbox_spec spec = spec_of_worker(SANDBOX_BEST_EFFORT);
            struct sandbox_report report;
            struct err err = {0};
            dup2(ends[1], STDOUT_FILENO);
            if (sandbox_enter(&report, &spec, parent, &err) == 0 && write(STDOUT_FILENO, "x", 1))
                for (;;)
                    poll(NULL, 0, -1);
            _exit(1);
        }
        close(ends[1]);
        for (;;)
            pause();
    }
    close(ends[1]);
    assert_int_equal(read(ends[0], &byte, 1), 1);
    kill(middle, SIGKILL);
    assert_int_equal(waitpid(middle, &status, 0), middle);
    assert_int_equal(read(ends[0], &byte, 1), 0); /* the end: nobody holds the pipe any more */
    close(ends[0]);
}

/* --- an old kernel --------------------------------------------------------------------------- */

/* Makes the kernel one that does not know the call. Returns the exit status for the child. */
static int on_old_kernel(int call, enum sandbox_mode mode)
{
    const struct sandbox_spec spec = spec_of_worker(mode);
    struct sandbox_report report;
    struct err err = {0};
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    if (seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), call, 0) < 0 || seccomp_load(filter) < 0)
        return 97;
    seccomp_release(filter);
    if (sandbox_enter(&report, &spec, getppid(), &err) < 0)
        return err.code == ERR_EXTERNAL && strstr(err.msg, "sandbox: best-effort") ? 1 : 96;
    AUTO_FREE char *text = sandbox_describe(&report);
    return !sandbox_is_whole(&report) && report.seccomp && strstr(text, "no landlock") ? 0 : 95;
}

static int without_landlock(enum sandbox_mode mode)
{
    int status;
    set_up(false);
    const pid_t pid = fork();
    if (pid == 0)
        _exit(on_old_kernel(SCMP_SYS(landlock_create_ruleset), mode));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static void test_old_kernel(void **state)
{
    (void)state;
    assert_int_equal(without_landlock(SANDBOX_BEST_EFFORT), W_EXITCODE(0, 0));
    assert_int_equal(without_landlock(SANDBOX_REQUIRE), W_EXITCODE(1, 0));
}

static void test_modes(void **state)
{
    (void)state;
    enum sandbox_mode mode;
    static const enum sandbox_mode modes[] = {SANDBOX_BEST_EFFORT, SANDBOX_REQUIRE, SANDBOX_OFF};
    for (size_t i = 0; i < NB(modes); i++) {
        assert_true(sandbox_mode_parse(&mode, sandbox_mode_name(modes[i])));
        assert_int_equal(mode, modes[i]);
    }
    assert_false(sandbox_mode_parse(&mode, "sometimes"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_work_goes_on),
        cmocka_unit_test(test_private_recording),
        cmocka_unit_test(test_dies_with_parent),
        cmocka_unit_test(test_old_kernel),
        cmocka_unit_test(test_modes),
    };
    return cmocka_run_group_tests(tests, make_paths, free_paths);
}
