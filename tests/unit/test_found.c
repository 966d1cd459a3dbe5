/* Files in a folder that a stranger filled: what may be opened there, and how the rest is refused;
 * with openat2 and, as in containers that lack it, without. */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "found.h"
#include "fs.h"
#include "mem.h"

enum { LIMIT = 1000 };

static void put(const char *path, const char *text)
{
    struct err err = {0};
    assert_done(fs_write_atomic(path, text, strlen(text), &err));
}

/* A socket in the working folder, so that its name is short. */
static void put_socket(const char *dir, const char *name)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    AUTO_FREE char *here = getcwd(NULL, 0);
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    snprintf(at.sun_path, sizeof at.sun_path, "%s", name);
    assert_int_equal(chdir(dir), 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(chdir(here), 0);
    close(fd);
}

/* folder/ as a stranger may fill it, and private/ beside it. Returns folder. */
static char *fill(void)
{
    static const char *const links[][2] = {
        {"good.vtt", "link.vtt"},          {"sub/deep.vtt", "down.vtt"},
        {"../good.vtt", "sub/up.vtt"},     {"../private/key.vtt", "out.vtt"},
        {"/etc/passwd", "absolute.vtt"},   {"/proc/self/environ", "proc.vtt"},
        {"/proc/self/fd/0", "magic.vtt"},  {"/dev/zero", "zero.vtt"},
        {"loop.vtt", "loop.vtt"},          {"../private", "elsewhere"},
        {"../folder/good.vtt", "back.vtt"}};
    struct err err = {0};
    AUTO_FREE char *dir = folder_path("folder"), *sub = fs_join(dir, "sub"),
                   *private = folder_path("private"), *key = fs_join(private, "key.vtt"),
                   *good = fs_join(dir, "good.vtt"), *deep = fs_join(sub, "deep.vtt"),
                   *pipe = fs_join(dir, "pipe.vtt"), *large = fs_join(dir, "large.vtt");
    assert_done(fs_mkdirs(sub, &err));
    assert_done(fs_mkdirs(private, &err));
    put(key, "secret");
    put(good, "text");
    put(deep, "text");
    put(large, "");
    assert_int_equal(truncate(large, 10LL << 30), 0);
    assert_int_equal(mkfifo(pipe, 0666), 0);
    put_socket(dir, "socket.vtt");
    for (size_t i = 0; i < NB(links); i++) {
        AUTO_FREE char *path = fs_join(dir, links[i][1]);
        assert_int_equal(symlink(links[i][0], path), 0);
    }
    return mem_take(&dir);
}

static const struct {
    const char *name;
    enum err_code code;
    const char *says;
    bool is_link; /* and so refused without openat2 */
} cases[] = {
    {"good.vtt", ERR_OK, NULL, false},
    {"sub/deep.vtt", ERR_OK, NULL, false},
    {"sub//deep.vtt", ERR_OK, NULL, false},
    {"link.vtt", ERR_OK, NULL, true},
    {"down.vtt", ERR_OK, NULL, true},
    {"sub/up.vtt", ERR_OK, NULL, true},
    {"out.vtt", ERR_INVALID, "'out.vtt' is a link that leads out of its folder", true},
    {"absolute.vtt", ERR_INVALID, "leads out of its folder", true},
    {"proc.vtt", ERR_INVALID, "leads out of its folder", true},
    {"magic.vtt", ERR_INVALID, "leads out of its folder", true},
    {"zero.vtt", ERR_INVALID, "leads out of its folder", true},
    {"back.vtt", ERR_INVALID, "leads out of its folder", true},
    {"elsewhere/key.vtt", ERR_INVALID, "leads out of its folder", true},
    {"../private/key.vtt", ERR_INVALID, "out of its folder", false},
    {"loop.vtt", ERR_INVALID, "'loop.vtt' is a link that leads to no file in its folder", true},
    {"pipe.vtt", ERR_INVALID, "'pipe.vtt' is a pipe; expected a file", false},
    {"socket.vtt", ERR_INVALID, "'socket.vtt' is a socket", false},
    {"sub", ERR_INVALID, "'sub' is a folder; expected a file", false},
    {"large.vtt", ERR_INVALID, "'large.vtt' is larger than 1000 bytes", false},
    {"none.vtt", ERR_NOT_FOUND, "'none.vtt'", false},
};

