#include "drift.h"

#include <libavutil/avutil.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "mem.h"

enum {
    LONGEST_STEP = 10, /* points (seconds) per step in which drift is measured */
    LEAST_STEPS = 4,
    NB_STEPS = 16, /* in short recordings, whose steps are shorter */
};
/* By how much the mean of a second's time stamps may be off, and by which share of its median a
 * clock's drift may vary. */
static const double shaky_s = 0.0015, wavering = 0.1;
/* The share of all steps that must agree; the rest have gaps. */
static const double least_agreeing = 2.0 / 3;
/* A shift over the whole length below this is not corrected: the sound reader tolerates 15 ms. */
static const double least_shift_s = 0.010;
/* Clocks are off by 0.1 % at most, rounded-down time stamps by 1 %. If it is more, packets hold
 * another number of samples than assumed. */
static const double most = 0.01;

/* One second's time stamps: their mean, and how far samples lag on average. */
struct point {
    double at_s, behind_s;
    int nb;
};

struct drift_finder {
    AVRational time_base;
    int rate;
    int64_t first, nb_samples;
    bool begun;
    struct point *points;
    size_t nb;
    int64_t second; /* of the last point */
};

struct drift_finder *drift_finder_create(AVRational time_base, int sample_rate)
{
    struct drift_finder *f = mem_zalloc(1, sizeof *f);
    f->time_base = time_base;
    f->rate = sample_rate;
    return f;
}

void drift_finder_destroy(struct drift_finder *f)
{
    if (!f)
        return;
    free(f->points);
    free(f);
}

static void add_point(struct drift_finder *f, int64_t pts)
{
    if (!f->begun) {
        f->begun = true;
        f->first = pts;
        f->nb_samples = 0;
    }
    const double at_s = (double)(pts - f->first) * av_q2d(f->time_base);
    const int64_t second = (int64_t)floor(at_s);
    if (f->nb && second < f->second)
        return; /* the clock went back */
    if (!f->nb || second > f->second) {
        f->points = mem_grow(f->points, f->nb, sizeof *f->points);
        f->points[f->nb++] = (struct point){0};
        f->second = second;
    }
    struct point *p = &f->points[f->nb - 1];
    const double behind_s = at_s - (double)f->nb_samples / f->rate;
    p->nb++;
    p->at_s += (at_s - p->at_s) / p->nb;
    p->behind_s += (behind_s - p->behind_s) / p->nb;
}

void drift_finder_add(struct drift_finder *f, int64_t pts, int64_t nb_samples)
{
    if (pts != AV_NOPTS_VALUE)
        add_point(f, pts);
    f->nb_samples += nb_samples;
}

/* From one point to another: by how much the samples lag more, and the time between. */
struct step {
    double behind_s, length_s, slope;
};

static int by_slope(const void *a, const void *b)
{
    const struct step *x = a, *y = b;
    return (x->slope > y->slope) - (x->slope < y->slope);
}

/* Sorted by slope; a new list. */
static size_t list_steps(struct step **out, const struct drift_finder *f)
{
    size_t apart = f->nb / NB_STEPS, nb = 0;
    apart = apart < 1 ? 1 : apart > LONGEST_STEP ? LONGEST_STEP : apart;
    *out = mem_zalloc(f->nb / apart + 1, sizeof **out);
    for (size_t i = 0; i + apart < f->nb; i += apart) {
        const struct point *a = &f->points[i], *b = &f->points[i + apart];
        struct step *s = &(*out)[nb++];
        s->behind_s = b->behind_s - a->behind_s;
        s->length_s = b->at_s - a->at_s;
        s->slope = s->behind_s / s->length_s;
    }
    qsort(*out, nb, sizeof **out, by_slope);
    return nb;
}

/* A gap changes the slope of its step only: so the median is near the clock's drift, and the mean
 * of all steps near the median is exact. */
int drift_finder_ppm(const struct drift_finder *f)
{
    AUTO_FREE struct step *steps = NULL;
    const size_t nb = list_steps(&steps, f);
    if (nb < LEAST_STEPS)
        return 0;
    const double median = steps[nb / 2].slope;
    double behind_s = 0, length_s = 0;
    size_t nb_near = 0;
    for (size_t i = 0; i < nb; i++) {
        const double allowed = shaky_s / steps[i].length_s + wavering * fabs(median);
        if (fabs(steps[i].slope - median) > allowed)
            continue;
        behind_s += steps[i].behind_s;
        length_s += steps[i].length_s;
        nb_near++;
    }
    const double drift = length_s > 0 ? -behind_s / length_s : 0;
    const double whole_s = f->points[f->nb - 1].at_s;
    if ((double)nb_near < least_agreeing * (double)nb || fabs(drift) > most ||
        fabs(drift) * whole_s < least_shift_s)
        return 0;
    return (int)lround(drift * 1e6);
}
