#include "frame_grid.h"

#include <libavutil/mathematics.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "mem.h"

bool frame_grid_valid(const struct frame_grid *g)
{
    const int64_t most_ms = (int64_t)FRAME_GRID_MAX_HOURS * 3600 * 1000;
    const int64_t most_origin = INT64_MAX / 16;        /* of any unit, to add to */
    const int64_t most_origin_ms = most_origin / 1000; /* in microseconds too */
    const AVRational slowest = {1, 1000}, fastest = {1000, 1};
    return g->fps.num > 0 && g->fps.den > 0 && av_cmp_q(g->fps, slowest) >= 0 &&
           av_cmp_q(g->fps, fastest) <= 0 && g->time_base.num > 0 && g->time_base.den > 0 &&
           g->origin >= -most_origin && g->origin <= most_origin &&
           frame_grid_origin_ms(g) >= -most_origin_ms &&
           frame_grid_origin_ms(g) <= most_origin_ms && g->nb_frames > 0 &&
           g->nb_frames <= most_ms && frame_grid_ms_of(g, g->nb_frames) <= most_ms;
}

int64_t frame_grid_frame_of(const struct frame_grid *g, int64_t pts)
{
    return av_rescale_q_rnd(pts - g->origin, g->time_base, av_inv_q(g->fps), AV_ROUND_NEAR_INF);
}

int64_t frame_grid_origin_ms(const struct frame_grid *g)
{
    return av_rescale_q(g->origin, g->time_base, (AVRational){1, 1000});
}

int64_t frame_grid_ms_of(const struct frame_grid *g, int64_t frame)
{
    return av_rescale_q(frame, av_inv_q(g->fps), (AVRational){1, 1000});
}

int64_t frame_grid_frame_at_ms(const struct frame_grid *g, int64_t ms)
{
    return av_rescale_q(ms, (AVRational){1, 1000}, av_inv_q(g->fps));
}

/* Rates that cameras, screens and lecture halls record at. */
static const AVRational standard_rates[] = {
    {1, 1},  {2, 1},  {5, 1},        {15, 2}, {10, 1},  {12, 1},        {25, 2},
    {15, 1}, {20, 1}, {24000, 1001}, {24, 1}, {25, 1},  {30000, 1001},  {30, 1},
    {48, 1}, {50, 1}, {60000, 1001}, {60, 1}, {100, 1}, {120000, 1001}, {120, 1},
};
enum { NB_STANDARD = sizeof standard_rates / sizeof *standard_rates, NB_RATES = NB_STANDARD + 1 };

/* Of a frame: how far a stamp may lie from its place; MKV's and FLV's rounding to milliseconds is
 * 0.03 at 60 fps, a camera's jitter 0.1. */
static const double max_deviation = 0.25;
/* Stamps off their place that a constant rate may have, of all. */
static const double max_off = 0.002;
static const double slowest_variable = 10;
enum { FASTEST = 60, NB_DELTAS = 2000 /* milliseconds */ };

struct candidate {
    AVRational fps;
    int64_t last; /* place of the last stamp */
    int64_t nb_off, nb_same;
    double sum_squares;
};

struct frame_grid_finder {
    AVRational time_base, guess;
    struct candidate candidates[NB_RATES];
    int64_t first, last, nb;
    int64_t deltas[NB_DELTAS]; /* how many steps of so many ms; the last takes all longer ones */
};

struct frame_grid_finder *frame_grid_finder_create(AVRational time_base, AVRational guess)
{
    struct frame_grid_finder *f = mem_zalloc(1, sizeof *f);
    f->time_base = time_base;
    f->guess = guess;
    for (int i = 0; i < NB_STANDARD; i++)
        f->candidates[i].fps = standard_rates[i];
    f->candidates[NB_STANDARD].fps = guess;
    return f;
}

void frame_grid_finder_destroy(struct frame_grid_finder *f)
{
    free(f);
}

