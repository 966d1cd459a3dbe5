/* Segments encoded alone join without a seam: frame by frame what each decodes to alone. */
#include "support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "assemble.h"
#include "av.h"
#include "encoder_version.h"
#include "fs.h"
#include "json.h"
#include "media_maker.h"
#include "mem.h"
#include "piece_maker.h"
#include "rendition.h"

enum { WIDTH = 192, HEIGHT = 108, NB_PIECES = 5 };

static const AVRational FPS = {25, 1};

/* A card, cells of usual and of the least lengths. */
static const struct drawn PIECES[NB_PIECES] = {
    {WIDTH, HEIGHT, 900, 12, true, 1, 0},  {WIDTH, HEIGHT, 0, 37, false, 1, 0},
    {WIDTH, HEIGHT, 37, 1, false, 1, 0},   {WIDTH, HEIGHT, 38, 2, false, 1, 0},
    {WIDTH, HEIGHT, 40, 110, false, 1, 0}, /* more than one GOP */
};

static void join(const char *path, const char *container, const char *sound,
                 struct assemble_segment *segments, size_t nb, AVRational fps, int64_t nb_frames)
{
    struct err err = {0};
    struct sound_result s;
    struct assemble_result made;
    AUTO_JSON *audio = piece_audio(strcmp(container, "mp4") == 0 ? "aac" : "libopus");
    piece_sound(&s, sound, NULL, audio, fps, 0, nb_frames, 0);
    const struct assemble_spec spec = {
        .container = container,
        .fps = fps,
        .segments = segments,
        .nb_segments = nb,
        .sound_path = sound,
        .sound_hash = s.summary.hash,
        .nb_samples = s.nb_samples,
        .sound_lead_in = s.lead_in,
        .sound_packet_samples = s.packet_samples,
    };
    assert_done(assemble_file(&made, path, &spec, &err));
    assert_int_equal(made.nb_frames, nb_frames);
}

static void test_joins(void **state)
{
    (void)state;
    static const struct {
        const char *encoder, *container;
    } cases[] = {
        {"libx264", "mp4"}, {"libsvtav1", "webm"}, {"libvpx-vp9", "webm"}, {"libsvtav1", "mp4"}};
    for (size_t i = 0; i < NB(cases); i++) {
        const char *row = cases[i].encoder;
        AUTO_JSON *video = piece_video(row);
        struct track_summary summaries[NB_PIECES];
        struct assemble_segment segments[NB_PIECES];
        struct media_decoded alone[NB_PIECES];
        char *paths[NB_PIECES];
        int64_t nb_frames = 0;
        for (size_t k = 0; k < NB_PIECES; k++) {
            paths[k] = folder_path("%s-%zu-%zu.mp4", row, i, k);
            piece_segment(&summaries[k], paths[k], video, FPS, PIECES[k]);
            segments[k] = (struct assemble_segment){paths[k], PIECES[k].nb, summaries[k].hash};
            assert_row_int(row, summaries[k].nb_packets, PIECES[k].nb);
            assert_row_str(row, summaries[k].header, summaries[0].header);
            assert_row_int(row, summaries[k].nb_bytes > 0, 1);
            media_decode(&alone[k], paths[k]);
            assert_row_int(row, alone[k].nb_frames, PIECES[k].nb);
            assert_row_int(row, alone[k].nb_errors, 0);
            for (int64_t n = 0; n < PIECES[k].nb; n++)
                assert_row_int(row, alone[k].frames[n].number, PIECES[k].first + n);
            assert_row_int(row, alone[k].frames[0].key, 1);
            nb_frames += PIECES[k].nb;
        }
        int64_t nb_keys = 0;
        for (int64_t n = 0; n < alone[4].nb_frames; n++)
            nb_keys += alone[4].frames[n].key;
        assert_row_int(row, nb_keys >= 2, 1); /* a key frame every 4 s */
        AUTO_FREE char *whole = folder_path("%s-%zu.%s", row, i, cases[i].container),
                       *sound = folder_path("%s-%zu-s.mp4", row, i);
        join(whole, cases[i].container, sound, segments, NB_PIECES, FPS, nb_frames);
        AUTO_DECODED d;
        media_decode(&d, whole);
        assert_row_int(row, d.nb_frames, nb_frames);
        assert_row_int(row, d.nb_errors, 0);
        int64_t at = 0;
        for (size_t k = 0; k < NB_PIECES; k++)
            for (int64_t n = 0; n < PIECES[k].nb; n++, at++) {
                assert_row_int(row, d.frames[at].number, PIECES[k].first + n);
                assert_row_str(row, d.frames[at].hash, alone[k].frames[n].hash);
                const int64_t us =
                    av_rescale_q(d.frames[at].pts, d.video_base, (AVRational){1, 1000});
                assert_row_int(row, us, at * 40);
            }
        for (size_t k = 0; k < NB_PIECES; k++) {
            media_decoded_finish(&alone[k]);
            free(paths[k]);
        }
    }
}

