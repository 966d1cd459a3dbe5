/* Storyboards: which pictures are where, in their own shape, and which changes are found. */
#include "storyboard.h"
#include "support.h"

#include <jansson.h>
#include <stdlib.h>

#include "av.h"
#include "json.h"
#include "media_maker.h"
#include "mem.h"
#include "picture.h"
#include "storyboard_grid.h"

static void test_grid(void **state)
{
    (void)state;
    static const struct {
        int64_t duration_ms, interval_ms, nb, sheets;
        int on_last, width, height;
    } cases[] = {
        {1, 5000, 1, 1, 1, 160, 90},
        {5000, 5000, 1, 1, 1, 160, 90},
        {5001, 5000, 2, 1, 2, 320, 90},
        {300000, 5000, 60, 1, 60, 1600, 540},
        {300001, 10000, 31, 1, 31, 1600, 360},
        {1000000, 10000, 100, 1, 100, 1600, 900},
        {1000001, 10000, 101, 2, 1, 160, 90},
        {720LL * 3600 * 1000, 10000, 259200, 2592, 100, 1600, 900},
    };
    for (size_t i = 0; i < NB(cases); i++) {
        const int64_t ms = cases[i].duration_ms, sheets = storyboard_nb_sheets(ms);
        AUTO_FREE char *row = mem_printf("%lld ms", (long long)ms);
        int width, height;
        assert_row_int(row, storyboard_interval_ms(ms), cases[i].interval_ms);
        assert_row_int(row, storyboard_nb_pictures(ms), cases[i].nb);
        assert_row_int(row, sheets, cases[i].sheets);
        assert_row_int(row, storyboard_nb_on_sheet(ms, sheets - 1), cases[i].on_last);
        storyboard_sheet_size(&width, &height, cases[i].on_last);
        assert_row_int(row, width, cases[i].width);
        assert_row_int(row, height, cases[i].height);
    }
}

/* Of planar G, B, R: green, which is the luma of what is grey. */
static const uint8_t *green_at(const AVFrame *sheet, int i)
{
    return sheet->data[0] +
           (ptrdiff_t)(i / STORYBOARD_COLUMNS * STORYBOARD_HEIGHT) * sheet->linesize[0] +
           i % STORYBOARD_COLUMNS * STORYBOARD_WIDTH;
}

static AVFrame *make(const char *file, int64_t duration_ms, int64_t sheet)
{
    struct err err = {0};
    AUTO_FREE char *path = folder_path("sheet.jpg");
    AUTO_JSON *changes = NULL;
    const struct storyboard_spec spec = {.file = file, .duration_ms = duration_ms, .sheet = sheet};
    assert_done(storyboard_make(&changes, path, &spec, &err));
    assert_done(storyboard_check(path, duration_ms, sheet, &err));
    AVFrame *decoded = NULL;
    assert_done(picture_read(&decoded, path, &err));
    return decoded;
}

/* The number that picture i should carry: of the key picture nearest to the interval's middle, else
 * of the frame in the middle. Not of frame 0, which is a black card. */
static int64_t expected(int64_t from, int64_t to, int gop)
{
    const int64_t middle = (from + to) / 2;
    int64_t best = -1;
    for (int64_t key = 0; key < to; key += gop)
        if (key && key >= from && (best < 0 || llabs(key - middle) < llabs(best - middle)))
            best = key;
    return best < 0 ? middle : best;
}

