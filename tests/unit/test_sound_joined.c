/* The sound of a part without its breaks: each sample in its place, and what is heard at a joint.
 */
#include "support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "av.h"
#include "json.h"
#include "media_maker.h"
#include "mem.h"
#include "piece_maker.h"

enum { RATE = 48000, HALF = 480 /* of a crossfade */ };

/* Encoded without loss: what comes out is what was put in. */
static void encode(struct media_decoded *d, struct sound_result *r, const char *recording,
                   const struct sound_spec *of)
{
    AUTO_FREE char *path = mem_printf("%s.joined.mp4", recording);
    AUTO_JSON *audio = json_pack("{s:s}", "encoder", "alac");
    struct sound_output output = {.audio = audio, .path = path};
    piece_sounds_of(&output, 1, recording, of);
    media_decode(d, path);
    *r = output.result;
}

/* Sweeps up, so that each moment sounds like no other. */
static float sweep(int64_t n, int c)
{
    const double t = (double)n / RATE;
    return (float)(0.2 * sin(2 * M_PI * (300 + 150 * t) * t + c));
}

static float noise(int64_t n, int c)
{
    return media_noise(n, c) / 5;
}

/* What the recording has at a sample; before its start and after its end, nothing. */
static double source(int64_t n, int64_t nb, int c)
{
    return n < 0 || n >= nb ? 0 : (double)sweep(n, c);
}

/* --- places ----------------------------------------------------------------------------------- */

struct places {
    const char *row;
    AVRational fps;
    int64_t begin, end, card;
    size_t nb_drops;
    struct part_drop drops[3];
    int offset_ms;
};

/* Compares every sample of the talk with those of the recording that should be heard there: one,
 * or in a crossfade two. */
static void compare(const struct places *p, const struct media_decoded *d, double gain,
                    int64_t nb_source)
{
    const struct frame_grid g = {.fps = p->fps};
    const struct part_clock clock = {&g, p->begin, p->end, p->drops, p->nb_drops};
    const int64_t card = sound_samples_at(&g, p->card),
                  offset = p->offset_ms * (int64_t)(RATE / 1000);
    int64_t from = 0; /* of the stretch before, as from the file's sample 0 */
    for (size_t i = 0; i <= p->nb_drops; i++) {
        const struct part_stretch s = part_clock_stretch(&clock, i);
        const int64_t first = sound_samples_at(&g, p->card + s.at),
                      last = sound_samples_at(&g, p->card + s.at + s.end - s.begin),
                      shift = sound_samples_at(&g, s.begin) - offset - first;
        for (int64_t n = i ? first - HALF : card; n < (i < p->nb_drops ? last - HALF : last); n++) {
            const double angle = M_PI_2 * ((double)(n - first + HALF) + 0.5) / (2 * HALF);
            const bool fades = i && n < first + HALF;
            for (int c = 0; c < 2; c++) {
                const double in = source(n + shift, nb_source, c),
                             out = source(n + from, nb_source, c),
                             wanted = gain * (fades ? out * cos(angle) + in * sin(angle) : in),
                             got = (double)d->samples[2 * n + c];
                if (fabs(got - wanted) > 1e-4)
                    fail_msg("%s: stretch %zu, sample %lld is %g, should be %g", p->row, i,
                             (long long)(n - first), got, wanted);
            }
        }
        from = shift;
    }
}

