#include "pilot.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "beats.h"
#include "claims.h"
#include "clock.h"
#include "err.h"
#include "fs.h"
#include "json.h"
#include "mem.h"
#include "pilot_jobs.h"
#include "pilot_self.h"
#include "queue.h"
#include "sandbox.h"
#include "terms.h"
#include "zygote.h"

enum { POLL_MS = 50 };
/* After SIGUSR1: what will not end within this time is given back. Engines send the signal two
 * minutes before the end. */
static const double notice_s = 100;
/* How long a network disk may take to show what the coordinator wrote before it started this. */
static const double appear_s = 10;

struct pilot {
    const char *queue;
    struct pilot_self self;
    struct terms terms;
    struct zygote *zygote;
    struct pilot_jobs *jobs;
    struct silence coordinator;
    enum pilot_state state;
    char *why; /* it ends */
    int64_t beat;
    double beat_s, worked_s;
    double looked_s; /* when it looked whether it should stop */
    bool nears_end;  /* its time is nearly over: it takes no more jobs */
    char *refusal;   /* it cannot do such jobs, and takes no more; NULL: it can */
};

/* --- signals ---------------------------------------------------------------------------------- */

/* Of the process: a handler cannot reach anything else. */
static volatile sig_atomic_t near_end, at_end;

static void on_notice(int sig)
{
    (void)sig;
    near_end = 1;
}

static void on_end(int sig)
{
    at_end = sig;
}

static void catch_signals(void)
{
    const struct sigaction notice = {.sa_handler = on_notice}, ending = {.sa_handler = on_end};
    const int ends[] = {SIGTERM, SIGINT, SIGHUP, SIGXCPU};
    sigaction(SIGUSR1, &notice, NULL);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        sigaction(ends[i], &ending, NULL);
}

/* --- beats ------------------------------------------------------------------------------------ */

/* Is not written while the disk fails: then the others think that this pilot is lost. */
static void beat(struct pilot *p)
{
    struct err failed = {0};
    struct pilot_beat b = {
        .beat = ++p->beat,
        .node = p->self.node,
        .task = p->self.task,
        .cores = p->self.cores,
        .memory_mb = p->self.memory_mb,
        .sandbox = p->self.sandbox,
        .sandbox_whole = p->self.sandbox_whole || p->terms.sandbox == SANDBOX_OFF,
        .state = p->state,
        .why = p->why,
    };
    p->beat_s = clock_now_s();
    if (p->jobs)
        pilot_jobs_describe(&b, p->jobs);
    if (pilot_beat_write(p->queue, p->self.name, &b, &failed) < 0)
        fprintf(stderr, "talkpress: %s\n", failed.msg);
    free(b.running);
}

/* Decides to end; the first reason counts. */
static void end_because(struct pilot *p, enum pilot_state state, const char *why)
{
    if (p->why)
        return;
    p->state = state;
    p->why = mem_strdup(why);
}

/* --- admission -------------------------------------------------------------------------------- */

static int wait_for_terms(struct pilot *p, struct err *err)
{
    enum { REST_US = 200000 };
    const double until_s = clock_now_s() + appear_s;
    for (;;) {
        struct err absent = {0};
        if (terms_read(&p->terms, p->queue, &absent) == 0)
            return 0;
        if (clock_now_s() > until_s || at_end || queue_stops(p->queue))
            return err_set(err, absent.code, "%s: no run works with this queue", absent.msg);
        usleep(REST_US);
    }
}

static int check_terms(const struct pilot *p, struct err *err)
{
    AUTO_JSON *programs = NULL;
    if (terms_check_disk(&p->terms, p->queue, err) < 0 || terms_programs(&programs, err) < 0 ||
        terms_compare(&p->terms, programs, err) < 0)
        return err->code;
    return p->terms.sandbox == SANDBOX_REQUIRE && !p->self.sandbox_whole
               ? err_set(err, ERR_INVALID,
                         "its sandbox is not whole (%s), and the settings require that",
                         p->self.sandbox)
               : 0;
}

static int enter(struct pilot *p, struct err *err)
{
    AUTO_FREE char *folder = pilot_folder(p->queue, p->self.name);
    if (wait_for_terms(p, err) < 0 || fs_mkdirs(folder, err) < 0)
        return err->code;
    beat(p);
    return check_terms(p, err);
}

/* --- work ------------------------------------------------------------------------------------- */

