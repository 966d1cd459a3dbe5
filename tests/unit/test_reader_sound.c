/* Ranges of sound against a plain decode of the whole file, sample by sample. */
#include "support.h"

#include <libavutil/mathematics.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "av.h"
#include "json.h"
#include "media.h"
#include "media_maker.h"
#include "mem.h"
#include "probe.h"
#include "reader.h"

static float tones_at(double t, int channel)
{
    return (float)(0.3 * sin(2 * M_PI * (300 + 40 * t) * t + channel) +
                   0.2 * sin(2 * M_PI * 1234.5 * t) * sin(2 * M_PI * 0.7 * t));
}

static float tones(int64_t n, int channel)
{
    return tones_at((double)n / 48000, channel);
}

struct sound {
    float *samples; /* stereo */
    int64_t nb;
    int64_t moved, nb_damaged;
};

static struct sound read_sound(const char *path, int64_t begin, int64_t end, int piece)
{
    struct err err = {0};
    struct sound s = {0};
    AUTO_JSON *p = NULL;
    AUTO_MEDIA *media = NULL;
    AUTO_SOUND *reader = NULL;
    assert_done(probe_files(&p, path, NULL, 0, NULL, NULL, &err));
    const int stream = (int)json_get_int(json_object_get(p, "audio"), "stream", -1);
    struct sound_range range = {
        .stream = stream, .begin = begin, .end = end, .clock = probe_sound_clock(p, stream)};
    if (json_is_object(json_object_get(p, "video")))
        assert_done(probe_grid(&range.grid, p, &err));
    assert_done(media_open(&media, path, NULL, &err));
    assert_done(sound_reader_open(&reader, media, &range, &err));
    for (;;) {
        s.samples = realloc(s.samples, (size_t)(s.nb + piece) * 2 * sizeof *s.samples);
        assert_non_null(s.samples);
        const int got = sound_reader_read(reader, s.samples + 2 * s.nb, piece, &err);
        assert_done(got);
        s.nb += got;
        if (got < piece)
            break;
    }
    s.moved = sound_reader_moved(reader);
    s.nb_damaged = sound_reader_damage(reader)->nb;
    return s;
}

static void assert_same_sound(const char *row, const float *a, const float *b, int64_t nb,
                              double tolerance)
{
    for (int64_t i = 0; i < 2 * nb; i++)
        if (!(fabsf(a[i] - b[i]) <= tolerance))
            fail_msg("%s: sample %lld of %lld, channel %d is %g, should be %g", row,
                     (long long)i / 2, (long long)nb, (int)(i % 2), (double)a[i], (double)b[i]);
}

/* By how many samples, up to most, a range is later in the whole than it should be. */
static int64_t best_shift(const float *part, const struct sound *whole, int64_t begin, int64_t nb,
                          int64_t most)
{
    int64_t best = 0;
    double least = HUGE_VAL;
    for (int64_t by = -most; by <= most; by++) {
        double sum = 0;
        int64_t n = 0;
        for (int64_t i = 0; i < nb && n < 2000; i++)
            if (begin + i + by >= 0 && begin + i + by < whole->nb) {
                sum += fabs((double)part[2 * i] - (double)whole->samples[2 * (begin + i + by)]);
                n++;
            }
        if (n && sum / (double)n < least - 1e-9) {
            least = sum / (double)n;
            best = by;
        }
    }
    return nb > 2 * most ? best : 0;
}

