/* Stand-in recordings are decoded again: every frame, every second, to the sample. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ebur128.h>
#include <libavutil/opt.h>
#include <libswscale/swscale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "av.h"
#include "fs.h"
#include "media_maker.h"
#include "mem.h"
#include "rehearse.h"
#include "rehearse_picture.h"

enum { RATE = REHEARSE_SAMPLE_RATE };

static char dir[] = "/tmp/test_rehearse-XXXXXX";

static int make_dir(void **state)
{
    (void)state;
    return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
    (void)state;
    struct err err = {0};
    return fs_remove_all(dir, &err);
}

static const int64_t FOUR_AND_SIX[] = {4000, 6000};

static struct rehearse_spec plain_spec(const char *path, int fps)
{
    return (struct rehearse_spec){
        .path = path,
        .title = "Observing or Interfering?",
        .speakers = "Alice Example",
        .subtitle = "Talk 15",
        .part_ms = FOUR_AND_SIX,
        .nb_parts = 2,
        .width = 320,
        .height = 180,
        .fps = fps,
        .tones = true,
    };
}

static void make(const struct rehearse_spec *spec)
{
    struct err err = {0};
    if (rehearse_make(spec, &err) < 0)
        fail_msg("%s", err.msg);
    AUTO_FREE char *tmp = mem_printf("%s.tmp", spec->path);
    assert_false(fs_exists(tmp));
}

/* What a file holds. */
struct decoded {
    AVFormatContext *file;
    const AVStream *video, *audio;
    AVCodecContext *decoders[2];
    int64_t nb_frames;
    int64_t first_pts;   /* of the pictures */
    int64_t audio_start; /* in samples, against the first picture */
    float *samples;
    int64_t nb_samples;
    int64_t room; /* samples that there is memory for */
};

static void take_picture(struct decoded *d, const AVFrame *f)
{
    if (d->nb_frames == 0)
        d->first_pts = f->pts;
    const AVRational frame_time = av_inv_q(d->video->avg_frame_rate);
    assert_int_equal(f->pts - d->first_pts,
                     av_rescale_q(d->nb_frames, frame_time, d->video->time_base));
    assert_int_equal(media_read_number(f->data[0], f->linesize[0], f->width, f->height),
                     d->nb_frames);
    d->nb_frames++;
}

static void take_sound(struct decoded *d, const AVFrame *f)
{
    assert_int_equal(f->sample_rate, RATE);
    assert_int_equal(f->ch_layout.nb_channels, 1);
    if (d->nb_samples == 0)
        d->audio_start = av_rescale_q(f->pts, d->audio->time_base, (AVRational){1, RATE});
    const int64_t nb = d->nb_samples + f->nb_samples;
    if (nb > d->room) { /* doubled: ASan's realloc copies all each time */
        d->room = 2 * nb;
        d->samples = realloc(d->samples, (size_t)d->room * sizeof *d->samples);
        assert_non_null(d->samples);
    }
    memcpy(d->samples + d->nb_samples, f->data[0], (size_t)f->nb_samples * sizeof *d->samples);
    d->nb_samples += f->nb_samples;
}

static void decode_packet(struct decoded *d, int stream, const AVPacket *packet, AVFrame *frame)
{
    AVCodecContext *decoder = d->decoders[stream];
    assert_int_equal(avcodec_send_packet(decoder, packet), 0);
    while (avcodec_receive_frame(decoder, frame) == 0)
        (decoder->codec_type == AVMEDIA_TYPE_VIDEO ? take_picture : take_sound)(d, frame);
}

static struct decoded decode(const char *path)
{
    struct decoded d = {0};
    assert_int_equal(avformat_open_input(&d.file, path, NULL, NULL), 0);
    assert_true(avformat_find_stream_info(d.file, NULL) >= 0);
    assert_int_equal(d.file->nb_streams, 2);
    d.video = d.file->streams[0];
    d.audio = d.file->streams[1];
    for (int i = 0; i < 2; i++) {
        const AVCodecParameters *par = d.file->streams[i]->codecpar;
        d.decoders[i] = avcodec_alloc_context3(avcodec_find_decoder(par->codec_id));
        avcodec_parameters_to_context(d.decoders[i], par);
        d.decoders[i]->pkt_timebase = d.file->streams[i]->time_base;
        assert_int_equal(avcodec_open2(d.decoders[i], NULL, NULL), 0);
    }
    AUTO_PACKET *packet = av_packet_alloc();
    AUTO_FRAME *frame = av_frame_alloc();
    while (av_read_frame(d.file, packet) >= 0) {
        decode_packet(&d, packet->stream_index, packet, frame);
        av_packet_unref(packet);
    }
    for (int i = 0; i < 2; i++)
        decode_packet(&d, i, NULL, frame);
    d.audio_start -= av_rescale_q(d.first_pts, d.video->time_base, (AVRational){1, RATE});
    return d;
}

