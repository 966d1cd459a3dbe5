/* A part's sound: as loud as promised, whatever came in, and each sample in its place. */
#include "support.h"

#include <ebur128.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "av.h"
#include "fs.h"
#include "json.h"
#include "media_maker.h"
#include "mem.h"
#include "piece_maker.h"

enum { RATE = 48000 };

static const AVRational FPS = {25, 1};

/* --- recordings ------------------------------------------------------------------------------- */

/* Words and pauses, at -20 LUFS or so. */
static float speech(int64_t n, int c)
{
    const double t = (double)n / RATE;
    const double word = fmod(t, 4.7) < 3.5 ? 0.3 + fabs(sin(2 * M_PI * 1.7 * t)) : 0.003;
    double v = 0;
    for (int h = 1; h <= 8; h++)
        v += sin(2 * M_PI * 140 * h * t + h * h) / h;
    return (float)(0.09 * word * (v + 0.3 * (double)media_noise(n, c)));
}
static float quiet(int64_t n, int c)
{
    return speech(n, c) / 10;
}
static float clipped(int64_t n, int c)
{
    return fmaxf(-1, fminf(1, 20 * speech(n, c)));
}
/* Speech from afar, and somebody who knocks on the microphone. */
static float dynamic(int64_t n, int c)
{
    const int64_t at = n % (RATE * 3 / 2);
    const double knock = at < 400 ? 0.9 * exp(-(double)at / 90) * sin((double)at / 3) : 0;
    return (float)(0.2 * (double)speech(n, c) + knock);
}
static float silence(int64_t n, int c)
{
    (void)n, (void)c;
    return 0;
}
static float one_side(int64_t n, int c)
{
    return c ? 0 : speech(n, 0);
}
static float hum(int64_t n, int c) /* below the gate: nobody speaks */
{
    (void)c;
    return (float)(0.0001 * sin(2 * M_PI * 50 * (double)n / RATE));
}

/* --- loudness --------------------------------------------------------------------------------- */

static void measure(double *lufs, double *peak_db, const float *samples, int64_t nb)
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
    *peak_db = peak > 0 ? 20 * log10(peak) : -HUGE_VAL;
    ebur128_destroy(&e);
}

static void test_loudness(void **state)
{
    (void)state;
    static const struct {
        const char *row;
        float (*sound)(int64_t n, int c);
        int limited; /* -1: either */
    } cases[] = {
        {"speech", speech, -1},  {"quiet", quiet, -1},       {"clipped", clipped, -1},
        {"dynamic", dynamic, 1}, {"one side", one_side, -1},
    };
    static const char *const encoders[] = {"aac", "libopus", "libmp3lame"};
    for (size_t i = 0; i < NB(cases) * NB(encoders); i++) {
        const size_t k = i / NB(encoders);
        const char *encoder = encoders[i % NB(encoders)];
        AUTO_FREE char *recording = folder_path("%s.mkv", cases[k].row),
                       *path = folder_path("%s-%s.mp4", cases[k].row, encoder),
                       *row = mem_printf("%s, %s", cases[k].row, encoder);
        if (i % NB(encoders) == 0)
            piece_recording(recording, cases[k].sound, 20 * RATE);
        AUTO_JSON *audio = piece_audio(encoder);
        struct sound_result r;
        piece_sound(&r, path, recording, audio, FPS, 25, 475, 50);
        assert_row_int(row, r.nb_samples, 20 * RATE);
        AUTO_DECODED d;
        media_decode(&d, path);
        assert_row_int(row, d.channels, 2);
        assert_true(d.nb_samples >= r.nb_samples);
        double lufs, peak;
        measure(&lufs, &peak, d.samples + 2 * 2 * RATE, 18 * RATE);
        assert_row_near(row, lufs, -16, 0.5);
        if (!(peak <= -1))
            fail_msg("%s: peaks of %.2f dBTP", row, peak);
        /* What it says of itself holds. */
        assert_row_near(row, r.loudness_lufs, lufs, 0.1);
        assert_row_near(row, r.peak_dbtp, peak, 0.1);
        assert_row_int(row, r.damage.nb, 0);
        assert_row_int(row, r.moved_samples, 0);
        if (cases[k].limited >= 0)
            assert_row_int(row, r.limited, cases[k].limited);
        /* One gain, and no limiter where none is needed: the waveform is the recording's. */
        if (!r.limited)
            assert_row_near(row, r.gain_db, -16 - r.source_lufs, 0.6);
    }
}

