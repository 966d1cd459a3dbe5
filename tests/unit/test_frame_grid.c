/* The frame grid: found from time stamps as cameras and containers leave them. */
#include "support.h"

#include <libavutil/mathematics.h>
#include <math.h>
#include <string.h>

#include "frame_grid.h"
#include "mem.h"

/* How stamps differ from their places. */
enum stamps {
    EXACT,
    JITTER,      /* by up to a fifth of a frame */
    ONE_MISSING, /* picture 50 */
    RUN_MISSING, /* pictures 50 to 69 */
    TENTH_MISSING,
    LATE_ONE, /* picture 50 is late by 0.4 of a frame */
};

static uint32_t chance(int64_t n)
{
    uint64_t x = ((uint64_t)n + 1) * 0x9e3779b97f4a7c15u;
    x = (x ^ x >> 29) * 0xbf58476d1ce4e5b9u;
    return (uint32_t)(x >> 32);
}

static bool is_missing(enum stamps stamps, int64_t n)
{
    return (stamps == ONE_MISSING && n == 50) || (stamps == RUN_MISSING && n >= 50 && n < 70) ||
           (stamps == TENTH_MISSING && n % 10 == 9);
}

/* The stamp of picture n, rounded to the time base. */
static int64_t stamp(AVRational fps, AVRational base, enum stamps stamps, int64_t n)
{
    double at = (double)n;
    if (stamps == JITTER && n > 0)
        at += ((double)(chance(n) % 401) - 200) / 1000;
    if (stamps == LATE_ONE && n == 50)
        at += 0.4;
    return llround(at / av_q2d(fps) / av_q2d(base));
}

static void test_constant_rates(void **state)
{
    (void)state;
    static const struct {
        const char *row;
        AVRational fps, base, guess;
        int64_t nb;
        enum stamps stamps;
        AVRational found; /* num 0: fps itself */
    } cases[] = {
        {"25", {25, 1}, {1, 12800}, {25, 1}, 500, EXACT, {0}},
        {"25, no guess", {25, 1}, {1, 90000}, {0, 1}, 500, EXACT, {0}},
        {"25, wrong guess", {25, 1}, {1, 90000}, {50, 1}, 500, EXACT, {0}},
        {"25, mad guess", {25, 1}, {1, 90000}, {90000, 1}, 500, EXACT, {0}},
        {"25, ms", {25, 1}, {1, 1000}, {0, 1}, 500, EXACT, {0}},
        {"24", {24, 1}, {1, 1000}, {0, 1}, 2000, EXACT, {0}},
        {"23.976", {24000, 1001}, {1, 1000}, {0, 1}, 2000, EXACT, {0}},
        {"29.97", {30000, 1001}, {1, 30000}, {0, 1}, 500, EXACT, {0}},
        {"29.97, ms", {30000, 1001}, {1, 1000}, {0, 1}, 2000, EXACT, {0}},
        {"29.97, ms, short", {30000, 1001}, {1, 1000}, {30000, 1001}, 60, EXACT, {0}},
        {"29.97, rounded guess", {30000, 1001}, {1, 90000}, {2997, 100}, 5000, EXACT, {0}},
        {"30", {30, 1}, {1, 90000}, {0, 1}, 500, EXACT, {0}},
        {"30, ms", {30, 1}, {1, 1000}, {0, 1}, 2000, EXACT, {0}},
        {"30, guess 29.97", {30, 1}, {1, 1000}, {30000, 1001}, 2000, EXACT, {0}},
        {"50", {50, 1}, {1, 50}, {0, 1}, 500, EXACT, {0}},
        {"59.94", {60000, 1001}, {1, 60000}, {0, 1}, 500, EXACT, {0}},
        {"59.94, ms", {60000, 1001}, {1, 1000}, {0, 1}, 4000, EXACT, {0}},
        {"60, ms", {60, 1}, {1, 1000}, {0, 1}, 4000, EXACT, {0}},
        {"15", {15, 1}, {1, 1000}, {0, 1}, 500, EXACT, {0}},
        {"12.5", {25, 2}, {1, 90000}, {0, 1}, 500, EXACT, {0}},
        {"5", {5, 1}, {1, 10240}, {0, 1}, 100, EXACT, {0}},
        {"5, ms", {5, 1}, {1, 1000}, {5, 1}, 100, EXACT, {0}},
        {"1", {1, 1}, {1, 16384}, {0, 1}, 60, EXACT, {0}},
        {"three pictures", {25, 1}, {1, 12800}, {25, 1}, 3, EXACT, {0}},
        {"a rate of its own", {18, 1}, {1, 90000}, {18, 1}, 500, EXACT, {0}},
        {"100 is halved", {100, 1}, {1, 90000}, {0, 1}, 500, EXACT, {50, 1}},
        {"120 is halved", {120, 1}, {1, 1000}, {0, 1}, 2000, EXACT, {60, 1}},
        {"119.88 is halved", {120000, 1001}, {1, 120000}, {0, 1}, 2000, EXACT, {60000, 1001}},
        {"jitter", {25, 1}, {1, 90000}, {0, 1}, 500, JITTER, {0}},
        {"jitter at 29.97", {30000, 1001}, {1, 90000}, {30000, 1001}, 3000, JITTER, {0}},
        {"one missing", {25, 1}, {1, 1000}, {0, 1}, 500, ONE_MISSING, {0}},
        {"a run missing", {30000, 1001}, {1, 90000}, {0, 1}, 500, RUN_MISSING, {0}},
        {"every tenth missing", {50, 1}, {1, 1000}, {0, 1}, 501, TENTH_MISSING, {0}},
        {"one late", {25, 1}, {1, 90000}, {0, 1}, 1000, LATE_ONE, {0}},
    };
    static const int64_t origins[] = {0, 7200, -333};
    for (size_t i = 0; i < NB(cases) * NB(origins); i++) {
        const size_t k = i / NB(origins);
        const int64_t origin = origins[i % NB(origins)];
        struct frame_grid_finder *finder = frame_grid_finder_create(cases[k].base, cases[k].guess);
        for (int64_t n = 0; n < cases[k].nb; n++)
            if (!is_missing(cases[k].stamps, n))
                frame_grid_finder_add(
                    finder, origin + stamp(cases[k].fps, cases[k].base, cases[k].stamps, n));
        const AVRational found = cases[k].found.num ? cases[k].found : cases[k].fps;
        const int64_t length = av_rescale_q(1, av_inv_q(cases[k].fps), cases[k].base);
        const bool halved = cases[k].found.num;
        for (int told = 0; told < 2; told++) { /* whether the last picture's length is known */
            struct frame_grid g;
            int variable = -1;
            assert_int_equal(frame_grid_finder_result(finder, &g, told ? length : 0, &variable), 1);
            assert_row_int(cases[k].row, variable, 0);
            assert_row_int(cases[k].row, av_cmp_q(g.fps, found), 0);
            assert_row_int(cases[k].row, g.origin, origin);
            if (halved) /* the last picture may begin half a frame before the end */
                assert_row_near(cases[k].row, (double)g.nb_frames, (double)cases[k].nb / 2, 1);
            else
                assert_row_int(cases[k].row, g.nb_frames, cases[k].nb);
            for (int64_t n = 0; n < cases[k].nb && !halved && cases[k].stamps != LATE_ONE; n++)
                assert_row_int(cases[k].row,
                               frame_grid_frame_of(&g, origin + stamp(cases[k].fps, cases[k].base,
                                                                      cases[k].stamps, n)),
                               n);
        }
        frame_grid_finder_destroy(finder);
    }
}