static void decoded_finish(struct decoded *d)
{
    for (int i = 0; i < 2; i++)
        avcodec_free_context(&d->decoders[i]);
    avformat_close_input(&d->file);
    free(d->samples);
}
#define AUTO_STAND_IN ATTR_CLEANUP(decoded_finish) struct decoded

/* Power of one frequency in a tone's length of samples (Goertzel). */
static double power(const float *samples, double hz)
{
    const double c = 2 * cos(2 * M_PI * hz / RATE);
    double a = 0, b = 0;
    for (int i = 0; i < REHEARSE_TONE_MS * RATE / 1000; i++) {
        const double next = samples[i] + c * a - b;
        b = a;
        a = next;
    }
    return a * a + b * b - c * a * b;
}

static float peak(const float *samples, int64_t from, int64_t to)
{
    float max = 0;
    for (int64_t i = from; i < to; i++)
        max = fmaxf(max, fabsf(samples[i]));
    return max;
}

/* The sound of FOUR_AND_SIX, samples[0] being where the first picture begins. */
static void check_sound(const float *samples)
{
    assert_true(peak(samples, (int64_t)(3.1 * RATE), (int64_t)(4.9 * RATE)) < 0.001F);
    assert_true(peak(samples, (int64_t)(2.1 * RATE), (int64_t)(2.9 * RATE)) > 0.03F);
    for (int second = 0; second < 10; second++) {
        if (second == 3 || second == 4)
            continue;
        const float *at = samples + second * RATE;
        int best = 0;
        for (int i = 1; i < 40; i++)
            if (power(at, rehearse_second_tone_hz(i)) > power(at, rehearse_second_tone_hz(best)))
                best = i;
        assert_int_equal(best, second);
    }
    const float *one = samples + RATE;
    int best_ms = -5;
    for (int ms = -5; ms <= 5; ms++)
        if (power(one + ms * RATE / 1000, 1100) > power(one + best_ms * RATE / 1000, 1100))
            best_ms = ms;
    assert_int_equal(best_ms, 0);
}

static void test_decodes(void **state)
{
    (void)state;
    static const char *const suffixes[] = {"mp4", "mov", "mkv", "ts"};
    for (size_t i = 0; i < 8; i++) {
        const char *suffix = suffixes[i / 2];
        const int fps = i % 2 ? 25 : 5;
        AUTO_FREE char *path = mem_printf("%s/a.%s", dir, suffix);
        const struct rehearse_spec spec = plain_spec(path, fps);
        make(&spec);
        AUTO_STAND_IN d = decode(path);
        assert_int_equal(d.nb_frames, 10 * fps);
        const bool ts = strcmp(suffix, "ts") == 0;
        if (!ts)
            assert_int_equal(d.first_pts, 0);
        assert_true(llabs(d.file->duration - 10000000) < (ts ? 300000 : 10000));
        /* Matroska rounds to milliseconds; of MPEG-TS the priming is seen. */
        assert_true(d.audio_start <= RATE / 1000 && d.audio_start >= (ts ? -1024 : -RATE / 1000));
        const int64_t priming = ts ? -d.audio_start : 0;
        assert_true(d.nb_samples - priming >= 10 * RATE);
        check_sound(d.samples + priming);
    }
}

static void test_exact_lengths(void **state)
{
    (void)state;
    static const int64_t part_ms[] = {1234, 777};
    AUTO_FREE char *mp4 = mem_printf("%s/b.mp4", dir);
    struct rehearse_spec spec = plain_spec(mp4, 25);
    spec.part_ms = part_ms;
    make(&spec);
    AUTO_STAND_IN a = decode(mp4);
    assert_int_equal(a.nb_frames, 50); /* 50.275 */
    assert_int_equal(av_rescale_q(a.audio->duration, a.audio->time_base, (AVRational){1, RATE}),
                     2011 * RATE / 1000);
    assert_int_equal(a.video->duration, av_rescale_q(2, (AVRational){1, 1}, a.video->time_base));
    AUTO_FREE char *mkv = mem_printf("%s/b.mkv", dir);
    spec.path = mkv;
    make(&spec);
    AUTO_STAND_IN b = decode(mkv);
    assert_int_equal(b.nb_frames, 50);
    assert_int_equal(b.nb_samples, 2011 * RATE / 1000);
}

