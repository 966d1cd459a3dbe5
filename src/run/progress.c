#include "progress.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "clock.h"
#include "job.h"
#include "json.h"
#include "mem.h"
#include "progress_file.h"
#include "str.h"

enum { MAX_LINES = 20 };
/* How often a line is printed without a terminal. */
static const double plain_every_s = 30;
/* How much work must be done before the time left is shown. */
static const double least_seen_s = 5;

struct slot {
    int busy, runs; /* busy, but not running: it waits for a machine */
    int stage, talk, part;
    size_t owner;
    double begin; /* elapsed() when it was first seen running */
    double cost, fraction;
    char *what;
};

struct progress {
    const char *doing;
    int nb_slots, quiet, terminal;
    int nb_cores; /* that work */
    struct slot *slots;
    double left[NB_STAGES];
    double estimated[NB_STAGES], taken[NB_STAGES]; /* of jobs that succeeded */
    double done;                                   /* estimated cost of ended jobs */
    double last_plain;
    int drawn; /* lines on the terminal */
    void (*part_costs)(void *opaque, size_t owner, double *done, double *all);
    void *opaque;
    size_t nb_done, nb_parts; /* nb_parts 0: the jobs are not of parts */
    double begin_s;
    struct progress_file *shared; /* NULL: others do not see it */
    double last_shared;
};

struct progress *progress_create(const char *doing, int nb_slots, int quiet)
{
    struct progress *p = mem_zalloc(1, sizeof *p);
    p->nb_slots = p->nb_cores = nb_slots;
    p->quiet = quiet;
    p->doing = doing;
    const char *term = getenv("TERM");
    p->terminal = isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0;
    p->slots = mem_zalloc((size_t)p->nb_slots, sizeof *p->slots);
    p->begin_s = clock_now_s();
    return p;
}

void progress_destroy(struct progress *p)
{
    if (!p)
        return;
    progress_clear(p);
    progress_file_close(p->shared);
    for (int i = 0; i < p->nb_slots; i++)
        free(p->slots[i].what);
    free(p->slots);
    free(p);
}

static double elapsed(const struct progress *p)
{
    return clock_now_s() - p->begin_s;
}

void progress_set_left(struct progress *p, const double *left)
{
    memcpy(p->left, left, sizeof p->left);
}

void progress_set_cores(struct progress *p, int nb_cores)
{
    p->nb_cores = nb_cores;
}

void progress_set_parts(struct progress *p,
                        void (*costs)(void *opaque, size_t owner, double *done, double *all),
                        void *opaque)
{
    p->part_costs = costs;
    p->opaque = opaque;
}

void progress_set_done(struct progress *p, size_t nb_done, size_t nb)
{
    p->nb_done = nb_done;
    p->nb_parts = nb;
}

void progress_job(struct progress *p, int slot, const struct job *job)
{
    struct slot *s = &p->slots[slot];
    free(s->what);
    *s = (struct slot){.busy = 1,
                       .stage = (int)job->stage,
                       .talk = job->talk,
                       .part = job->part,
                       .owner = job->owner,
                       .cost = job->cost,
                       .what = mem_strdup(job->what)};
}

void progress_at(struct progress *p, int slot, double fraction)
{
    struct slot *s = &p->slots[slot];
    if (!s->runs)
        s->begin = elapsed(p);
    s->runs = 1;
    s->fraction = fmin(fmax(fraction, 0), 1);
}

void progress_job_end(struct progress *p, int slot, double seconds, int ok)
{
    struct slot *s = &p->slots[slot];
    if (ok) {
        p->estimated[s->stage] += s->cost;
        p->taken[s->stage] += seconds;
    }
    p->done += s->cost;
    s->busy = s->runs = 0;
}

/* What jobs of each stage were estimated to take and what they took so far. */
struct experience {
    double estimated[NB_STAGES], taken[NB_STAGES];
    double all_estimated, all_taken;
};

static void gain(struct experience *x, const struct progress *p)
{
    const double now = elapsed(p);
    *x = (struct experience){0};
    memcpy(x->estimated, p->estimated, sizeof x->estimated);
    memcpy(x->taken, p->taken, sizeof x->taken);
    for (int i = 0; i < p->nb_slots; i++) {
        const struct slot *s = &p->slots[i];
        if (!s->runs || s->fraction < 0.02)
            continue;
        x->estimated[s->stage] += s->cost * s->fraction;
        x->taken[s->stage] += now - s->begin;
    }
    for (int i = 0; i < NB_STAGES; i++) {
        x->all_estimated += x->estimated[i];
        x->all_taken += x->taken[i];
    }
}

