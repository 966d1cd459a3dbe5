#include "review.h"

#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "browser.h"
#include "clock.h"
#include "event.h"
#include "json.h"
#include "mem.h"
#include "on_demand.h"
#include "plan.h"
#include "recordings.h"
#include "review_link.h"
#include "service.h"
#include "store.h"
#include "zygote.h"

enum { TICK_MS = 300 };

/* --- signals -----------------------------------------------------------------------------------
 */

/* The only global variable: a signal handler cannot reach anything else. */
static volatile sig_atomic_t stop_signal;

static void on_signal(int sig)
{
    stop_signal = sig;
}

static const int stop_signals[] = {SIGINT, SIGTERM, SIGHUP};
enum { NB_SIGNALS = sizeof stop_signals / sizeof *stop_signals };

static void catch_signals(struct sigaction *old)
{
    const struct sigaction catching = {.sa_handler = on_signal};
    for (int i = 0; i < NB_SIGNALS; i++)
        sigaction(stop_signals[i], &catching, &old[i]);
}

static void restore_signals(const struct sigaction *old)
{
    for (int i = 0; i < NB_SIGNALS; i++)
        sigaction(stop_signals[i], &old[i], NULL);
}

/* --- the door ----------------------------------------------------------------------------------
 */

/* Answers go nowhere until the next one is started. */
static void lose_door(struct service *s)
{
    door_process_stop(&s->door);
}

/* Pages connect again, and ask again. The next door counts its requests from 1, so nobody must get
 * what the last one's requests wait for. */
static void start_lost_door(struct service *s)
{
    if (s->door.socket >= 0)
        return;
    showing_cancel_all(s->showing);
    (void)!door_process_start(&s->door, &s->failed);
}

void service_answer(struct service *s, int64_t id, struct answer *a)
{
    struct err err = {0};
    const struct link_answer packet = {.id = id,
                                       .status = a->status,
                                       .fd = a->fd,
                                       .offset = a->offset,
                                       .length = a->length,
                                       .type = a->type,
                                       .etag = *a->etag ? a->etag : NULL,
                                       .cache = a->cache,
                                       .error = a->fd < 0 ? a->why.msg : NULL,
                                       .version = a->version};
    if (s->door.socket >= 0 && link_send_answer(s->door.socket, &packet, &err) < 0)
        lose_door(s);
    answer_finish(a);
}

void service_tell(struct service *s, const char *name, json_t *data)
{
    struct err err = {0};
    const struct link_event event = {.name = name, .data = data};
    int ret = s->door.socket < 0 ? 0 : link_send_event(s->door.socket, &event, &err);
    if (ret < 0 && err.code == ERR_INVALID) { /* too long: pages look at everything again */
        AUTO_JSON *none = json_object();
        const struct link_event reload = {.name = "reload", .data = none};
        err = (struct err){0};
        ret = link_send_event(s->door.socket, &reload, &err);
    }
    if (ret < 0)
        lose_door(s);
    json_decref(data);
}

void service_planned(struct service *s, double begin_s)
{
    s->planned_s = clock_now_s();
    s->planning_s = clock_cpu_s() - begin_s;
    malloc_trim(0); /* the program keeps what it frees (main.c), but a service waits for hours */
}

/* --- requests ----------------------------------------------------------------------------------
 */

/* False: it is made when it is asked for (showing.c). */
static bool answer_now(struct answer *out, struct service *s, const struct link_request *r)
{
    switch (r->wish) {
    case LINK_QUEUE:
        answer_queue(out, s);
        break;
    case LINK_PART:
        answer_part(out, s, r);
        break;
    case LINK_RECORDING:
        answer_recording(out, s, r);
        break;
    case LINK_JOURNAL:
        answer_journal(out, s, r);
        break;
    case LINK_DECIDE:
        answer_decide(out, s, r);
        break;
    case LINK_EXCHANGE:
        answer_exchange(out, s, r);
        break;
    case LINK_UNDO:
        answer_undo(out, s, r);
        break;
    case LINK_WAVEFORM:
        answer_waveform(out, s, r);
        break;
    case LINK_THUMBS:
    case LINK_PREVIEW:
    case LINK_PEAKS:
    case LINK_CAPTIONS:
    case LINK_NB_WISHES:
        return false;
    }
    return true;
}

static void take_request(struct service *s, const struct link_request *r)
{
    AUTO_ANSWER answer = ANSWER_NONE;
    if (r->cancel) {
        showing_cancel(s->showing, r->id);
    } else if (answer_now(&answer, s, r)) {
        service_answer(s, r->id, &answer);
    } else {
        showing_answer(s->showing, r);
    }
}

/* What waits in the socket, but not for ever: workers are looked after in between. */
static void take_requests(struct service *s)
{
    enum { AT_ONCE = 32 };
    for (int i = 0; i < AT_ONCE && s->door.socket >= 0; i++) {
        struct err err = {0};
        AUTO_LINK_REQUEST request = {0};
        const int got = link_receive_request(&request, s->door.socket, &err);
        if (got < 0)
            lose_door(s);
        if (got <= 0)
            return;
        take_request(s, &request);
    }
}