/* A slide with a camera's noise in its corner, from the first-th picture on. */
struct slide {
    int64_t first, at, nb;
};

static int next_slide(void *opaque, AVFrame *f, struct err *err)
{
    struct slide *s = opaque;
    if (s->at == s->nb)
        return 0;
    f->format = AV_PIX_FMT_GRAY8;
    f->width = WIDTH;
    f->height = HEIGHT;
    if (av_frame_get_buffer(f, 0) < 0)
        return av_fail_nomem(err);
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            const bool camera = x < WIDTH / 4 && y < HEIGHT / 4;
            const int64_t n = (int64_t)y * WIDTH + x + (camera ? (s->first + s->at) * 30011 : 0);
            const double level = camera ? 20 : 100;
            f->data[0][(ptrdiff_t)y * f->linesize[0] + x] =
                (uint8_t)(128 + level * (double)media_noise(n, 0));
        }
    f->pts = s->at++;
    return 1;
}

/* Bytes of frame n's packet, a key frame. */
static double key_bytes(const json_t *video, int64_t first, int64_t nb, int64_t n)
{
    struct err err = {0};
    AUTO_FREE char *path = folder_path("slide.mp4");
    AUTO_TRACK_READER *reader = NULL;
    AUTO_PACKET *pkt = av_packet_alloc();
    struct slide slide = {.first = first, .nb = nb};
    struct segment_output o = {.video = video, .width = WIDTH, .height = HEIGHT, .path = path};
    const struct segment_params params = {.fps = FPS, .nb_frames = nb, .goes_on = first > 0};
    assert_done(segment_encode(&o, 1, &params, &(struct picture_source){next_slide, &slide}, &err));
    assert_done(track_reader_open(&reader, path, &err));
    for (int64_t i = 0; i <= n; i++) {
        av_packet_unref(pkt);
        assert_int_equal(track_reader_next(reader, pkt, &err), 1);
    }
    assert_true(pkt->flags & AV_PKT_FLAG_KEY);
    return pkt->size;
}

/* A cell's first picture is as good as in one encode of the whole talk. */
static void test_first_picture(void **state)
{
    (void)state;
    AUTO_JSON *video = piece_video("libx264");
    const double whole = key_bytes(video, 0, 225, 200), alone = key_bytes(video, 200, 25, 0);
    assert_row_near("the key frame's bytes", alone / whole, 1, 0.05); /* 0.90 without a lead */
}

static void test_same_bytes(void **state)
{
    (void)state;
    static const char *const encoders[] = {"libx264", "libsvtav1", "libvpx-vp9"};
    for (size_t i = 0; i < NB(encoders); i++) {
        struct err err = {0};
        AUTO_JSON *video = piece_video(encoders[i]);
        char *bytes[2];
        size_t nb[2];
        for (int k = 0; k < 2; k++) {
            struct track_summary s;
            AUTO_FREE char *path = folder_path("same-%d.mp4", k);
            piece_segment(&s, path, video, (AVRational){30000, 1001},
                          (struct drawn){WIDTH, HEIGHT, 7, 40, false, 1, 0});
            assert_done(fs_read(&bytes[k], &nb[k], path, 1 << 26, &err));
        }
        assert_row_int(encoders[i], nb[0], nb[1]);
        if (memcmp(bytes[0], bytes[1], nb[0]) != 0)
            fail_msg("%s: two runs give other bytes", encoders[i]);
        free(bytes[0]);
        free(bytes[1]);
    }
}

