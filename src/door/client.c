#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "door_parts.h"
#include "mem.h"

/* What is said to a client whose request is not read to its end, as far as its socket takes it. */
static void say(int fd, const char *status)
{
    AUTO_FREE char *text = mem_printf("HTTP/1.1 %s\r\nContent-Length: 0\r\nConnection: close\r\n"
                                      "Cache-Control: no-store\r\nRetry-After: 1\r\n\r\n",
                                      status);
    (void)!send(fd, text, strlen(text), MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* libmicrohttpd closes it in its next round. */
static void shut(struct door *door, struct client *client, const char *status)
{
    if (status)
        say(client->fd, status);
    shutdown(client->fd, SHUT_RDWR);
    client->leaving = true;
    client->deadline = 0;
    door->nb_clients--;
}

static void come(struct door *door, struct MHD_Connection *connection, void **context)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct client *client = mem_zalloc(1, sizeof *client);
    *client = (struct client){.next = door->clients,
                              .connection = connection,
                              .fd = info->connect_fd,
                              .since = door->now_s,
                              .deadline = door->now_s + DOOR_REQUEST_S};
    door->clients = client;
    door->nb_clients++;
    if (door->nb_coming > 0)
        door->nb_coming--;
    *context = client;
}

static void go(struct door *door, struct client *client)
{
    struct client **place = &door->clients;
    while (*place && *place != client)
        place = &(*place)->next;
    if (*place)
        *place = client->next;
    if (!client->leaving)
        door->nb_clients--;
    free(client);
}

void client_notify(void *opaque, struct MHD_Connection *connection, void **context,
                   enum MHD_ConnectionNotificationCode code)
{
    struct door *door = opaque;
    if (code == MHD_CONNECTION_NOTIFY_STARTED)
        come(door, connection, context);
    else if (*context)
        go(door, *context);
}

struct client *client_of(struct MHD_Connection *connection)
{
    return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

/* --- too many --------------------------------------------------------------------------------- */

/* Whether it may be ended to make room: its request is not there yet, so that nothing is lost. */
static bool is_spare(const struct client *client)
{
    return !client->leaving && client->deadline > 0;
}

/* The one that came first of those that have not shown the cookie; else of those that wait between
 * two requests, as browsers keep connections. New clients are at the front of the list. */
static struct client *find_spare(const struct door *door)
{
    struct client *spare = NULL;
    for (struct client *c = door->clients; c; c = c->next)
        if (is_spare(c) && (!spare || !c->known || spare->known))
            spare = c;
    return spare;
}

/* Strangers can fill all places, but not hold them: who has waited longest goes first. */
void client_accept(struct door *door, int fd)
{
    struct sockaddr_storage address = {.ss_family = AF_INET};
    if (door->nb_clients + door->nb_coming >= DOOR_MAX_CLIENTS) {
        struct client *spare = find_spare(door);
        if (!spare) {
            say(fd, "503 Service Unavailable");
            close(fd);
            return;
        }
        shut(door, spare, "503 Service Unavailable");
    }
    door->nb_coming++;
    (void)MHD_add_connection(door->http, fd, (const struct sockaddr *)&address,
                             sizeof(struct sockaddr_in)); /* it closes fd if it fails */
}

void client_expire(struct door *door)
{
    for (struct client *c = door->clients; c; c = c->next)
        if (is_spare(c) && door->now_s >= c->deadline)
            shut(door, c, c->exchange ? "408 Request Timeout" : NULL);
}
