#include "crew.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "beats.h"
#include "claims.h"
#include "clock.h"
#include "engine.h"
#include "err.h"
#include "fs.h"
#include "mem.h"
#include "queue.h"
#include "str.h"

/* A pilot whose task has ended, as the engine says, and that is silent for so long, is lost. */
static const double ended_silent_s = 5;
/* One that is heard every second, and not for so long, is not shown as at work. */
static const double missed_s = 5;

struct pilot {
    char *name;
    struct pilot_beat beat; /* its last */
    struct silence silence;
    bool heard, lost, ended;
};

struct crew {
    char *queue;
    int silent_s;
    struct pilot *list;
    size_t nb;
    double looked_s;
    char *refusal;
    size_t nb_refusing;
    char **told; /* what was said of nodes, each once */
    size_t nb_told;
};

struct crew *crew_create(const char *queue, int silent_s)
{
    struct crew *c = mem_zalloc(1, sizeof *c);
    *c = (struct crew){.queue = mem_strdup(queue), .silent_s = silent_s};
    return c;
}

static void free_pilot(struct pilot *p)
{
    free(p->name);
    pilot_beat_finish(&p->beat);
    *p = (struct pilot){0};
}

void crew_clear(struct crew *c)
{
    for (size_t i = 0; i < c->nb; i++)
        free_pilot(&c->list[i]);
    free(c->list);
    c->list = NULL;
    c->nb = 0;
    c->nb_refusing = 0;
    free(c->refusal);
    c->refusal = NULL;
}

void crew_destroy(struct crew *c)
{
    if (!c)
        return;
    crew_clear(c);
    mem_free_strings(c->told, c->nb_told);
    free(c->queue);
    free(c);
}

/* --- what is said once ------------------------------------------------------------------------ */

static void say_once(struct crew *c, const struct crew_listener *listener, char *message)
{
    AUTO_FREE char *text = message;
    for (size_t i = 0; i < c->nb_told; i++)
        if (strcmp(c->told[i], text) == 0)
            return;
    mem_add_string(&c->told, &c->nb_told, text);
    listener->say(listener->opaque, text);
}

static void note_sandbox(struct crew *c, const struct pilot_beat *b,
                         const struct crew_listener *listener)
{
    if (!b->sandbox_whole && b->sandbox && *b->sandbox)
        say_once(
            c, listener,
            mem_printf("node '%s' protects less from hostile recordings: %s", b->node, b->sandbox));
}

static void note_refusal(struct crew *c, const struct pilot_beat *b,
                         const struct crew_listener *listener)
{
    AUTO_FREE char *why = mem_printf("node '%s' cannot work on this event: %s", b->node, b->why);
    c->nb_refusing++;
    say_once(c, listener, mem_strdup(why));
    if (!c->refusal)
        c->refusal = mem_take(&why);
}

/* --- looking ---------------------------------------------------------------------------------- */

static struct pilot *find(const struct crew *c, const char *name)
{
    for (size_t i = 0; i < c->nb; i++)
        if (strcmp(c->list[i].name, name) == 0)
            return &c->list[i];
    return NULL;
}

static void add_unless_known(struct crew *c, const char *name)
{
    if (find(c, name))
        return;
    /* Not mem_grow: entries are removed. */
    c->list = mem_need(realloc(c->list, (c->nb + 1) * sizeof *c->list));
    c->list[c->nb++] = (struct pilot){.name = mem_strdup(name)};
}

/* Returns for how long it has been silent. */
static double hear(const struct crew *c, struct pilot *p, double now_s)
{
    struct pilot_beat beat = {0};
    const double before_s = silence_note(&p->silence, p->silence.beat, now_s);
    if (!pilot_beat_read(&beat, c->queue, p->name))
        return before_s; /* it has only made its folder, or the disk fails */
    if (p->heard && beat.beat == p->silence.beat) {
        pilot_beat_finish(&beat);
        return before_s;
    }
    pilot_beat_finish(&p->beat);
    p->beat = beat;
    p->heard = true;
    p->lost = false;
    return silence_note(&p->silence, beat.beat, now_s);
}

static bool has_ended(const struct engine_view *view, const struct pilot *p)
{
    if (!view->fresh || !p->heard)
        return false;
    for (size_t i = 0; i < view->nb_ids; i++)
        if (strcmp(view->running[i], p->beat.task) == 0)
            return false;
    return true;
}