/* Several outputs of one decode are each what they would be alone. */
static void test_outputs_at_once(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_JSON *avc = piece_video("libx264"), *av1 = piece_video("libsvtav1");
    const struct {
        const json_t *video;
        int width, height;
    } sizes[] = {{avc, 192, 108}, {av1, 192, 108}, {avc, 128, 72}};
    struct segment_output outputs[NB(sizes)];
    char *paths[NB(sizes)];
    for (size_t i = 0; i < NB(sizes); i++) {
        paths[i] = folder_path("together-%zu.mp4", i);
        outputs[i] = (struct segment_output){.video = sizes[i].video,
                                             .width = sizes[i].width,
                                             .height = sizes[i].height,
                                             .path = paths[i]};
    }
    const struct drawn pictures = {384, 216, 100, 30, false, 1, 0};
    const struct segment_params params = {.fps = FPS, .nb_frames = 30};
    struct drawn drawn = pictures;
    struct picture_source source = drawn_source(&drawn);
    assert_done(segment_encode(outputs, NB(sizes), &params, &source, &err));
    for (size_t i = 0; i < NB(sizes); i++) {
        AUTO_FREE char *alone = folder_path("alone-%zu.mp4", i);
        struct segment_output one = outputs[i];
        one.path = alone;
        drawn = pictures;
        source = drawn_source(&drawn);
        assert_done(segment_encode(&one, 1, &params, &source, &err));
        assert_string_equal(one.summary.hash, outputs[i].summary.hash);
        free(paths[i]);
    }
}

/* A picture stands until the next one comes, or the segment ends. */
static void test_held_pictures(void **state)
{
    (void)state;
    static const struct {
        int every;
        int64_t nb_source, nb;
    } cases[] = {{5, 30, 30}, {7, 30, 30}, {1, 10, 30}, {100, 30, 30}, {1, 30, 3}};
    AUTO_JSON *video = piece_video("libx264");
    for (size_t i = 0; i < NB(cases); i++) {
        struct err err = {0};
        AUTO_FREE char *path = folder_path("held-%zu.mp4", i);
        struct segment_output o = {.video = video, .width = WIDTH, .height = HEIGHT, .path = path};
        struct drawn drawn = {WIDTH, HEIGHT, 200, cases[i].nb_source, false, cases[i].every, 0};
        const struct picture_source source = drawn_source(&drawn);
        const struct segment_params params = {.fps = FPS, .nb_frames = cases[i].nb};
        assert_done(segment_encode(&o, 1, &params, &source, &err));
        AUTO_DECODED d;
        media_decode(&d, path);
        assert_row_int(path, d.nb_frames, cases[i].nb);
        for (int64_t n = 0; n < cases[i].nb; n++) {
            const int64_t last = (cases[i].nb_source - 1) / cases[i].every;
            const int64_t k = n / cases[i].every < last ? n / cases[i].every : last;
            assert_row_int(path, d.frames[n].number, 200 + k * cases[i].every);
        }
    }
}

static int stop_at_once(void *opaque, int64_t frames)
{
    *(int64_t *)opaque = frames;
    return frames >= 20;
}