static void place(struct candidate *c, double seconds, int first)
{
    if (c->fps.num <= 0 || c->fps.den <= 0)
        return;
    const double at = seconds * av_q2d(c->fps);
    const double nearest = floor(at + 0.5), off = at - nearest;
    c->nb_off += fabs(off) > max_deviation;
    c->nb_same += !first && (int64_t)nearest <= c->last;
    c->sum_squares += off * off;
    c->last = (int64_t)nearest;
}

void frame_grid_finder_add(struct frame_grid_finder *f, int64_t pts)
{
    if (!f->nb) {
        f->first = pts;
    } else {
        const int64_t ms = av_rescale_q(pts - f->last, f->time_base, (AVRational){1, 1000});
        f->deltas[ms < 0 ? 0 : ms < NB_DELTAS ? ms : NB_DELTAS - 1]++;
    }
    const double seconds = (double)(pts - f->first) * av_q2d(f->time_base);
    for (int i = 0; i < NB_RATES; i++)
        place(&f->candidates[i], seconds, f->nb == 0);
    f->last = pts;
    f->nb++;
}

static int fits(const struct frame_grid_finder *f, const struct candidate *c)
{
    const double allowed = max_off * (double)f->nb, fps = av_q2d(c->fps);
    if (c->fps.num <= 0 || c->fps.den <= 0 || fps > 121)
        return 0;
    /* Any stamps lie near the places of a grid that is fine enough: it must be well filled too. */
    if (fps > FASTEST && (double)f->nb < 0.5 * (double)(c->last + 1))
        return 0;
    return (double)c->nb_off <= allowed && (double)c->nb_same <= allowed;
}

/* The least rate that fits; near it (30 beside 29.97) the one that lies closest. */
static const struct candidate *constant_rate(const struct frame_grid_finder *f)
{
    const struct candidate *best = NULL;
    for (int i = 0; i < NB_RATES; i++) {
        const struct candidate *c = &f->candidates[i];
        if (!fits(f, c))
            continue;
        const double ratio = best ? av_q2d(c->fps) / av_q2d(best->fps) : 0;
        if (!best || ratio < 0.95 || (ratio < 1.05 && c->sum_squares < best->sum_squares * 0.99))
            best = c;
    }
    return best;
}

/* Of the mean of scattered steps: how far they lie from it, most of them, and how far it may be
 * from the step of a standard rate. */
static const double scatter = 0.4, scatter_most = 0.25, scatter_rate = 0.03;
/* The shares of the scattered steps that must be near their mean; or of all steps that are among
 * them. Steps of any length (a screen capture) do neither. */
static const double scatter_near = 0.8, scatter_all = 0.9;

/* How many steps are within part of c ms, and their mean (c if there are none). */
static int64_t steps_near(double *mean, const struct frame_grid_finder *f, double c, double part)
{
    int64_t nb = 0, sum = 0;
    for (int ms = (int)ceil(c * (1 - part)); ms <= c * (1 + part) && ms < NB_DELTAS; ms++) {
        nb += f->deltas[ms];
        sum += ms * f->deltas[ms];
    }
    *mean = nb ? (double)sum / (double)nb : c;
    return nb;
}

/* The standard rate that the quick steps scatter around, from about the quickest; 0/1 if there is
 * none. Its grid repeats some pictures and drops as many; a finer grid would repeat a lot. */
static AVRational scattered_rate(const struct frame_grid_finder *f, int quickest_ms)
{
    double c = quickest_ms + 0.5, mean, ignored;
    for (int i = 0; i < 50; i++, c = mean) {
        (void)steps_near(&mean, f, c, scatter);
        if (fabs(mean - c) < 0.001)
            break;
    }
    const int64_t nb = steps_near(&mean, f, c, scatter),
                  nb_near = steps_near(&ignored, f, c, scatter_most);
    if ((double)nb_near < scatter_near * (double)nb && (double)nb < scatter_all * (double)f->nb)
        return (AVRational){0, 1};
    const AVRational *best = NULL;
    double best_off = scatter_rate;
    for (int i = 0; i < NB_STANDARD; i++) {
        const double fps = av_q2d(standard_rates[i]), off = fabs(c * fps / 1000 - 1);
        if (fps < slowest_variable || fps > FASTEST || off >= best_off)
            continue;
        best = &standard_rates[i];
        best_off = off;
    }
    return best ? *best : (AVRational){0, 1};
}