/* Whether the coordinator is there, and is that of this run. */
static void listen_to_coordinator(struct pilot *p, double now_s, double passed_s)
{
    AUTO_RUN_BEAT run = {0};
    if (passed_s > 3 * PILOT_BEAT_MS / 1000.0)
        silence_excuse(&p->coordinator, passed_s); /* this process was stopped */
    const bool found = run_beat_read(&run, p->queue);
    if (found && strcmp(run.run, p->terms.run) != 0)
        end_because(p, PILOT_ENDS, "another run has begun");
    const double silent_s =
        silence_note(&p->coordinator, found ? run.beat : p->coordinator.beat, now_s);
    if (silent_s > p->terms.silent_s)
        end_because(p, PILOT_ENDS, "the coordinator is silent");
}

/* More often than it beats: the coordinator waits for it. */
static void look_for_stop(struct pilot *p, double now_s)
{
    static const double every_s = 0.25;
    if (now_s - p->looked_s < every_s)
        return;
    p->looked_s = now_s;
    if (queue_stops(p->queue))
        end_because(p, PILOT_ENDS, "the coordinator stops the run");
}

static void note_signals(struct pilot *p)
{
    if (at_end)
        end_because(p, PILOT_ENDS, "its time is over");
    if (!near_end || p->nears_end)
        return;
    p->nears_end = true;
    pilot_jobs_give_back_long(p->jobs, notice_s);
}

static void note_idle(struct pilot *p, double now_s)
{
    if (pilot_jobs_nb(p->jobs))
        p->worked_s = now_s;
    else if (p->refusal)
        end_because(p, PILOT_REFUSES, p->refusal);
    else if (p->nears_end)
        end_because(p, PILOT_ENDS, "its time is nearly over");
    else if (now_s - p->worked_s > p->terms.idle_s)
        end_because(p, PILOT_ENDS, "there is no work");
}

/* Beats, and sees what the coordinator wants. */
static void tend(struct pilot *p)
{
    const double now_s = clock_now_s(), passed_s = now_s - p->beat_s;
    note_idle(p, now_s);
    look_for_stop(p, now_s);
    if (passed_s < PILOT_BEAT_MS / 1000.0)
        return;
    listen_to_coordinator(p, now_s, passed_s);
    pilot_jobs_check_claims(p->jobs);
    beat(p);
}

/* Takes no more jobs. Those that run are finished first. */
static void refuse_more(struct pilot *p, const struct err *why)
{
    if (p->refusal)
        return;
    fprintf(stderr, "talkpress: %s\n", why->msg);
    p->refusal = mem_strdup(why->msg);
}

static int work(struct pilot *p, struct err *err)
{
    p->worked_s = clock_now_s();
    while (!p->why) {
        struct err refused = {0};
        if (pilot_jobs_begin_again(p->jobs, &refused) < 0 ||
            (!p->nears_end && !p->refusal && pilot_jobs_claim(p->jobs, &refused) < 0))
            refuse_more(p, &refused);
        if (pilot_jobs_wait(p->jobs, POLL_MS, err) < 0)
            end_because(p, PILOT_ENDS, err->msg);
        note_signals(p);
        tend(p);
    }
    pilot_jobs_give_back_all(p->jobs);
    return err->code;
}

static int run(struct pilot *p, struct err *err)
{
    if (enter(p, err) < 0) {
        end_because(p, PILOT_REFUSES, err->msg);
        return err->code;
    }
    p->zygote = zygote_create(p->terms.work);
    p->jobs = pilot_jobs_create(p->queue, &p->self, &p->terms, p->zygote);
    (void)!work(p, err);
    return err->code;
}

int pilot_run(const char *queue, struct err *err)
{
    struct pilot p = {.queue = queue};
    catch_signals();
    pilot_self_find(&p.self);
    printf("pilot %s: %d core%s, %ld MiB of memory, sandbox: %s\n", p.self.name, p.self.cores,
           p.self.cores == 1 ? "" : "s", p.self.memory_mb, p.self.sandbox);
    fflush(stdout);
    (void)!run(&p, err);
    if (p.beat)
        beat(&p);
    if (p.why)
        printf("pilot %s ends: %s\n", p.self.name, p.why);
    pilot_jobs_destroy(p.jobs);
    zygote_destroy_p(&p.zygote);
    pilot_self_finish(&p.self);
    terms_finish(&p.terms);
    free(p.why);
    free(p.refusal);
    return err->code;
}
