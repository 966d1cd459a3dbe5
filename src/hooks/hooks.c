#include "hooks.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "clock.h"
#include "event.h"
#include "fs.h"
#include "hook_document.h"
#include "hook_outcome.h"
#include "hook_process.h"
#include "hook_program.h"
#include "hooks_told.h"
#include "json.h"
#include "mem.h"

static const char *const names[NB_HOOKS] = {
    [HOOK_AFTER_IMPORT] = "after-import",
    [HOOK_NEEDS_PERSON] = "needs-person",
    [HOOK_AFTER_PUBLISH] = "after-publish",
    [HOOK_AFTER_RUN] = "after-run",
    [HOOK_FAILED] = "failed",
};

const char *hook_name(enum hook which)
{
    return names[which];
}

struct held_call {
    enum hook which;
    json_t *document, *told;
};

struct running_call {
    enum hook which;
    pid_t pid;   /* 0: it has ended */
    bool failed; /* known once it has ended */
};

struct hooks {
    const struct event *event;
    char *dir, *opened_at;
    bool held;
    struct held_call *calls; /* that wait for hooks_release */
    size_t nb_calls;
    struct running_call *running;
    size_t nb_running;
    const volatile sig_atomic_t *stop; /* NULL: nothing stops the wait */
    json_t *told[NB_HOOKS];            /* as far as this process knows; NULL: see the file */
    bool refused[NB_HOOKS];            /* the user knows that it is not run */
    bool complained[NB_HOOKS];         /* the user knows that it failed */
};

/* A hook's commands call no hooks: else 'talkpress run' in after-run would never end. */
struct hooks *hooks_open(const struct event *event)
{
    if (event->settings.hooks.off || getenv("TALKPRESS_HOOK"))
        return NULL;
    struct hooks *h = mem_zalloc(1, sizeof *h);
    *h = (struct hooks){
        .event = event, .dir = fs_join(event->dir, "hooks"), .opened_at = hook_outcome_now()};
    return h;
}

void hooks_hold(struct hooks *h)
{
    if (h)
        h->held = true;
}

void hooks_stop_at(struct hooks *h, const volatile sig_atomic_t *stop)
{
    if (h)
        h->stop = stop;
}

const struct event *hooks_event(const struct hooks *h)
{
    return h->event;
}

const char *hooks_opened_at(const struct hooks *h)
{
    return h->opened_at;
}

/* --- whether there is one --------------------------------------------------------------------- */

static bool make_folder(const struct hooks *h, struct err *err)
{
    AUTO_FREE char *folder = fs_join(h->event->work, "hooks");
    return fs_mkdirs(folder, err) == 0;
}

static void refuse(struct hooks *h, enum hook which, const struct err *why)
{
    struct err ignored = {0};
    AUTO_FREE char *now = hook_outcome_now();
    if (h->refused[which])
        return;
    h->refused[which] = h->complained[which] = true;
    fprintf(stderr, "talkpress: the hook '%s' is not called: %s\n", names[which], why->msg);
    if (make_folder(h, &ignored))
        hook_outcome_write(h->event->work, names[which], now,
                           &(struct hook_outcome){"refused", -1, 0, why->msg, 0});
}

/* The path of its program, a new string; NULL: there is none that may be run. */
static char *program_of(struct hooks *h, enum hook which)
{
    struct err err = {0};
    char *program = NULL;
    if (hook_program_find(&program, h->dir, names[which], &err) < 0)
        refuse(h, which, &err);
    return program;
}

bool hooks_wants(struct hooks *h, enum hook which)
{
    struct err gone = {0}; /* the event's folder: nothing is written there */
    if (!h || event_check(h->event, &gone) < 0)
        return false;
    AUTO_FREE char *program = program_of(h, which);
    return program != NULL;
}

/* --- what was told ---------------------------------------------------------------------------- */

static void set_told(struct hooks *h, enum hook which, json_t *told)
{
    json_decref(h->told[which]);
    h->told[which] = told;
}

void hooks_keep_told(struct hooks *h, enum hook which, json_t *told)
{
    struct err ignored = {0};
    if (make_folder(h, &ignored))
        hook_outcome_keep_told(h->event->work, names[which], told);
    set_told(h, which, told);
}

/* Notes which calls have ended. What a program did not take was not told. */
static void reap(struct hooks *h)
{
    for (size_t i = 0; i < h->nb_running; i++) {
        struct running_call *r = &h->running[i];
        int status = 0;
        const pid_t got = r->pid ? waitpid(r->pid, &status, WNOHANG) : 0;
        if (got > 0 && status) {
            r->failed = true;
            set_told(h, r->which, NULL);
        }
        if (got > 0 || (got < 0 && errno == ECHILD))
            r->pid = 0;
    }
}

const json_t *hooks_told(struct hooks *h, enum hook which)
{
    reap(h);
    AUTO_JSON *kept = hook_outcome_read(h->event->work, names[which], "told");
    if (!h->told[which] && kept)
        set_told(h, which, json_incref(kept));
    return h->told[which];
}

/* --- calls ------------------------------------------------------------------------------------ */

