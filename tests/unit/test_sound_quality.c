/* What each channel of a recording carries, and which of them is published. */
#include "support.h"

#include <math.h>
#include <stdlib.h>

#include "loudness.h"
#include "loudness_meter.h"
#include "mem.h"
#include "sound_quality.h"

enum { SECONDS = 20, NB_SAMPLES = SECONDS * SOUND_RATE };

static double noise(int64_t n)
{
    uint64_t x = ((uint64_t)n + 1) * 0x9e3779b97f4a7c15u;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    return (double)(int32_t)(x >> 32) / 2147483648.0;
}

/* --- what channels carry ---------------------------------------------------------------------- */

static double nothing(int64_t n)
{
    (void)n;
    return 0;
}
static double hiss(int64_t n)
{
    return 0.1 * noise(n);
}
/* Words of 0.3 to 0.5 s with pauses between them. */
static double speech(int64_t n)
{
    const double t = (double)n / SOUND_RATE, in_word = fmod(t, 0.7) / 0.45;
    double v = 0.2 * noise(n);
    for (int h = 1; h <= 8; h++)
        v += sin(2 * M_PI * (130 + 20 * sin(t)) * h * t + h * h) / h;
    return 0.15 * v * (in_word < 1 ? sin(M_PI * in_word) : 0.01);
}
static double far_speech(int64_t n)
{
    return speech(n) / 10;
}
static double mirrored(int64_t n)
{
    return -0.8 * speech(n);
}
/* A cable that somebody repaired; of the first seconds, and of the last. */
static double turned_late(int64_t n)
{
    return n < 4 * SOUND_RATE ? mirrored(n) : -mirrored(n);
}
static double turned_early(int64_t n)
{
    return -turned_late(n);
}
static double other_speech(int64_t n)
{
    return speech(n + 3 * SOUND_RATE + 12345);
}
/* Loud, and never the same for long. */
static double music(int64_t n)
{
    const double t = (double)n / SOUND_RATE;
    const int note = (int)floor(t / 0.4) * 5 % 12;
    return 0.35 * (1 + 0.7 * sin(0.4 * t)) *
           (sin(2 * M_PI * 220 * pow(2, note / 12.0) * t) +
            sin(2 * M_PI * 330 * pow(2, note / 12.0) * t));
}
static double quiet_speech_under_music(int64_t n)
{
    return speech(n) / 2.5;
}
static double tone(int64_t n)
{
    return 0.3 * sin(2 * M_PI * 1000 * (double)n / SOUND_RATE);
}
/* As generators mark the left channel: a pause of 0.25 s every 3 s. */
static double marked_tone(int64_t n)
{
    return n % (3 * SOUND_RATE) < SOUND_RATE / 4 ? 0 : 0.1 * tone(n);
}
static double buzz(int64_t n) /* a hum with its overtones, as a bad cable has it */
{
    return fmod((double)n * 50 / SOUND_RATE, 1) < 0.2 ? 0.1 : -0.025;
}

/* Half a bit of timecode: the level that it has. 80 bits a frame, the lowest first. */
static double timecode_at(int64_t n, int fps)
{
    static signed char halves[2][SECONDS * 30 * 160];
    static bool made[2];
    const int which = fps == 30;
    if (!made[which]) {
        signed char level = 1;
        for (int i = 0; i < SECONDS * fps * 80; i++) {
            const int frame = i / 80 % fps, second = i / 80 / fps, at = i % 80;
            const unsigned sync = 0xbffc; /* 0011 1111 1111 1101, the lowest first */
            const bool bit = at < 4    ? frame % 10 >> at & 1
                             : at < 10 ? at >= 8 && (frame / 10 >> (at - 8) & 1)
                             : at < 20 ? at >= 16 && (second % 10 >> (at - 16) & 1)
                             : at < 28 ? at >= 24 && (second / 10 >> (at - 24) & 1)
                             : at < 64 ? at == 48
                                       : sync >> (at - 64) & 1;
            level = (signed char)-level;
            halves[which][2 * i] = level;
            level = bit ? (signed char)-level : level;
            halves[which][2 * i + 1] = level;
        }
        made[which] = true;
    }
    const int64_t half = n * fps * 160 / SOUND_RATE;
    return halves[which][half];
}
static double timecode(int64_t n)
{
    return 0.5 * timecode_at(n, 25);
}
/* As it leaks from a cable, at -46 dB, rounded, with noise. */
static double worn_timecode(int64_t n)
{
    double v = 0;
    for (int i = 0; i < 5; i++)
        v += 0.2 * timecode_at(n > i ? n - i : 0, 30);
    return 0.005 * v + 0.0003 * noise(n);
}

/* --- the table -------------------------------------------------------------------------------- */