static void test_sound_ranges(void **state)
{
    (void)state;
    static const struct {
        const char *name, *encoder, *options;
        int rate;
        double tolerance;
        int64_t shift; /* samples by which a range may lie elsewhere as a whole */
    } cases[] = {
        {"aac.mp4", "aac", "aac_pns=0", 48000, 1e-4, 0},
        {"aac.ts", "aac", "aac_pns=0", 48000, 1e-4, 0},
        {"aac.mkv", "aac", "aac_pns=0", 48000, 1e-4, 0},
        {"mp2.ts", "mp2", NULL, 48000, 1e-4, 0},
        {"flac.mkv", "flac", NULL, 48000, 0, 0},
        {"pcm.mov", "pcm_s16le", NULL, 48000, 0, 0},
        {"pcm.mkv", "pcm_s16le", NULL, 48000, 0, 0},
        /* Packets of 20 ms that begin at half milliseconds: all stamps are off alike. */
        {"opus.mkv", "libopus", NULL, 48000, 5e-3, 24},
        /* Converted from another rate, samples fall between those of the whole. */
        {"flac44.mkv", "flac", NULL, 44100, 0.05, 8},
        {"aac44.mp4", "aac", "aac_pns=0", 44100, 0.05, 1},
    };
    static const struct {
        int64_t begin, end;
        int piece;
    } ranges[] = {
        {0, 48000, 4800},       {1, 1000, 1},           {47999, 50000, 997},
        {144000, 192000, 4096}, {144001, 150001, 4800}, {239999, 300000, 8192},
        {350000, 384000, 4800}, {383000, 383900, 1},    {200000, 200000, 10},
    };
    for (size_t i = 0; i < NB(cases); i++) {
        AUTO_FREE char *path = folder_path("%s", cases[i].name);
        media_make(&(struct media_spec){
            .path = path,
            .video = {.encoder = "libx264", .options = "preset=ultrafast", .nb_frames = 200},
            .audio = {.encoder = cases[i].encoder,
                      .options = cases[i].options,
                      .rate = cases[i].rate,
                      .channels = 2,
                      .sound = tones,
                      .nb_samples = 8 * cases[i].rate}});
        struct sound whole = read_sound(path, 0, 8 * 48000, 4800);
        assert_row_int(path, whole.nb, 8 * 48000);
        for (size_t k = 0; k < NB(ranges); k++) {
            struct sound part = read_sound(path, ranges[k].begin, ranges[k].end, ranges[k].piece);
            AUTO_FREE char *row =
                mem_printf("%s from %lld", cases[i].name, (long long)ranges[k].begin);
            assert_row_int(row, part.nb, ranges[k].end - ranges[k].begin);
            const int64_t by =
                best_shift(part.samples, &whole, ranges[k].begin, part.nb, cases[i].shift);
            assert_same_sound(row, part.samples + 2 * (by < 0 ? -by : 0),
                              whole.samples + 2 * (ranges[k].begin + (by > 0 ? by : 0)),
                              part.nb - llabs(by), cases[i].tolerance);
            assert_row_int(row, part.moved, 0);
            assert_row_int(row, part.nb_damaged, 0);
            free(part.samples);
        }
        free(whole.samples);
    }
}

static int64_t late_300_ms(int64_t n)
{
    return 300000 + n * 40000;
}

/* Lossless sound is the function it was made from, where the picture says it is. */
static void test_sound_places(void **state)
{
    (void)state;
    static const struct {
        const char *name, *encoder;
        int64_t start; /* of the sound after the first picture; below 0: the picture is late */
    } cases[] = {
        {"l0.mov", "pcm_s16le", 0},      {"l1.mov", "pcm_s16le", 24000},
        {"l2.mov", "pcm_s16le", -14400}, {"l0.mkv", "flac", 0},
        {"l1.mkv", "flac", 24000},       {"l2.mkv", "flac", -14400},
        {"l3.mkv", "pcm_s16le", 480000},
    };
    for (size_t i = 0; i < NB(cases); i++) {
        const char *row = cases[i].name;
        const int64_t start = cases[i].start, nb = 2 * 48000;
        AUTO_FREE char *path = folder_path("%s", row);
        media_make(&(struct media_spec){.path = path,
                                        .video = {.encoder = "libx264",
                                                  .options = "preset=ultrafast",
                                                  .nb_frames = 50,
                                                  .time_us = start < 0 ? late_300_ms : NULL},
                                        .audio = {.encoder = cases[i].encoder,
                                                  .channels = 2,
                                                  .start = start < 0 ? 0 : start,
                                                  .nb_samples = nb}});
        const int64_t begins[] = {0, 100, start > 5000 ? start - 5000 : 50000};
        for (size_t k = 0; k < NB(begins); k++) {
            struct sound s = read_sound(path, begins[k], start + nb + 9000, 4800);
            assert_row_int(row, s.nb, start + nb + 9000 - begins[k]);
            for (int64_t n = begins[k]; n < start + nb + 9000; n++)
                for (int c = 0; c < 2; c++) {
                    const bool silent = n < start || n >= start + nb;
                    const float v = silent ? 0 : media_noise(n - start, c);
                    const float got = s.samples[2 * (n - begins[k]) + c];
                    if (fabsf(got - v) > 1.0F / 16384)
                        fail_msg("%s from %lld: sample %lld is %g, should be %g", row,
                                 (long long)begins[k], (long long)n, (double)got, (double)v);
                }
            free(s.samples);
        }
        /* To the last one there is, and no further. */
        struct sound all = read_sound(path, 0, INT64_MAX, 5000);
        assert_row_int(row, all.nb, start + nb);
        free(all.samples);
    }
}

