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
#include "mem.h"
#include "str.h"

enum { MAX_SLOTS = 1000, MAX_LINES = 20 };
/* How often a line is printed without a terminal. */
static const double plain_every_s = 30;
/* How much work must be done before the time left is shown. */
static const double least_seen_s = 5;

struct slot {
    int busy, stage, talk;
    size_t owner;
    double begin; /* elapsed() then */
    double cost, fraction;
    char *what;
};

struct progress {
    const char *doing;
    int workers, quiet, terminal;
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
};

struct progress *progress_create(const char *doing, int workers, int quiet)
{
    struct progress *p = mem_zalloc(1, sizeof *p);
    p->workers = workers < MAX_SLOTS ? workers : MAX_SLOTS;
    p->quiet = quiet;
    p->doing = doing;
    const char *term = getenv("TERM");
    p->terminal = isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0;
    p->slots = mem_zalloc((size_t)p->workers, sizeof *p->slots);
    p->begin_s = clock_now_s();
    return p;
}

void progress_destroy(struct progress *p)
{
    if (!p)
        return;
    progress_clear(p);
    for (int i = 0; i < p->workers; i++)
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
                       .owner = job->owner,
                       .cost = job->cost,
                       .begin = elapsed(p),
                       .what = mem_strdup(job->what)};
}

void progress_at(struct progress *p, int slot, double fraction)
{
    p->slots[slot].fraction = fmin(fmax(fraction, 0), 1);
}

void progress_job_end(struct progress *p, int slot, double seconds, int ok)
{
    struct slot *s = &p->slots[slot];
    if (ok) {
        p->estimated[s->stage] += s->cost;
        p->taken[s->stage] += seconds;
    }
    p->done += s->cost;
    s->busy = 0;
}

/* Adds up what jobs of a stage (negative: all) were estimated to take and what they took so far. */
static void experience(const struct progress *p, int stage, double *estimated, double *taken)
{
    const double now = elapsed(p);
    *estimated = *taken = 0;
    for (int i = 0; i < NB_STAGES; i++) {
        if (stage >= 0 && i != stage)
            continue;
        *estimated += p->estimated[i];
        *taken += p->taken[i];
    }
    for (int i = 0; i < p->workers; i++) {
        const struct slot *s = &p->slots[i];
        if (!s->busy || s->fraction < 0.02 || (stage >= 0 && s->stage != stage))
            continue;
        *estimated += s->cost * s->fraction;
        *taken += now - s->begin;
    }
}

/* How long an estimated second of a stage takes; the mean of all stages if the stage has not run.
 */
static double factor(const struct progress *p, int stage)
{
    double estimated, taken;
    experience(p, stage, &estimated, &taken);
    if (estimated <= 0)
        experience(p, -1, &estimated, &taken);
    return estimated > 0 ? taken / estimated : 1;
}

/* Estimated seconds to the end; negative while unknown. */
static double seconds_left(const struct progress *p)
{
    double left = 0, estimated, seen;
    experience(p, -1, &estimated, &seen);
    for (int i = 0; i < NB_STAGES; i++)
        left += p->left[i] * factor(p, i);
    for (int i = 0; i < p->workers; i++) {
        const struct slot *s = &p->slots[i];
        if (s->busy)
            left += s->cost * (1 - s->fraction) * factor(p, s->stage);
    }
    return seen < least_seen_s ? -1 : left / p->workers;
}

static double percent(const struct progress *p)
{
    double all = p->done, done = p->done;
    for (int i = 0; i < NB_STAGES; i++)
        all += p->left[i];
    for (int i = 0; i < p->workers; i++) {
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

/* 0 to 1, including the jobs that run. */
static double part_fraction(const struct progress *p, size_t owner)
{
    double done = 0, all = 0;
    p->part_costs(p->opaque, owner, &done, &all);
    for (int i = 0; i < p->workers; i++) {
        const struct slot *s = &p->slots[i];
        if (s->busy && s->owner == owner)
            done += s->cost * s->fraction;
    }
    return all > 0 ? fmin(fmax(done / all, 0), 1) : 0;
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
    for (int i = 0; i < p->workers; i++)
        if (p->slots[i].busy)
            str_addf(&line, "; %s", p->slots[i].what);
    fprintf(stderr, "%s\n", line.s);
}

void progress_draw(struct progress *p)
{
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
    for (int i = 0; i < p->workers && lines < MAX_LINES; i++)
        if (p->slots[i].busy) {
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