static void start(struct hooks *h, const struct held_call *c)
{
    struct err err = {0};
    pid_t pid;
    AUTO_FREE char *program = program_of(h, c->which);
    const struct hook_call call = {.name = names[c->which],
                                   .program = program,
                                   .dir = h->event->dir,
                                   .work = h->event->work,
                                   .seconds = h->event->settings.hooks.seconds,
                                   .document = c->document,
                                   .told = c->told};
    if (!program)
        return;
    if (!make_folder(h, &err) || hook_process_start(&pid, &call, &err) < 0) {
        refuse(h, c->which, &err);
        return;
    }
    h->running = mem_grow(h->running, h->nb_running, sizeof *h->running);
    h->running[h->nb_running++] = (struct running_call){c->which, pid, false};
    if (c->told)
        set_told(h, c->which, json_incref(c->told));
}

static void finish_call(struct held_call *c)
{
    json_decref(c->document);
    json_decref(c->told);
}

void hooks_forget_held(struct hooks *h, enum hook which)
{
    size_t nb = 0;
    for (size_t i = 0; i < h->nb_calls; i++)
        if (h->calls[i].which == which)
            finish_call(&h->calls[i]);
        else
            h->calls[nb++] = h->calls[i];
    h->nb_calls = nb;
}

static void hold(struct hooks *h, const struct held_call *call)
{
    if (call->told)
        hooks_forget_held(h, call->which);
    h->calls = mem_need(realloc(h->calls, (h->nb_calls + 1) * sizeof *h->calls));
    h->calls[h->nb_calls++] = *call;
}

void hooks_call_telling(struct hooks *h, enum hook which, json_t *document, json_t *told)
{
    struct held_call call = {which, document, told};
    if (!hooks_wants(h, which)) {
        finish_call(&call);
        return;
    }
    hook_document_complete(document, names[which], h->event);
    if (h->held) {
        hold(h, &call);
        return;
    }
    start(h, &call);
    finish_call(&call);
}

void hooks_call(struct hooks *h, enum hook which, json_t *document)
{
    hooks_call_telling(h, which, document, NULL);
}

void hooks_release(struct hooks *h)
{
    if (!h)
        return;
    h->held = false;
    for (size_t i = 0; i < h->nb_calls; i++) {
        start(h, &h->calls[i]);
        finish_call(&h->calls[i]);
    }
    free(h->calls);
    h->calls = NULL;
    h->nb_calls = 0;
}

/* --- the end ---------------------------------------------------------------------------------- */

static bool is_running(const struct hooks *h)
{
    for (size_t i = 0; i < h->nb_running; i++)
        if (h->running[i].pid)
            return true;
    return false;
}

/* A call that waited for another one goes on without this process. */
static void wait_for_all(struct hooks *h)
{
    enum { STEP_MS = 5 };
    double until_s = clock_now_s() + h->event->settings.hooks.seconds + 2 * HOOK_GRACE_S;
    bool stopped = false;
    for (reap(h); is_running(h) && clock_now_s() < until_s; reap(h)) {
        (void)poll(NULL, 0, STEP_MS);
        if (!stopped && h->stop && *h->stop) {
            const double soon_s = clock_now_s() + HOOKS_STOPPED_S;
            stopped = true;
            until_s = until_s < soon_s ? until_s : soon_s;
        }
    }
}

static void complain(struct hooks *h, enum hook which)
{
    AUTO_JSON *o = hook_outcome_read(h->event->work, names[which], "json");
    const char *message = json_get_string(o, "message", "work/hooks does not say why");
    if (h->complained[which])
        return;
    h->complained[which] = true;
    fprintf(stderr, "talkpress: the hook '%s' failed: %s\n", names[which], message);
}

void hooks_close_p(struct hooks **p)
{
    struct hooks *h = *p;
    *p = NULL;
    if (!h)
        return;
    hooks_release(h);
    wait_for_all(h);
    for (size_t i = 0; i < h->nb_running; i++)
        if (h->running[i].failed)
            complain(h, h->running[i].which);
    for (int i = 0; i < NB_HOOKS; i++)
        json_decref(h->told[i]);
    free(h->running);
    free(h->dir);
    free(h->opened_at);
    free(h);
}

/* --- for status ------------------------------------------------------------------------------- */

static json_t *state_of(const struct event *event, const char *dir, const char *name)
{
    struct err err = {0};
    AUTO_FREE char *program = NULL;
    AUTO_JSON *o = hook_outcome_read(event->work, name, "json");
    const char *state = json_get_string(o, "state", "new");
    const char *message = json_get_string(o, "message", NULL);
    if (hook_program_find(&program, dir, name, &err) < 0) {
        state = "refused";
        message = err.msg;
    } else if (strcmp(state, "refused") == 0) { /* since then it was mended */
        state = "new";
        message = NULL;
    }
    AUTO_FREE char *log = hook_outcome_path(event->work, name, "log");
    const bool called = strcmp(state, "new") != 0 && strcmp(state, "refused") != 0;
    return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o}", "hook", name, "state", state, "at",
                     json_text(called ? json_get_string(o, "at", NULL) : NULL), "seconds",
                     called ? json_real(json_get_number(o, "seconds", 0)) : json_null(), "message",
                     json_text(message), "output", json_text(called ? log : NULL));
}

json_t *hooks_states(const struct event *event)
{
    json_t *list = json_array();
    AUTO_FREE char *dir = fs_join(event->dir, "hooks");
    for (int i = 0; i < NB_HOOKS && !event->settings.hooks.off; i++)
        if (hook_program_exists(dir, names[i]))
            json_array_append_new(list, state_of(event, dir, names[i]));
    return list;
}