/* A job that states another origin than the recording has is not months of silence. */
static void test_sound_far_away(void **state)
{
    (void)state;
    AUTO_FREE char *path = folder_path("far.mkv");
    float samples[2 * 480];
    struct err err = {0};
    media_make(
        &(struct media_spec){.path = path, .audio = {.encoder = "flac", .nb_samples = 48000}});
    for (int hours = 1; hours <= 4000; hours *= 20) {
        AUTO_MEDIA *media = NULL;
        AUTO_SOUND *reader = NULL;
        const struct sound_range range = {.grid = {.time_base = {3600, 1}, .origin = -hours},
                                          .end = INT64_MAX};
        assert_done(media_open(&media, path, NULL, &err));
        assert_done(sound_reader_open(&reader, media, &range, &err));
        if (hours == 1)
            assert_int_equal(sound_reader_read(reader, samples, 480, &err), 480);
        else
            assert_fails(sound_reader_read(reader, samples, 480, &err), ERR_INVALID, "a gap of");
    }
}

/* A gap is silence of its own length: what is behind it stays in its place. */
static void test_sound_gap(void **state)
{
    (void)state;
    static const struct {
        const char *name, *encoder, *options;
        int64_t packet, blur; /* samples that a lossy codec spoils on each side of a gap */
        double tolerance;
    } cases[] = {
        {"gap.mkv", "flac", NULL, 4608, 0, 0},
        {"gap.mp4", "aac", "aac_pns=0", 1024, 2048, 1e-4},
        {"gap.ts", "aac", "aac_pns=0", 1024, 2048, 1e-4},
        {"gap2.mkv", "aac", "aac_pns=0", 1024, 2048, 1e-4},
    };
    for (size_t i = 0; i < NB(cases); i++) {
        const char *row = cases[i].name;
        const int64_t packet = cases[i].packet, blur = cases[i].blur, nb = 5 * 48000;
        const int64_t from = 48000 / packet * packet, to = 3 * 48000 / packet * packet;
        AUTO_FREE char *whole_path = folder_path("no%s", row), *path = folder_path("%s", row);
        struct media_spec spec = {
            .path = whole_path,
            .video = {.encoder = "libx264", .options = "preset=ultrafast", .nb_frames = 125},
            .audio = {.encoder = cases[i].encoder,
                      .options = cases[i].options,
                      .channels = 2,
                      .sound = tones,
                      .nb_samples = nb}};
        media_make(&spec);
        spec.path = path;
        spec.audio.gap_begin = from;
        spec.audio.gap_end = to;
        media_make(&spec);
        struct sound whole = read_sound(whole_path, 0, nb, 4800);
        const int64_t begins[] = {0, from - 10, from + 10, to - 1, to, to + 7, nb - 5000};
        for (size_t k = 0; k < NB(begins); k++) {
            struct sound s = read_sound(path, begins[k], nb, 4800);
            assert_row_int(row, s.nb, nb - begins[k]);
            for (int64_t n = begins[k]; n < nb; n++) {
                const bool silent = n >= from + blur && n < to - blur;
                if (!silent && n >= from - blur && n < to + blur && blur)
                    continue;
                const bool in_gap = n >= from && n < to;
                const float v = in_gap ? 0 : whole.samples[2 * n];
                const float got = s.samples[2 * (n - begins[k])];
                if (!(fabsf(got - v) <= cases[i].tolerance))
                    fail_msg("%s from %lld: sample %lld is %g, should be %g", row,
                             (long long)begins[k], (long long)n, (double)got, (double)v);
            }
            free(s.samples);
        }
        free(whole.samples);
    }
}

static float tones_44(int64_t n, int channel)
{
    return tones_at((double)n / 44100, channel);
}

