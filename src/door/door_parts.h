/* What the parts of the door share: its state, and who calls whom. Inner header.
 *
 *     loop.c      waits; accepts connections; takes the service's packets
 *     client.c    connections: how many, since when, who must go
 *     exchange.c  one request and its answer, from the first line to the last byte
 *     head.c      the head of a request, as rules.h and routes.h want it
 *     response.c  answers, and the headers that all of them have
 *     stream.c    GET /api/events
 */
#pragma once

#include <microhttpd.h>
#include <stdbool.h>
#include <stdint.h>

#include "pages.h"
#include "review_link.h"
#include "ring.h"
#include "routes.h"
#include "rules.h"

enum {
    DOOR_MAX_CLIENTS = 64,
    DOOR_MAX_WAITING = 32, /* requests that the service has not answered */
    DOOR_MAX_STREAMS = 16,
    DOOR_IDLE_S = 30,    /* without a byte, or between two requests */
    DOOR_REQUEST_S = 10, /* from a request's first line to its last byte */
    DOOR_COMMENT_S = 15,
};

struct stream;
struct exchange;

/* A connection. Owned by the list in struct door; made and freed by client_notify. */
struct client {
    struct client *next;
    struct MHD_Connection *connection;
    int fd;                    /* libmicrohttpd's */
    bool known;                /* a request of it passed the rules */
    bool leaving;              /* it was shut down, and goes with the next round */
    double since;              /* when it came */
    double deadline;           /* when the present request must be there; 0: it is */
    struct exchange *exchange; /* the present request; or NULL */
};

/* A request. Made with its first line, freed when it is over. */
struct exchange {
    struct exchange *next; /* in the list of those that wait for the service */
    struct client *client;
    bool begun; /* its head was looked at */
    struct route route;
    struct str body;
    int64_t id;    /* given to the service; 0: not asked yet */
    bool answered; /* reply is there */
    bool gone;     /* nobody waits for the answer any more */
    struct link_reply reply;
};

struct door {
    struct link_hello hello;
    struct rules rules;
    struct pages pages;
    struct ring *ring;
    struct MHD_Daemon *http;
    int epoll;
    bool ended; /* the service has */
    double now_s;
    struct client *clients;
    int nb_clients; /* without those that are leaving */
    int nb_coming;  /* given to libmicrohttpd, which from 1.0 on takes them in its next round */
    struct exchange *waiting;
    int nb_waiting;
    int64_t last_id;
    struct stream *streams;
    int nb_streams;
};

/* --- loop.c --- */
int loop_run(struct door *door, struct err *err);
void loop_end(struct door *door); /* gives up what waits */
/* Watches a suspended connection: its client may go while nothing else looks. Ends with the first
 * event, or when the connection is closed. */
void loop_watch(struct door *door, struct client *client);
void loop_unwatch(struct door *door, struct client *client);

/* --- client.c --- */
void client_notify(void *door, struct MHD_Connection *connection, void **context,
                   enum MHD_ConnectionNotificationCode code);
struct client *client_of(struct MHD_Connection *connection);
/* Takes a connection that was accepted, or refuses it. */
void client_accept(struct door *door, int fd);
/* Ends connections whose time is over. */
void client_expire(struct door *door);

/* --- exchange.c --- */
void *exchange_begin(void *door, const char *uri, struct MHD_Connection *connection);
enum MHD_Result exchange_handle(void *door, struct MHD_Connection *connection, const char *url,
                                const char *method, const char *version, const char *upload,
                                size_t *nb_upload, void **context);
void exchange_end(void *door, struct MHD_Connection *connection, void **context,
                  enum MHD_RequestTerminationCode why);
/* Gives the reply, which it takes over, to the request that waits for it. */
void exchange_answer(struct door *door, struct link_reply *reply);
/* The client went away while the request was at the service. */
void exchange_abandon(struct door *door, struct exchange *exchange);

/* --- head.c --- */
struct head {
    struct rules_head rules;
    const char *range, *if_range, *if_none_match, *last_event_id;
};
void head_read(struct head *out, struct MHD_Connection *connection, const char *method);
/* *nb: how many there are; at most ROUTE_MAX_PARAMETERS are read. */
void head_parameters(struct route_parameter *out, size_t *nb, struct MHD_Connection *connection);

/* --- response.c --- */
/* Send an answer. They return what a handler of libmicrohttpd returns. */
enum MHD_Result response_error(struct MHD_Connection *connection, int status, const char *text);
enum MHD_Result response_stale(struct MHD_Connection *connection, const char *text,
                               const char *version);
enum MHD_Result response_wrong_method(struct MHD_Connection *connection, const char *allowed);
enum MHD_Result response_stranger(struct MHD_Connection *connection, int status, const char *text);
/* Sets the cookie and leads to the page. foreign: another page led here. */
enum MHD_Result response_welcome(struct MHD_Connection *connection, const struct rules *rules,
                                 bool foreign);
enum MHD_Result response_page(struct MHD_Connection *connection, const struct page *page,
                              const struct head *head);
enum MHD_Result response_file(struct MHD_Connection *connection, struct link_answer *answer,
                              const struct head *head);
/* Adds the headers of all answers and queues the response, which it takes over. */
enum MHD_Result response_send(struct MHD_Connection *connection, int status,
                              struct MHD_Response *response, const char *type, const char *cache);

/* --- stream.c --- */
enum MHD_Result stream_begin(struct door *door, struct exchange *exchange, const char *last_id);
void stream_event(struct door *door, const struct link_event *event);
/* Sends comments where none was sent for long. */
void stream_tick(struct door *door);
/* The client of a stream that is asleep has gone. False: the client has no stream. */
bool stream_abandon(struct door *door, const struct client *client);
