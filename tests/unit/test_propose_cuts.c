/* One recording, several talks: where each begins and ends. All times in seconds. */
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mem.h"
#include "propose_cuts.h"
#include "str.h"

enum { MOST = 64 };

/* "30+600" begins at 30 and is listed with 600; "30/600" has a slot of 600; "?" has no clock;
 * "=10-70" was cut by the user. */
static size_t read_units(struct cut_unit *units, const char *text)
{
    size_t nb = 0;
    for (const char *p = text; *p; p += strspn(p, " ")) {
        double start = 0, length = 0;
        char mark = '?';
        int used = 0;
        struct cut_unit u = {.start_ms = CUT_UNKNOWN};
        if (sscanf(p, "=%lf-%lf%n", &start, &length, &used) == 2) {
            u.fixed = true;
            u.begin_ms = llround(start * 1000);
            u.end_ms = llround(length * 1000);
        } else if (sscanf(p, "?%c%lf%n", &mark, &length, &used) == 2) {
            u.length_ms = llround(length * 1000);
        } else if (sscanf(p, "%lf%c%lf%n", &start, &mark, &length, &used) == 3) {
            u.start_ms = llround(start * 1000);
            u.length_ms = llround(length * 1000);
        } else {
            fail_msg("no unit: '%s'", p);
        }
        u.is_slot = mark == '/';
        units[nb++] = u;
        p += used;
    }
    return nb;
}

/* "s100-105" is silent, "b99-106" is black, "c300" another picture. */
static size_t read_hints(struct cut_hint *hints, const char *text)
{
    size_t nb = 0;
    for (const char *p = text; *p; p += strspn(p, " ")) {
        double begin = 0, end = 0;
        int used = 0, got = sscanf(p + 1, "%lf%n-%lf%n", &begin, &used, &end, &used);
        if (got < 1)
            fail_msg("no hint: '%s'", p);
        hints[nb++] =
            (struct cut_hint){*p == 's'   ? CUT_HINT_SILENCE
                              : *p == 'b' ? CUT_HINT_BLACK
                                          : CUT_HINT_SCENE,
                              llround(begin * 1000), llround((got == 2 ? end : begin) * 1000)};
        p += 1 + used;
    }
    return nb;
}

static void check(const char *row, const char *units_text, const char *hints_text, double length,
                  const char *wanted, const char *why)
{
    struct cut_unit units[MOST];
    struct cut_hint hints[MOST];
    struct proposed_cut cuts[MOST];
    AUTO_STR got = {0}, said = {0};
    const size_t nb = read_units(units, units_text), nb_hints = read_hints(hints, hints_text);
    propose_cuts(cuts, units, nb, hints, nb_hints, llround(length * 1000));
    for (size_t i = 0; i < nb; i++) {
        str_addf(&got, "%s%g-%g", i ? " " : "", (double)cuts[i].begin_ms / 1000,
                 (double)cuts[i].end_ms / 1000);
        str_addf(&said, "%s%s", i ? " | " : "", cuts[i].why);
        assert_true(cuts[i].score >= 0 && cuts[i].score <= 1);
        free(cuts[i].why);
    }
    str_add(&got, "");
    str_add(&said, "");
    if (strcmp(got.s, wanted) != 0 || !strstr(said.s, why))
        fail_msg("%s: got %s (%s), not %s (%s)", row, got.s, said.s, wanted, why);
}

struct row {
    const char *row, *units, *hints;
    double length;
    const char *wanted, *why;
};

static void check_rows(const struct row *rows, size_t nb)
{
    for (size_t i = 0; i < nb; i++)
        check(rows[i].row, rows[i].units, rows[i].hints, rows[i].length, rows[i].wanted,
              rows[i].why);
}