static void test_speech_is_level(void **state)
{
    (void)state;
    static const int64_t part_ms[] = {20000};
    AUTO_FREE char *path = mem_printf("%s/speech.mkv", dir);
    struct rehearse_spec spec = plain_spec(path, 5);
    spec.part_ms = part_ms;
    spec.nb_parts = 1;
    for (int tones = 0; tones < 2; tones++) {
        spec.tones = tones;
        make(&spec);
        AUTO_STAND_IN d = decode(path);
        ebur128_state *meter = ebur128_init(1, RATE, EBUR128_MODE_I);
        assert_int_equal(ebur128_add_frames_float(meter, d.samples, (size_t)d.nb_samples), 0);
        double lufs;
        assert_int_equal(ebur128_loudness_global(meter, &lufs), 0);
        ebur128_destroy(&meter);
        assert_true(lufs > -26 && lufs < -20);
        assert_true(peak(d.samples, 0, d.nb_samples) < 0.95F);
        assert_true(power(d.samples + 7 * RATE, 1700) > 100 * power(d.samples + 7 * RATE, 1900));
    }
}

static void test_same_bytes(void **state)
{
    (void)state;
    char *bytes[2];
    size_t nb[2];
    for (int i = 0; i < 2; i++) {
        AUTO_FREE char *path = mem_printf("%s/same%d.mkv", dir, i);
        const struct rehearse_spec spec = plain_spec(path, 5);
        make(&spec);
        struct err err = {0};
        assert_int_equal(fs_read(&bytes[i], &nb[i], path, 1 << 24, &err), 0);
    }
    assert_int_equal(nb[0], nb[1]);
    assert_memory_equal(bytes[0], bytes[1], nb[0]);
    free(bytes[0]);
    free(bytes[1]);
}

static void test_any_text(void **state)
{
    (void)state;
    static const int64_t part_ms[] = {400};
    static const char *const texts[] = {
        "Let's {x} %{pts} 100% \\N ':' [in]",
        "%{metadata:clock}%{",
        "Παρατήρηση ή παρέμβαση;",
        "大規模システムにおける仮想マシンの内部観測について",
        "اختبار",
        "\xf0\x9f\x98\x80",
        "bro\xffken \xe6\x97",
        "two\nlines\tand\x01more",
        " ",
        "",
        NULL,
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        AUTO_FREE char *path = mem_printf("%s/it's a:%%d.mp4", dir);
        struct rehearse_spec spec = plain_spec(path, 5);
        spec.title = spec.speakers = spec.subtitle = texts[i];
        spec.part_ms = part_ms;
        spec.nb_parts = 1;
        spec.tones = false;
        make(&spec);
        AUTO_STAND_IN d = decode(path);
        assert_int_equal(d.nb_frames, 2);
        /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): decoded_finish() frees the samples */
        const AVDictionaryEntry *title = av_dict_get(d.file->metadata, "title", NULL, 0);
        if (i == 0)
            assert_string_equal(title->value, texts[0]);
    }
}

static int stop_later(void *opaque, double fraction)
{
    double *last = opaque;
    assert_true(fraction >= *last && fraction <= 1);
    *last = fraction;
    return fraction > 0.5;
}

static void test_cancel_leaves_nothing(void **state)
{
    (void)state;
    AUTO_FREE char *path = mem_printf("%s/cancel.mp4", dir);
    AUTO_FREE char *tmp = mem_printf("%s.tmp", path);
    struct rehearse_spec spec = plain_spec(path, 5);
    double last = 0;
    spec.progress = stop_later;
    spec.opaque = &last;
    struct err err = {0};
    assert_int_equal(rehearse_make(&spec, &err), ERR_CANCELLED);
    assert_true(last > 0.5 && last < 0.7);
    assert_false(fs_exists(path));
    assert_false(fs_exists(tmp));
}

