#include <stdlib.h>
#include <string.h>

#include "door_parts.h"
#include "json.h"
#include "mem.h"

void *exchange_begin(void *opaque, const char *uri, struct MHD_Connection *connection)
{
    const struct door *door = opaque;
    struct exchange *x = mem_zalloc(1, sizeof *x);
    (void)uri;
    x->client = client_of(connection);
    x->client->exchange = x;
    x->client->deadline = door->now_s + DOOR_REQUEST_S;
    return x;
}

static void stop_waiting(struct door *door, struct exchange *x)
{
    struct exchange **place = &door->waiting;
    while (*place && *place != x)
        place = &(*place)->next;
    if (!*place)
        return;
    *place = x->next;
    door->nb_waiting--;
    loop_unwatch(door, x->client);
}

/* The service does not read: it gets no more requests, so that this one, which may be lost, does no
 * harm. */
static void cancel(const struct exchange *x)
{
    struct err ignored = {0};
    (void)!link_send_request(LINK_FD, &(struct link_request){.id = x->id, .cancel = true},
                             &ignored);
}

void exchange_end(void *opaque, struct MHD_Connection *connection, void **context,
                  enum MHD_RequestTerminationCode why)
{
    struct door *door = opaque;
    struct exchange *x = *context;
    (void)connection;
    (void)why;
    if (!x)
        return;
    stop_waiting(door, x);
    x->client->exchange = NULL;
    if (!x->client->leaving)
        x->client->deadline = door->now_s + DOOR_IDLE_S;
    link_reply_finish(&x->reply);
    str_finish(&x->body);
    free(x);
    *context = NULL;
}

/* --- the head --------------------------------------------------------------------------------- */

/* Who opens the link has no cookie yet, and may come from a mail or a file. The other rules that
 * come before that of the cookie were kept. */
static bool has_link(const struct door *door, enum rules_verdict verdict, const struct route *route)
{
    const bool opens =
        verdict == RULES_KNOWN || verdict == RULES_STRANGER || verdict == RULES_FOREIGN;
    return opens && route->kind == ROUTE_PAGE && route->token &&
           rules_is_token(&door->rules, route->token);
}

/* A page for a person, JSON for a script. */
static enum MHD_Result refuse(struct MHD_Connection *connection, const char *url,
                              enum rules_verdict verdict)
{
    const int status = rules_status(verdict);
    const char *text = rules_text(verdict);
    return strncmp(url, "/api/", 5) == 0 ? response_error(connection, status, text)
                                         : response_stranger(connection, status, text);
}

static enum MHD_Result refuse_route(struct MHD_Connection *connection, int status,
                                    const struct route *route)
{
    if (status == 405)
        return response_wrong_method(connection, route->allowed);
    return response_error(connection, status,
                          status == 404 ? "there is nothing at this address"
                                        : "this address does not take such a parameter");
}

/* Looks at the head of the request, before its body is read. What is refused here is answered at
 * once. *go_on: the request is fine. */
static enum MHD_Result check(struct door *door, struct exchange *x,
                             struct MHD_Connection *connection, const char *url, const char *method,
                             bool *go_on)
{
    struct head head;
    struct route_parameter parameters[ROUTE_MAX_PARAMETERS];
    size_t nb;
    head_read(&head, connection, method);
    head_parameters(parameters, &nb, connection);
    const bool many = nb > ROUTE_MAX_PARAMETERS;
    const int status = route_find(&x->route, method, url, parameters, many ? 0 : nb);
    const enum rules_verdict verdict = rules_check(&door->rules, &head.rules);
    if (status == 0 && has_link(door, verdict, &x->route))
        return response_welcome(connection, &door->rules, verdict == RULES_FOREIGN);
    if (verdict != RULES_KNOWN)
        return refuse(connection, url, verdict);
    x->client->known = true;
    if (status != 0 || many)
        return refuse_route(connection, status ? status : 400, &x->route);
    if (x->route.token)
        return refuse(connection, url, RULES_STRANGER);
    if (rules_body_bytes(&head.rules) > x->route.max_body_bytes)
        return response_error(connection, 413, "the request is too long");
    *go_on = true;
    return MHD_YES;
}

