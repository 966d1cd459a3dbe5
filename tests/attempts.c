#include "attempts.h"

#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fs.h"
#include "mem.h"

char *base, *input, *own, *mine, *secret, *beside;
pid_t victim;
int left_open;

/* --- the folder ------------------------------------------------------------------------------ */

int make_paths(void **state)
{
    if (folder_make(state) != 0)
        return -1;
    base = folder_path("base");
    input = fs_join(base, "recording");
    secret = fs_join(base, "secret");
    beside = fs_join(base, "beside");
    own = fs_join(base, "own");
    mine = fs_join(own, "mine");
    AUTO_FREE char *folder = fs_dirname(base);
    victim = getpid();
    return chmod(folder, 0755);
}

int free_paths(void **state)
{
    char **const paths[] = {&base, &input, &secret, &beside, &own, &mine};
    for (size_t i = 0; i < NB(paths); i++)
        free(*paths[i]);
    close(left_open);
    return folder_remove(state);
}

static void write_file(const char *path)
{
    const int fd = open(path, O_WRONLY | O_CREAT, 0666);
    assert_true(fd >= 0 && write(fd, "bytes", 5) == 5);
    close(fd);
}

void set_up(bool plain)
{
    struct err err = {0};
    const char *const paths[] = {base, own, input, secret, mine};
    assert_done(fs_remove_all(base, &err));
    assert_done(fs_mkdirs(own, &err));
    write_file(input);
    write_file(secret);
    write_file(mine);
    for (size_t i = 0; plain && geteuid() == 0 && i < NB(paths); i++)
        assert_int_equal(chown(paths[i], PLAIN_USER, PLAIN_USER), 0);
    if (left_open > 0)
        close(left_open);
    left_open = open(secret, O_WRONLY);
    assert_true(left_open > STDERR_FILENO);
}

bool skipped(void)
{
    struct sandbox_report report;
    struct err err = {0};
    assert_done(sandbox_try(&report, &err));
    if (!sandbox_is_whole(&report))
        print_message("skipped: this kernel has no Landlock or no seccomp\n");
    return !sandbox_is_whole(&report);
}

/* --- attempts -------------------------------------------------------------------------------- */

int outcome(long ret)
{
    return ret < 0 ? errno : 0;
}

int try_open(const char *path, int flags)
{
    return outcome(open(path, flags, 0666));
}

int read_passwords(void)
{
    return try_open("/etc/passwd", O_RDONLY);
}

int make_pipe(void)
{
    int ends[2];
    return outcome(pipe2(ends, 0));
}

int make_memory_file(void)
{
    return outcome(memfd_create("x", 0));
}

int use_left_open(void)
{
    return outcome(write(left_open, "x", 1));
}

int socket_tcp(void)
{
    return outcome(socket(AF_INET, SOCK_STREAM, 0));
}

int socket_unix(void)
{
    return outcome(socket(AF_UNIX, SOCK_DGRAM, 0));
}

int start_process(void)
{
    const pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    return outcome(pid);
}

int run_program(void)
{
    execl("/bin/true", "true", (char *)NULL);
    return errno;
}

int signal_victim(void)
{
    return outcome(kill(victim, 0));
}

int run_data(void)
{
    void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p == MAP_FAILED ? errno : outcome(mprotect(p, 4096, PROT_READ | PROT_EXEC));
}

int take_memory(void)
{
    const void *p = mmap(NULL, 2UL * MEMORY, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return p == MAP_FAILED ? errno : 0;
}

void *of_thread(void *opaque)
{
    return opaque;
}

/* --- a worker -------------------------------------------------------------------------------- */

struct sandbox_spec spec_of_worker(enum sandbox_mode mode)
{
    return (struct sandbox_spec){.mode = mode,
                                 .readable = &input,
                                 .nb_readable = 1,
                                 .writable = &mine,
                                 .nb_writable = 1,
                                 .max_memory_bytes = MEMORY,
                                 .max_file_bytes = FILE_BYTES,
                                 .max_cpu_s = CPU_S};
}

static void become_plain(void)
{
    if (geteuid() != 0)
        return;
    if (setgroups(0, NULL) < 0 || setresgid(PLAIN_USER, PLAIN_USER, PLAIN_USER) < 0 ||
        setresuid(PLAIN_USER, PLAIN_USER, PLAIN_USER) < 0)
        _exit(99);
}

/* _exit: a process that is shut in cannot tell of leaks. */
int attempt_of_worker(int (*run)(void), enum sandbox_mode mode, bool plain)
{
    int status;
    set_up(plain);
    const pid_t parent = getpid(), pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        const struct sandbox_spec spec = spec_of_worker(mode);
        struct sandbox_report report;
        struct err err = {0};
        if (plain)
            become_plain();
        if (sandbox_enter(&report, &spec, parent, &err) < 0)
            _exit(98);
        _exit(run());
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}