static int look_at(struct crew *c, struct pilot *p, double now_s, const struct engine_view *view,
                   const struct crew_listener *listener, struct err *err)
{
    const double silent_s = hear(c, p, now_s);
    if (p->ended)
        return 0;
    if (p->heard && p->beat.state != PILOT_WORKS) {
        p->ended = true;
        if (p->beat.state == PILOT_REFUSES)
            note_refusal(c, &p->beat, listener);
        return listener->left(listener->opaque, p->name, &p->beat, false, err);
    }
    const double most_s = has_ended(view, p) ? ended_silent_s : c->silent_s;
    if (silent_s >= most_s) {
        const bool again = p->lost; /* what it took since: nothing, unless it came back */
        p->lost = true;
        return again ? 0 : listener->left(listener->opaque, p->name, &p->beat, true, err);
    }
    if (p->heard && !p->lost && silent_s <= 0) {
        note_sandbox(c, &p->beat, listener);
        listener->runs(listener->opaque, p->name, &p->beat);
    }
    return 0;
}

/* The folder of one that has ended is empty by now; a worker that outlived it fails without it. */
static void forget_ended(struct crew *c)
{
    size_t kept = 0;
    for (size_t i = 0; i < c->nb; i++) {
        struct pilot *p = &c->list[i];
        struct err ignored = {0};
        AUTO_FREE char *folder = pilot_folder(c->queue, p->name);
        if (!p->ended || fs_remove_all(folder, &ignored) < 0)
            c->list[kept++] = *p;
        else
            free_pilot(p);
    }
    c->nb = kept;
}

int crew_look(struct crew *c, double now_s, const struct engine_view *view,
              const struct crew_listener *listener, struct err *err)
{
    const double passed_s = now_s - c->looked_s, every_s = PILOT_BEAT_MS / 1000.0;
    AUTO_FREE char *folder = fs_join(c->queue, "pilots");
    AUTO_QUEUE_NAMES found = {0};
    if (passed_s < every_s)
        return 0;
    /* This process was stopped, or did something else: nobody was silent meanwhile. */
    for (size_t i = 0; c->looked_s > 0 && passed_s > 3 * every_s && i < c->nb; i++)
        silence_excuse(&c->list[i].silence, passed_s);
    c->looked_s = now_s;
    queue_list(&found, folder);
    for (size_t i = 0; i < found.nb; i++)
        if (pilot_name_valid(found.names[i]))
            add_unless_known(c, found.names[i]);
    /* Also those whose folder is not there any more: they are lost after a time. */
    for (size_t i = 0; i < c->nb; i++)
        if (look_at(c, &c->list[i], now_s, view, listener, err) < 0)
            return err->code;
    forget_ended(c);
    return 0;
}

/* --- answers ---------------------------------------------------------------------------------- */

struct crew_count crew_count(const struct crew *c)
{
    struct crew_count out = {.nb_refusing = c->nb_refusing};
    for (size_t i = 0; i < c->nb; i++) {
        const struct pilot *p = &c->list[i];
        if (!p->heard || p->lost || p->ended)
            continue;
        out.nb_working++;
        out.nb_cores += p->beat.cores;
    }
    return out;
}

void crew_add_silent(struct run_beat *out, const struct crew *c)
{
    for (size_t i = 0; i < c->nb; i++) {
        const struct pilot *p = &c->list[i];
        const double silent_s = c->looked_s - p->silence.since_s;
        if (p->heard && !p->ended && (p->lost || silent_s >= missed_s))
            run_beat_add_silent(out, p->name, silent_s, p->lost);
    }
}

const char *crew_refusal(const struct crew *c)
{
    return c->refusal;
}

const char *crew_node(const struct crew *c, const char *pilot)
{
    const struct pilot *p = find(c, pilot);
    return p && p->heard && *p->beat.node ? p->beat.node : pilot;
}

/* Whether it may still be at work. */
static bool may_work(const struct pilot *p, double now_s)
{
    static const double fresh_s = 5;
    return p->heard && !p->lost && p->beat.state == PILOT_WORKS &&
           now_s - p->silence.since_s < fresh_s;
}

void crew_wait_for_end(struct crew *c, double most_s)
{
    enum { REST_US = 50000 };
    const double until_s = clock_now_s() + most_s;
    for (;;) {
        size_t nb = 0;
        const double now_s = clock_now_s();
        for (size_t i = 0; i < c->nb; i++) {
            hear(c, &c->list[i], now_s);
            nb += may_work(&c->list[i], now_s);
        }
        if (!nb || now_s > until_s)
            return;
        usleep(REST_US);
    }
}