/* Sound that runs fast or slow lies where its time stamps say, all along, and without a joint. */
static void test_sound_drift(void **state)
{
    (void)state;
    static const struct {
        const char *name, *encoder, *options;
        int rate, ppm;
    } cases[] = {
        {"fast.nut", "pcm_s16le", NULL, 48000, 1200},
        {"slow.nut", "pcm_s16le", NULL, 48000, -5000},
        {"fast44.nut", "pcm_s16le", NULL, 44100, 3000},
        {"fast.mp4", "aac", "aac_pns=0", 48000, 1200},
    };
    static const int64_t begins[] = {0, 1, 48000, 700001};
    static const double a_sample = 0.06; /* and a half, of the highest tone */
    for (size_t i = 0; i < NB(cases) * NB(begins); i++) {
        const size_t k = i / NB(begins);
        const int64_t begin = begins[i % NB(begins)], end = begin + 200000;
        const char *row = cases[k].name;
        AUTO_FREE char *path = folder_path("%s", row);
        if (begin == 0)
            media_make(&(struct media_spec){
                .path = path,
                .video = {.encoder = "libx264", .options = "preset=ultrafast", .nb_frames = 500},
                .audio = {.encoder = cases[k].encoder,
                          .options = cases[k].options,
                          .channels = 2,
                          .rate = cases[k].rate,
                          .sound = cases[k].rate == 44100 ? tones_44 : tones,
                          .nb_samples = 20 * cases[k].rate,
                          .drift_ppm = cases[k].ppm}});
        struct sound s = read_sound(path, begin, end, 4800);
        assert_row_int(row, s.nb, end - begin);
        assert_row_int(row, s.moved, 0);
        for (int64_t n = begin > 9600 ? begin : 9600; n < end; n++) /* AAC swings in */
            for (int c = 0; c < 2; c++) {
                const double t = (double)n / 48000 * (1 + cases[k].ppm / 1e6);
                assert_row_near(row, (double)s.samples[2 * (n - begin) + c], (double)tones_at(t, c),
                                a_sample);
            }
        free(s.samples);
    }
}

/* Sound of old recorders, for which FFmpeg has no encoder: packets of silence, or of noise where
 * any bytes are sound. */
struct old_sound {
    const char *name; /* its suffix chooses the container */
    enum AVCodecID codec;
    int block, samples; /* of a packet: bytes, samples at 8000 Hz */
    bool noise;
    size_t nb_extra;
    const char *extra;
};

static void make_old_sound(const char *path, const struct old_sound *o, int nb_packets)
{
    AVFormatContext *fmt = NULL;
    assert_true(avformat_alloc_output_context2(&fmt, NULL, NULL, path) >= 0);
    AVStream *st = avformat_new_stream(fmt, NULL);
    AVCodecParameters *par = st->codecpar;
    par->codec_type = AVMEDIA_TYPE_AUDIO;
    par->codec_id = o->codec;
    par->sample_rate = 8000;
    par->block_align = o->block;
    par->frame_size = o->samples;
    par->bit_rate = (int64_t)o->block * 8 * 8000 / o->samples;
    par->bits_per_coded_sample = o->codec == AV_CODEC_ID_ADPCM_IMA_OKI ? 4 : 1;
    av_channel_layout_default(&par->ch_layout, 1);
    par->extradata = av_mallocz(o->nb_extra + AV_INPUT_BUFFER_PADDING_SIZE);
    assert_non_null(par->extradata);
    if (o->nb_extra)
        memcpy(par->extradata, o->extra, o->nb_extra);
    par->extradata_size = (int)o->nb_extra;
    st->time_base = (AVRational){1, 8000};
    assert_true(avio_open(&fmt->pb, path, AVIO_FLAG_WRITE) >= 0);
    assert_true(avformat_write_header(fmt, NULL) >= 0);
    for (int64_t n = 0; n < nb_packets; n++) {
        AUTO_PACKET *pkt = av_packet_alloc();
        assert_true(av_new_packet(pkt, o->block) >= 0);
        for (int i = 0; i < o->block; i++)
            pkt->data[i] =
                o->noise ? (uint8_t)((uint64_t)(n * o->block + i + 1) * 0x9e3779b97f4a7c15u >> 40)
                         : 0;
        pkt->duration = av_rescale_q(o->samples, (AVRational){1, 8000}, st->time_base);
        pkt->pts = pkt->dts = n * pkt->duration;
        pkt->flags = AV_PKT_FLAG_KEY;
        assert_true(av_write_frame(fmt, pkt) >= 0);
    }
    assert_true(av_write_trailer(fmt) >= 0);
    avio_closep(&fmt->pb);
    avformat_free_context(fmt);
}

