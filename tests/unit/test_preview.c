/* Segments of previews: their sound joins without a gap or a click, their header is the same, and
 * what is no such segment is refused. Waveforms. */
#include "support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fragment_check.h"
#include "fs.h"
#include "hash.h"
#include "json.h"
#include "loudness.h"
#include "media_maker.h"
#include "mem.h"
#include "piece_maker.h"
#include "sound_fragment.h"
#include "str.h"
#include "waveform.h"

enum { RATE = 48000, PACKET = SOUND_FRAGMENT_PACKET };

/* Words, and knocks, at which the encoder changes its windows. */
static float knocks(int64_t n, int c)
{
    const double t = (double)n / RATE, at = (double)(n % 9600);
    (void)c;
    return (float)(0.3 * sin(2 * M_PI * (300 + 40 * t) * t) + 0.5 * exp(-at / 60) * sin(at / 2.5));
}

static json_t *aac(int bit_rate)
{
    return json_pack("{s:s, s:i, s:{s:s}}", "encoder", "aac", "bit_rate", bit_rate, "options",
                     "aac_coder", "fast");
}

static void make(json_t **peaks, const char *path, const char *recording, int64_t first, int64_t nb,
                 int channels)
{
    struct err err = {0};
    struct damage damage;
    AUTO_JSON *audio = aac(channels == 1 ? 32000 : 96000);
    const struct sound_fragment_spec spec = {
        .recording = recording,
        .grid = {.fps = {25, 1}, .time_base = {1, RATE}, .nb_frames = 250},
        .audio = audio,
        .channels = channels,
        .first = first,
        .nb = nb,
    };
    assert_done(sound_fragment_encode(peaks, &damage, path, &spec, &err));
    assert_int_equal(damage.nb, 0);
}

static void append_fragment(struct str *all, char header[33], const char *path, int64_t first,
                            int64_t nb, int channels)
{
    struct err err = {0};
    struct fragment_found found;
    AUTO_FREE char *bytes = NULL;
    size_t size;
    const struct fragment_expected expected = {
        .sound = true, .channels = channels, .first = first, .nb = nb};
    assert_done(fs_read(&bytes, &size, path, 1 << 24, &err));
    assert_done(fragment_check(&found, path, &expected, &err));
    assert_string_equal(found.codecs, "mp4a.40.2");
    char hash[33];
    hash_bytes(bytes, (size_t)found.init_bytes, hash);
    if (all->len) {
        assert_string_equal(hash, header);
        str_add_bytes(all, bytes + found.init_bytes, size - (size_t)found.init_bytes);
    } else {
        memcpy(header, hash, sizeof hash);
        str_add_bytes(all, bytes, size);
    }
}

static double error_in(const struct media_decoded *d, int64_t from, int64_t to)
{
    double sum = 0;
    for (int64_t n = from; n < to; n++) {
        const double off =
            (double)d->samples[(n - d->first_sample) * d->channels] - (double)knocks(n, 0);
        sum += off * off;
    }
    return sqrt(sum / (double)(to - from));
}

/* At each join the error is as small as between them. */
static void test_joins(void **state)
{
    (void)state;
    enum { NB = 40, SEGMENTS = 8 };
    AUTO_FREE char *recording = folder_path("sound.wav"), *all_path = folder_path("all.mp4");
    media_make(&(struct media_spec){
        .path = recording,
        .audio = {
            .encoder = "pcm_s16le", .channels = 2, .nb_samples = 10 * RATE, .sound = knocks}});
    for (int channels = 1; channels <= 2; channels++) {
        struct err err = {0};
        AUTO_STR all = {0};
        AUTO_DECODED d = {0};
        char header[33];
        for (int i = 0; i < SEGMENTS; i++) {
            AUTO_JSON *peaks = NULL;
            AUTO_FREE char *path = folder_path("segment.mp4");
            make(&peaks, path, recording, (int64_t)i * NB, NB, channels);
            append_fragment(&all, header, path, (int64_t)i * NB, NB, channels);
            assert_int_equal(json_array_size(peaks),
                             2 * ((NB * PACKET + SOUND_FRAGMENT_PIXEL - 1) / SOUND_FRAGMENT_PIXEL));
        }
        assert_done(fs_write(all_path, all.s, all.len, &err));
        media_decode(&d, all_path);
        assert_int_equal(d.nb_errors, 0);
        assert_int_equal(d.nb_samples, (int64_t)SEGMENTS * NB * PACKET);
        double usual = 0;
        for (int64_t at = 2 * PACKET; at < (int64_t)SEGMENTS * NB * PACKET - PACKET; at += PACKET)
            usual = fmax(usual, at % ((int64_t)NB * PACKET) ? error_in(&d, at, at + PACKET) : 0);
        assert_true(usual < 0.1);
        for (int i = 1; i < SEGMENTS; i++) {
            const int64_t at = (int64_t)i * NB * PACKET;
            const double here = error_in(&d, at - PACKET / 2, at + PACKET / 2);
            if (here > 1.2 * usual)
                fail_msg("join %d of %d channels: %g, elsewhere at most %g", i, channels, here,
                         usual);
        }
    }
}

