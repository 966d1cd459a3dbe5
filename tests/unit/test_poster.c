/* The poster is upright and has the picture's shape, however the camera was held. */
#include "support.h"

#include <libavutil/imgutils.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "av.h"
#include "fs.h"
#include "json.h"
#include "media_maker.h"
#include "mem.h"
#include "picture.h"
#include "poster.h"
#include "probe.h"

static int64_t make(const char *recording, const char *path, int64_t begin, int64_t end)
{
    struct err err = {0};
    AUTO_JSON *p = NULL;
    assert_done(probe_files(&p, recording, NULL, 0, NULL, NULL, &err));
    struct poster_spec spec = {.recording = recording,
                               .video = json_object_get(p, "video"),
                               .cells = json_object_get(p, "cells"),
                               .begin = begin,
                               .end = end};
    int64_t frame = -1;
    assert_done(probe_grid(&spec.grid, p, &err));
    assert_done(poster_make(&frame, path, &spec, &err));
    return frame;
}

/* Brightness of a poster at a place, both from 0 to 1. */
static double at(const AVFrame *f, double x, double y)
{
    const int px = (int)(x * f->width), py = (int)(y * f->height);
    return f->data[0][(ptrdiff_t)py * f->linesize[0] + px] / 255.0;
}

/* media_draw puts a bar with a white cell at each end along the bottom: it tells all four sides. */
static void test_upright(void **state)
{
    (void)state;
    static const struct {
        const char *suffix;
        int rotation, width, height;
        AVRational sar;
    } cases[] = {
        {"mp4", 0, 192, 108, {1, 1}},   {"mp4", 90, 108, 192, {1, 1}},
        {"mp4", 180, 192, 108, {1, 1}}, {"mov", 270, 108, 192, {1, 1}},
        {"mkv", 0, 256, 108, {4, 3}},   {"mp4", 90, 108, 256, {4, 3}},
    };
    for (size_t i = 0; i < NB(cases); i++) {
        struct err err = {0};
        AUTO_FREE char *recording = folder_path("r%zu.%s", i, cases[i].suffix),
                       *path = folder_path("p%zu.jpg", i);
        media_make(&(struct media_spec){.path = recording,
                                        .video = {.encoder = "libx264",
                                                  .options = "preset=ultrafast",
                                                  .width = 192,
                                                  .height = 108,
                                                  .nb_frames = 100,
                                                  .sar = cases[i].sar,
                                                  .rotation = cases[i].rotation}});
        const int64_t frame = make(recording, path, 0, 100);
        AUTO_FREE char *row = mem_printf("turned by %d", cases[i].rotation);
        AUTO_FRAME *f = NULL;
        AUTO_DECODED d;
        media_decode(&d, path);
        assert_row_int(row, d.nb_frames, 1);
        assert_row_near(row, d.width, cases[i].width, 2);
        assert_row_near(row, d.height, cases[i].height, 2);
        if (cases[i].rotation == 0)
            assert_row_int(row, d.frames[0].number, frame);
        assert_done(picture_read(&f, path, &err)); /* planar G, B, R, A */
        /* The bar's row of 24 cells: 0 white, 1 black, 22 black, 23 white. Along which side? */
        static const double ends[] = {0.5 / 24, 1.5 / 24, 22.5 / 24, 23.5 / 24};
        for (int k = 0; k < 4; k++) {
            const double along = ends[k], across = 23.0 / 24;
            const double x[] = {along, 1 - across, 1 - along, across};
            const double y[] = {across, along, 1 - across, 1 - along};
            const int side = cases[i].rotation / 90;
            const double light = at(f, x[side], y[side]);
            if ((light > 0.75) != (k == 0 || k == 3))
                fail_msg("%s: cell %d is %.2f bright", row, k, light);
        }
    }
}

/* Turned clockwise by 90 degrees, what was below is left. */
static void test_range(void **state)
{
    (void)state;
    AUTO_FREE char *recording = folder_path("long.mp4"), *path = folder_path("long.jpg");
    media_make(&(struct media_spec){.path = recording,
                                    .video = {.encoder = "libx264",
                                              .options = "preset=ultrafast",
                                              .width = 192,
                                              .height = 108,
                                              .fps = {5, 1},
                                              .gop = 10,
                                              .nb_frames = 600}});
    static const int64_t ranges[][2] = {{0, 600}, {100, 110}, {599, 600}, {130, 400}};
    for (size_t i = 0; i < NB(ranges); i++) {
        const int64_t frame = make(recording, path, ranges[i][0], ranges[i][1]);
        AUTO_DECODED d;
        media_decode(&d, path);
        assert_true(frame >= ranges[i][0] && frame < ranges[i][1]);
        assert_int_equal(d.frames[0].number, frame);
        AUTO_FREE char *again = folder_path("again.jpg");
        struct err err = {0};
        AUTO_FREE char *one = NULL, *two = NULL;
        size_t nb[2];
        assert_int_equal(make(recording, again, ranges[i][0], ranges[i][1]), frame);
        assert_done(fs_read(&one, &nb[0], path, 1 << 24, &err));
        assert_done(fs_read(&two, &nb[1], again, 1 << 24, &err));
        assert_int_equal(nb[0], nb[1]);
        assert_memory_equal(one, two, nb[0]);
    }
}

int main(void)
{
    av_log_quiet();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_upright),
        cmocka_unit_test(test_range),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