static void test_cases(void **state)
{
    struct err err = {0};
    const char *dir = *state;
    alarm(20); /* a pipe is not waited for */
    for (size_t i = 0; i < NB(cases); i++) {
        AUTO_FREE char *text = NULL;
        size_t nb;
        const int ret = found_read(&text, &nb, dir, cases[i].name, LIMIT, &err);
        assert_row_int(cases[i].name, ret, cases[i].code);
        if (cases[i].says && !strstr(err.msg, cases[i].says))
            fail_msg("%s: '%s' lacks '%s'", cases[i].name, err.msg, cases[i].says);
        if (ret == 0)
            assert_row_str(cases[i].name, text, "text");
        err = (struct err){0};
    }
    alarm(0);
}

/* A file that the user names: links are meant, the rest is not. */
static void test_named(void **state)
{
    static const struct {
        const char *name, *says;
    } named[] = {
        {"out.vtt", NULL},
        {"link.vtt", NULL},
        {"zero.vtt", "zero.vtt' is a device; expected a file"},
        {"pipe.vtt", "pipe.vtt' is a pipe; expected a file: save what it gives to a file first"},
        {"socket.vtt", "socket.vtt' is a socket; expected a file"},
        {"sub", "sub' is a folder; expected a file"},
        {"large.vtt", "larger than 1000 bytes"},
    };
    struct err err = {0};
    alarm(20);
    for (size_t i = 0; i < NB(named); i++) {
        AUTO_FREE char *path = fs_join(*state, named[i].name), *text = NULL;
        if (named[i].says)
            assert_fails(fs_read(&text, NULL, path, LIMIT, &err), ERR_INVALID, named[i].says);
        else
            assert_done(fs_read(&text, NULL, path, LIMIT, &err));
    }
    alarm(0);
}

static void test_folder(void **state)
{
    struct err err = {0};
    AUTO_FD fd = -1;
    assert_fails(found_open_folder(&fd, *state, "elsewhere", &err), ERR_INVALID, "leads out");
    assert_fails(found_open_folder(&fd, *state, "good.vtt", &err), ERR_NOT_FOUND, "good.vtt");
    assert_done(found_open_folder(&fd, *state, "sub", &err));
    assert_true(fd >= 0);
}

/* openat2 fails with errnum from now on. */
static bool deny_openat2(int errnum)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)errnum),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {NB(code), code};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/* The number of the first case that differs, from 1; 0: none. */
static int check_without(const char *dir, int errnum)
{
    if (!deny_openat2(errnum))
        return 0;
    for (size_t i = 0; i < NB(cases); i++) {
        struct err err = {0};
        char *text = NULL;
        const int ret = found_read(&text, NULL, dir, cases[i].name, LIMIT, &err);
        const enum err_code wanted = cases[i].is_link ? ERR_INVALID : cases[i].code;
        if (ret != (int)wanted)
            return (int)i + 1;
        free(text);
    }
    return 0;
}

static void test_without_openat2(void **state)
{
    static const int errnums[] = {ENOSYS, EPERM};
    for (size_t i = 0; i < NB(errnums); i++) {
        int status;
        const pid_t pid = fork();
        alarm(20);
        if (pid == 0)
            _exit(check_without(*state, errnums[i]));
        assert_int_equal(waitpid(pid, &status, 0), pid);
        alarm(0);
        assert_true(WIFEXITED(status));
        if (WEXITSTATUS(status))
            fail_msg("%s without openat2", cases[WEXITSTATUS(status) - 1].name);
    }
}

/* --- writing where somebody prepared links ---------------------------------------------------- */

static void test_writing(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_FREE char *dir = folder_path("out"), *victim = folder_path("victim"),
                   *path = fs_join(dir, "a"),
                   *tmp = mem_printf("%s%s%d", path, FS_TMP_MARK, getpid());
    assert_done(fs_mkdirs(dir, &err));
    put(victim, "precious");
    for (int i = 0; i < 2; i++) {
        AUTO_FREE char *text = NULL;
        assert_int_equal(i ? mkfifo(path, 0666) : symlink(victim, path), 0);
        assert_int_equal(symlink(victim, tmp), 0);
        assert_false(fs_is_regular(path));
        assert_done(fs_write_atomic(path, "new", 3, &err));
        assert_true(fs_is_regular(path));
        assert_done(fs_read(&text, NULL, victim, LIMIT, &err));
        assert_string_equal(text, "precious");
        assert_int_equal(unlink(path), 0);
    }
}

static int set_up(void **state)
{
    folder_make(state);
    *state = fill();
    return 0;
}

static int tear_down(void **state)
{
    free(*state);
    return folder_remove(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),           cmocka_unit_test(test_named),
        cmocka_unit_test(test_folder),          cmocka_unit_test(test_writing),
        cmocka_unit_test(test_without_openat2),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
