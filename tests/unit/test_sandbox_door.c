/*
 * A hostile door: it has the sandbox's profile for what listens on the network, and tries what that
 * forbids.
 */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "attempts.h"
#include "sandbox.h"
#include "sandbox_parts.h"

/* It keeps two descriptors: a listening socket, as the first after the standard ones, and one end
 * of a pair. */
enum { LISTENING = 3, PAIR = 4 };

static int read_input(void)
{
    return try_open(input, O_RDONLY);
}

static int connect_out(void)
{
    const struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(1)};
    return outcome(connect(LISTENING, (const struct sockaddr *)&address, sizeof address));
}

static int listen_elsewhere(void)
{
    const struct sockaddr_in address = {.sin_family = AF_INET};
    return outcome(bind(LISTENING, (const struct sockaddr *)&address, sizeof address));
}

static int set_option(void)
{
    const int on = 1;
    return outcome(setsockopt(LISTENING, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on));
}

static int start_thread(void)
{
    pthread_t thread;
    const int ret = pthread_create(&thread, NULL, of_thread, NULL);
    return ret == 0 ? pthread_join(thread, NULL) : ret;
}

/* What it is for: accepts, reads, answers, and takes a file that it is given. The line that failed,
 * or 0. */
static int serve(void)
{
    char text[8] = "";
    const int fd = accept4(LISTENING, NULL, NULL, SOCK_NONBLOCK);
    if (fd < 0 && errno != EAGAIN)
        return __LINE__;
    if (send(PAIR, "bytes", 5, MSG_NOSIGNAL) != 5 || recv(PAIR, text, sizeof text, 0) != 3)
        return __LINE__;
    return clock_gettime(CLOCK_MONOTONIC, &(struct timespec){0}) < 0 ? __LINE__ : 0;
}

static int attempt_of_door(int (*run)(void))
{
    int ends[2], status;
    set_up(false);
    const int listening = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    assert_true(listening >= 0 && listen(listening, 1) == 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
    assert_int_equal(send(ends[0], "abc", 3, 0), 3);
    const pid_t parent = getpid(), pid = fork();
    if (pid == 0) {
        const struct sandbox_spec spec = {.mode = SANDBOX_REQUIRE,
                                          .profile = SANDBOX_DOOR,
                                          .nb_kept = 2,
                                          .max_memory_bytes = MEMORY};
        struct sandbox_report report;
        struct err err = {0};
        const int high = fcntl(ends[1], F_DUPFD, 100), other = fcntl(listening, F_DUPFD, 100);
        left_open = fcntl(left_open, F_DUPFD, 100);
        if (dup2(other, LISTENING) < 0 || dup2(high, PAIR) < 0 ||
            sandbox_enter(&report, &spec, parent, &err) < 0)
            _exit(98);
        _exit(run());
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    close(listening);
    close(ends[0]);
    close(ends[1]);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static void test_door(void **state)
{
    static const struct attempt of_door[] = {
        {"serve", serve, 0, 0},
        {"read a file", read_input, EPERM, NO_SANITIZER},
        {"read /etc/passwd", read_passwords, EPERM, NO_SANITIZER},
        {"use a descriptor left open", use_left_open, EBADF, 0},
        {"a TCP socket", socket_tcp, -SIGSYS, 0},
        {"a Unix socket", socket_unix, -SIGSYS, 0},
        {"connect", connect_out, -SIGSYS, 0},
        {"listen elsewhere", listen_elsewhere, -SIGSYS, 0},
        {"other options of a socket", set_option, EPERM, 0},
        {"start a process", start_process, EPERM, 0},
        {"start a thread", start_thread, EPERM, NO_SANITIZER},
        {"run a program", run_program, -SIGSYS, 0},
        {"a file in memory", make_memory_file, EPERM, 0},
        {"make a pipe", make_pipe, EPERM, NO_SANITIZER},
        {"signal the parent", signal_victim, EPERM, 0},
        {"run what was written", run_data, EPERM, NO_SANITIZER},
        {"take too much memory", take_memory, ENOMEM, NO_SANITIZER},
    };
    (void)state;
    const size_t nb = skipped() ? 0 : NB(of_door);
    for (size_t i = 0; i < nb; i++)
        if (!(of_door[i].flags & NO_SANITIZER && SANDBOX_SANITIZED))
            assert_row_int(of_door[i].name, attempt_of_door(of_door[i].run), of_door[i].ends);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_door),
    };
    return cmocka_run_group_tests(tests, make_paths, free_paths);
}
