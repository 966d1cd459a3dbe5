#include "door.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "door_parts.h"
#include "sandbox.h"

/* Paths and parameters that exist hold no character that is escaped. */
static size_t unescape(void *opaque, struct MHD_Connection *connection, char *text)
{
    size_t nb = 0;
    (void)opaque;
    (void)connection;
    while (text[nb])
        nb++;
    return nb;
}

/* Connections are accepted here (loop.c), so that libmicrohttpd needs no listening socket, and who
 * has to go for a new client is not left to it. Its own limit is never reached: it counts those
 * that are leaving too. */
static int start_http(struct door *door, struct err *err)
{
    enum { POOL_BYTES = 24 << 10, MOST = 2 * DOOR_MAX_CLIENTS };
    door->http = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
        exchange_handle, door, MHD_OPTION_CONNECTION_LIMIT, (unsigned)MOST,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)POOL_BYTES, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)DOOR_IDLE_S, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_SIGPIPE_HANDLED_BY_APP,
        1, MHD_OPTION_URI_LOG_CALLBACK, exchange_begin, door, MHD_OPTION_NOTIFY_COMPLETED,
        exchange_end, door, MHD_OPTION_NOTIFY_CONNECTION, client_notify, door,
        MHD_OPTION_UNESCAPE_CALLBACK, unescape, NULL, MHD_OPTION_END);
    door->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (!door->http || door->epoll < 0)
        return err_set(err, ERR_EXTERNAL, "libmicrohttpd cannot be started");
    return 0;
}

/* Ids of events differ from those of another run, or of a door that was started again. */
static struct ring *make_ring(void)
{
    unsigned char bytes[6];
    char run[2 * sizeof bytes + 1];
    if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes)
        snprintf((char *)bytes, sizeof bytes, "%d", (int)getpid() % 10000);
    str_hex(run, bytes, sizeof bytes);
    return ring_create(run);
}

/* Everything that takes a file or makes a descriptor comes before the sandbox. */
static int prepare(struct door *door, const char *folder, struct err *err)
{
    if (link_receive_hello(&door->hello, LINK_FD, err) < 0 ||
        pages_read(&door->pages, folder, err) < 0)
        return err->code;
    door->rules = (struct rules){.port = door->hello.port, .hello = &door->hello};
    door->ring = make_ring();
    door->now_s = clock_now_s();
    tzset(); /* else the first date asks for the time zone's file */
    if (fcntl(LINK_LISTEN_FD, F_SETFL, O_NONBLOCK) < 0)
        return err_errno(err, errno, "cannot use the listening socket");
    return start_http(door, err);
}

/* Descriptors up to that of epoll stay: the two that were given, and those of libmicrohttpd. */
static int shut_in(const struct door *door, pid_t service, struct err *err)
{
    enum { MEMORY = 60 << 20, MAX_FILES = 512 };
    struct sandbox_report report;
    struct sandbox_spec spec = {.profile = SANDBOX_DOOR,
                                .nb_kept = door->epoll - STDERR_FILENO,
                                .max_memory_bytes = MEMORY,
                                .max_open_files = MAX_FILES};
    if (!sandbox_mode_parse(&spec.mode, door->hello.sandbox))
        return err_set(err, ERR_INVALID, "the first packet: there is no such sandbox");
    return sandbox_enter(&report, &spec, service, err);
}

static void finish(struct door *door)
{
    if (door->http) {
        loop_end(door);
        MHD_stop_daemon(door->http);
    }
    if (door->epoll >= 0)
        close(door->epoll);
    pages_finish(&door->pages);
    ring_destroy(door->ring);
    link_hello_finish(&door->hello);
}

int door_serve(const char *folder, struct err *err)
{
    const pid_t service = getppid();
    (void)close_range(LINK_FD + 1, ~0U, 0);
    struct door door = {.epoll = -1};
    int ret = prepare(&door, folder, err);
    if (ret == 0)
        ret = shut_in(&door, service, err);
    if (ret == 0)
        ret = loop_run(&door, err);
    if (ret == ERR_CANCELLED) { /* the service has ended */
        *err = (struct err){0};
        ret = 0;
    }
    finish(&door);
    return ret;
}
