/* Loudness from blocks of 100 ms against libebur128's own over the same samples. */
#include "support.h"

#include <ebur128.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fs.h"
#include "loudness.h"
#include "loudness_meter.h"
#include "mem.h"

enum { RATE = 48000 };

/* --- signals, as functions of the sample's number --------------------------------------------- */

static double hash_noise(int64_t n)
{
    uint64_t x = ((uint64_t)n + 1) * 0x9e3779b97f4a7c15u;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    return (double)(int32_t)(x >> 32) / 2147483648.0;
}
static double sine(int64_t n, int c)
{
    (void)c;
    return 0.1 * sin(2 * M_PI * 997 * (double)n / RATE);
}
static double one_side(int64_t n, int c)
{
    return c ? 0 : sine(n, c);
}
static double noise(int64_t n, int c)
{
    return 0.05 * hash_noise(2 * n + c);
}
static double speech(int64_t n, int c) /* words and pauses */
{
    const double t = (double)n / RATE;
    return noise(n, c) * (fmod(t, 4.7) < 3 ? 1 + sin(2 * M_PI * 3.3 * t) : 0.01);
}
static double stairs(int64_t n, int c) /* each 5 s 6 dB louder: the relative gate works */
{
    const int64_t step = n / (5 * RATE);
    return noise(n, c) * pow(2, (double)step) / 16;
}
static double faint(int64_t n, int c)
{
    return noise(n, c) / 2000;
}
static double silence(int64_t n, int c)
{
    (void)n, (void)c;
    return 0;
}
static double clipped(int64_t n, int c)
{
    (void)c;
    return fmax(-1, fmin(1, 3 * sin(2 * M_PI * 440 * (double)n / RATE)));
}
static double between(int64_t n, int c) /* its peaks lie between samples: 3 dB above them */
{
    (void)c;
    return 0.5 * sin(2 * M_PI * (double)n / 4 + M_PI / 4);
}

static const struct {
    const char *row;
    double (*of)(int64_t n, int c);
    int64_t nb;
} SIGNALS[] = {
    {"sine", sine, 20 * RATE},
    {"one side", one_side, 10 * RATE},
    {"noise", noise, 20 * RATE + 77},
    {"speech", speech, 60 * RATE},
    {"stairs", stairs, 30 * RATE},
    {"faint", faint, 10 * RATE},
    {"silence", silence, 5 * RATE},
    {"clipped", clipped, 10 * RATE},
    {"between", between, 5 * RATE},
    {"short", sine, RATE / 2},
    {"too short to gate", sine, RATE / 5},
};

static float *samples_of(size_t i)
{
    float *s = mem_zalloc((size_t)SIGNALS[i].nb * 2, sizeof *s);
    for (int64_t n = 0; n < SIGNALS[i].nb; n++)
        for (int c = 0; c < 2; c++)
            s[2 * n + c] = (float)SIGNALS[i].of(n, c);
    return s;
}

static struct loudness measure(const float *samples, int64_t nb, int piece)
{
    struct loudness out = {0};
    AUTO_METER *meter = loudness_meter_create();
    for (int64_t at = 0; at < nb; at += piece)
        loudness_meter_add(meter, samples + 2 * at, nb - at < piece ? (int)(nb - at) : piece);
    loudness_meter_finish(&out, meter);
    return out;
}

static void reference(double *lufs, double *peak_db, const float *samples, int64_t nb)
{
    ebur128_state *e = ebur128_init(2, RATE, EBUR128_MODE_I | EBUR128_MODE_TRUE_PEAK);
    assert_int_equal(ebur128_add_frames_float(e, samples, (size_t)nb), 0);
    assert_int_equal(ebur128_loudness_global(e, lufs), 0);
    double peak = 0;
    for (unsigned c = 0; c < 2; c++) {
        double p;
        assert_int_equal(ebur128_true_peak(e, c, &p), 0);
        peak = fmax(peak, p);
    }
    *peak_db = 20 * log10(peak);
    ebur128_destroy(&e);
}

static void assert_level(const char *row, double got, double wanted, double tolerance)
{
    if (isfinite(wanted) != isfinite(got) ||
        (isfinite(wanted) && !(fabs(got - wanted) <= tolerance)))
        fail_msg("%s: %.3f, should be %.3f", row, got, wanted);
}

static void test_whole(void **state)
{
    (void)state;
    static const int pieces[] = {4800, 997, 48000};
    for (size_t i = 0; i < NB(SIGNALS); i++) {
        AUTO_FREE float *s = samples_of(i);
        double lufs, peak;
        reference(&lufs, &peak, s, SIGNALS[i].nb);
        for (size_t k = 0; k < NB(pieces); k++) {
            AUTO_LOUDNESS l = measure(s, SIGNALS[i].nb, pieces[k]);
            assert_row_int(SIGNALS[i].row, l.nb,
                           (SIGNALS[i].nb + LOUDNESS_BLOCK - 1) / LOUDNESS_BLOCK);
            assert_level(SIGNALS[i].row, loudness_integrated(&l, 0, l.nb), lufs, 0.1);
            assert_level(SIGNALS[i].row, loudness_peak_db(&l, 0, l.nb), peak, 0.05);
        }
    }
}

