/* Drift of made-up stamps: what is one, and what is none. */
#include "support.h"

#include <libavutil/avutil.h>
#include <libavutil/mathematics.h>
#include <math.h>
#include <stdlib.h>

#include "drift.h"

/* When packet n is stamped, in seconds, if its samples say t. */
typedef double stamp(int64_t n, double t);

static double steady(int64_t n, double t)
{
    (void)n;
    return t;
}

static double fast(int64_t n, double t) /* 0.12 % more samples than the clock has room for */
{
    (void)n;
    return t / 1.0012;
}

static double slow(int64_t n, double t)
{
    (void)n;
    return t / 0.9997;
}

static double slightly(int64_t n, double t)
{
    (void)n;
    return t / 1.000012;
}

/* As packets come over a network: late now and then, all to be caught up. */
static double bursts(int64_t n, double t)
{
    return t + 0.030 * exp(-(double)(n % 300) / 20);
}

static double shaky(int64_t n, double t)
{
    return t + 0.010 * sin((double)n * 1.7);
}

static double shaky_fast(int64_t n, double t)
{
    return shaky(n, fast(n, t));
}

/* A packet is lost every 36 s: 0.06 % in all, and no drift. */
static double losing(int64_t n, double t)
{
    const int64_t nb_lost = n / 1687;
    return t + (double)nb_lost * 1024 / 48000;
}

static double paused(int64_t n, double t)
{
    return t + (n > 20000 ? 17.3 : 0) + (n > 60000 ? 0.7 : 0);
}

static double paused_slow(int64_t n, double t)
{
    return paused(n, slow(n, t));
}

static double restarts(int64_t n, double t)
{
    return n < 50000 ? t : t - 50000 * 1024.0 / 48000;
}

/* The samples are not as many as is thought. */
static double wrong_size(int64_t n, double t)
{
    (void)n;
    return t * 960 / 1024;
}

static double random_walk(int64_t n, double t)
{
    static uint32_t x;
    static double off;
    if (n == 0)
        x = 1, off = 0;
    x = x * 1664525 + 1013904223;
    off += ((double)(x >> 8) / (1 << 24) - 0.5) * 0.02;
    return t + off;
}

static int ppm_of(stamp *at, AVRational base, int64_t nb)
{
    struct drift_finder *f = drift_finder_create(base, 48000);
    for (int64_t n = 0; n < nb; n++) {
        const double t = at(n, (double)n * 1024 / 48000);
        drift_finder_add(f, n % 7 == 3 ? AV_NOPTS_VALUE : llround(t / av_q2d(base)) - 4711, 1024);
    }
    const int ppm = drift_finder_ppm(f);
    drift_finder_destroy(f);
    return ppm;
}

static void test_drift(void **state)
{
    (void)state;
    static const AVRational ms = {1, 1000}, ts = {1, 90000};
    static const struct {
        const char *name;
        stamp *at;
        int64_t nb; /* packets of 21.3 ms: 168750 are an hour */
        int want, within;
    } cases[] = {
        {"steady", steady, 168750, 0, 0},
        {"steady, 7 s", steady, 328, 0, 0},
        {"fast", fast, 168750, 1200, 1},
        {"fast, half a minute", fast, 1400, 1200, 40},
        {"fast, too short to matter", fast, 328, 0, 0},
        {"slow", slow, 168750, -300, 1},
        {"slightly", slightly, 168750, 12, 1},
        {"bursts", bursts, 168750, 0, 0},
        {"shaky", shaky, 168750, 0, 0},
        {"shaky and fast", shaky_fast, 168750, 1200, 2},
        {"losing packets", losing, 168750, 0, 0},
        {"paused", paused, 168750, 0, 0},
        {"paused and slow", paused_slow, 168750, -300, 1},
        {"the clock begins anew", restarts, 168750, 0, 0},
        {"another packet size", wrong_size, 168750, 0, 0},
        {"no clock at all", random_walk, 168750, 0, 0},
        {"one packet", fast, 1, 0, 0},
        {"none", fast, 0, 0, 0},
    };
    for (size_t i = 0; i < NB(cases); i++) {
        assert_row_near(cases[i].name, ppm_of(cases[i].at, ms, cases[i].nb), cases[i].want,
                        cases[i].within + 0.1);
        assert_row_near(cases[i].name, ppm_of(cases[i].at, ts, cases[i].nb), cases[i].want,
                        cases[i].within + 0.1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_drift)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
