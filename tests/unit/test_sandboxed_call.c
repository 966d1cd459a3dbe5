/*
 * A reader of foreign bytes that was taken over by them: whatever it does instead of its work, the
 * caller gets one error that names the file, in time, and nothing outside has changed.
 */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fs.h"
#include "mem.h"
#include "sandbox.h"
#include "sandbox_parts.h"
#include "sandboxed_call.h"
#include "str.h"

enum { ANSWER_BYTES = 1000, NB_MORE = 100000 };

static char *readable, *secret, *beside;
static int left_open;

/* --- what the child does: answers with an errno, or never ------------------------------------- */

static int tell(struct str *out, long ret)
{
    str_addf(out, "%d", ret < 0 ? errno : 0);
    return 0;
}

static int answer(struct str *out)
{
    str_add(out, "read x.ics");
    return 0;
}

static int answer_nothing(struct str *out)
{
    (void)out;
    return 0;
}

static int read_allowed(struct str *out)
{
    return tell(out, open(readable, O_RDONLY));
}

static int read_secret(struct str *out)
{
    return tell(out, open(secret, O_RDONLY));
}

static int write_beside(struct str *out)
{
    return tell(out, open(beside, O_WRONLY | O_CREAT, 0666));
}

static int use_left_open(struct str *out)
{
    return tell(out, write(left_open, "x", 1));
}

static int start_process(struct str *out)
{
    const pid_t pid = fork();
    if (pid == 0)
        for (;;)
            pause();
    return tell(out, pid);
}

static int open_socket(struct str *out)
{
    return tell(out, socket(AF_INET, SOCK_STREAM, 0));
}

static int answer_garbage(struct str *out)
{
    return write(STDOUT_FILENO, "garbage", 7) == 7 ? answer(out) : -1;
}

static int answer_half(struct str *out)
{
    (void)out;
    _exit(0);
}

static int answer_too_much(struct str *out)
{
    for (int i = 0; i < NB_MORE; i++)
        str_add(out, "0123456789");
    return 0;
}

static int answer_for_ever(struct str *out)
{
    (void)out;
    static const char bytes[4096];
    while (write(STDOUT_FILENO, bytes, sizeof bytes) > 0)
        ;
    return 0;
}

static int shout(struct str *out)
{
    for (int i = 0; i < NB_MORE; i++)
        fputs("\033[2Jyour disk is full\n", stderr);
    return answer(out);
}

static int sleep_for_ever(struct str *out)
{
    while (!out->len)
        usleep(1000000);
    return 0;
}

static int hang_up(struct str *out)
{
    close(STDOUT_FILENO);
    return sleep_for_ever(out);
}

static int compute_for_ever(struct str *out)
{
    for (volatile unsigned i = 0; !out->len;)
        i = i + 1;
    return 0;
}

static int take_memory(struct str *out)
{
    while (!out->len)
        memset(mem_zalloc(1, 1 << 20), 1, 1 << 20);
    return 0;
}

static int crash(struct str *out)
{
    (void)out;
    signal(SIGSEGV, SIG_DFL); /* cmocka has a handler */
    raise(SIGSEGV);
    return 0;
}

static int abort_it(struct str *out)
{
    (void)out;
    signal(SIGABRT, SIG_DFL);
    abort();
}

/* --- what becomes of it ----------------------------------------------------------------------- */

/* input: one of the functions above, in a struct. */
struct deed {
    int (*run)(struct str *out);
    int max_wall_s; /* 0: a minute */
};

static int run_deed(struct str *out, const void *input, struct err *err)
{
    const struct deed *deed = input;
    return deed->run ? deed->run(out) : err_set(err, ERR_NOT_FOUND, "'x.ics', line 3: no title");
}

/* Would have the program try again later. */
static int blame_disk(struct str *out, const void *input, struct err *err)
{
    (void)out;
    (void)input;
    return err_set(err, ERR_NO_SPACE, "the disk is full");
}

static struct sandboxed_call call_of(const struct deed *deed)
{
    return (struct sandboxed_call){.file = "x.ics",
                                   .advice = "export it again",
                                   .mode = SANDBOX_REQUIRE,
                                   .readable = &readable,
                                   .nb_readable = 1,
                                   .max_memory_bytes = 200 << 20,
                                   .max_cpu_s = 1,
                                   .max_wall_s = deed && deed->max_wall_s ? deed->max_wall_s : 60,
                                   .max_answer_bytes = ANSWER_BYTES,
                                   .run = run_deed,
                                   .input = deed};
}

static bool skipped(void)
{
    struct sandbox_report report;
    struct err err = {0};
    assert_done(sandbox_try(&report, &err));
    if (!sandbox_is_whole(&report))
        print_message("skipped: this kernel has no Landlock or no seccomp\n");
    return !sandbox_is_whole(&report);
}