static void test_by_the_clock(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"begins late, ends early", "60/1800 2400/1800", "s0-130 s1700-2460 s4000-4300", 4300,
         "129.5-1700.5 2459.5-4000.5",
         "in: silence of 2:10 at 0:00; out: silence of 12:40 at 28:20"},
        {"questions after a pause are the talk's", "60/1800 2400/1800",
         "s0-90 s1200-1206 s1750-2430 s4100-4300", 4300, "89.5-1750.5 2429.5-4100.5", ""},
        {"a test of the microphone is not", "600/1800 2700/1800",
         "s0-200 s220-640 s2300-2500 s2510-2750 s4400-4600", 4600, "639.5-2300.5 2749.5-4400.5",
         ""},
        {"black alone", "60/1800 2400/1800", "b0-70 b1800-2410 b4150-4300", 4300,
         "69.5-1800.5 2409.5-4150.5", "out: black of 10:10 at 30:00"},
        {"silence and black: sound decides", "60/1800 2400/1800",
         "s0-64 b0-70 s1800-2405 b1803-2410 s4150-4300", 4300, "63.5-1800.5 2404.5-4150.5",
         "silence of 10:05 and black at 30:00"},
        {"another picture where nothing else is", "60/1800 1860/1800", "c55 c400 c1880 c3650", 3900,
         "55-1880 1880-3650", "another picture at 31:20"},
        {"nothing at all", "60/1800 1860/1800", "", 3900, "60-1860 1860-3660",
         "in: by the clock alone; out: by the clock alone"},
        {"it begins in mid-talk", "-600/1800 1260/1800", "s1100-1300 s3000-3100", 3100,
         "0-1100.5 1299.5-3000.5", "in: the recording begins in mid-talk"},
        {"it ends in mid-talk", "60/1800 1920/1800", "s0-70 s1800-1930", 2700,
         "69.5-1800.5 1929.5-2700", "out: the recording ends in mid-talk"},
        {"it ends in mid-talk, listed", "60+1740 1920+1800", "s0-70 s1810-1930", 2700,
         "69.5-1810.5 1929.5-2700", "out: the recording ends in mid-talk"},
        {"a listed time weighs more than a slot", "60+1500 2400+1500",
         "s0-65 s1100-1130 s1565-1568 s1800-2420 s3920-4300", 4300, "64.5-1565.5 2419.5-3920.5",
         ""},
        {"a talk that nobody listed is left out", "60/1200 3000/1200",
         "s0-70 s1250-1300 s2500-3010 s4200-4210", 4210, "69.5-1250.5 3009.5-4200.5", ""},
        {"slots overlap", "0/1800 900/1800", "s0-5 s1200-1210 s2690-2700", 2700,
         "4.5-1200.5 1209.5-2690.5", ""},
        {"slots that are the same", "0/1800 0/1800", "s0-5 s900-910 s1790-1800", 1800,
         "4.5-900.5 909.5-1790.5", ""},
        {"the second part follows the first", "60+600 ?+900 2400+600",
         "s0-62 s660-670 s1575-2405 s3003-3100", 3100, "61.5-660.5 669.5-1575.5 2404.5-3003.5", ""},
        {"no length is known", "60/0 1900/0", "s0-70 s1700-1910 s3600-3700", 3700,
         "69.5-1700.5 1909.5-3600.5", ""},
    };
    check_rows(rows, NB(rows));
}

static void test_in_order(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"listed times and pauses agree", "?+600 ?+900 ?+300",
         "s0-30 s630-700 s1601-1900 s2201-2300", 2300, "29.5-630.5 699.5-1601.5 1899.5-2201.5",
         "in: silence of 30 s at 0:00"},
        {"a long break is no talk", "?+600 ?+900", "s0-3 s604-2400 s3302-3400", 3400,
         "2.5-604.5 2399.5-3302.5", ""},
        {"music in the break is no talk", "?+600 ?+900", "s0-3 s604-700 s2300-2400 s3302-3400",
         3400, "2.5-604.5 2399.5-3302.5", ""},
        {"a pause within a talk is none between", "?+600 ?+900",
         "s0-3 s300-330 s604-620 s1000-1060 s1520-1600", 1600, "2.5-604.5 619.5-1520.5", ""},
        {"one follows the other without a pause", "?+600 ?+900", "s0-3 s1503-1600", 1600,
         "2.5-603 603-1503.5", ""},
        {"nothing at all: from both ends", "?+600 ?+900", "", 1800, "0-600 900-1800",
         "in: the recording begins; out: by the listed time"},
        {"slots, and nothing at all", "?/600 ?/900", "", 1800, "100-700 800-1700",
         "by the lengths alone"},
        {"they are longer than the recording", "?+1200 ?+1200", "s1190-1200", 1800,
         "0-1190.5 1199.5-1800", "out: the recording ends"},
        {"slots without a clock", "?/1800 ?/1800", "s0-60 s1700-2000 s2800-2804 s3650-3700", 3700,
         "59.5-1700.5 1999.5-3650.5", ""},
        {"one alone", "?+60", "s0-10 s70-80", 80, "9.5-70.5", ""},
    };
    check_rows(rows, NB(rows));
}

