#include "listening.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* If strangers fill the queue, a browser tries again only after a second. */
enum { BACKLOG = 1024 };

/* An address of either family. */
union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static int parse(union address *out, socklen_t *nb, const char *text, struct err *err)
{
    *out = (union address){0};
    if (inet_pton(AF_INET, text, &out->v4.sin_addr) == 1) {
        out->v4.sin_family = AF_INET;
        *nb = sizeof out->v4;
        return 0;
    }
    if (inet_pton(AF_INET6, text, &out->v6.sin6_addr) == 1) {
        out->v6.sin6_family = AF_INET6;
        *nb = sizeof out->v6;
        return 0;
    }
    return err_set(err, ERR_USAGE, "'%s' is not an address: write one as 192.168.1.7 or fd00::7",
                   text);
}

static bool is_loopback(const union address *a)
{
    return a->any.sa_family == AF_INET ? ntohl(a->v4.sin_addr.s_addr) >> 24 == 127
                                       : IN6_IS_ADDR_LOOPBACK(&a->v6.sin6_addr);
}

/* The link and the check of the Host header need one that others write. */
static int refuse_any(const union address *a, const char *text, struct err *err)
{
    const bool any = a->any.sa_family == AF_INET ? a->v4.sin_addr.s_addr == INADDR_ANY
                                                 : IN6_IS_ADDR_UNSPECIFIED(&a->v6.sin6_addr);
    return any ? err_set(err, ERR_USAGE,
                         "'%s' is no address that others can write: give the one by which they "
                         "reach this machine ('ip address' lists them)",
                         text)
               : 0;
}

static in_port_t *port_of(union address *a)
{
    return a->any.sa_family == AF_INET ? &a->v4.sin_port : &a->v6.sin6_port;
}

static int open_at(struct listening *out, union address *a, socklen_t nb, const char *text,
                   struct err *err)
{
    const int on = 1;
    const int port = ntohs(*port_of(a));
    out->fd = socket(a->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (out->fd < 0)
        return err_errno(err, errno, "cannot create a socket");
    (void)setsockopt(out->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (a->any.sa_family == AF_INET6)
        (void)setsockopt(out->fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (bind(out->fd, &a->any, nb) == 0 && listen(out->fd, BACKLOG) == 0 &&
        getsockname(out->fd, &a->any, &nb) == 0)
        return 0;
    if (errno == EADDRINUSE)
        return err_set(err, ERR_BUSY, "another program uses port %d of %s: choose another --port",
                       port, text);
    return err_errno(err, errno, "cannot listen on %s, port %d", text, port);
}

/* As browsers write it in the Host header, however the user did: "[fd00::7]" for FD00:0::7. */
static void name(struct listening *out, const union address *a)
{
    char text[INET6_ADDRSTRLEN] = "";
    const bool v6 = a->any.sa_family == AF_INET6;
    (void)inet_ntop(a->any.sa_family, v6 ? (const void *)&a->v6.sin6_addr : &a->v4.sin_addr, text,
                    sizeof text);
    snprintf(out->host, sizeof out->host, v6 ? "[%s]" : "%s", text);
}

int listening_open(struct listening *out, const char *address, int port, struct err *err)
{
    union address a;
    socklen_t nb = 0;
    const char *text = address ? address : "127.0.0.1";
    *out = (struct listening){.fd = -1};
    if (parse(&a, &nb, text, err) < 0)
        return err->code;
    *port_of(&a) = htons((uint16_t)port);
    if (open_at(out, &a, nb, text, err) < 0) {
        listening_close(out);
        return err->code;
    }
    out->port = ntohs(*port_of(&a));
    out->loopback = is_loopback(&a);
    name(out, &a);
    return 0;
}

void listening_close(struct listening *l)
{
    if (l->fd >= 0)
        close(l->fd);
    l->fd = -1;
}

int listening_check(const char *address, struct err *err)
{
    union address a;
    socklen_t nb;
    if (!address)
        return 0;
    return parse(&a, &nb, address, err) < 0 ? err->code : refuse_any(&a, address, err);
}