static void test_peaks(void **state)
{
    (void)state;
    AUTO_FREE char *recording = folder_path("peaks.wav"), *path = folder_path("peaks.mp4");
    AUTO_JSON *peaks = NULL;
    media_make(&(struct media_spec){
        .path = recording,
        .audio = {.encoder = "pcm_s16le", .channels = 2, .nb_samples = 4 * RATE, .sound = knocks}});
    make(&peaks, path, recording, 15, 60, 2);
    for (size_t i = 0; i < json_array_size(peaks) / 2; i++) {
        float least = 1, most = -1;
        for (int64_t n = 0; n < SOUND_FRAGMENT_PIXEL; n++) {
            const float v = knocks(15 * PACKET + (int64_t)i * SOUND_FRAGMENT_PIXEL + n, 0);
            least = fminf(least, v);
            most = fmaxf(most, v);
        }
        assert_true(fabs(json_number_value(json_array_get(peaks, 2 * i)) - 127 * (double)least) <
                    1.1);
        assert_true(fabs(json_number_value(json_array_get(peaks, 2 * i + 1)) - 127 * (double)most) <
                    1.1);
    }
}

/* Any byte that is changed in the header or in the fragment's tables is found, or harmless: then
 * the file is still one header and one fragment. Nothing is read beyond its end. */
static void test_refused(void **state)
{
    (void)state;
    struct err err = {0};
    struct fragment_found found;
    AUTO_FREE char *recording = folder_path("refused.wav"), *path = folder_path("refused.mp4");
    AUTO_JSON *peaks = NULL;
    AUTO_FREE char *bytes = NULL;
    size_t nb;
    media_make(&(struct media_spec){
        .path = recording,
        .audio = {.encoder = "pcm_s16le", .channels = 2, .nb_samples = RATE, .sound = knocks}});
    make(&peaks, path, recording, 5, 20, 2);
    assert_done(fs_read(&bytes, &nb, path, 1 << 24, &err));
    const struct fragment_expected
        right = {.sound = true, .channels = 2, .first = 5, .nb = 20},
        wrong[] = {{.sound = true, .channels = 1, .first = 5, .nb = 20},
                   {.sound = true, .channels = 2, .first = 6, .nb = 20},
                   {.sound = true, .channels = 2, .first = 5, .nb = 21},
                   {.width = 64, .height = 64, .fps = {25, 1}, .first = 5, .nb = 20}};
    const uint8_t *file = (const uint8_t *)bytes;
    assert_done(fragment_check_bytes(&found, file, nb, &right, &err));
    for (size_t i = 0; i < NB(wrong); i++)
        assert_fails(fragment_check_bytes(&found, file, nb, &wrong[i], &err), ERR_EXTERNAL,
                     "the preview is not what it should be");
    for (size_t size = 0; size < nb; size++) { /* a copy, so that sanitizers see its end */
        AUTO_FREE uint8_t *cut = mem_zalloc(1, size + 1);
        memcpy(cut, file, size);
        assert_fails(fragment_check_bytes(&found, cut, size, &right, &err), ERR_EXTERNAL, NULL);
    }
    AUTO_FREE uint8_t *more = mem_zalloc(1, nb + 8);
    memcpy(more, file, nb);
    static const uint8_t box[8] = {0, 0, 0, 8, 'f', 'r', 'e', 'e'}, evil[4] = {'e', 'v', 'i', 'l'};
    memcpy(more + nb, box, sizeof box);
    assert_fails(fragment_check_bytes(&found, more, nb + 8, &right, &err), ERR_EXTERNAL, NULL);
    for (size_t at = 0; at + 4 < nb; at++) { /* the names of all boxes count */
        static const char *const names[] = {"ftyp", "moov", "trak", "hdlr", "dref", "url ", "stsd",
                                            "mp4a", "esds", "udta", "moof", "tfdt", "trun", "mdat"};
        for (size_t i = 0; i < NB(names); i++)
            if (memcmp(file + at, names[i], 4) == 0) {
                memcpy(more, file, nb);
                memcpy(more + at, evil, sizeof evil);
                if (at < (size_t)found.init_bytes + 300)
                    assert_fails(fragment_check_bytes(&found, more, nb, &right, &err), ERR_EXTERNAL,
                                 NULL);
            }
    }
}

static void test_waveform(void **state)
{
    (void)state;
    struct loudness_block blocks[] = {
        {{0, 0}, {0, 0}}, {{0, 0}, {0.5F, 0.25F}}, {{0, 0}, {0.1F, 3}}};
    const struct loudness l = {blocks, NB(blocks)};
    static const uint8_t expected[] = {2, 0, 0,    0,    1, 0, 0,    0,    0x80, 0xbb,
                                       0, 0, 0xc0, 0x12, 0, 0, 3,    0,    0,    0,
                                       1, 0, 0,    0,    0, 0, 0xc0, 0x40, 0x81, 0x7f};
    AUTO_STR out = {0};
    waveform_of_blocks(&out, &l);
    assert_int_equal(out.len, sizeof expected);
    assert_memory_equal(out.s, expected, sizeof expected);
}

int main(void)
{
    const struct CMUnitTest all[] = {
        cmocka_unit_test(test_joins),
        cmocka_unit_test(test_peaks),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_waveform),
    };
    return cmocka_run_group_tests(all, folder_make, folder_remove);
}
