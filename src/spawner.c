#include "spawner.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mem.h"
#include "worker.h"

enum { NB_FDS = 2 };

struct spawner {
    pid_t pid;
    int fd;
};

/* One packet there, one back. */
struct request {
    pid_t wait_for; /* 0: start one, with two descriptors and the spec's path */
    char spec_path[4096];
};

struct answer {
    pid_t pid; /* negative: error says why none was started */
    int error, status;
    struct rusage used;
};

/* --- the coordinator's side ------------------------------------------------------------------- */

static void exec_spawner(int fd, const char *work)
{
    setpgid(0, 0); /* Ctrl-C goes to the coordinator, which stops its workers itself */
    const int null = open("/dev/null", O_WRONLY);
    if (null < 0 || dup2(fd, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0)
        _exit(127);
    const int caught[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < sizeof caught / sizeof *caught; i++)
        signal(caught[i], SIG_DFL);
    execl("/proc/self/exe", "talkpress", "worker", "--serve", work, (char *)NULL);
    _exit(127);
}

int spawner_start(struct spawner **out, const char *work, struct err *err)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return err_errno(err, errno, "cannot make a socket");
    const pid_t pid = fork();
    if (pid == 0)
        exec_spawner(ends[1], work);
    const int failed = errno;
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return err_errno(err, failed, "cannot start a process");
    }
    struct spawner *s = mem_zalloc(1, sizeof *s);
    *s = (struct spawner){pid, ends[0]};
    *out = s;
    return 0;
}

void spawner_stop_p(struct spawner **spawner)
{
    struct spawner *s = *spawner;
    if (!s)
        return;
    close(s->fd);
    kill(s->pid, SIGKILL); /* it may not even have begun */
    while (waitpid(s->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    free(s);
    *spawner = NULL;
}

/* Sends bytes, and descriptors where there are any. */
static bool send_packet(int fd, const void *bytes, size_t nb, const int *fds)
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(NB_FDS * sizeof(int))];
    } control = {0};
    struct iovec part = {(void *)(uintptr_t)bytes, nb};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (fds) {
        message.msg_control = &control;
        message.msg_controllen = sizeof control;
        control.header = (struct cmsghdr){.cmsg_level = SOL_SOCKET,
                                          .cmsg_type = SCM_RIGHTS,
                                          .cmsg_len = CMSG_LEN(NB_FDS * sizeof(int))};
        memcpy(CMSG_DATA(&control.header), fds, NB_FDS * sizeof(int));
    }
    ssize_t sent;
    while ((sent = sendmsg(fd, &message, MSG_NOSIGNAL)) < 0 && errno == EINTR)
        ;
    return sent == (ssize_t)nb;
}

static bool ask(struct answer *out, struct spawner *s, const struct request *request,
                const int *fds)
{
    const size_t nb = offsetof(struct request, spec_path) + strlen(request->spec_path) + 1;
    ssize_t got;
    if (!send_packet(s->fd, request, nb, fds))
        return false;
    while ((got = recv(s->fd, out, sizeof *out, 0)) < 0 && errno == EINTR)
        ;
    return got == (ssize_t)sizeof *out;
}

int spawner_fork(pid_t *out, struct spawner *s, const char *spec_path, int out_fd, int log_fd,
                 struct err *err)
{
    struct request request = {0};
    struct answer answer = {0};
    if (strlen(spec_path) >= sizeof request.spec_path)
        return err_set(err, ERR_INVALID, "the path '%s' is too long", spec_path);
    memcpy(request.spec_path, spec_path, strlen(spec_path));
    if (!ask(&answer, s, &request, (const int[NB_FDS]){out_fd, log_fd}))
        return err_set(err, ERR_EXTERNAL, "cannot start a worker: the process that does was killed");
    if (answer.pid < 0)
        return err_errno(err, answer.error, "cannot start a worker");
    *out = answer.pid;
    return 0;
}

void spawner_wait(int *status, struct rusage *used, struct spawner *s, pid_t pid)
{
    struct answer answer = {0};
    if (!ask(&answer, s, &(struct request){.wait_for = pid}, NULL))
        answer.status = W_EXITCODE(0, SIGKILL);
    *status = answer.status;
    *used = answer.used;
}

/* --- the process itself ----------------------------------------------------------------------- */

/* The next request, and the descriptors that came with it. False at the end. */
static bool receive(struct request *out, int *fds)
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(NB_FDS * sizeof(int))];
    } control;
    struct iovec part = {out, sizeof *out};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof control};
    ssize_t got;
    while ((got = recvmsg(STDIN_FILENO, &message, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR)
        ;
    const struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (got > 0 && !out->wait_for && (!header || header->cmsg_len != CMSG_LEN(NB_FDS * sizeof *fds)))
        return false;
    if (header)
        memcpy(fds, CMSG_DATA(header), NB_FDS * sizeof *fds);
    return got > 0;
}

static int become_worker(const char *spec_path, const int *fds)
{
    const int null = open("/dev/null", O_RDONLY);
    if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(fds[0], STDOUT_FILENO) < 0 ||
        dup2(fds[1], STDERR_FILENO) < 0)
        return 127;
    close(null);
    close(fds[0]);
    close(fds[1]);
    return worker_main(spec_path);
}

int spawner_serve(void)
{
    struct request request = {0};
    int fds[NB_FDS] = {0};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NAME, "talkpress");
    for (; receive(&request, fds); request = (struct request){0}) {
        struct answer answer = {.pid = request.wait_for};
        if (request.wait_for) {
            pid_t ended;
            while ((ended = wait4(request.wait_for, &answer.status, 0, &answer.used)) < 0 &&
                   errno == EINTR)
                ;
            if (ended < 0) /* a worker of the spawner before, which was killed with it */
                answer.status = W_EXITCODE(0, SIGKILL);
        } else {
            answer.pid = fork();
            answer.error = errno;
            if (answer.pid == 0)
                return become_worker(request.spec_path, fds);
            close(fds[0]);
            close(fds[1]);
        }
        if (!send_packet(STDIN_FILENO, &answer, sizeof answer, NULL))
            break;
    }
    return 0;
}