static void test_by_hand(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"a cut by the user stays, and its neighbours keep away", "?+600 =700-1500 ?+300",
         "s0-30 s630-700 s1601-1900 s2201-2300", 2300, "29.5-630.5 700-1500 1899.5-2201.5",
         "set by hand"},
        {"moved into the neighbour", "60/1800 =1000-3000", "s0-65 s1850-1900", 3600,
         "64.5-1000 1000-3000", "out: the next cut begins"},
        {"the talk after it", "=0-1000 900/900", "s1900-2000", 2000, "0-1000 1000-1900.5",
         "in: the previous cut ends"},
        {"no place left", "=0-1000 ?+300 =900-2000", "", 2000, "0-1000 1000-1000 900-2000",
         "no room is left between the previous and the next cut"},
        {"all by hand", "=5-10 =2-3", "", 20, "5-10 2-3", "set by hand | set by hand"},
    };
    check_rows(rows, NB(rows));
}

/* The order in which hints come decides nothing; a pause under 1.5 s is none; clearer is
 * better. */
static void test_small(void **state)
{
    (void)state;
    check("in another order", "?+600 ?+900 ?+300", "s2201-2300 s630-700 s0-30 s1601-1900", 2300,
          "29.5-630.5 699.5-1601.5 1899.5-2201.5", "");
    check("a breath", "?+600 ?+900", "s598-599.4", 1500, "0-600 600-1500", "");
    check("a pause", "?+600 ?+900", "s598-599.6", 1500, "0-598.5 599.1-1500", "silence of 1.6 s");
    struct cut_unit units[MOST];
    struct cut_hint clear[MOST], vague[MOST];
    struct proposed_cut a[2], b[2];
    const size_t nb = read_units(units, "60/600 900/600");
    propose_cuts(a, units, nb, clear, read_hints(clear, "s0-60 s600-900 s1480-1600"), 1600000);
    propose_cuts(b, units, nb, vague, read_hints(vague, "c50 c700"), 1600000);
    for (size_t i = 0; i < nb; i++) {
        assert_true(a[i].score > 0.8 && b[i].score < 0.3);
        assert_false(a[i].begin_loose || a[i].end_loose);
        free(a[i].why);
        free(b[i].why);
    }
    assert_true(b[1].end_loose);
}

/* Three hours of speech with a pause every few seconds, 24 talks: well under a second. */
static void test_time_it_takes(void **state)
{
    (void)state;
    enum { NB_HINTS = 4000, NB_UNITS = 24, LENGTH_S = 3 * 3600 };
    AUTO_FREE struct cut_hint *hints = mem_zalloc(NB_HINTS, sizeof *hints);
    struct cut_unit units[NB_UNITS];
    struct proposed_cut cuts[NB_UNITS];
    for (int i = 0; i < NB_HINTS; i++) {
        const int64_t at = (int64_t)i * LENGTH_S * 1000 / NB_HINTS;
        hints[i] = (struct cut_hint){i % 3 ? CUT_HINT_SILENCE : CUT_HINT_SCENE, at,
                                     at + (i % 3 ? 1500 + i % 7 * 100 : 0)};
    }
    for (int i = 0; i < NB_UNITS; i++)
        units[i] = (struct cut_unit){.start_ms = (int64_t)i * LENGTH_S / NB_UNITS * 1000,
                                     .length_ms = 400000,
                                     .is_slot = i % 2};
    const clock_t begin = clock();
    propose_cuts(cuts, units, NB_UNITS, hints, NB_HINTS, (int64_t)LENGTH_S * 1000);
    const double s = (double)(clock() - begin) / CLOCKS_PER_SEC;
    printf("%d talks, %d hints: %.3f s\n", NB_UNITS, NB_HINTS, s);
    assert_true(s < 5); /* tens of milliseconds; sanitizers and a busy machine take more */
    for (int i = 0; i < NB_UNITS; i++) {
        assert_true(cuts[i].begin_ms < cuts[i].end_ms);
        assert_true(llabs(cuts[i].begin_ms - units[i].start_ms) < 120000);
        free(cuts[i].why);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_the_clock),  cmocka_unit_test(test_in_order),
        cmocka_unit_test(test_by_hand),       cmocka_unit_test(test_small),
        cmocka_unit_test(test_time_it_takes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