static void test_full_disk(void **state)
{
    (void)state;
    if (!fs_exists("/dev/full"))
        skip();
    static const char *const suffixes[] = {"mp4", "mkv", "ts"};
    for (size_t i = 0; i < 3; i++) {
        AUTO_FREE char *path = mem_printf("%s/full.%s", dir, suffixes[i]);
        AUTO_FREE char *tmp = mem_printf("%s.tmp", path);
        assert_int_equal(symlink("/dev/full", tmp), 0);
        const struct rehearse_spec spec = plain_spec(path, 5);
        struct err err = {0};
        assert_int_equal(rehearse_make(&spec, &err), ERR_NO_SPACE);
        assert_false(fs_exists(path));
        assert_int_equal(access(tmp, F_OK), -1);
    }
}

static void test_refused(void **state)
{
    (void)state;
    static const int64_t none[] = {1000, 0}, ages[] = {INT64_MAX, INT64_MAX};
    static const struct {
        const char *name, *says;
        int width, height, fps;
        size_t nb_parts;
        const int64_t *part_ms;
        enum err_code code;
    } cases[] = {
        {"x.mp4", "321x180", 321, 180, 25, 2, FOUR_AND_SIX, ERR_INVALID},
        {"x.mp4", "320x181", 320, 181, 25, 2, FOUR_AND_SIX, ERR_INVALID},
        {"x.mp4", "0x0", 0, 0, 25, 2, FOUR_AND_SIX, ERR_INVALID},
        {"x.mp4", "158x90", 158, 90, 25, 2, FOUR_AND_SIX, ERR_INVALID},
        {"x.mp4", "0 frames a second", 320, 180, 0, 2, FOUR_AND_SIX, ERR_INVALID},
        {"x.mp4", "61 frames a second", 320, 180, 61, 2, FOUR_AND_SIX, ERR_INVALID},
        {"x.mp4", "at least one part", 320, 180, 25, 0, FOUR_AND_SIX, ERR_INVALID},
        {"x.mp4", "part 2", 320, 180, 25, 2, none, ERR_INVALID},
        {"x.mp4", "part 1", 320, 180, 25, 2, ages, ERR_INVALID},
        {"x.avi", ".mkv", 320, 180, 25, 2, FOUR_AND_SIX, ERR_INVALID},
        {"mp4", ".mkv", 320, 180, 25, 2, FOUR_AND_SIX, ERR_INVALID},
        {"no/x.mp4", "no/x.mp4", 320, 180, 25, 2, FOUR_AND_SIX, ERR_NOT_FOUND},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO_FREE char *path = mem_printf("%s/%s", dir, cases[i].name);
        struct rehearse_spec spec = plain_spec(path, cases[i].fps);
        spec.width = cases[i].width;
        spec.height = cases[i].height;
        spec.nb_parts = cases[i].nb_parts;
        spec.part_ms = cases[i].part_ms;
        struct err err = {0};
        assert_int_equal(rehearse_make(&spec, &err), cases[i].code);
        if (!strstr(err.msg, cases[i].says))
            fail_msg("'%s' does not say '%s'", err.msg, cases[i].says);
        assert_false(fs_exists(path));
    }
}

/* Every bit set and clear, with each of its neighbours. */
static const int64_t NUMBERS[] = {0,       1,       2,       0x1234,  0x55555,
                                  0x66666, 0x80000, 0xaaaaa, 0xccccc, 0xfffff};
enum { NB_NUMBERS = sizeof NUMBERS / sizeof *NUMBERS };

static int64_t number_of(const AVFrame *f)
{
    return media_read_number(f->data[0], f->linesize[0], f->width, f->height);
}

/* A new picture of another size. */
static AVFrame *scale(const AVFrame *from, int width, int height, int flags)
{
    AVFrame *to = av_frame_alloc();
    to->format = from->format;
    to->width = width;
    to->height = height;
    assert_int_equal(av_frame_get_buffer(to, 0), 0);
    struct SwsContext *sws = sws_getContext(from->width, from->height, from->format, width, height,
                                            from->format, flags, NULL, NULL, NULL);
    assert_true(sws_scale_frame(sws, to, from) >= 0);
    sws_freeContext(sws);
    return to;
}

static void take_coded(AVCodecContext *encoder, AVCodecContext *decoder, size_t *nb_read)
{
    AUTO_PACKET *packet = av_packet_alloc();
    AUTO_FRAME *frame = av_frame_alloc();
    while (avcodec_receive_packet(encoder, packet) == 0) {
        assert_int_equal(avcodec_send_packet(decoder, packet), 0);
        av_packet_unref(packet);
        while (avcodec_receive_frame(decoder, frame) == 0)
            assert_int_equal(number_of(frame), NUMBERS[(*nb_read)++]);
    }
}