static void test_refused(void **state)
{
    (void)state;
    struct err err = {0};
    int64_t told = -1;
    AUTO_FREE char *path = folder_path("refused.mp4"), *lost = folder_path("no/lost.mp4");
    AUTO_JSON *good = piece_video("libx264"), *unknown = json_pack("{s:s}", "encoder", "libx999"),
              *option = json_pack("{s:s, s:{s:i}}", "encoder", "libx264", "options", "sped", 9);
    const struct {
        const json_t *video;
        const char *path;
        int64_t nb;
        int (*progress)(void *opaque, int64_t frames);
        enum err_code code;
        const char *says;
    } cases[] = {
        {good, path, 0, NULL, ERR_INVALID, "no picture"},
        {unknown, path, 5, NULL, ERR_INVALID, "libx999"},
        {option, path, 5, NULL, ERR_INVALID, "sped"},
        {good, path, 50, stop_at_once, ERR_CANCELLED, NULL},
    };
    for (size_t i = 0; i < NB(cases); i++) {
        struct segment_output o = {
            .video = cases[i].video, .width = WIDTH, .height = HEIGHT, .path = cases[i].path};
        struct drawn drawn = {WIDTH, HEIGHT, 0, cases[i].nb, false, 1, 0};
        const struct picture_source source = drawn_source(&drawn);
        const struct segment_params params = {
            .fps = FPS, .nb_frames = 50, .progress = cases[i].progress, .opaque = &told};
        assert_fails(segment_encode(&o, 1, &params, &source, &err), cases[i].code, cases[i].says);
    }
    assert_int_equal(told, 20);
    struct segment_output o = {.video = good, .width = WIDTH, .height = HEIGHT, .path = lost};
    struct drawn drawn = {WIDTH, HEIGHT, 0, 5, false, 1, 0};
    const struct picture_source source = drawn_source(&drawn);
    const struct segment_params params = {.fps = FPS, .nb_frames = 5};
    assert_true(segment_encode(&o, 1, &params, &source, &err) < 0);
    assert_non_null(strstr(err.msg, "lost.mp4"));
}

/* Colours come out as they went in, from RGB and from YUV. */
static void test_grey_stays(void **state)
{
    (void)state;
    AUTO_JSON *video = piece_video("libx264");
    char *hashes[2];
    for (int rgb = 0; rgb < 2; rgb++) {
        struct track_summary s;
        AUTO_FREE char *path = folder_path("grey-%d.mp4", rgb);
        piece_segment(&s, path, video, FPS, (struct drawn){WIDTH, HEIGHT, 0x55555, 3, rgb, 1, 0});
        AUTO_DECODED d;
        media_decode(&d, path);
        assert_int_equal(d.nb_frames, 3);
        assert_int_equal(d.frames[2].number, 0x55557);
        hashes[rgb] = mem_strdup(d.frames[0].hash);
    }
    free(hashes[0]);
    free(hashes[1]);
}

/* As it is encoded here: with the settings for this machine's encoders. */
static void read_rendition(struct rendition *out, const char *name, enum rendition_effort effort)
{
    struct err err = {0};
    AUTO_FREE char *yaml = mem_printf(SOURCE_DIR "/pipeline/renditions/%s.yaml", name);
    AUTO_JSON *encoders = encoder_versions();
    assert_done(rendition_read(out, yaml, effort, encoders, &err));
}

