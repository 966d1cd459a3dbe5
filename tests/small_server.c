#include "small_server.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mem.h"

/* Also what is not HTTP, as TLS, whose first byte is no letter: it is answered at once. */
static bool is_whole(const char *request)
{
    return strstr(request, "\r\n\r\n") || (*request && *request < 'A');
}

static void take_request(int fd, struct small_server_shared *s)
{
    size_t nb = 0;
    ssize_t got;
    char request[sizeof s->request] = "";
    while (nb + 1 < sizeof request && !is_whole(request) &&
           (got = read(fd, request + nb, sizeof request - nb - 1)) > 0)
        request[nb += (size_t)got] = '\0';
    memcpy(s->request, request, sizeof request);
    s->nb_requests++;
}

static void serve(int listening, struct small_server_shared *s)
{
    for (;;) {
        const int fd = accept(listening, NULL, NULL);
        take_request(fd, s);
        while (write(fd, s->answer, s->nb_bytes) > 0 && s->then == SMALL_SERVER_REPEAT)
            ;
        if (s->then != SMALL_SERVER_HANG)
            close(fd);
    }
}

void small_server_start(struct small_server *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    server->shared = mmap(NULL, sizeof *server->shared, PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (server->shared == MAP_FAILED || bind(fd, (struct sockaddr *)&address, size) < 0 ||
        listen(fd, 8) < 0 || getsockname(fd, (struct sockaddr *)&address, &size) < 0)
        abort();
    server->port = ntohs(address.sin_port);
    server->pid = fork();
    if (server->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        signal(SIGPIPE, SIG_IGN);
        serve(fd, server->shared);
    }
    close(fd);
}

void small_server_stop(struct small_server *server)
{
    kill(server->pid, SIGKILL);
    waitpid(server->pid, NULL, 0);
    munmap(server->shared, sizeof *server->shared);
}

void small_server_answer(struct small_server *server, const char *head, const char *body,
                         enum small_server_then then)
{
    struct small_server_shared *s = server->shared;
    s->nb_bytes = (size_t)snprintf(s->answer, sizeof s->answer, "%s\r\n\r\n%s", head, body);
    s->then = then;
}

char *small_server_url(const struct small_server *server, const char *path)
{
    return mem_printf("http://127.0.0.1:%d/%s", server->port, path);
}