/* Steps of a variable rate, in milliseconds. */
static int64_t any_20_to_100(int64_t n)
{
    return 20 + chance(n) % 81;
}
static int64_t any_100_to_3000(int64_t n)
{
    return 100 + chance(n) % 2901;
}
static int64_t phone(int64_t n)
{
    return chance(n) % 3 ? 33 : 45;
}
static int64_t still(int64_t n)
{
    (void)n;
    return 3000;
}
static int64_t quick(int64_t n)
{
    return 2 + chance(n) % 9;
}

/* Steps that scatter around those of a standard rate are of that rate. */
static void test_scattered_rates(void **state)
{
    (void)state;
    static const struct {
        double fps, scatter_ms;
        int pause; /* every so manieth picture, some are missing; 0: none */
    } cases[] = {
        {30, 6, 0},  {30, 6, 7}, {30, 8, 0}, {25, 6, 0}, {24, 6, 0},
        {15, 12, 0}, {50, 6, 0}, {50, 4, 9}, {60, 5, 0}, {60, 2.5, 5},
    };
    for (size_t i = 0; i < NB(cases); i++) {
        struct frame_grid_finder *finder =
            frame_grid_finder_create((AVRational){1, 90000}, (AVRational){0, 1});
        double at_ms = 100;
        for (int64_t n = 0; n < 3000; n++) {
            frame_grid_finder_add(finder, llround(at_ms * 90));
            const double off = ((double)(chance(n) % 2001) - 1000) / 1000 * cases[i].scatter_ms;
            at_ms += 1000 / cases[i].fps + off;
            if (cases[i].pause && n % cases[i].pause == 0)
                at_ms += 1000 / cases[i].fps * (double)(1 + n % 5);
        }
        struct frame_grid g;
        int variable = 0;
        assert_int_equal(frame_grid_finder_result(finder, &g, 3000, &variable), 1);
        frame_grid_finder_destroy(finder);
        AUTO_FREE char *row = mem_printf("%g, %g ms", cases[i].fps, cases[i].scatter_ms);
        assert_row_int(row, variable, 1);
        assert_row_near(row, av_q2d(g.fps), cases[i].fps, 0.07);
    }
}

