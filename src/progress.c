#include "progress.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "executor.h"
#include "mem.h"
#include "str.h"

enum { MAX_SLOTS = 1000 };
/* Without a terminal a line is printed so seldom. */
static const double plain_every_s = 30;
/* So much estimated work must be done before an estimate of the rest is shown. */
static const double least_seen_s = 5;

struct slot {
    int busy, stage;
    double cost, fraction;
    char *what;
};

struct progress {
    const char *doing;
    int workers, quiet, terminal;
    struct slot *slots;
    double left[EXECUTOR_NB_STAGES];
    double estimated[EXECUTOR_NB_STAGES], taken[EXECUTOR_NB_STAGES]; /* of finished jobs */
    double done; /* estimated cost of what has ended */
    double last_plain;
    int drawn;
    struct timespec begin;
};

struct progress *progress_create(const char *doing, int workers, int quiet)
{
    struct progress *p = mem_zalloc(1, sizeof *p);
    p->workers = workers < MAX_SLOTS ? workers : MAX_SLOTS;
    p->quiet = quiet;
    p->doing = doing;
    p->terminal = isatty(STDERR_FILENO);
    p->slots = mem_zalloc((size_t)p->workers, sizeof *p->slots);
    clock_gettime(CLOCK_MONOTONIC, &p->begin);
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

void progress_set_left(struct progress *p, const double *left)
{
    memcpy(p->left, left, sizeof p->left);
}

void progress_job(struct progress *p, int slot, int stage, const char *what, double cost)
{
    struct slot *s = &p->slots[slot];
    free(s->what);
    *s = (struct slot){.busy = 1, .stage = stage, .cost = cost, .what = mem_strdup(what)};
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

static double elapsed(const struct progress *p)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - p->begin.tv_sec) + (double)(now.tv_nsec - p->begin.tv_nsec) / 1e9;
}

/* What an estimated second of a stage really takes, from the jobs that have ended; stages of which
 * none has ended take the mean of the others. */
static double factor(const struct progress *p, int stage)
{
    if (p->estimated[stage] > 0)
        return p->taken[stage] / p->estimated[stage];
    double estimated = 0, taken = 0;
    for (int i = 0; i < EXECUTOR_NB_STAGES; i++) {
        estimated += p->estimated[i];
        taken += p->taken[i];
    }
    return estimated > 0 ? taken / estimated : 1;
}

double progress_seconds_left(const struct progress *p)
{
    double left = 0, seen = 0;
    for (int i = 0; i < EXECUTOR_NB_STAGES; i++) {
        left += p->left[i] * factor(p, i);
        seen += p->taken[i];
    }
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
    for (int i = 0; i < EXECUTOR_NB_STAGES; i++)
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
    const double left = progress_seconds_left(p);
    str_addf(line, "%s: %3.0f %%", p->doing, floor(percent(p)));
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
        fputs("\r\033[K", stderr);
    p->drawn = 0;
}

void progress_draw(struct progress *p)
{
    if (p->quiet)
        return;
    AUTO_STR line = {0};
    if (!p->terminal) {
        const double now = elapsed(p);
        if (now - p->last_plain < plain_every_s)
            return;
        p->last_plain = now;
        describe(&line, p);
        fprintf(stderr, "%s\n", line.s);
        return;
    }
    describe(&line, p);
    for (int i = 0; i < p->workers; i++)
        if (p->slots[i].busy)
            str_addf(&line, " | %s", p->slots[i].what);
    /* One column is left free: some terminals wrap on the last. */
    int used = 0;
    const char *end = line.s;
    while (*end && used < columns() - 1) {
        if (((unsigned char)*end & 0xc0) != 0x80)
            used++;
        end++;
    }
    while (*end && ((unsigned char)*end & 0xc0) == 0x80)
        end++;
    fprintf(stderr, "\r%.*s\033[K", (int)(end - line.s), line.s);
    fflush(stderr);
    p->drawn = 1;
}

void progress_say(struct progress *p, const char *fmt, ...)
{
    progress_clear(p);
    va_list args;
    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);
    fputc('\n', stderr);
}
