#include "zygote.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "media_program.h"
#include "mem.h"
#include "str.h"
#include "zygote_protocol.h"

struct zygote {
    pid_t pid;   /* 0: not started */
    int fd, log; /* the socket; its stderr, or -1 */
    char *work;
};

static void exec_zygote(const char *program, int fd, int log, const char *work)
{
    setpgid(0, 0); /* Ctrl-C reaches only the coordinator, which stops its workers itself */
    const int null = open("/dev/null", O_WRONLY);
    if (null < 0 || dup2(fd, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0 ||
        (log >= 0 && dup2(log, STDERR_FILENO) < 0))
        _exit(127);
    const int caught[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < sizeof caught / sizeof *caught; i++)
        signal(caught[i], SIG_DFL);
    execl(program, "talkpress", "worker", "--serve", work, (char *)NULL);
    _exit(127);
}

static void stop(struct zygote *s)
{
    if (s->fd >= 0)
        close(s->fd);
    if (s->log >= 0)
        close(s->log);
    s->fd = s->log = -1;
    if (!s->pid)
        return;
    kill(s->pid, SIGKILL); /* closing the socket is not enough while it still loads libraries */
    while (waitpid(s->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    s->pid = 0;
}

int zygote_start(struct zygote *s, struct err *err)
{
    int ends[2];
    AUTO_FREE char *program = NULL;
    if (s->pid)
        return 0;
    if (media_program_find(&program, err) < 0)
        return err->code;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return err_errno(err, errno, "cannot create a socket");
    s->log = memfd_create("zygote", MFD_CLOEXEC);
    const pid_t pid = fork();
    if (pid == 0)
        exec_zygote(program, ends[1], s->log, s->work);
    const int failed = errno;
    close(ends[1]);
    s->fd = ends[0];
    if (pid < 0) {
        stop(s);
        return err_errno(err, failed, "cannot start talkpress-media");
    }
    s->pid = pid;
    return 0;
}

struct zygote *zygote_create(const char *work)
{
    struct zygote *s = mem_zalloc(1, sizeof *s);
    *s = (struct zygote){.fd = -1, .log = -1, .work = mem_strdup(work)};
    return s;
}

void zygote_destroy_p(struct zygote **zygote)
{
    struct zygote *s = *zygote;
    if (!s)
        return;
    stop(s);
    free(s->work);
    free(s);
    *zygote = NULL;
}

bool zygote_send(int fd, const void *bytes, size_t nb, const int *fds)
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(ZYGOTE_NB_FDS * sizeof(int))];
    } control = {0};
    struct iovec part = {(void *)(uintptr_t)bytes, nb};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (fds) {
        message.msg_control = &control;
        message.msg_controllen = sizeof control;
        control.header = (struct cmsghdr){.cmsg_level = SOL_SOCKET,
                                          .cmsg_type = SCM_RIGHTS,
                                          .cmsg_len = CMSG_LEN(ZYGOTE_NB_FDS * sizeof(int))};
        memcpy(CMSG_DATA(&control.header), fds, ZYGOTE_NB_FDS * sizeof(int));
    }
    ssize_t sent;
    while ((sent = sendmsg(fd, &message, MSG_NOSIGNAL)) < 0 && errno == EINTR)
        ;
    return sent == (ssize_t)nb;
}

static bool ask(struct zygote_answer *out, struct zygote *s, const struct zygote_request *request,
                const int *fds)
{
    const size_t nb = offsetof(struct zygote_request, text) + strlen(request->text) + 1;
    ssize_t got;
    if (!zygote_send(s->fd, request, nb, fds))
        return false;
    while ((got = recv(s->fd, out, sizeof *out, 0)) < 0 && errno == EINTR)
        ;
    return got == (ssize_t)sizeof *out;
}

/* The end of its stderr, for the error message. A new string. */
static char *last_message(const struct zygote *s)
{
    char text[512] = "";
    const off_t nb = s->log < 0 ? 0 : lseek(s->log, 0, SEEK_END);
    const off_t from = nb < (off_t)sizeof text ? 0 : nb - (off_t)sizeof text + 1;
    if (nb <= 0 || pread(s->log, text, sizeof text - 1, from) <= 0)
        return mem_strdup("it was killed");
    char *said = str_clean(text);
    str_fold_space(said);
    return said;
}

/* Sends a request. Restarts the process once if it was killed or ran out of memory. */
static int ask_or_restart(struct zygote_answer *out, struct zygote *s, enum zygote_wish wish,
                          const char *text, const int *fds, struct err *err)
{
    struct zygote_request request = {.wish = wish};
    if (strlen(text) >= sizeof request.text)
        return err_set(err, ERR_INVALID, "'%s' is too long", text);
    memcpy(request.text, text, strlen(text));
    for (int tries = 2; tries > 0; tries--) {
        if (zygote_start(s, err) < 0)
            return err->code;
        if (ask(out, s, &request, fds))
            return 0;
        AUTO_FREE char *said = last_message(s);
        stop(s);
        if (tries == 1)
            err_set(
                err, ERR_EXTERNAL,
                "the process that starts workers has ended: %s: 'talkpress run' starts it again",
                said);
    }
    return err->code;
}

int zygote_fork(pid_t *out, struct zygote *s, const char *spec_path, int out_fd, int log_fd,
                struct err *err)
{
    const int fds[ZYGOTE_NB_FDS] = {out_fd, log_fd};
    struct zygote_answer answer = {0};
    if (ask_or_restart(&answer, s, ZYGOTE_START, spec_path, fds, err) < 0)
        return err->code;
    if (answer.pid < 0)
        return err_errno(err, answer.error, "cannot start a worker");
    *out = answer.pid;
    return 0;
}

void zygote_wait(int *status, struct rusage *used, struct zygote *s, pid_t pid)
{
    struct zygote_answer answer = {0};
    if (!ask(&answer, s, &(struct zygote_request){.wish = ZYGOTE_WAIT, .pid = pid}, NULL))
        answer.status = W_EXITCODE(0, SIGKILL);
    *status = answer.status;
    *used = answer.used;
}

int zygote_need_encoder(struct zygote *s, const char *encoder, const char *where, struct err *err)
{
    struct zygote_answer answer = {0};
    if (ask_or_restart(&answer, s, ZYGOTE_ENCODER, encoder, NULL, err) < 0)
        return err->code;
    if (!answer.found)
        return err_set(err, ERR_INVALID, "%s: this FFmpeg has no encoder '%s'", where, encoder);
    return 0;
}