/* Stamps that scatter around the places of a standard rate: their steps scatter twice as far. */
static void test_scattered_places(void **state)
{
    (void)state;
    static const struct {
        double fps, scatter_ms;
    } cases[] = {{24, 8}, {25, 10}, {30, 12}, {50, 7}, {60, 5}, {60, 6}};
    for (size_t i = 0; i < NB(cases); i++) {
        struct frame_grid_finder *finder =
            frame_grid_finder_create((AVRational){1, 1000}, (AVRational){0, 1});
        for (int64_t n = 0; n < 960; n++) {
            const double off = ((double)(chance(n) % 2001) - 1000) / 1000 * cases[i].scatter_ms;
            frame_grid_finder_add(finder, llround(100 + 1000 * (double)n / cases[i].fps + off));
        }
        struct frame_grid g;
        int variable = 0;
        assert_int_equal(frame_grid_finder_result(finder, &g, 0, &variable), 1);
        frame_grid_finder_destroy(finder);
        AUTO_FREE char *row = mem_printf("%g, %g ms", cases[i].fps, cases[i].scatter_ms);
        assert_row_near(row, av_q2d(g.fps), cases[i].fps, 0.07);
    }
}

static void test_variable_rates(void **state)
{
    (void)state;
    static const struct {
        const char *row;
        int64_t (*step)(int64_t n);
        double least, most; /* frames a second */
    } cases[] = {
        {"20 to 100 ms", any_20_to_100, 40, 50},
        {"a screen that rests", any_100_to_3000, 10, 10},
        {"a phone", phone, 25, 30},
        {"quicker than any", quick, 60, 60},
    };
    enum { NB_PICTURES = 2000 };
    static int64_t places[NB_PICTURES];
    for (size_t i = 0; i < NB(cases); i++) {
        struct frame_grid_finder *finder =
            frame_grid_finder_create((AVRational){1, 1000}, (AVRational){0, 1});
        int64_t at = 500;
        for (int64_t n = 0; n < NB_PICTURES; at += cases[i].step(n++)) {
            frame_grid_finder_add(finder, at);
            places[n] = at;
        }
        struct frame_grid g;
        int variable = 0;
        assert_int_equal(frame_grid_finder_result(finder, &g, 100, &variable), 1);
        frame_grid_finder_destroy(finder);
        assert_row_int(cases[i].row, variable, 1);
        if (av_q2d(g.fps) < cases[i].least || av_q2d(g.fps) > cases[i].most)
            fail_msg("%s: %g frames a second", cases[i].row, av_q2d(g.fps));
        int64_t shown = 0, last = -1;
        for (int64_t n = 0; n < NB_PICTURES; n++) {
            const int64_t frame = frame_grid_frame_of(&g, places[n]);
            shown += frame > last;
            last = frame;
        }
        if (cases[i].most < 60 && shown * 100 < 95 * NB_PICTURES)
            fail_msg("%s: %lld of %d pictures are shown", cases[i].row, (long long)shown,
                     NB_PICTURES);
        const int64_t last_shown = frame_grid_frame_of(&g, places[NB_PICTURES - 1]);
        assert_true(g.nb_frames > last_shown && g.nb_frames <= last_shown + 10);
        assert_int_equal(frame_grid_frame_of(&g, 500), 0);
    }
}

/* A constant 3 s between pictures is no rate that anybody films at. */
static void test_stills(void **state)
{
    (void)state;
    struct frame_grid_finder *finder =
        frame_grid_finder_create((AVRational){1, 1000}, (AVRational){0, 1});
    for (int64_t n = 0; n < 100; n++)
        frame_grid_finder_add(finder, n * still(n));
    struct frame_grid g;
    assert_int_equal(frame_grid_finder_result(finder, &g, 3000, NULL), 1);
    frame_grid_finder_destroy(finder);
    assert_int_equal(av_rescale_q(g.nb_frames, av_inv_q(g.fps), (AVRational){1, 1}), 300);
}