static void test_renditions(void **state)
{
    (void)state;
    static const char *const names[] = {"mp4-720", "mp4-360",  "mp4-1080",    "mp4-archive",
                                        "av1-720", "av1-1080", "av1-archive", "vp9-720",
                                        "opus",    "m4a",      "mp3"};
    for (size_t i = 0; i < NB(names); i++) {
        struct err err = {0};
        struct rendition r;
        AUTO_FREE char *path = folder_path("%s.mp4", names[i]),
                       *sound = folder_path("%s-s.mp4", names[i]),
                       *whole = folder_path("%s.%s", names[i], "whole");
        read_rendition(&r, names[i], RENDITION_BALANCED);
        assert_string_equal(r.name, names[i]);
        struct sound_result s;
        piece_sound(&s, sound, NULL, r.audio, FPS, 0, 12, 0);
        assert_row_int(names[i], s.nb_samples, 12 * 1920);
        if (r.video) {
            int width, height;
            rendition_size(&width, &height, r.video, 320, 180, 1, 1, 0);
            assert_true(width == 320 && height == 180);
            struct track_summary t;
            piece_segment(&t, path, r.video, FPS,
                          (struct drawn){width, height, 0x80000, 12, false, 1, 0});
            AUTO_DECODED d;
            media_decode(&d, path);
            assert_row_int(names[i], d.nb_frames, 12);
            for (int64_t n = 0; n < 12; n++)
                assert_row_int(names[i], d.frames[n].number, 0x80000 + n);
        }
        struct assemble_segment segment = {.path = path};
        struct track_summary t = {0};
        if (r.video) {
            assert_done(track_summarise(&t, path, &err));
            segment.nb_frames = t.nb_packets;
            segment.hash = t.hash;
        }
        struct assemble_result made;
        const struct assemble_spec spec = {.container = r.container,
                                           .fps = FPS,
                                           .segments = &segment,
                                           .nb_segments = r.video ? 1 : 0,
                                           .sound_path = sound,
                                           .sound_hash = s.summary.hash,
                                           .nb_samples = s.nb_samples,
                                           .sound_lead_in = s.lead_in,
                                           .sound_packet_samples = s.packet_samples};
        assert_done(assemble_file(&made, whole, &spec, &err));
        AUTO_DECODED d;
        media_decode(&d, whole);
        assert_row_int(names[i], d.nb_frames, r.video ? 12 : 0);
        assert_row_int(names[i], d.nb_errors, 0);
        assert_true(d.nb_samples >= 12 * 1920);
        rendition_finish(&r);
    }
}

/* A card of the rendition and a cell of it, of 6 pictures each, have equal parameter sets: they are
 * joined by copying. */
static void card_joins_cell(const struct rendition *r, int width, int height)
{
    const json_t *const kinds[] = {r->video, r->card};
    struct track_summary t[2];
    for (int n = 0; n < 2; n++) {
        AUTO_FREE char *path = folder_path("%s-%d.mp4", r->name, n);
        piece_segment(&t[n], path, kinds[n], FPS,
                      (struct drawn){width, height, 0x80000, 6, false, 1, 0});
        assert_int_equal(t[n].nb_packets, 6);
    }
    assert_string_equal(t[0].header, t[1].header);
}

static const char *const effort_names[] = {"fast", "balanced", "small"};
enum { NB_EFFORTS = NB(effort_names) };

/* The settings for the reference. */
static void test_efforts(void **state)
{
    (void)state;
    static const struct {
        const char *rendition, *option, *values[NB_EFFORTS]; /* of each effort */
    } cases[] = {
        {"mp4-720", "preset", {"veryfast", "medium", "medium"}},
        {"mp4-360", "preset", {"veryfast", "medium", "medium"}},
        {"mp4-1080", "preset", {"veryfast", "medium", "medium"}},
        {"mp4-archive", "tune", {"ssim", "ssim", "ssim"}},
        {"av1-720", "preset", {"12", "12", "8"}},
        {"av1-1080", "preset", {"12", "12", "8"}},
        {"av1-archive", "preset", {"10", "10", "10"}},
        {"vp9-720", "deadline", {"good", "good", "good"}},
    };
    enum rendition_effort effort;
    assert_false(rendition_effort_parse(&effort, "slow"));
    for (size_t i = 0; i < NB(cases); i++)
        for (int k = 0; k < NB_EFFORTS; k++) {
            struct err err = {0};
            struct rendition r;
            AUTO_FREE char *yaml =
                mem_printf(SOURCE_DIR "/pipeline/renditions/%s.yaml", cases[i].rendition);
            assert_true(rendition_effort_parse(&effort, effort_names[k]));
            assert_done(rendition_read(&r, yaml, effort, NULL, &err));
            const json_t *options = json_object_get(r.video, "options");
            AUTO_FREE char *value = json_canonical(json_object_get(options, cases[i].option));
            assert_row_int(effort_names[k], strstr(value, cases[i].values[k]) != NULL, 1);
            rendition_finish(&r);
        }
}

/* Every effort of every rendition encodes, says nothing of the others, and its cards join its
 * cells. */
