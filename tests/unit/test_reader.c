/* Ranges of pictures against a plain decode of the whole file, frame by frame. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "av.h"
#include "fs.h"
#include "json.h"
#include "media.h"
#include "media_maker.h"
#include "mem.h"
#include "probe.h"
#include "reader.h"

/* A file with all that is known of it. */
struct film {
    char *path;
    int stream;
    struct frame_grid grid;
    struct media_decoded whole;
};

static void film_open(struct film *f, const char *path)
{
    struct err err = {0};
    AUTO_JSON *p = NULL;
    *f = (struct film){.path = mem_strdup(path)};
    assert_done(probe_files(&p, path, NULL, 0, NULL, NULL, &err));
    assert_done(probe_grid(&f->grid, p, &err));
    f->stream = (int)json_get_int(json_object_get(p, "video"), "stream", -1);
    media_decode(&f->whole, path);
}

static void film_close(struct film *f)
{
    free(f->path);
    media_decoded_finish(&f->whole);
}

static int64_t place(const struct film *f, int64_t picture)
{
    return frame_grid_frame_of(&f->grid, f->whole.frames[picture].pts);
}

/* The picture that shows at a frame: the last one that begins at or before it; of several on one
 * place the first, but before a pause the last. */
static int64_t shown_at(const struct film *f, int64_t frame)
{
    int64_t i = 0;
    while (i + 1 < f->whole.nb_frames && place(f, i + 1) <= frame)
        i++;
    const bool pause = i + 1 < f->whole.nb_frames && place(f, i + 1) > place(f, i) + 1;
    while (!pause && i > 0 && place(f, i - 1) == place(f, i))
        i--;
    return i;
}

/* The key picture to start from: skip of them lie between it and the frame's own. */
static int64_t key_before(const struct film *f, int64_t frame, int skip)
{
    int64_t i = shown_at(f, frame);
    for (;; i--)
        if (i == 0 || (f->whole.frames[i].key && skip-- == 0))
            return i;
}

static void assert_range(const struct film *f, int64_t begin, int64_t end, int skip)
{
    struct err err = {0};
    AUTO_MEDIA *media = NULL;
    AUTO_PICTURES *reader = NULL;
    AUTO_FRAME *frame = av_frame_alloc();
    const int64_t key = key_before(f, begin, skip);
    const struct picture_range range = {
        .stream = f->stream,
        .grid = f->grid,
        .begin = begin,
        .end = end,
        .key_frame = place(f, key),
        .key_pts = f->whole.frames[key].pts,
    };
    AUTO_FREE char *row = mem_printf("%s [%lld, %lld) from %lld", fs_basename(f->path),
                                     (long long)begin, (long long)end, (long long)range.key_frame);
    assert_done(media_open(&media, f->path, NULL, &err));
    assert_done(picture_reader_open(&reader, media, &range, &err));
    for (int64_t at = begin; at < end;) {
        int64_t i = shown_at(f, at);
        const int got = picture_reader_next(reader, frame, &err);
        if (got <= 0)
            fail_msg("%s: nothing at %lld (%s)", row, (long long)at, err.msg);
        assert_row_int(row, frame->pts, at);
        assert_row_int(row, media_number_of(frame), f->whole.frames[i].number);
        char hash[33];
        media_hash_of(hash, frame);
        assert_row_str(row, hash, f->whole.frames[i].hash);
        av_frame_unref(frame);
        while (i + 1 < f->whole.nb_frames && place(f, i + 1) <= at)
            i++;
        at = i + 1 < f->whole.nb_frames ? place(f, i + 1) : end;
    }
    assert_row_int(row, picture_reader_next(reader, frame, &err), 0);
    assert_row_int(row, picture_reader_next(reader, frame, &err), 0);
    assert_row_int(row, picture_reader_damage(reader)->nb, 0);
}

static int64_t pausing(int64_t n) /* nothing for 20 frames after picture 49 */
{
    return (n < 50 ? n : n + 20) * 40000;
}

/* Twice two pictures within one frame: before a pause the second shows, else the first. */
static int64_t stale(int64_t n)
{
    if (n == 30 || n == 51)
        return (n == 30 ? 29 : 49) * 40000 + 10000;
    return (n < 30 ? n : n < 51 ? n - 1 : n + 18) * 40000;
}

static int64_t late(int64_t n)
{
    return 1240000 + n * 40000;
}

