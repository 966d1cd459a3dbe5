/* Cuts without their breaks: what is left, and when it is seen. */
#include "part_clock.h"

#include <stdio.h>
#include <string.h>

#include "mem.h"
#include "str.h"
#include "support.h"

static const struct frame_grid grid25 = {.fps = {25, 1},
                                         .time_base = {1, 1000},
                                         .nb_frames = 90000},
                               ntsc = {.fps = {30000, 1001}, .time_base = {1, 30000}};

static char *write_drops(const struct part_drop *drops, size_t nb, int64_t begin, int64_t end)
{
    AUTO_STR s = {0};
    str_addf(&s, "%lld-%lld:", (long long)begin, (long long)end);
    for (size_t i = 0; i < nb; i++)
        str_addf(&s, " %lld-%lld", (long long)drops[i].begin, (long long)drops[i].end);
    return str_take(&s);
}

static void test_normalised(void **state)
{
    (void)state;
    const struct {
        const char *row;
        size_t nb;
        struct part_drop drops[3];
        const char *wanted;
    } cases[] = {
        {"none", 0, {{0}}, "100-1000:"},
        {"one", 1, {{200, 300}}, "100-1000: 200-300"},
        {"in order", 3, {{700, 800}, {200, 300}, {400, 500}}, "100-1000: 200-300 400-500 700-800"},
        {"touching", 3, {{300, 400}, {200, 300}, {500, 501}}, "100-1000: 200-400 500-501"},
        {"overlapping", 2, {{200, 400}, {250, 300}}, "100-1000: 200-400"},
        {"outside", 3, {{0, 100}, {1000, 1100}, {50, 60}}, "100-1000:"},
        {"empty or backwards", 2, {{200, 200}, {400, 300}}, "100-1000:"},
        {"at the start", 1, {{100, 300}}, "300-1000:"},
        {"over the start", 2, {{0, 300}, {300, 400}}, "400-1000:"},
        {"at the end", 2, {{200, 300}, {900, 1000}}, "100-900: 200-300"},
        {"over the end", 2, {{200, 300}, {900, 5000}}, "100-900: 200-300"},
        {"all", 1, {{0, 5000}}, "1000-1000:"},
        {"all in pieces", 3, {{100, 400}, {700, 1000}, {400, 700}}, "1000-1000:"},
        {"all but a frame", 2, {{100, 400}, {401, 1000}}, "400-401:"},
    };
    for (size_t i = 0; i < NB(cases); i++) {
        struct part_drop drops[3];
        int64_t begin = 100, end = 1000;
        memcpy(drops, cases[i].drops, sizeof drops);
        const size_t nb = part_drops_normalise(drops, cases[i].nb, &begin, &end);
        AUTO_FREE char *got = write_drops(drops, nb, begin, end);
        assert_row_str(cases[i].row, got, cases[i].wanted);
    }
}

static void test_frames(void **state)
{
    (void)state;
    const struct part_drop drops[] = {{200, 300}, {400, 401}};
    const struct part_clock c = {&grid25, 100, 1000, drops, NB(drops)},
                            whole = {&grid25, 100, 1000, NULL, 0};
    assert_int_equal(part_clock_frames(&whole), 900);
    assert_int_equal(part_clock_frames(&c), 799);
    const struct part_stretch last = part_clock_stretch(&c, 2);
    assert_int_equal(last.begin, 401);
    assert_int_equal(last.end, 1000);
    assert_int_equal(last.at, 200);
    int64_t at = 0;
    for (int64_t frame = 0; frame < 1100; frame++) {
        const bool dropped = (frame >= 200 && frame < 300) || frame == 400;
        assert_int_equal(part_clock_has(&c, frame), frame >= 100 && frame < 1000 && !dropped);
        if (part_clock_has(&c, frame))
            assert_int_equal(part_clock_recording_frame(&c, at++), frame);
    }
    assert_int_equal(at, 799);
    assert_int_equal(part_clock_recording_frame(&c, -10), 90);
}

static void test_times(void **state)
{
    (void)state;
    const struct part_drop drops[] = {{500, 1000}, {1500, 1525}};
    const struct part_clock c = {&grid25, 250, 2500, drops, NB(drops)};
    const struct {
        const char *row;
        int64_t recording_ms, part_ms;
    } cases[] = {
        {"before", 9000, -1000},        {"start", 10000, 0},
        {"in the first", 15000, 5000},  {"last", 19999, 9999},
        {"joint", 40000, 10000},        {"second", 50000, 20000},
        {"second joint", 61000, 30000}, {"last stretch", 62000, 31000},
    };
    for (size_t i = 0; i < NB(cases); i++) {
        assert_row_int(cases[i].row, part_clock_ms(&c, cases[i].recording_ms), cases[i].part_ms);
        assert_row_int(cases[i].row, part_clock_recording_ms(&c, cases[i].part_ms),
                       cases[i].recording_ms);
    }
    assert_int_equal(part_clock_ms(&c, 25000), 10000); /* in a break: at its joint */
    assert_int_equal(part_clock_length_ms(&c), 69000);
}

/* At 29.97 frames a second no frame is at a whole millisecond: still no joint is off by one. */
static void test_rounding(void **state)
{
    (void)state;
    struct part_drop drops[40];
    for (int i = 0; i < (int)NB(drops); i++)
        drops[i] = (struct part_drop){100 * i + 50, 100 * i + 83};
    const struct part_clock c = {&ntsc, 7, 4100, drops, NB(drops)};
    int64_t before = -1;
    for (size_t i = 0; i <= NB(drops); i++) {
        const struct part_stretch s = part_clock_stretch(&c, i);
        const int64_t at_ms = frame_grid_ms_of(&ntsc, s.at);
        assert_int_equal(part_clock_ms(&c, frame_grid_ms_of(&ntsc, s.begin)), at_ms);
        assert_int_equal(part_clock_recording_ms(&c, at_ms), frame_grid_ms_of(&ntsc, s.begin));
        assert_true(at_ms > before);
        before = at_ms;
    }
    const int64_t frames = part_clock_frames(&c),
                  off = part_clock_length_ms(&c) - frame_grid_ms_of(&ntsc, frames);
    assert_true(off >= -1 && off <= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_normalised),
        cmocka_unit_test(test_frames),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_rounding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