/* The numbers after scaling to a size and coding there. */
static void check_numbers(struct rehearse_picture *picture, int width, int height, int flags)
{
    AUTO_CODEC *encoder = avcodec_alloc_context3(avcodec_find_encoder_by_name("libx264"));
    AUTO_CODEC *decoder = avcodec_alloc_context3(avcodec_find_decoder(AV_CODEC_ID_H264));
    encoder->width = width;
    encoder->height = height;
    encoder->pix_fmt = AV_PIX_FMT_YUV420P;
    encoder->time_base = (AVRational){1, 25};
    encoder->thread_count = decoder->thread_count = 1;
    av_opt_set(encoder->priv_data, "crf", "35", 0);
    assert_int_equal(avcodec_open2(encoder, NULL, NULL), 0);
    assert_int_equal(avcodec_open2(decoder, NULL, NULL), 0);
    size_t nb_read = 0;
    for (size_t i = 0; i < NB_NUMBERS; i++) {
        struct err err = {0};
        AVFrame *drawn;
        assert_int_equal(rehearse_picture_draw(&drawn, picture, NUMBERS[i], &err), 0);
        assert_int_equal(number_of(drawn), NUMBERS[i]);
        AUTO_FRAME *scaled = scale(drawn, width, height, flags);
        assert_int_equal(number_of(scaled), NUMBERS[i]);
        scaled->pts = (int64_t)i;
        assert_int_equal(avcodec_send_frame(encoder, scaled), 0);
        take_coded(encoder, decoder, &nb_read);
    }
    avcodec_send_frame(encoder, NULL);
    take_coded(encoder, decoder, &nb_read);
    AUTO_FRAME *frame = av_frame_alloc();
    avcodec_send_packet(decoder, NULL);
    while (avcodec_receive_frame(decoder, frame) == 0)
        assert_int_equal(number_of(frame), NUMBERS[nb_read++]);
    assert_int_equal(nb_read, NB_NUMBERS);
}

static void test_numbers_survive(void **state)
{
    (void)state;
    static const int sizes[][2] = {{160, 90}, {320, 180}, {426, 240}, {640, 360}, {322, 182}};
    static const int flags[] = {SWS_BICUBIC, SWS_FAST_BILINEAR, SWS_LANCZOS};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (size_t k = 0; k < 3; k++) {
            const struct rehearse_spec spec = plain_spec("unused.mp4", 60);
            struct rehearse_picture *picture = NULL;
            struct err err = {0};
            assert_int_equal(rehearse_picture_create(&picture, &spec, &err), 0);
            check_numbers(picture, sizes[i][0], sizes[i][1], flags[k]);
            rehearse_picture_destroy(picture);
        }
}

static void test_no_number(void **state)
{
    (void)state;
    static const struct {
        char cells[25]; /* '#' white, '.' black, '-' grey */
        int64_t number;
    } cases[] = {
        {"#..................#.#.#", 5},  {"##.................#.#.#", -1},
        {"..................#.#.#.", -1}, {"#..................#.###", -1},
        {"#..................#.#..", -1}, {"#.................-#.#.#", -1},
        {"------------------------", -1}, {"########################", -1},
    };
    enum { W = 192, H = 96 };
    uint8_t luma[W * H] = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (int y = H - H / 12; y < H; y++)
            for (int x = 0; x < W; x++) {
                const char c = cases[i].cells[x / (W / 24)];
                luma[y * W + x] = c == '#' ? 235 : c == '.' ? 16 : 125;
            }
        assert_int_equal(media_read_number(luma, W, W, H), cases[i].number);
    }
    assert_int_equal(media_read_number(luma, W, 158, H), -1);
}

int main(void)
{
    av_log_set_level(AV_LOG_ERROR);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decodes),         cmocka_unit_test(test_exact_lengths),
        cmocka_unit_test(test_speech_is_level), cmocka_unit_test(test_same_bytes),
        cmocka_unit_test(test_any_text),        cmocka_unit_test(test_cancel_leaves_nothing),
        cmocka_unit_test(test_full_disk),       cmocka_unit_test(test_refused),
        cmocka_unit_test(test_numbers_survive), cmocka_unit_test(test_no_number),
    };
    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
