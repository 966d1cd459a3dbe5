#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "door_parts.h"

enum { MAX_EVENTS = 64, MAX_ACCEPTED = 16, MAX_PACKETS = 16 };

/* What an event of epoll belongs to: one of these, or a client. */
static char listening, service, http;

/* --- clients whose connection is suspended ---------------------------------------------------- */

void loop_watch(struct door *door, struct client *client)
{
    struct epoll_event event = {.events = EPOLLRDHUP | EPOLLONESHOT, .data.ptr = client};
    (void)epoll_ctl(door->epoll, EPOLL_CTL_ADD, client->fd, &event);
}

void loop_unwatch(struct door *door, struct client *client)
{
    (void)epoll_ctl(door->epoll, EPOLL_CTL_DEL, client->fd, NULL);
}

static void hang_up(struct door *door, struct client *client)
{
    struct exchange *x = client->exchange;
    if (!stream_abandon(door, client) && x && x->id && !x->answered && !x->gone)
        exchange_abandon(door, x);
}

/* --- the service ------------------------------------------------------------------------------ */

static int take_packet(struct door *door, bool *more, struct err *err)
{
    struct link_reply reply = {.answer.fd = -1};
    const int ret = link_receive_reply(&reply, LINK_FD, err);
    *more = ret == 1;
    if (ret == 1 && !reply.is_event) {
        exchange_answer(door, &reply);
        return 0;
    }
    if (ret == 1)
        stream_event(door, &reply.event);
    link_reply_finish(&reply);
    return ret < 0 ? ret : 0;
}

static int take_packets(struct door *door, struct err *err)
{
    bool more = true;
    int ret = 0;
    for (int i = 0; i < MAX_PACKETS && more && ret == 0; i++)
        ret = take_packet(door, &more, err);
    return ret;
}

/* --- connections ------------------------------------------------------------------------------ */

/* Not all at once: clients whose request is there are served in between. */
static void accept_some(struct door *door)
{
    for (int i = 0; i < MAX_ACCEPTED; i++) {
        const int fd = accept4(LINK_LISTEN_FD, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0)
            return;
        client_accept(door, fd);
    }
}

/* --- waiting ---------------------------------------------------------------------------------- */

static int add(const struct door *door, int fd, void *what, struct err *err)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = what};
    return epoll_ctl(door->epoll, EPOLL_CTL_ADD, fd, &event) == 0
               ? 0
               : err_errno(err, errno, "cannot wait for connections");
}

static int begin(struct door *door, struct err *err)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(door->http, MHD_DAEMON_INFO_EPOLL_FD);
    if (add(door, LINK_LISTEN_FD, &listening, err) < 0 || add(door, LINK_FD, &service, err) < 0)
        return err->code;
    return add(door, info->epoll_fd, &http, err);
}

/* Deadlines are looked at every second while there is somebody. */
static int wait_ms(struct door *door)
{
    enum { TICK_MS = 1000 };
    MHD_UNSIGNED_LONG_LONG ms;
    if (!door->clients)
        return -1;
    return MHD_get_timeout(door->http, &ms) == MHD_YES && ms < TICK_MS ? (int)ms : TICK_MS;
}

/* As long as there is something to send, up to a limit: events of the service must not come faster
 * than a browser that reads can be given them. */
static int run_http(struct door *door, struct err *err)
{
    enum { MOST = 32 };
    MHD_UNSIGNED_LONG_LONG ms = 0;
    for (int i = 0; i < MOST && ms == 0; i++)
        if (MHD_run(door->http) != MHD_YES)
            return err_set(err, ERR_EXTERNAL, "libmicrohttpd cannot go on");
        else if (MHD_get_timeout(door->http, &ms) != MHD_YES)
            break;
    door->nb_coming = 0; /* one that could not be taken in is not announced */
    return 0;
}

static int round_of(struct door *door, struct err *err)
{
    struct epoll_event events[MAX_EVENTS];
    bool comes = false, answers = false;
    const int nb = epoll_wait(door->epoll, events, MAX_EVENTS, wait_ms(door));
    if (nb < 0 && errno != EINTR)
        return err_errno(err, errno, "cannot wait for connections");
    door->now_s = clock_now_s();
    for (int i = 0; i < nb; i++) {
        const void *what = events[i].data.ptr;
        comes = comes || what == &listening;
        answers = answers || what == &service;
        if (what != &listening && what != &service && what != &http)
            hang_up(door, events[i].data.ptr); /* frees no client */
    }
    if (answers && take_packets(door, err) < 0)
        return err->code;
    if (comes)
        accept_some(door);
    client_expire(door);
    stream_tick(door);
    return run_http(door, err);
}

int loop_run(struct door *door, struct err *err)
{
    int ret = begin(door, err);
    while (ret == 0)
        ret = round_of(door, err);
    return ret;
}

/* libmicrohttpd can be stopped only while no connection is suspended. */
void loop_end(struct door *door)
{
    for (struct client *c = door->clients; c; c = c->next)
        hang_up(door, c);
    (void)MHD_run(door->http);
}