static const struct {
    const char *row;
    double (*left)(int64_t), (*right)(int64_t);
    enum sound_content is[2];
    enum sound_use use;
    double down_db; /* -1: dead */
} rows[] = {
    {"speech on both", speech, speech, {CONTENT_SOUND, CONTENT_SOUND}, SOUND_BOTH, 0},
    {"two speakers", speech, other_speech, {CONTENT_SOUND, CONTENT_SOUND}, SOUND_BOTH, 0},
    {"dead", speech, nothing, {CONTENT_SOUND, CONTENT_SILENCE}, SOUND_LEFT, -1},
    {"down", far_speech, speech, {CONTENT_SOUND, CONTENT_SOUND}, SOUND_RIGHT, 20},
    {"timecode", speech, timecode, {CONTENT_SOUND, CONTENT_TIMECODE}, SOUND_LEFT, 0},
    {"loud timecode", timecode, far_speech, {CONTENT_TIMECODE, CONTENT_SOUND}, SOUND_RIGHT, 0},
    {"faint timecode", worn_timecode, speech, {CONTENT_TIMECODE, CONTENT_SOUND}, SOUND_RIGHT, 23},
    {"tone", tone, speech, {CONTENT_TONE, CONTENT_SOUND}, SOUND_RIGHT, 0},
    {"loud tone", tone, far_speech, {CONTENT_TONE, CONTENT_SOUND}, SOUND_RIGHT, 0},
    {"marked tone", speech, marked_tone, {CONTENT_SOUND, CONTENT_TONE}, SOUND_LEFT, 0},
    {"hiss", hiss, speech, {CONTENT_NOISE, CONTENT_SOUND}, SOUND_RIGHT, 0},
    {"buzz", far_speech, buzz, {CONTENT_SOUND, CONTENT_NOISE}, SOUND_LEFT, 0},
    {"music", music, music, {CONTENT_SOUND, CONTENT_SOUND}, SOUND_BOTH, 0},
    {"under music",
     music,
     quiet_speech_under_music,
     {CONTENT_SOUND, CONTENT_SOUND},
     SOUND_RIGHT,
     0},
    {"opposite", speech, mirrored, {CONTENT_SOUND, CONTENT_SOUND}, SOUND_INVERT, 0},
    {"opposite at first", speech, turned_late, {CONTENT_SOUND, CONTENT_SOUND}, SOUND_LEFT, 0},
    {"opposite later", turned_early, speech, {CONTENT_SOUND, CONTENT_SOUND}, SOUND_RIGHT, 0},
    {"timecode alone", nothing, timecode, {CONTENT_SILENCE, CONTENT_TIMECODE}, SOUND_RIGHT, -1},
    {"tones", tone, tone, {CONTENT_TONE, CONTENT_TONE}, SOUND_BOTH, 0},
    {"silence", nothing, nothing, {CONTENT_SILENCE, CONTENT_SILENCE}, SOUND_BOTH, 0},
};

static void measure(struct sound_quality *out, struct loudness *blocks, size_t row)
{
    enum { PIECE = 8192 };
    AUTO_METER *meter = loudness_meter_create();
    AUTO_SOUND_QUALITY *quality = sound_quality_create();
    static float samples[PIECE * SOUND_CHANNELS];
    for (int64_t at = 0; at < NB_SAMPLES; at += PIECE) {
        const int nb = NB_SAMPLES - at < PIECE ? (int)(NB_SAMPLES - at) : PIECE;
        for (int i = 0; i < nb; i++) {
            samples[2 * i] = (float)rows[row].left(at + i);
            samples[2 * i + 1] = (float)rows[row].right(at + i);
        }
        loudness_meter_add(meter, samples, nb);
        sound_quality_add(quality, samples, nb);
    }
    loudness_meter_finish(blocks, meter);
    sound_quality_finish(out, quality, blocks);
}

static void test_channels(void **state)
{
    (void)state;
    for (size_t i = 0; i < NB(rows); i++) {
        struct sound_quality q;
        AUTO_LOUDNESS blocks = {0};
        double down_db;
        measure(&q, &blocks, i);
        for (int c = 0; c < SOUND_CHANNELS; c++)
            if (q.channels[c].content != rows[i].is[c])
                fail_msg("%s: channel %d is '%s', should be '%s'", rows[i].row, c,
                         sound_content_name(q.channels[c].content),
                         sound_content_name(rows[i].is[c]));
        const enum sound_use use = sound_quality_use(&down_db, &q, &blocks);
        char found[SOUND_USE_BYTES], wanted[SOUND_USE_BYTES];
        if (use != rows[i].use)
            fail_msg("%s: used is '%s', should be '%s' (speech: both %.2f, left %.2f, right %.2f; "
                     "correlation %.2f)",
                     rows[i].row, sound_use_format(found, use, 0),
                     sound_use_format(wanted, rows[i].use, 0), q.speech[SOUND_BOTH].share,
                     q.speech[SOUND_LEFT].share, q.speech[SOUND_RIGHT].share, q.correlation);
        if (rows[i].down_db < 0)
            assert_false(isfinite(down_db));
        else if (fabs(down_db - rows[i].down_db) > 1.5)
            fail_msg("%s: %.1f dB down, should be %.1f", rows[i].row, down_db, rows[i].down_db);
        if (rows[i].is[0] == CONTENT_TONE)
            assert_row_near(rows[i].row, q.channels[0].tone_hz, 1000, 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_channels)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
