#include "review_link.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#include "mem.h"

enum { SOCKET_BYTES = 1 << 20, SEND_S = 2 };

/* The kernel may allow less room than this, but always enough for one packet. */
static void prepare_end(int fd)
{
    const int room = SOCKET_BYTES;
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
}

int link_make(int *service, int *door, struct err *err)
{
    int ends[2];
    const struct timeval most = {.tv_sec = SEND_S};
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return err_errno(err, errno, "cannot make a socket");
    prepare_end(ends[0]);
    prepare_end(ends[1]);
    (void)setsockopt(ends[0], SOL_SOCKET, SO_SNDTIMEO, &most, sizeof most);
    *service = ends[0];
    *door = ends[1];
    return 0;
}

/* --- sending ---------------------------------------------------------------------------------- */

union control {
    struct cmsghdr header;
    char room[CMSG_SPACE(sizeof(int))];
};

static int failed(int errnum, struct err *err)
{
    if (errnum == EAGAIN || errnum == EWOULDBLOCK)
        return err_set(err, ERR_BUSY, "the other process of the review does not read");
    if (errnum == EPIPE || errnum == ECONNRESET)
        return err_set(err, ERR_CANCELLED, "the other process of the review has ended");
    return err_errno(err, errnum, "cannot reach the other process of the review");
}

/* Sends the text, which it frees, with the descriptor unless that is -1. */
static int send_text(int fd, char *text, int passed, int flags, struct err *err)
{
    AUTO_FREE char *packet = text;
    union control control = {0};
    struct iovec part = {packet, strlen(packet)};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (part.iov_len > LINK_PACKET_BYTES)
        return err_set(err, ERR_INVALID, "a packet of %zu bytes is too long", part.iov_len);
    if (passed >= 0) {
        message.msg_control = &control;
        message.msg_controllen = sizeof control;
        control.header = (struct cmsghdr){
            .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(int))};
        memcpy(CMSG_DATA(&control.header), &passed, sizeof passed);
    }
    ssize_t sent;
    while ((sent = sendmsg(fd, &message, MSG_NOSIGNAL | flags)) < 0 && errno == EINTR)
        ;
    return sent < 0 ? failed(errno, err) : 0;
}

int link_send_hello(int fd, const struct link_hello *hello, struct err *err)
{
    return send_text(fd, link_hello_text(hello), -1, 0, err);
}

int link_send_request(int fd, const struct link_request *request, struct err *err)
{
    return send_text(fd, link_request_text(request), -1, MSG_DONTWAIT, err);
}

int link_send_answer(int fd, const struct link_answer *answer, struct err *err)
{
    return send_text(fd, link_answer_text(answer), answer->fd, 0, err);
}

int link_send_event(int fd, const struct link_event *event, struct err *err)
{
    return send_text(fd, link_event_text(event), -1, 0, err);
}

/* --- receiving -------------------------------------------------------------------------------- */

/* The descriptor that came with the message, or -1. The other side may have passed more: what is
 * aligned has room for two, and the kernel closes only those for which there is none. */
static int passed(struct msghdr *message)
{
    int fd = -1;
    const struct cmsghdr *head = CMSG_FIRSTHDR(message);
    if (!head || head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS)
        return -1;
    for (size_t at = CMSG_LEN(0); at + sizeof fd <= head->cmsg_len; at += sizeof fd) {
        if (fd >= 0)
            close(fd);
        memcpy(&fd, (const char *)head + at, sizeof fd);
    }
    return fd;
}

/* 1 and the packet, which the caller frees; 0: none is there. */
static int receive(char **out, size_t *nb, int *fd, int from, int flags, struct err *err)
{
    union control control = {0};
    AUTO_FREE char *text = mem_zalloc(LINK_PACKET_BYTES + 1, 1);
    struct iovec part = {text, LINK_PACKET_BYTES};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof control};
    ssize_t got;
    while ((got = recvmsg(from, &message, flags | MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR)
        ;
    if (got < 0)
        return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : failed(errno, err);
    *fd = passed(&message);
    if (got > 0 && !(message.msg_flags & MSG_TRUNC)) {
        *out = mem_take(&text);
        *nb = (size_t)got;
        return 1;
    }
    if (*fd >= 0)
        close(*fd);
    return got == 0 ? failed(EPIPE, err) : err_set(err, ERR_INVALID, "a packet is too long");
}

int link_receive_hello(struct link_hello *out, int fd, struct err *err)
{
    AUTO_FREE char *text = NULL;
    size_t nb = 0;
    int came = -1;
    const int ret = receive(&text, &nb, &came, fd, 0, err);
    if (came >= 0)
        close(came);
    return ret == 1 && link_hello_read(out, text, nb, err) < 0 ? err->code : ret;
}

int link_receive_request(struct link_request *out, int fd, struct err *err)
{
    AUTO_FREE char *text = NULL;
    size_t nb = 0;
    int came = -1;
    const int ret = receive(&text, &nb, &came, fd, MSG_DONTWAIT, err);
    if (came >= 0) /* the door has none to give */
        close(came);
    return ret == 1 && link_request_read(out, text, nb, err) < 0 ? err->code : ret;
}

int link_receive_reply(struct link_reply *out, int fd, struct err *err)
{
    AUTO_FREE char *text = NULL;
    size_t nb = 0;
    int came = -1;
    const int ret = receive(&text, &nb, &came, fd, MSG_DONTWAIT, err);
    return ret == 1 && link_reply_read(out, text, nb, came, err) < 0 ? err->code : ret;
}