static void test_places(void **state)
{
    (void)state;
    static const struct places cases[] = {
        {"one break", {25, 1}, 20, 280, 50, 1, {{100, 200}}, 0},
        {"three, of a frame too", {25, 1}, 0, 300, 25, 3, {{50, 100}, {101, 150}, {151, 152}}, 0},
        {"29.97", {30000, 1001}, 37, 343, 101, 2, {{101, 173}, {250, 277}}, 0},
        {"later", {25, 1}, 20, 280, 50, 0, {{0}}, 120},
        {"earlier", {25, 1}, 20, 280, 50, 0, {{0}}, -40},
        {"later than the recording begins", {25, 1}, 0, 300, 25, 0, {{0}}, 120},
        {"earlier than it ends", {25, 1}, 0, 300, 25, 0, {{0}}, -500},
        {"later, with breaks", {25, 1}, 0, 300, 25, 2, {{50, 100}, {150, 200}}, 120},
        {"no card", {25, 1}, 20, 280, 0, 1, {{100, 200}}, 0},
    };
    const int64_t nb_source = 12 * RATE;
    AUTO_FREE char *recording = folder_path("sweep.mkv");
    piece_recording(recording, sweep, nb_source);
    for (size_t i = 0; i < NB(cases); i++) {
        const struct places *p = &cases[i];
        const struct sound_spec of = {.grid = {.fps = p->fps},
                                      .begin = p->begin,
                                      .end = p->end,
                                      .card_frames = p->card,
                                      .drops = p->drops,
                                      .nb_drops = p->nb_drops,
                                      .offset_ms = p->offset_ms};
        const struct part_clock clock = {&of.grid, p->begin, p->end, p->drops, p->nb_drops};
        struct sound_result r;
        AUTO_DECODED d;
        encode(&d, &r, recording, &of);
        assert_row_int(p->row, r.limited, 0);
        assert_row_int(p->row, r.nb_samples,
                       sound_samples_at(&of.grid, p->card + part_clock_frames(&clock)));
        assert_row_int(p->row, d.nb_samples, r.nb_samples);
        assert_row_int(p->row, r.damage.nb, 0);
        compare(p, &d, pow(10, r.gain_db / 20), nb_source);
    }
}

/* --- loudness --------------------------------------------------------------------------------- */

static double rms_db(const struct media_decoded *d, int64_t begin, int64_t end)
{
    double sum = 0;
    for (int64_t n = 2 * begin; n < 2 * end; n++)
        sum += pow((double)d->samples[n], 2);
    return 10 * log10(sum / (double)(2 * (end - begin)));
}

/* The noise of a room is as loud at a joint as elsewhere. */
static void test_level(void **state)
{
    (void)state;
    enum { BREAKS = 20 };
    AUTO_FREE char *recording = folder_path("noise.mkv");
    struct part_drop drops[BREAKS];
    struct sound_result r;
    AUTO_DECODED d;
    double joints = 0;
    piece_recording(recording, noise, 12 * RATE);
    for (int i = 0; i < BREAKS; i++)
        drops[i] = (struct part_drop){10 + 12 * i, 16 + 12 * i};
    const struct sound_spec of = {
        .grid = {.fps = {25, 1}}, .end = 300, .drops = drops, .nb_drops = BREAKS};
    encode(&d, &r, recording, &of);
    for (int i = 0; i < BREAKS; i++) {
        const int64_t joint = (10 + 6 * i) * (int64_t)(RATE / 25);
        joints += pow(10, rms_db(&d, joint - HALF, joint + HALF) / 10) / BREAKS;
    }
    const double all = rms_db(&d, 0, d.nb_samples);
    assert_row_near("at joints", 10 * log10(joints), all, 0.4);
}

static float even(int64_t n, int c)
{
    return sweep(n, c) / 2;
}
static float loud_break(int64_t n, int c)
{
    return even(n, c) * (n / RATE >= 4 && n / RATE < 8 ? 8.0F : 1.0F);
}

/* The gain is that of what is left, whatever is in the break. */
static void test_gain(void **state)
{
    (void)state;
    AUTO_FREE char *loud = folder_path("loud.mkv"), *same = folder_path("same.mkv");
    const struct part_drop drops[] = {{99, 201}};
    struct sound_spec of = {.grid = {.fps = {25, 1}}, .end = 300};
    struct sound_result whole, left, wanted;
    AUTO_DECODED a, b, c;
    piece_recording(loud, loud_break, 12 * RATE);
    piece_recording(same, even, 12 * RATE);
    encode(&a, &whole, loud, &of);
    of.drops = drops;
    of.nb_drops = 1;
    encode(&b, &left, loud, &of);
    encode(&c, &wanted, same, &of);
    assert_row_near("left", left.loudness_lufs, -16, 0.3);
    assert_row_near("gain", left.gain_db, wanted.gain_db, 0.1);
    assert_true(left.gain_db > whole.gain_db + 6);
}

int main(void)
{
    av_log_quiet();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_level),
        cmocka_unit_test(test_gain),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