/* --- the service ------------------------------------------------------------------------------ */

static enum MHD_Result ask(struct door *door, struct exchange *x, struct MHD_Connection *connection)
{
    enum { MAX_VALUES = 1 << 15 };
    struct err err = {0};
    struct link_request request = x->route.request;
    AUTO_JSON *body = NULL;
    if (x->route.max_body_bytes > 0 &&
        json_read_limited(&body, x->body.s ? x->body.s : "", x->body.len, MAX_VALUES, "the request",
                          &err) < 0)
        return response_error(connection, 400, err.msg);
    if (door->nb_waiting >= DOOR_MAX_WAITING)
        return response_error(connection, 503, "too many requests wait; try again");
    request.id = ++door->last_id;
    request.body = body;
    if (link_send_request(LINK_FD, &request, &err) < 0)
        return err.code == ERR_INVALID
                   ? response_error(connection, 413, "the request is too long")
                   : response_error(connection, 503, "the review is busy; try again");
    x->id = request.id;
    x->next = door->waiting;
    door->waiting = x;
    door->nb_waiting++;
    MHD_suspend_connection(connection);
    loop_watch(door, x->client);
    return MHD_YES;
}

void exchange_answer(struct door *door, struct link_reply *reply)
{
    struct exchange *x = door->waiting;
    while (x && x->id != reply->answer.id)
        x = x->next;
    if (!x) { /* nobody waits any more */
        link_reply_finish(reply);
        return;
    }
    stop_waiting(door, x);
    x->reply = *reply;
    x->answered = true;
    MHD_resume_connection(x->client->connection);
}

void exchange_abandon(struct door *door, struct exchange *x)
{
    cancel(x);
    stop_waiting(door, x);
    x->gone = true;
    MHD_resume_connection(x->client->connection);
}

/* --- the answer ------------------------------------------------------------------------------- */

static enum MHD_Result give(struct exchange *x, struct MHD_Connection *connection,
                            const char *method)
{
    struct head head;
    struct link_answer *answer = &x->reply.answer;
    head_read(&head, connection, method);
    if (answer->fd >= 0)
        return response_file(connection, answer, &head);
    return answer->version && answer->status == 409
               ? response_stale(connection, answer->error, answer->version)
               : response_error(connection, answer->status, answer->error);
}

/* The request is there in full. */
static enum MHD_Result serve(struct door *door, struct exchange *x,
                             struct MHD_Connection *connection, const char *method)
{
    struct head head;
    x->client->deadline = 0;
    if (x->gone)
        return MHD_NO;
    if (x->answered)
        return give(x, connection, method);
    head_read(&head, connection, method);
    if (x->route.kind == ROUTE_ASK)
        return ask(door, x, connection);
    if (x->route.kind == ROUTE_EVENTS)
        return stream_begin(door, x, head.last_event_id);
    const struct page *page = pages_find(&door->pages, x->route.page);
    return page ? response_page(connection, page, &head)
                : response_error(connection, 404, "there is nothing at this address");
}

/* libmicrohttpd calls this with the head, then with each piece of the body, then, and after each
 * time that the connection was suspended, with nothing. */
enum MHD_Result exchange_handle(void *opaque, struct MHD_Connection *connection, const char *url,
                                const char *method, const char *version, const char *upload,
                                size_t *nb_upload, void **context)
{
    struct door *door = opaque;
    struct exchange *x = *context;
    bool go_on = false;
    (void)version;
    if (!x)
        return MHD_NO;
    if (!x->begun) {
        x->begun = true;
        const enum MHD_Result checked = check(door, x, connection, url, method, &go_on);
        if (!go_on)
            x->client->deadline = 0;
        return checked;
    }
    if (*nb_upload == 0)
        return serve(door, x, connection, method);
    if (*nb_upload > x->route.max_body_bytes - x->body.len)
        return MHD_NO; /* more than the length that it stated */
    str_add_bytes(&x->body, upload, *nb_upload);
    *nb_upload = 0;
    return MHD_YES;
}