/* Of the mean of all steps: how far it may be from the step of a standard rate; and between which
 * parts of it nearly all steps lie, so that none is missing. */
static const double even_rate_off = 0.005, even_least = 0.25, even_most = 1.75, even_share = 0.98;

/* The standard rate that all steps scatter around, however widely; 0/1 if there is none. */
static AVRational even_rate(const struct frame_grid_finder *f)
{
    const double seconds = (double)(f->last - f->first) * av_q2d(f->time_base);
    const AVRational *best = NULL;
    if (f->nb < 2 || seconds <= 0)
        return (AVRational){0, 1};
    const double rate = (double)(f->nb - 1) / seconds, mean_ms = 1000 / rate;
    int64_t nb = 0;
    for (int ms = 0; ms < NB_DELTAS; ms++)
        nb += ms >= even_least * mean_ms && ms <= even_most * mean_ms ? f->deltas[ms] : 0;
    if ((double)nb < even_share * (double)(f->nb - 1))
        return (AVRational){0, 1};
    for (int i = 0; i < NB_STANDARD; i++) {
        const double fps = av_q2d(standard_rates[i]), off = fabs(fps / rate - 1);
        if (fps >= slowest_variable && fps <= FASTEST && off <= even_rate_off &&
            (!best || off < fabs(av_q2d(*best) / rate - 1)))
            best = &standard_rates[i];
    }
    return best ? *best : (AVRational){0, 1};
}

static AVRational variable_rate(const struct frame_grid_finder *f)
{
    int64_t left = f->nb / 20; /* 5 % of the steps may be quicker than the grid */
    int ms = 0;
    while (ms < NB_DELTAS - 1 && (left -= f->deltas[ms]) >= 0)
        ms++;
    const AVRational scattered = scattered_rate(f, ms);
    if (scattered.num)
        return scattered;
    const AVRational even = even_rate(f);
    if (even.num)
        return even;
    /* A step of 33 ms may have been 33.4 before it was rounded. */
    double wanted = 1000 / (ms + 0.5);
    if (wanted < slowest_variable)
        wanted = slowest_variable;
    for (int i = 0; i < NB_STANDARD; i++)
        if (av_q2d(standard_rates[i]) >= wanted)
            return standard_rates[i];
    return standard_rates[NB_STANDARD - 1];
}

int frame_grid_finder_result(const struct frame_grid_finder *f, struct frame_grid *out,
                             int64_t last_duration, int *variable)
{
    if (!f->nb)
        return 0;
    const struct candidate *constant = f->nb > 1 ? constant_rate(f) : NULL;
    AVRational fps = constant ? constant->fps : variable_rate(f);
    if (f->nb == 1 && f->guess.num > 0)
        fps = f->guess;
    const bool halved = av_q2d(fps) > FASTEST;
    while (av_q2d(fps) > FASTEST)
        fps = av_div_q(fps, (AVRational){2, 1});
    *out = (struct frame_grid){.fps = fps, .time_base = f->time_base, .origin = f->first};
    /* A single long step (a frozen source) may be meant to last; beyond 10 s it is a wrong stamp.
     */
    const int64_t longest = av_rescale_q(10, (AVRational){1, 1}, f->time_base);
    if (last_duration > longest)
        last_duration = 0;
    int64_t end = frame_grid_frame_of(out, f->last + last_duration);
    const int64_t last = frame_grid_frame_of(out, f->last);
    /* Of a halved rate, the last picture may begin where the recording ends: it has no place. */
    out->nb_frames = end > last || (halved && last > 0) ? end : last + 1;
    if (variable)
        *variable = !constant;
    return 1;
}