/* Each picture is of its interval, whatever key frames there are, up to the last one. */
static void test_pictures(void **state)
{
    (void)state;
    static const struct {
        const char *suffix, *encoder, *options;
        int fps, seconds, gop; /* 0 s: a frame more than 5 s */
    } cases[] = {
        {"mp4", "libx264", "preset=ultrafast:bf=3:sc_threshold=0", 10, 37, 80},
        {"mp4", "libx264", "preset=ultrafast:bf=0:sc_threshold=0", 10, 1, 80},
        {"mp4", "libx264", "preset=ultrafast:bf=3:sc_threshold=0", 5, 0, 80},
        {"mp4", "libx264", "preset=ultrafast:sc_threshold=0", 10, 6, 1000},
        {"webm", "libvpx-vp9", "deadline=realtime:cpu-used=8", 10, 37, 80},
        {"webm", "libsvtav1", "preset=12", 10, 37, 80},
        {"mp4", "libx264", "preset=ultrafast:sc_threshold=0", 1, 1234, 10},
    };
    for (size_t n = 0; n < NB(cases); n++) {
        const int fps = cases[n].fps;
        const int64_t nb_frames = cases[n].seconds ? (int64_t)fps * cases[n].seconds : 26;
        const int64_t duration_ms = 1000 * nb_frames / fps;
        const int64_t interval_s = storyboard_interval_ms(duration_ms) / 1000;
        AUTO_FREE char *file = folder_path("%zu.%s", n, cases[n].suffix);
        media_make(&(struct media_spec){.path = file,
                                        .video = {.encoder = cases[n].encoder,
                                                  .options = cases[n].options,
                                                  .width = 320,
                                                  .height = 180,
                                                  .fps = {fps, 1},
                                                  .gop = cases[n].gop,
                                                  .nb_frames = nb_frames}});
        for (int64_t i = 0; i < storyboard_nb_pictures(duration_ms); i++) {
            const int place = (int)(i % STORYBOARD_PER_SHEET);
            static AVFrame *sheet;
            if (place == 0) {
                av_frame_free(&sheet);
                sheet = make(file, duration_ms, i / STORYBOARD_PER_SHEET);
            }
            const int64_t from = i * interval_s * fps, to = (i + 1) * interval_s * fps;
            const int64_t want = expected(from, to < nb_frames ? to : nb_frames, cases[n].gop);
            const int64_t got = media_read_number(green_at(sheet, place), sheet->linesize[0],
                                                  STORYBOARD_WIDTH, STORYBOARD_HEIGHT);
            if (llabs(got - want) > (want % cases[n].gop ? 1 : 0))
                fail_msg("case %zu, picture %lld: frame %lld, not %lld", n, (long long)i,
                         (long long)got, (long long)want);
            if (i + 1 == storyboard_nb_pictures(duration_ms))
                av_frame_free(&sheet);
        }
    }
}

/* A file may state some milliseconds more than its pictures have. If an interval begins there, the
 * last picture is still shown; also where it has a sheet of its own. */
static void test_end(void **state)
{
    (void)state;
    static const struct {
        int fps, nb_frames;
    } cases[] = {{10, 100}, {1, 10 * STORYBOARD_PER_SHEET}};
    for (size_t n = 0; n < NB(cases); n++) {
        AUTO_FREE char *file = folder_path("end-%zu.mp4", n);
        media_make(&(struct media_spec){.path = file,
                                        .video = {.encoder = "libx264",
                                                  .options = "preset=ultrafast:bf=3:sc_threshold=0",
                                                  .width = 320,
                                                  .height = 180,
                                                  .fps = {cases[n].fps, 1},
                                                  .gop = 80,
                                                  .nb_frames = cases[n].nb_frames}});
        const int64_t duration_ms = 1000 * cases[n].nb_frames / cases[n].fps + 2;
        const int64_t last = storyboard_nb_pictures(duration_ms) - 1;
        AUTO_FRAME *sheet = make(file, duration_ms, last / STORYBOARD_PER_SHEET);
        assert_int_equal(media_read_number(green_at(sheet, (int)(last % STORYBOARD_PER_SHEET)),
                                           sheet->linesize[0], STORYBOARD_WIDTH, STORYBOARD_HEIGHT),
                         cases[n].nb_frames - 1);
    }
}