static void test_old_sound(void **state)
{
    (void)state;
    /* ISO/IEC 14496-3: object type 36, 8000 Hz, mono; then the ALS configuration (11.6.1): 16 bits,
     * frames of 1024 samples, no prediction. */
    static const char als[] = "\xf8\x96\x20"
                              "ALS"
                              "\0\0\0\x1f\x40"
                              "\0\0\x7d\0"
                              "\0\0"
                              "\x04"
                              "\x03\xff"
                              "\0"
                              "\0\0\0\0"
                              "\0"
                              "\0\0\0\0\0\0\0\0\0\0\0\0";
    static const char truespeech[32] = "\1\0\xf0", metasound[] = "\0\0\0\0\0\0\0\0\0\0\0\0VX03";
    static const struct old_sound cases[] = {
        {"truespeech.wav", AV_CODEC_ID_TRUESPEECH, 32, 240, true, 32, truespeech},
        {"metasound.avi", AV_CODEC_ID_METASOUND, 48, 512, false, 16, metasound},
        {"g729.wav", AV_CODEC_ID_G729, 10, 80, true, 0, NULL},
        {"oki.wav", AV_CODEC_ID_ADPCM_IMA_OKI, 128, 256, true, 0, NULL},
        {"ilbc.mov", AV_CODEC_ID_ILBC, 50, 240, false, 0, NULL},
        {"als.mp4", AV_CODEC_ID_MP4ALS, 2, 1024, false, sizeof als - 1, als},
    };
    for (size_t i = 0; i < NB(cases); i++) {
        AUTO_FREE char *path = folder_path("%s", cases[i].name);
        make_old_sound(path, &cases[i], 32000 / cases[i].samples);
        const struct sound s = read_sound(path, 0, INT64_MAX, 4800);
        assert_row_near(path, (double)s.nb, 4.0 * 48000, 48000.0 / 8);
        assert_row_int(path, s.nb_damaged, 0);
        free(s.samples);
    }
}

/* Mono stands in both channels, as loud in sum as a voice in the middle. */
static void test_mono(void **state)
{
    (void)state;
    AUTO_FREE char *path = folder_path("mono.mkv");
    media_make(
        &(struct media_spec){.path = path, .audio = {.encoder = "flac", .nb_samples = 48000}});
    struct sound s = read_sound(path, 0, INT64_MAX, 4800);
    assert_int_equal(s.nb, 48000);
    const float gain = s.samples[0] / media_noise(0, 0);
    assert_true(fabsf(gain - 1) < 0.01F || fabsf(gain - 0.7071F) < 0.01F);
    for (int64_t n = 0; n < s.nb; n++) {
        assert_true(fabsf(s.samples[2 * n] - s.samples[2 * n + 1]) < 1e-6F);
        assert_true(fabsf(s.samples[2 * n] - gain * media_noise(n, 0)) < 0.001F);
    }
    free(s.samples);
}

static void test_no_sound(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_FREE char *path = folder_path("silent.mp4");
    media_make(&(struct media_spec){
        .path = path,
        .video = {.encoder = "libx264", .options = "preset=ultrafast", .nb_frames = 25}});
    struct sound s = read_sound(path, 100, 5100, 1000);
    assert_int_equal(s.nb, 5000);
    for (int64_t i = 0; i < 2 * s.nb; i++)
        assert_true(s.samples[i] == 0);
    free(s.samples);
    AUTO_MEDIA *media = NULL;
    struct sound_reader *none = NULL;
    assert_done(media_open(&media, path, NULL, &err));
    assert_fails(
        sound_reader_open(&none, media, &(struct sound_range){.stream = 7, .end = 10}, &err),
        ERR_INVALID, "stream 7");
}

int main(void)
{
    av_log_quiet();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sound_ranges),   cmocka_unit_test(test_sound_places),
        cmocka_unit_test(test_sound_gap),      cmocka_unit_test(test_sound_drift),
        cmocka_unit_test(test_sound_far_away), cmocka_unit_test(test_old_sound),
        cmocka_unit_test(test_mono),           cmocka_unit_test(test_no_sound),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