/* Decisions are copied soon, and many at once. What cannot be copied is copied after the next one,
 * or when the command ends, which says so. */
static void back_up(struct service *s)
{
    static const double after_s = 5;
    struct err ignored = {0};
    if (s->changed_s <= 0 || clock_now_s() - s->changed_s < after_s)
        return;
    s->changed_s = 0;
    (void)!store_backup(s->event->store, &ignored);
}

/* --- the loop ----------------------------------------------------------------------------------
 */

/* Plans some of the parts that the rows lack. */
static int plan_some(struct service *s, struct err *err)
{
    static const double most_s = 0.25;
    if (rows_add(&s->rows, s->plan, clock_now_s() + most_s, err) < 0)
        return err->code;
    if (s->rows.complete)
        service_planned(s, s->planning_s);
    return 0;
}

static int turn(struct service *s, struct pollfd *fds, struct err *err)
{
    int most_ms = TICK_MS;
    start_lost_door(s);
    const size_t nb = on_demand_expect(&fds[1], &most_ms, s->jobs);
    fds[0] = (struct pollfd){.fd = s->door.socket, .events = POLLIN};
    const int found = poll(fds, nb + 1, s->own_change || !s->rows.complete ? 0 : most_ms);
    if (found < 0 && errno != EINTR)
        return err_errno(err, errno, "cannot wait for requests");
    if (stop_signal)
        return 0;
    if (found > 0 && fds[0].revents)
        take_requests(s);
    on_demand_turn(s->jobs, &fds[1], found > 0 ? nb : 0);
    return s->rows.complete || s->own_change ? 0 : plan_some(s, err);
}

static int loop(struct service *s, struct err *err)
{
    double looked_s = clock_now_s();
    AUTO_FREE struct pollfd *fds = mem_zalloc(on_demand_most_fds(s->jobs) + 1, sizeof *fds);
    while (!stop_signal && err->code == 0) {
        if (turn(s, fds, err) < 0)
            break;
        if (s->own_change || clock_now_s() - looked_s >= TICK_MS / 1000.0) {
            looked_s = clock_now_s();
            if (event_check(s->event, err) == 0) {
                changes_look(s);
                changes_progress(s);
                back_up(s);
            }
        }
        if (s->failed.code && !err->code)
            *err = s->failed;
    }
    return err->code;
}

/* --- beginning and end -------------------------------------------------------------------------
 */

static void show(struct service *s, bool open)
{
    struct err err = {0};
    AUTO_FREE char *link = door_process_link(&s->door);
    if (!s->listening.loopback)
        fprintf(stderr,
                "talkpress: everybody who can reach %s and has the link can decide, and nothing "
                "is encrypted on its way\n",
                s->listening.host);
    printf("%s\nopen it in a browser; Ctrl-C ends it\n", link);
    fflush(stdout);
    if (open && browser_open(&s->opened, s->event->work, link, &err) < 0)
        fprintf(stderr, "talkpress: %s\n", err.msg);
}

/* The page is there while the event is planned. */
static int begin(struct service *s, const struct review_params *params, struct err *err)
{
    s->planning_s = clock_cpu_s();
    if (listening_open(&s->listening, params->listen, params->port, err) < 0 ||
        door_process_init(&s->door, &s->listening, s->event->settings.sandbox, err) < 0 ||
        zygote_start(s->zygote, err) < 0 || door_process_start(&s->door, err) < 0)
        return err->code;
    show(s, params->open);
    return recordings_refresh(s->event, err) < 0 || plan_load(s->plan, s->event, err) < 0
               ? err->code
               : plan_some(s, err);
}

int review_serve(struct event *event, struct zygote *zygote, const struct review_params *params,
                 struct err *err)
{
    AUTO_PLAN plan = {0};
    struct service s = {.plan = &plan,
                        .event = event,
                        .zygote = zygote,
                        .listening = {.fd = -1},
                        .door = {.socket = -1}};
    struct sigaction old[NB_SIGNALS];
    s.showing = showing_create(&s);
    const struct on_demand_user user = showing_user(s.showing);
    s.jobs = on_demand_create(s.event, zygote, &user);
    catch_signals(old);
    store_set_stop(s.event->store, &stop_signal);
    if (begin(&s, params, err) == 0)
        (void)loop(&s, err);
    store_set_stop(s.event->store, NULL);
    restore_signals(old);
    browser_forget(&s.opened);
    door_process_finish(&s.door);
    listening_close(&s.listening);
    on_demand_destroy(s.jobs);
    showing_destroy(s.showing);
    rows_finish(&s.rows);
    json_decref(s.progress);
    return err->code;
}

int review_check(const struct review_params *params, struct err *err)
{
    return listening_check(params->listen, err);
}