static void test_silence(void **state)
{
    (void)state;
    static const struct {
        const char *row;
        float (*sound)(int64_t n, int c); /* NULL: no audio stream */
        double most;
    } cases[] = {{"silence", silence, 1e-4}, {"none", NULL, 1e-4}, {"hum", hum, 1e-3}};
    static const char *const encoders[] = {"aac", "libopus", "libmp3lame"};
    for (size_t i = 0; i < NB(cases) * NB(encoders); i++) {
        const size_t k = i / NB(encoders);
        AUTO_FREE char *recording = folder_path("%s.mkv", cases[k].row),
                       *path = folder_path("%s-%zu.mp4", cases[k].row, i);
        if (cases[k].sound)
            piece_recording(recording, cases[k].sound, 5 * RATE);
        AUTO_JSON *audio = piece_audio(encoders[i % NB(encoders)]);
        struct sound_result r;
        piece_sound(&r, path, cases[k].sound ? recording : NULL, audio, FPS, 0, 125, 25);
        assert_row_int(cases[k].row, r.nb_samples, 6 * RATE);
        assert_row_int(cases[k].row, r.limited, 0);
        assert_row_near(cases[k].row, r.gain_db, 0, 1e-9);
        assert_false(isfinite(r.loudness_lufs));
        AUTO_DECODED d;
        media_decode(&d, path);
        assert_true(d.nb_samples >= r.nb_samples);
        for (int64_t n = 0; n < 2 * r.nb_samples; n++)
            if (fabs((double)d.samples[n]) > cases[k].most)
                fail_msg("%s: sample %lld is %g", cases[k].row, (long long)n / 2,
                         (double)d.samples[n]);
    }
}

/* --- places ----------------------------------------------------------------------------------- */

/* Sweeps up, so that each moment sounds like no other. */
static float sweep(int64_t n, int c)
{
    const double t = (double)n / RATE;
    return (float)(0.2 * sin(2 * M_PI * (300 + 150 * t) * t + c));
}

/* By how many samples the decoded sound lies late, by its likeness to the recording's. */
static int64_t lateness(const struct media_decoded *d, int64_t at, int64_t source)
{
    enum { MOST = 60, LENGTH = 9600 };
    int64_t best = -MOST;
    double most = -HUGE_VAL;
    for (int64_t by = -MOST; by <= MOST; by++) {
        double sum = 0;
        for (int64_t i = 0; i < LENGTH; i++)
            sum += (double)d->samples[2 * (at + i + by)] * (double)sweep(source + i, 0);
        if (sum > most) {
            most = sum;
            best = by;
        }
    }
    return best;
}

static void test_places(void **state)
{
    (void)state;
    static const struct {
        const char *encoder;
        AVRational fps;
        int64_t begin, end, card;
    } cases[] = {
        {"aac", {25, 1}, 0, 100, 50},          {"libopus", {25, 1}, 0, 100, 50},
        {"aac", {25, 1}, 37, 249, 75},         {"libopus", {25, 1}, 37, 249, 75},
        {"aac", {30000, 1001}, 101, 277, 151}, {"libopus", {30000, 1001}, 101, 277, 151},
        {"aac", {25, 1}, 31, 131, 0},          {"libopus", {25, 1}, 31, 131, 0},
    };
    AUTO_FREE char *recording = folder_path("sweep.mkv");
    piece_recording(recording, sweep, 12 * RATE);
    for (size_t i = 0; i < NB(cases); i++) {
        AUTO_FREE char *path = folder_path("places-%zu.mp4", i), *row = mem_printf("case %zu", i);
        AUTO_JSON *audio = piece_audio(cases[i].encoder);
        const struct frame_grid g = {.fps = cases[i].fps};
        const int64_t card = sound_samples_at(&g, cases[i].card);
        const int64_t all = sound_samples_at(&g, cases[i].card + cases[i].end - cases[i].begin);
        const int64_t source = sound_samples_at(&g, cases[i].begin);
        struct sound_result r;
        piece_sound(&r, path, recording, audio, cases[i].fps, cases[i].begin, cases[i].end,
                    cases[i].card);
        assert_row_int(row, r.nb_samples, all);
        AUTO_DECODED d;
        media_decode(&d, path);
        assert_row_int(row, d.first_sample, 0);
        assert_true(d.nb_samples >= all && d.nb_samples < all + r.packet_samples + r.lead_in);
        for (int64_t at = card + 4800; at + 12000 < all; at += 24000)
            assert_row_near(row, (double)lateness(&d, at, source + at - card), 0, 1);
        /* Silence to the card's last sample; lossy coding smears over its packet alone. */
        int64_t first = 0;
        while (first < all && fabs((double)d.samples[2 * first]) < 0.02)
            first++;
        if (card > 0 && llabs(first - card) > 64)
            fail_msg("%s: sound begins at %lld, should at %lld", row, (long long)first,
                     (long long)card);
        for (int64_t n = 0; n < 2 * (card - 2400); n++)
            if (fabs((double)d.samples[n]) > 1e-4)
                fail_msg("%s: the card sounds at %lld", row, (long long)n / 2);
    }
}

