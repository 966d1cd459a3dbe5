#include "zygote_process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "encoder.h"
#include "worker.h"
#include "zygote_protocol.h"

/* Receives the next request and its descriptors. Returns false when the socket is closed. */
static bool receive(struct zygote_request *out, int *fds)
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(ZYGOTE_NB_FDS * sizeof(int))];
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
    if (got > 0 && out->wish == ZYGOTE_START &&
        (!header || header->cmsg_len != CMSG_LEN(ZYGOTE_NB_FDS * sizeof *fds)))
        return false;
    if (header)
        memcpy(fds, CMSG_DATA(header), ZYGOTE_NB_FDS * sizeof *fds);
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

static void wait_for(struct zygote_answer *answer, pid_t pid)
{
    pid_t ended;
    while ((ended = wait4(pid, &answer->status, 0, &answer->used)) < 0 && errno == EINTR)
        ;
    if (ended < 0) /* a worker of an earlier zygote, which was killed with it */
        answer->status = W_EXITCODE(0, SIGKILL);
}

int zygote_serve(void)
{
    struct zygote_request request = {0};
    int fds[ZYGOTE_NB_FDS] = {0};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NAME, "talkpress");
    for (; receive(&request, fds); request = (struct zygote_request){0}) {
        struct zygote_answer answer = {.pid = request.pid};
        switch (request.wish) {
        case ZYGOTE_START:
            answer.pid = fork();
            answer.error = errno;
            if (answer.pid == 0)
                return become_worker(request.text, fds);
            close(fds[0]);
            close(fds[1]);
            break;
        case ZYGOTE_WAIT:
            wait_for(&answer, request.pid);
            break;
        case ZYGOTE_ENCODER:
            answer.found = encoder_known(request.text);
            break;
        }
        if (!zygote_send(STDIN_FILENO, &answer, sizeof answer, NULL))
            break;
    }
    return 0;
}