static void test_cards_join_cells(void **state)
{
    (void)state;
    static const char *const names[] = {"mp4-720", "mp4-360",  "mp4-1080",    "mp4-archive",
                                        "av1-720", "av1-1080", "av1-archive", "vp9-720"};
    for (size_t i = 0; i < NB(names); i++)
        for (int k = 0; k < NB_EFFORTS; k++) {
            struct rendition r;
            read_rendition(&r, names[i], (enum rendition_effort)k);
            for (int n = 0; n < NB_EFFORTS; n++)
                assert_null(json_object_get(r.video, effort_names[n]));
            assert_null(json_object_get(r.video, "versions"));
            assert_int_equal(json_get_int(r.video, "key_frame_s", 0), 10);
            assert_null(json_object_get(r.video, "card"));
            assert_null(json_object_get(r.card, "card"));
            assert_false(json_equal(r.video, r.card));
            assert_string_not_equal(r.video_text, r.card_text);
            card_joins_cell(&r, 128, 72);
            rendition_finish(&r);
        }
}

/* SVT-AV1 also chooses what the parameter sets hold by the size of the picture. */
static void test_large_cards_join_cells(void **state)
{
    (void)state;
    static const char *const names[] = {"av1-720", "av1-archive"};
    for (size_t i = 0; i < NB(names); i++)
        for (int k = RENDITION_BALANCED; k <= RENDITION_SMALL; k++) {
            struct rendition r;
            read_rendition(&r, names[i], (enum rendition_effort)k);
            card_joins_cell(&r, 1280, 720);
            rendition_finish(&r);
        }
}

static void test_sizes(void **state)
{
    (void)state;
    static const struct {
        int width, height, sar[2], rotation, box[2], out[2];
    } cases[] = {
        {1920, 1080, {1, 1}, 0, {1280, 720}, {1280, 720}},
        {1280, 720, {1, 1}, 0, {1280, 720}, {1280, 720}},
        {640, 480, {1, 1}, 0, {1280, 720}, {640, 480}}, /* never enlarged */
        {1920, 1080, {1, 1}, 90, {1280, 720}, {406, 720}},
        {1920, 1080, {1, 1}, 180, {1280, 720}, {1280, 720}},
        {720, 576, {64, 45}, 0, {1280, 720}, {1024, 576}},
        {1440, 1080, {4, 3}, 0, {640, 360}, {640, 360}},
        {854, 481, {1, 1}, 0, {1280, 720}, {854, 482}}, /* even */
        {3840, 1080, {1, 1}, 0, {1280, 720}, {1280, 360}},
    };
    for (size_t i = 0; i < NB(cases); i++) {
        AUTO_JSON *video =
            json_pack("{s:i, s:i}", "max_width", cases[i].box[0], "max_height", cases[i].box[1]);
        int width, height;
        rendition_size(&width, &height, video, cases[i].width, cases[i].height, cases[i].sar[0],
                       cases[i].sar[1], cases[i].rotation);
        AUTO_FREE char *row =
            mem_printf("%dx%d turned by %d", cases[i].width, cases[i].height, cases[i].rotation);
        assert_row_near(row, width, cases[i].out[0], 2);
        assert_row_near(row, height, cases[i].out[1], 2);
        assert_true(width % 2 == 0 && height % 2 == 0);
        assert_true(width <= cases[i].box[0] && height <= cases[i].box[1]);
    }
}

static void test_missing(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_TRACK_READER *reader = NULL;
    AUTO_FREE char *path = folder_path("missing.mp4");
    assert_fails(track_reader_open(&reader, path, &err), ERR_IO, "something else deletes files");
}

int main(void)
{
    setenv("SVT_LOG", "1", 1); /* errors alone */
    av_log_quiet();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_joins),
        cmocka_unit_test(test_first_picture),
        cmocka_unit_test(test_same_bytes),
        cmocka_unit_test(test_outputs_at_once),
        cmocka_unit_test(test_held_pictures),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_grey_stays),
        cmocka_unit_test(test_renditions),
        cmocka_unit_test(test_efforts),
        cmocka_unit_test(test_cards_join_cells),
        cmocka_unit_test(test_large_cards_join_cells),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_missing),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