/* At 30 frames a second the last packet of AAC holds each multiple of 64 samples in turn. Players
 * play it whole: it ends less than 20 ms behind the picture all the same. */
static void test_ends(void **state)
{
    (void)state;
    AUTO_FREE char *recording = folder_path("ends.mkv"), *path = folder_path("ends.mp4");
    AUTO_JSON *audio = piece_audio("aac");
    const struct frame_grid g = {.fps = {30, 1}};
    int64_t least = INT64_MAX, most = INT64_MIN;
    piece_recording(recording, speech, 3 * RATE);
    for (int64_t end = 50; end < 66; end++) {
        struct sound_result r;
        piece_sound(&r, path, recording, audio, g.fps, 0, end, 30);
        AUTO_DECODED d;
        media_decode(&d, path);
        assert_true(d.nb_samples >= r.nb_samples);
        const int64_t played = r.summary.nb_packets * r.packet_samples - r.lead_in;
        const int64_t more = played - sound_samples_at(&g, 30 + end);
        least = more < least ? more : least;
        most = more > most ? more : most;
    }
    assert_int_equal(least, -64);
    assert_int_equal(most, 1024 - 128);
}

/* The bytes of a file, which the caller frees. */
static char *bytes_of(size_t *nb, const char *path)
{
    struct err err = {0};
    char *bytes = NULL;
    assert_done(fs_read(&bytes, nb, path, 1 << 26, &err));
    return bytes;
}

static void assert_same_file(const char *row, const char *a, const char *b)
{
    size_t nb_a = 0, nb_b = 0;
    AUTO_FREE char *bytes_a = bytes_of(&nb_a, a), *bytes_b = bytes_of(&nb_b, b);
    assert_row_int(row, nb_a, nb_b);
    assert_memory_equal(bytes_a, bytes_b, nb_a);
}

static void test_same_bytes(void **state)
{
    (void)state;
    static const char *const encoders[] = {"aac", "libopus", "libmp3lame"};
    AUTO_FREE char *recording = folder_path("same.mkv"), *first = folder_path("same-1.mp4"),
                   *second = folder_path("same-2.mp4");
    piece_recording(recording, dynamic, 6 * RATE);
    for (size_t i = 0; i < NB(encoders); i++) {
        AUTO_JSON *audio = piece_audio(encoders[i]);
        struct sound_result r;
        piece_sound(&r, first, recording, audio, FPS, 3, 140, 25);
        piece_sound(&r, second, recording, audio, FPS, 3, 140, 25);
        assert_same_file(encoders[i], first, second);
    }
}

/* What is encoded from one decode is what it would be alone: keys of results say nothing of
 * company. Limited or not, with a last packet of AAC that is left out or not. */
static void test_company(void **state)
{
    (void)state;
    static const struct {
        const char *row;
        float (*sound)(int64_t n, int c);
        int64_t end;
        int left_out; /* samples, of AAC */
    } cases[] = {{"limited", dynamic, 60, 0},
                 {"limited, left out", dynamic, 59, 64},
                 {"speech, left out", speech, 59, 64}};
    AUTO_JSON *aac = piece_audio("aac"), *opus = piece_audio("libopus");
    AUTO_FREE char *recording = folder_path("company.mkv"), *alone = folder_path("alone.mp4"),
                   *with_opus = folder_path("with-opus.mp4"),
                   *with_aac = folder_path("with-aac.mp4");
    const AVRational fps = {30, 1};
    for (size_t i = 0; i < NB(cases); i++) {
        struct sound_output both[] = {{.audio = aac, .path = with_opus},
                                      {.audio = opus, .path = with_aac}};
        piece_recording(recording, cases[i].sound, 3 * RATE);
        piece_sounds(both, NB(both), recording, fps, 0, cases[i].end, 30);
        assert_row_int(cases[i].row, cases[i].left_out,
                       both[1].result.nb_samples - both[0].result.nb_samples);
        for (size_t k = 0; k < NB(both); k++) {
            struct sound_result r;
            piece_sound(&r, alone, recording, both[k].audio, fps, 0, cases[i].end, 30);
            assert_same_file(cases[i].row, alone, both[k].path);
            assert_row_int(cases[i].row, r.nb_samples, both[k].result.nb_samples);
            assert_row_near(cases[i].row, r.gain_db, both[k].result.gain_db, 0);
            assert_row_near(cases[i].row, r.loudness_lufs, both[k].result.loudness_lufs, 0);
        }
    }
}

int main(void)
{
    av_log_quiet();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_loudness),   cmocka_unit_test(test_silence),
        cmocka_unit_test(test_places),     cmocka_unit_test(test_ends),
        cmocka_unit_test(test_same_bytes), cmocka_unit_test(test_company),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
