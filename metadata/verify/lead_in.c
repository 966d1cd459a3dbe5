#include "lead_in.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "mem.h"
#include "verify.h"

enum {
    LEAST_TALKS = 5, /* fewer may be equally off by chance */
    /* Lists are in whole seconds, rounded one way or another; encoders pad. */
    SPREAD_MS = 1200,
    LEAST_MS = 1500,
    MOST_MS = 3 * 60 * 1000,
    STEP_MS = 100,
};

static int64_t excess(const struct lead_in_talk *t)
{
    return t->measured_ms - 1000LL * t->listed_s;
}

static int compare_excess(const void *a, const void *b)
{
    const int64_t x = excess(a), y = excess(b);
    return (x > y) - (x < y);
}

/* The most talks whose excess is within SPREAD_MS of each other, in a list sorted by it. */
static size_t densest(size_t *begin, const struct lead_in_talk *talks, size_t nb)
{
    size_t most = 0;
    for (size_t i = 0, end = 0; i < nb; i++) {
        while (end < nb && excess(&talks[end]) - excess(&talks[i]) <= SPREAD_MS)
            end++;
        if (end - i <= most)
            continue;
        most = end - i;
        *begin = i;
    }
    return most;
}

/* How far the talks are from their listed times, on average: at a speed, or after a lead-in. */
static double error_at_speed(const struct lead_in_talk *talks, size_t nb, double speed)
{
    double sum = 0;
    for (size_t i = 0; i < nb; i++)
        sum += fabs((double)talks[i].measured_ms * speed - 1000.0 * talks[i].listed_s);
    return sum / (double)nb;
}

static double error_after(const struct lead_in_talk *talks, size_t nb, int64_t ms)
{
    double sum = 0;
    for (size_t i = 0; i < nb; i++)
        sum += (double)llabs(excess(&talks[i]) - ms);
    return sum / (double)nb;
}

/* Whether a known speed explains the talks about as well. Talks that are equally long are equally
 * off by both; a wrong speed is the fault that must not be overlooked. */
static bool is_speed(const struct lead_in_talk *talks, size_t nb, int64_t ms)
{
    const double after = error_after(talks, nb, ms), margin = 1.1;
    double speed;
    for (size_t i = 0; (speed = verify_known_speed(i)) > 0; i++) {
        const double at_speed = error_at_speed(talks, nb, speed);
        if (at_speed <= SPREAD_MS / 2.0 && at_speed <= margin * after + STEP_MS)
            return true;
    }
    return false;
}

void lead_in_find(struct lead_in *out, const struct lead_in_talk *talks, size_t nb)
{
    AUTO_FREE struct lead_in_talk *sorted = mem_zalloc(nb + 1, sizeof *sorted);
    size_t begin = 0;
    *out = (struct lead_in){.nb_all = nb};
    for (size_t i = 0; i < nb; i++)
        sorted[i] = talks[i];
    qsort(sorted, nb, sizeof *sorted, compare_excess);
    const size_t same = densest(&begin, sorted, nb);
    if (same < LEAST_TALKS || 2 * same <= nb)
        return;
    const int64_t middle = excess(&sorted[begin + same / 2]),
                  ms = (middle + STEP_MS / 2) / STEP_MS * STEP_MS;
    if (ms < LEAST_MS || ms > MOST_MS || is_speed(sorted + begin, same, ms))
        return;
    out->ms = ms;
    out->nb = same;
}

int64_t lead_in_of(const struct lead_in *l, int64_t listed_ms, int64_t measured_ms,
                   int tolerance_ms)
{
    return llabs(measured_ms - listed_ms) <= tolerance_ms ? 0 : l->ms;
}