/* How long an estimated second of a stage takes; the mean of all stages if the stage has not run.
 */
static double factor(const struct experience *x, int stage)
{
    if (x->estimated[stage] > 0)
        return x->taken[stage] / x->estimated[stage];
    return x->all_estimated > 0 ? x->all_taken / x->all_estimated : 1;
}

/* Estimated seconds to the end; negative while unknown. */
static double seconds_left(const struct progress *p)
{
    double left = 0;
    struct experience x;
    gain(&x, p);
    for (int i = 0; i < NB_STAGES; i++)
        left += p->left[i] * factor(&x, i);
    for (int i = 0; i < p->nb_slots; i++) {
        const struct slot *s = &p->slots[i];
        if (s->busy)
            left += s->cost * (1 - s->fraction) * factor(&x, s->stage);
    }
    return x.all_taken < least_seen_s || p->nb_cores < 1 ? -1 : left / p->nb_cores;
}

static double percent(const struct progress *p)
{
    double all = p->done, done = p->done;
    for (int i = 0; i < NB_STAGES; i++)
        all += p->left[i];
    for (int i = 0; i < p->nb_slots; i++) {
        const struct slot *s = &p->slots[i];
        if (!s->busy)
            continue;
        all += s->cost;
        done += s->cost * s->fraction;
    }
    return all > 0 ? 100 * done / all : 0;
}

static void describe(struct str *line, const struct progress *p)
{
    const double left = seconds_left(p);
    str_addf(line, "%s: %3.0f %%", p->doing, floor(percent(p)));
    if (p->nb_parts)
        str_addf(line, ", %zu of %zu part%s done", p->nb_done, p->nb_parts,
                 p->nb_parts == 1 ? "" : "s");
    if (left < 0)
        str_add(line, ", time left not known yet");
    else if (left < 90)
        str_addf(line, ", about %.0f s left", ceil(left / 5) * 5);
    else if (left < 5400)
        str_addf(line, ", about %.0f min left", ceil(left / 60));
    else
        str_addf(line, ", about %.1f h left", left / 3600);
}

static int columns(void)
{
    struct winsize w;
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 20 ? w.ws_col : 80;
}

void progress_clear(struct progress *p)
{
    if (p->drawn)
        fprintf(stderr, "\r\033[J");
    p->drawn = 0;
}

/* Cuts the line off at the width of the terminal, less one column: some terminals wrap after the
 * last. */
static void print_cut_off(const char *line)
{
    const int width = columns() - 1;
    const char *end = line;
    for (int used = 0; *end && used < width; used++)
        (void)str_next_utf8(&end);
    fprintf(stderr, "%.*s\033[K", (int)(end - line), line);
}

/* How far a part is, 0 to 1. running: what its running jobs have done of their costs. */
static double fraction_with(const struct progress *p, size_t owner, double running)
{
    double done = 0, all = 0;
    p->part_costs(p->opaque, owner, &done, &all);
    return all > 0 ? fmin(fmax((done + running) / all, 0), 1) : 0;
}

static double part_fraction(const struct progress *p, size_t owner)
{
    double running = 0;
    for (int i = 0; i < p->nb_slots; i++) {
        const struct slot *s = &p->slots[i];
        if (s->runs && s->owner == owner)
            running += s->cost * s->fraction;
    }
    return fraction_with(p, owner, running);
}

static void print_slot(const struct progress *p, const struct slot *s)
{
    enum { WIDTH = 20 };
    AUTO_STR line = {0};
    if (p->part_costs && s->talk) {
        const double fraction = part_fraction(p, s->owner);
        const int filled = (int)(fraction * WIDTH);
        str_addf(&line, "  [%.*s%*s] %3.0f %%  ", filled, "####################", WIDTH - filled,
                 "", floor(100 * fraction));
    } else {
        str_add(&line, "  ");
    }
    str_add(&line, s->what);
    fputc('\n', stderr);
    print_cut_off(line.s);
}