/* Pictures of another shape stand in black. */
static void test_shapes(void **state)
{
    (void)state;
    static const struct {
        int width, height, sar, inner_width, inner_height;
    } cases[] = {{180, 320, 1, 50, 90},
                 {240, 180, 1, 120, 90},
                 {640, 160, 1, 160, 40},
                 {160, 180, 2, 160, 90}};
    for (size_t i = 0; i < NB(cases); i++) {
        AUTO_FREE char *file = folder_path("shape-%zu.mp4", i);
        AUTO_FREE char *row = mem_printf("%dx%d", cases[i].width, cases[i].height);
        media_make(&(struct media_spec){.path = file,
                                        .video = {.encoder = "libx264",
                                                  .options = "preset=ultrafast",
                                                  .width = cases[i].width,
                                                  .height = cases[i].height,
                                                  .sar = {cases[i].sar, 1},
                                                  .nb_frames = 25}});
        AUTO_FRAME *sheet = make(file, 1000, 0);
        assert_row_int(row, sheet->width, STORYBOARD_WIDTH);
        assert_row_int(row, sheet->height, STORYBOARD_HEIGHT);
        int first = STORYBOARD_WIDTH, last = 0, top = STORYBOARD_HEIGHT, bottom = 0;
        for (int y = 0; y < STORYBOARD_HEIGHT; y++)
            for (int x = 0; x < STORYBOARD_WIDTH; x++)
                if (sheet->data[0][(ptrdiff_t)y * sheet->linesize[0] + x] > 60) {
                    first = x < first ? x : first;
                    last = x > last ? x : last;
                    top = y < top ? y : top;
                    bottom = y > bottom ? y : bottom;
                }
        assert_row_near(row, last - first + 1, cases[i].inner_width, 4);
        assert_row_near(row, bottom - top + 1, cases[i].inner_height, 4);
        assert_row_near(row, first + last, STORYBOARD_WIDTH - 1, 4);
        assert_row_near(row, top + bottom, STORYBOARD_HEIGHT - 1, 4);
    }
}

/* Black is black and white is white, also where a picture is as small as those of a sheet. */
static void test_range(void **state)
{
    (void)state;
    for (int scale = 1; scale <= 2; scale++) {
        AUTO_FREE char *file = folder_path("range-%d.mp4", scale);
        media_make(&(struct media_spec){.path = file,
                                        .video = {.encoder = "libx264",
                                                  .options = "preset=ultrafast:qp=10",
                                                  .width = 160 * scale,
                                                  .height = 90 * scale,
                                                  .nb_frames = 25}});
        AUTO_FRAME *sheet = make(file, 1000, 0);
        int least = 255, most = 0;
        for (int y = 0; y < STORYBOARD_HEIGHT; y++)
            for (int x = 0; x < STORYBOARD_WIDTH; x++) {
                const int light = green_at(sheet, 0)[(ptrdiff_t)y * sheet->linesize[0] + x];
                least = light < least ? light : least;
                most = light > most ? light : most;
            }
        assert_within(least, 0, 6);
        assert_within(most, 249, 255);
    }
}

static void test_refused(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_FREE char *file = folder_path("short.mp4"), *path = folder_path("sheet.jpg");
    json_t *none = NULL;
    media_make(&(struct media_spec){
        .path = file,
        .video = {.encoder = "libx264", .options = "preset=ultrafast", .nb_frames = 100}});
    const struct storyboard_spec spec = {.file = file, .duration_ms = 40000};
    assert_fails(storyboard_make(&none, path, &spec, &err), ERR_EXTERNAL, "has no picture from");
    assert_null(none);
    AUTO_FRAME *sheet = make(file, 4000, 0);
    err = (struct err){0};
    assert_fails(storyboard_check(path, 6000, 0, &err), ERR_EXTERNAL,
                 "the storyboard is 160x90, not 320x90");
}

int main(void)
{
    av_log_quiet();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grid),    cmocka_unit_test(test_pictures),
        cmocka_unit_test(test_shapes),  cmocka_unit_test(test_range),
        cmocka_unit_test(test_refused), cmocka_unit_test(test_end),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