static void test_picture_ranges(void **state)
{
    (void)state;
    static const char x264[] = "preset=ultrafast:bf=3:b_strategy=0",
                      open_gop[] = "preset=ultrafast:bf=3:b_strategy=0:x264-params=open-gop=1";
    static const struct {
        const char *name, *encoder, *options;
        AVRational fps;
        int64_t (*time_us)(int64_t n);
    } cases[] = {
        {"b.mp4", "libx264", x264, {25, 1}, NULL},
        {"b.mkv", "libx264", x264, {30000, 1001}, NULL},
        {"b.ts", "libx264", x264, {25, 1}, NULL},
        {"open.mp4", "libx264", open_gop, {25, 1}, NULL},
        {"open.ts", "libx264", open_gop, {50, 1}, NULL},
        {"m.ts", "mpeg2video", "bf=2", {25, 1}, NULL},
        {"late.mp4", "libx264", x264, {25, 1}, late},
        {"late.ts", "libx264", x264, {25, 1}, late},
        {"pausing.mkv", "libx264", x264, {25, 1}, pausing},
        {"pausing.mp4", "libx264", x264, {25, 1}, pausing},
        {"stale.mkv", "libx264", x264, {25, 1}, stale},
        {"stale.mp4", "libx264", x264, {25, 1}, stale},
        {"v.webm", "libvpx-vp9", "deadline=realtime:cpu-used=8:auto-alt-ref=0", {25, 1}, NULL},
    };
    static const struct {
        int64_t begin, end;
        int skip;
    } ranges[] = {
        {0, 150, 0},  {0, 1, 0},    {0, 25, 0},   {1, 3, 0},     {24, 26, 0},   {25, 50, 0},
        {25, 26, 0},  {26, 27, 0},  {49, 76, 0},  {50, 150, 0},  {55, 60, 0},   {60, 75, 1},
        {75, 100, 1}, {74, 101, 2}, {99, 100, 9}, {100, 101, 0}, {124, 150, 0}, {149, 150, 0},
    };
    for (size_t i = 0; i < NB(cases); i++) {
        AUTO_FREE char *path = folder_path("%s", cases[i].name);
        media_make(&(struct media_spec){.path = path,
                                        .video = {.encoder = cases[i].encoder,
                                                  .options = cases[i].options,
                                                  .fps = cases[i].fps,
                                                  .time_us = cases[i].time_us,
                                                  .nb_frames = 150}});
        struct film f;
        film_open(&f, path);
        assert_row_int(cases[i].name, f.whole.nb_frames, 150);
        assert_true(f.grid.nb_frames >= 150);
        for (size_t k = 0; k < NB(ranges); k++)
            assert_range(&f, ranges[k].begin, ranges[k].end, ranges[k].skip);
        film_close(&f);
    }
}

/* Key pictures alone, this far apart. */
static void test_key_pictures(void **state)
{
    (void)state;
    static const char *const names[] = {"keys.mp4", "keys.mkv", "keys.ts"};
    static const struct {
        int step_ms;
        int64_t apart;
    } steps[] = {{1, 10}, {400, 10}, {401, 20}, {2000, 50}};
    for (size_t i = 0; i < NB(names) * NB(steps); i++) {
        const int step = steps[i % NB(steps)].step_ms;
        struct err err = {0};
        AUTO_FREE char *path = folder_path("%s", names[i / NB(steps)]);
        if (i % NB(steps) == 0)
            media_make(&(struct media_spec){.path = path,
                                            .video = {.encoder = "libx264",
                                                      .options = "preset=ultrafast:bf=2",
                                                      .gop = 10,
                                                      .nb_frames = 200}});
        struct film f;
        film_open(&f, path);
        AUTO_MEDIA *media = NULL;
        AUTO_PICTURES *reader = NULL;
        AUTO_FRAME *frame = av_frame_alloc();
        const struct picture_range range = {
            .stream = f.stream, .grid = f.grid, .end = 200, .key_step_ms = step};
        assert_done(media_open(&media, path, NULL, &err));
        assert_done(picture_reader_open(&reader, media, &range, &err));
        int64_t n = 0;
        while (picture_reader_next(reader, frame, &err) > 0) {
            assert_row_int(path, frame->pts, n);
            assert_row_int(path, media_number_of(frame), n);
            av_frame_unref(frame);
            n += steps[i % NB(steps)].apart;
        }
        assert_row_int(path, err.code, 0);
        assert_row_int(path, n, 200);
        film_close(&f);
    }
}

/* What is broken is passed over and told; what is around it comes out. */
static void test_picture_damage(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_FREE char *path = folder_path("whole.ts"), *broken = folder_path("broken.ts");
    media_make(&(struct media_spec){
        .path = path,
        .video = {.encoder = "libx264", .options = "preset=ultrafast", .nb_frames = 200}});
    AUTO_FREE char *bytes = NULL;
    size_t nb;
    assert_done(fs_read(&bytes, &nb, path, 1 << 26, &err));
    for (size_t k = nb / 2 / 188; k < nb / 2 / 188 + 6; k++)
        memset(bytes + k * 188 + 20, 0xa5, 160);
    assert_done(fs_write_atomic(broken, bytes, nb, &err));
    struct film f;
    film_open(&f, path);
    AUTO_MEDIA *media = NULL;
    AUTO_PICTURES *reader = NULL;
    AUTO_FRAME *frame = av_frame_alloc();
    const struct picture_range range = {.stream = f.stream, .grid = f.grid, .end = 200};
    assert_done(media_open(&media, broken, NULL, &err));
    assert_done(picture_reader_open(&reader, media, &range, &err));
    int64_t nb_right = 0, last = -1;
    while (picture_reader_next(reader, frame, &err) > 0) {
        assert_true(frame->pts > last);
        last = frame->pts;
        nb_right += media_number_of(frame) == frame->pts;
        av_frame_unref(frame);
    }
    assert_row_int(path, err.code, 0);
    assert_int_equal(last, 199);
    assert_true(nb_right > 150 && nb_right <= 200);
    const struct damage *d = picture_reader_damage(reader);
    assert_true(d->nb > 0 && d->what[0]);
    assert_row_near(path, (double)d->first_ms, 4000, 1200);
    film_close(&f);
}

int main(void)
{
    av_log_quiet();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_picture_ranges),
        cmocka_unit_test(test_key_pictures),
        cmocka_unit_test(test_picture_damage),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