static void draw_plain(struct progress *p)
{
    const double now = elapsed(p);
    AUTO_STR line = {0};
    if (now - p->last_plain < plain_every_s)
        return;
    p->last_plain = now;
    describe(&line, p);
    int nb = 0;
    for (int i = 0; i < p->nb_slots; i++)
        if (p->slots[i].runs && nb++ < MAX_LINES)
            str_addf(&line, "; %s", p->slots[i].what);
    if (nb > MAX_LINES)
        str_addf(&line, "; and %d more", nb - MAX_LINES);
    fprintf(stderr, "%s\n", line.s);
}

/* --- for other processes -----------------------------------------------------------------------
 */

void progress_share(struct progress *p, const char *work)
{
    p->shared = progress_file_open(work);
    p->last_shared = -1;
}

/* A part that is being worked on. */
struct open_part {
    size_t owner;
    int talk, part;
    double running; /* estimated core seconds that its running jobs have done */
};

static int by_owner(const void *a, const void *b)
{
    const struct open_part *x = a, *y = b;
    return (x->owner > y->owner) - (x->owner < y->owner);
}

/* One for each job of a part, in the order of the parts. Returns the number. */
static size_t list_open(struct open_part *out, const struct progress *p)
{
    size_t nb = 0;
    for (int i = 0; i < p->nb_slots; i++) {
        const struct slot *s = &p->slots[i];
        if (s->runs && s->talk)
            out[nb++] = (struct open_part){s->owner, s->talk, s->part, s->cost * s->fraction};
    }
    if (nb)
        qsort(out, nb, sizeof *out, by_owner);
    return nb;
}

static json_t *parts_json(const struct progress *p)
{
    json_t *parts = json_object();
    AUTO_FREE struct open_part *open = mem_zalloc((size_t)p->nb_slots, sizeof *open);
    const size_t nb = p->part_costs ? list_open(open, p) : 0;
    for (size_t i = 0, next; i < nb; i = next) {
        double running = 0;
        char name[32];
        for (next = i; next < nb && open[next].owner == open[i].owner; next++)
            running += open[next].running;
        snprintf(name, sizeof name, "%d/%d", open[i].talk, open[i].part);
        json_object_set_new(parts, name, json_real(fraction_with(p, open[i].owner, running)));
    }
    return parts;
}

static void share(struct progress *p)
{
    static const double every_s = 1;
    const double now = elapsed(p);
    if (!p->shared || (p->last_shared >= 0 && now - p->last_shared < every_s))
        return;
    const double left_s = seconds_left(p);
    p->last_shared = now;
    AUTO_JSON *all =
        json_pack("{s:f, s:o, s:o}", "done", percent(p) / 100, "left_s",
                  left_s >= 0 ? json_real(left_s) : json_null(), "parts", parts_json(p));
    progress_file_write(p->shared, all);
}

/* --- on a terminal -----------------------------------------------------------------------------
 */

void progress_draw(struct progress *p)
{
    share(p);
    if (p->quiet)
        return;
    if (!p->terminal) {
        draw_plain(p);
        return;
    }
    AUTO_STR line = {0};
    int lines = 1;
    describe(&line, p);
    fputc('\r', stderr);
    print_cut_off(line.s);
    for (int i = 0; i < p->nb_slots && lines < MAX_LINES; i++)
        if (p->slots[i].runs) {
            print_slot(p, &p->slots[i]);
            lines++;
        }
    /* Clears what an earlier, longer picture left below; the cursor returns to the first line. */
    fprintf(stderr, "\033[J");
    if (lines > 1)
        fprintf(stderr, "\033[%dA", lines - 1);
    fflush(stderr);
    p->drawn = lines;
}

static void ATTR_PRINTF(2, 0) say(struct progress *p, const char *fmt, va_list args)
{
    AUTO_FREE char *raw = mem_vprintf(fmt, args);
    AUTO_FREE char *clean =
        str_clean(raw); /* it may contain file names and lines of a worker's log */
    progress_clear(p);
    fprintf(stderr, "%s\n", clean);
}

void progress_say(struct progress *p, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    say(p, fmt, args);
    va_end(args);
}

void progress_note(struct progress *p, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    if (!p->quiet)
        say(p, fmt, args);
    va_end(args);
}