/* A cut is as loud as if it had been measured alone. */
static void test_cuts(void **state)
{
    (void)state;
    static const size_t cuts[][2] = {{0, 100}, {50, 200}, {33, 77}, {100, 300}, {290, 300}};
    for (size_t i = 0; i < NB(SIGNALS); i++) {
        AUTO_FREE float *s = samples_of(i);
        AUTO_LOUDNESS l = measure(s, SIGNALS[i].nb, 4800);
        for (size_t k = 0; k < NB(cuts); k++) {
            if ((int64_t)cuts[k][1] * LOUDNESS_BLOCK > SIGNALS[i].nb)
                continue;
            double lufs, peak;
            reference(&lufs, &peak, s + 2 * cuts[k][0] * LOUDNESS_BLOCK,
                      (int64_t)(cuts[k][1] - cuts[k][0]) * LOUDNESS_BLOCK);
            assert_level(SIGNALS[i].row, loudness_integrated(&l, cuts[k][0], cuts[k][1]), lufs,
                         0.1);
            assert_level(SIGNALS[i].row, loudness_peak_db(&l, cuts[k][0], cuts[k][1]), peak, 0.2);
        }
        /* Beyond its end there is nothing. */
        assert_level(SIGNALS[i].row, loudness_integrated(&l, 0, l.nb + 1000),
                     loudness_integrated(&l, 0, l.nb), 0);
        assert_false(isfinite(loudness_integrated(&l, l.nb, l.nb + 9)));
        assert_false(isfinite(loudness_peak_db(&l, l.nb, l.nb + 9)));
    }
}

/* EBU Tech 3341, case 1: 1 kHz at -23 dBFS in both channels is -23 LUFS. */
static void test_scale(void **state)
{
    (void)state;
    AUTO_FREE float *s = mem_zalloc(20 * RATE * 2, sizeof *s);
    for (int64_t n = 0; n < 20 * RATE; n++)
        s[2 * n] = s[2 * n + 1] =
            (float)(pow(10, -23.0 / 20) * sin(2 * M_PI * 1000 * (double)n / RATE));
    AUTO_LOUDNESS l = measure(s, 20 * RATE, 4800);
    assert_level("-23 dBFS", loudness_integrated(&l, 0, l.nb), -23, 0.1);
    assert_level("its peak", loudness_peak_db(&l, 0, l.nb), -23, 0.2);
    assert_level("a block", loudness_of_block(&l, 50), -23, 0.1);
    assert_false(isfinite(loudness_of_energy(0)));
}

static void test_quietest(void **state)
{
    (void)state;
    struct loudness_block blocks[40];
    const struct loudness l = {blocks, NB(blocks)};
    for (size_t i = 0; i < NB(blocks); i++)
        blocks[i] = (struct loudness_block){.energy = {1e-3F}};
    assert_int_equal(loudness_quietest(&l, 5, 35, 20), 20); /* all alike: nearest to the centre */
    for (size_t i = 8; i < 12; i++)
        blocks[i].energy[0] = 1e-9F;
    assert_int_equal(loudness_quietest(&l, 5, 35, 20), 10); /* its middle */
    assert_int_equal(loudness_quietest(&l, 15, 35, 20), 20);
    for (size_t i = 26; i < 32; i++) /* as silent, and nearer */
        blocks[i].energy[0] = 1e-10F;
    assert_int_equal(loudness_quietest(&l, 5, 35, 22), 28);
}

static void test_silences(void **state)
{
    (void)state;
    struct loudness_block blocks[40] = {0};
    const struct loudness l = {blocks, NB(blocks)};
    static const char loud[] = "####......####.#####..........#####.....";
    static const struct {
        size_t from, least, begin, end; /* end 0: none */
    } rows[] = {{0, 1, 4, 10},   {0, 6, 4, 10},   {0, 7, 20, 30}, {6, 1, 6, 10}, {10, 1, 14, 15},
                {10, 2, 20, 30}, {30, 5, 35, 40}, {30, 6, 0, 0},  {40, 1, 0, 0}};
    for (size_t i = 0; i < NB(blocks); i++)
        blocks[i].energy[1] = loud[i] == '#' ? 1e-3F : 1e-8F;
    for (size_t i = 0; i < NB(rows); i++) {
        size_t begin = 0, end = 0;
        const bool found =
            loudness_next_silence(&begin, &end, &l, rows[i].from, -60, rows[i].least);
        if (found != (rows[i].end > 0) || begin != rows[i].begin || end != rows[i].end)
            fail_msg("row %zu: %zu to %zu", i, begin, end);
    }
    assert_true(loudness_silence(-20) == -45 && loudness_silence(-HUGE_VAL) == -60);
}

static void test_file(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_FREE char *path = folder_path("blocks"), *none = folder_path("none");
    AUTO_FREE float *s = samples_of(3);
    AUTO_LOUDNESS l = measure(s, SIGNALS[3].nb, 4800), back = {0}, nothing = {0}, empty = {0};
    assert_done(loudness_write(path, &l, &err));
    assert_done(loudness_read(&back, path, &err));
    assert_int_equal(back.nb, l.nb);
    assert_memory_equal(back.blocks, l.blocks, l.nb * sizeof *l.blocks);
    assert_done(loudness_write(path, &empty, &err));
    assert_done(loudness_read(&nothing, path, &err));
    assert_int_equal(nothing.nb, 0);
    static const char *const broken[] = {"", "tploud1", "nonsense", "tploud1\n1234567"};
    for (size_t i = 0; i < NB(broken); i++) {
        struct loudness out = {0};
        assert_done(fs_write_atomic(path, broken[i], strlen(broken[i]), &err));
        assert_fails(loudness_read(&out, path, &err), ERR_INVALID, "not an analysis");
    }
    struct loudness out = {0};
    assert_fails(loudness_read(&out, none, &err), ERR_NOT_FOUND, "none");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole),    cmocka_unit_test(test_cuts),
        cmocka_unit_test(test_scale),    cmocka_unit_test(test_quietest),
        cmocka_unit_test(test_silences), cmocka_unit_test(test_file),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