static const struct {
    const char *name;
    struct deed deed;
    const char *answer; /* NULL: it fails, */
    enum err_code code; /* with this, */
    const char *words;  /* and these */
    bool no_sanitizer;
} rows[] = {
    {"answer", {answer, 0}, "read x.ics", 0, NULL, false},
    {"answer nothing", {answer_nothing, 0}, "", 0, NULL, false},
    {"fail", {NULL, 0}, NULL, ERR_NOT_FOUND, "'x.ics', line 3: no title", false},
    {"read what it may", {read_allowed, 0}, "0", 0, NULL, false},
    {"read another file", {read_secret, 0}, "13", 0, NULL, false},
    {"write beside", {write_beside, 0}, "13", 0, NULL, false},
    {"use a descriptor left open", {use_left_open, 0}, "9", 0, NULL, false},
    {"start a process", {start_process, 0}, "1", 0, NULL, false},
    {"open a socket", {open_socket, 0}, NULL, ERR_INVALID, "'x.ics' made its reader do", false},
    {"answer garbage", {answer_garbage, 0}, NULL, ERR_INVALID, "'x.ics' gave no proper", false},
    {"end without an answer", {answer_half, 0}, NULL, ERR_INVALID, "'x.ics' gave no proper", false},
    {"answer too much", {answer_too_much, 0}, NULL, ERR_INVALID, "'x.ics' gave no proper", false},
    {"answer for ever", {answer_for_ever, 0}, NULL, ERR_INVALID, "'x.ics' gave no proper", false},
    {"write to the terminal", {shout, 0}, "read x.ics", 0, NULL, false},
    {"sleep for ever",
     {sleep_for_ever, 1},
     NULL,
     ERR_INVALID,
     "'x.ics' cannot be read within 1 s:",
     false},
    {"close the pipe and stay", {hang_up, 0}, NULL, ERR_NOMEM, "'x.ics' cannot be read", false},
    {"compute for ever",
     {compute_for_ever, 0},
     NULL,
     ERR_INVALID,
     "'x.ics' cannot be read within 1 s of processor time: it seems",
     false},
    {"take all memory",
     {take_memory, 0},
     NULL,
     ERR_NOMEM,
     "'x.ics' cannot be read: out of memory (it may take 200 MiB); export",
     true},
    {"crash", {crash, 0}, NULL, ERR_INVALID, "'x.ics' made its reader crash (Segm", true},
    {"abort", {abort_it, 0}, NULL, ERR_INVALID, "'x.ics' made its reader crash (Abort", true},
};

static void test_taken_over(void **state)
{
    (void)state;
    const size_t nb = skipped() ? 0 : NB(rows);
    for (size_t i = 0; i < nb; i++) {
        struct err err = {0};
        AUTO_STR out = {0};
        const struct sandboxed_call call = call_of(&rows[i].deed);
        if (rows[i].no_sanitizer && SANDBOX_SANITIZED)
            continue;
        const int ret = sandboxed_call(&out, &call, &err);
        if (rows[i].answer) {
            assert_done(ret);
            assert_row_str(rows[i].name, out.s, rows[i].answer);
        } else {
            support_check_error(ret, &err, rows[i].code, rows[i].words, rows[i].name);
            assert_null(out.s);
        }
        assert_false(fs_exists(beside));
        assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* nobody is left */
    }
}

static void test_blamed_disk(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_STR out = {0};
    struct sandboxed_call call = call_of(NULL);
    call.run = blame_disk;
    call.mode = SANDBOX_BEST_EFFORT;
    assert_fails(sandboxed_call(&out, &call, &err), ERR_INVALID, "the disk is full");
}

/* Its time is limited without a sandbox, too. */
static void test_without_sandbox(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_STR out = {0};
    const struct deed endless = {compute_for_ever, 1}, good = {answer, 0};
    struct sandboxed_call call = call_of(&endless);
    call.mode = SANDBOX_OFF;
    assert_fails(sandboxed_call(&out, &call, &err), ERR_INVALID, "within 1 s: it seems");
    call.input = &good;
    assert_done(sandboxed_call(&out, &call, &err));
    assert_string_equal(out.s, "read x.ics");
}

static void load(const void *input)
{
    (void)input;
    const int fd = open(secret, O_RDONLY);
    if (fd < 0 || dup2(fd, left_open) < 0)
        _exit(1);
}

/* Before the sandbox closes, the child may open what it needs. */
static void test_prepare(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_STR out = {0};
    const struct deed good = {answer, 0};
    struct sandboxed_call call = call_of(&good);
    call.prepare = load;
    call.mode = SANDBOX_BEST_EFFORT;
    assert_done(sandboxed_call(&out, &call, &err));
}

static void write_file(const char *path)
{
    const int fd = open(path, O_WRONLY | O_CREAT, 0666);
    assert_true(fd >= 0 && write(fd, "bytes", 5) == 5);
    close(fd);
}

static int make_paths(void **state)
{
    if (folder_make(state) != 0)
        return -1;
    readable = folder_path("readable");
    secret = folder_path("secret");
    beside = folder_path("beside");
    write_file(readable);
    write_file(secret);
    left_open = open(secret, O_WRONLY);
    return left_open > STDERR_FILENO ? 0 : -1;
}

static int free_paths(void **state)
{
    free(readable);
    free(secret);
    free(beside);
    close(left_open);
    return folder_remove(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_taken_over),
        cmocka_unit_test(test_blamed_disk),
        cmocka_unit_test(test_without_sandbox),
        cmocka_unit_test(test_prepare),
    };
    return cmocka_run_group_tests(tests, make_paths, free_paths);
}