static void test_few(void **state)
{
    (void)state;
    struct frame_grid g;
    struct frame_grid_finder *finder =
        frame_grid_finder_create((AVRational){1, 1000}, (AVRational){25, 1});
    assert_int_equal(frame_grid_finder_result(finder, &g, 40, NULL), 0);
    frame_grid_finder_add(finder, 1000);
    assert_int_equal(frame_grid_finder_result(finder, &g, 40, NULL), 1);
    assert_true(g.nb_frames == 1 && g.origin == 1000 && g.fps.num == 25 && g.fps.den == 1);
    assert_int_equal(frame_grid_finder_result(finder, &g, 5000, NULL), 1); /* a slide of 5 s */
    assert_int_equal(g.nb_frames, 125);
    assert_int_equal(frame_grid_finder_result(finder, &g, 3600000, NULL),
                     1); /* no picture lasts 1 h */
    assert_int_equal(g.nb_frames, 1);
    frame_grid_finder_destroy(finder);
    finder = frame_grid_finder_create((AVRational){1, 1000}, (AVRational){0, 1});
    frame_grid_finder_add(finder, -5);
    assert_int_equal(frame_grid_finder_result(finder, &g, 0, NULL), 1);
    assert_true(g.nb_frames == 1 && g.fps.num > 0 && g.fps.den > 0);
    frame_grid_finder_destroy(finder);
    frame_grid_finder_destroy(NULL);
}

static int64_t pts_of(const struct frame_grid *g, int64_t frame)
{
    return g->origin + av_rescale_q(frame, av_inv_q(g->fps), g->time_base);
}

static void test_there_and_back(void **state)
{
    (void)state;
    static const AVRational rates[] = {{1, 1},        {5, 1},  {25, 2}, {24000, 1001}, {25, 1},
                                       {30000, 1001}, {30, 1}, {50, 1}, {60000, 1001}};
    static const AVRational bases[] = {{1, 1000}, {1, 90000}, {1, 12800}, {1001, 60000}};
    for (size_t i = 0; i < NB(rates) * NB(bases); i++) {
        const struct frame_grid g = {
            .fps = rates[i / NB(bases)], .time_base = bases[i % NB(bases)], .origin = -12345};
        if (av_cmp_q(av_inv_q(g.fps), av_mul_q(g.time_base, (AVRational){2, 1})) < 0)
            continue; /* a time base too coarse to tell frames apart */
        for (int64_t n = 0; n < 400000; n += 997) {
            assert_int_equal(frame_grid_frame_of(&g, pts_of(&g, n)), n);
            assert_int_equal(frame_grid_frame_at_ms(&g, frame_grid_ms_of(&g, n)), n);
        }
        assert_int_equal(frame_grid_frame_of(&g, pts_of(&g, -3)), -3);
    }
    const struct frame_grid ntsc = {.fps = {30000, 1001}, .time_base = {1, 30000}};
    assert_int_equal(frame_grid_ms_of(&ntsc, 30000), 1001000);
    assert_int_equal(frame_grid_frame_at_ms(&ntsc, 60000), 1798);
    assert_int_equal(frame_grid_frame_of(&ntsc, 1801800), 1800);
}

static void test_valid(void **state)
{
    (void)state;
    const AVRational fps = {25, 1}, base = {1, 90000};
    const int64_t month = (int64_t)25 * 3600 * FRAME_GRID_MAX_HOURS;
    const struct {
        const char *row;
        struct frame_grid grid;
        bool valid;
    } cases[] = {
        {"plain", {fps, base, 0, 1}, true},
        {"a month", {fps, base, -12345, month}, true},
        {"longer", {fps, base, 0, month + 1}, false},
        {"endless", {fps, base, 0, INT64_MAX}, false},
        {"empty", {fps, base, 0, 0}, false},
        {"slowest", {{1, 1000}, base, 0, 2}, true},
        {"slower", {{1, 1001}, base, 0, 2}, false},
        {"slow and long", {{1, 1000}, base, 0, month}, false},
        {"fastest", {{1000, 1}, base, 0, 2}, true},
        {"faster", {{1001, 1}, base, 0, 2}, false},
        {"no rate", {{0, 1}, base, 0, 1}, false},
        {"rate by nothing", {{1, 0}, base, 0, 1}, false},
        {"negative base", {fps, {-1, 90000}, 0, 1}, false},
        {"origin out of sight", {fps, base, INT64_MIN, 1}, false},
        {"origin out of sight in ms", {fps, {INT32_MAX, 10240}, INT32_MAX, 1}, false},
    };
    for (size_t i = 0; i < NB(cases); i++)
        assert_row_int(cases[i].row, frame_grid_valid(&cases[i].grid), cases[i].valid);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_constant_rates),  cmocka_unit_test(test_variable_rates),
        cmocka_unit_test(test_scattered_rates), cmocka_unit_test(test_scattered_places),
        cmocka_unit_test(test_stills),          cmocka_unit_test(test_few),
        cmocka_unit_test(test_there_and_back),  cmocka_unit_test(test_valid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
