/* The contact sheet: each poster in its place, with its label, whatever the label says. */
#include "contact_sheet.h"
#include "support.h"

#include <fontconfig/fontconfig.h>
#include <stdlib.h>
#include <string.h>

#include "av.h"
#include "fs.h"
#include "jpeg.h"
#include "mem.h"
#include "picture.h"
#include "str.h"

/* A poster of one brightness, 0 to 255. */
static char *poster(int light, int width, int height)
{
    struct err err = {0};
    AUTO_FRAME *f = av_frame_alloc();
    char *path = folder_path("poster-%d-%d.jpg", light, width);
    f->width = width;
    f->height = height;
    f->format = AV_PIX_FMT_YUV420P;
    f->color_range = AVCOL_RANGE_JPEG;
    assert_int_equal(av_frame_get_buffer(f, 0), 0);
    for (int plane = 0; plane < 3; plane++)
        memset(f->data[plane], plane ? 128 : light,
               (size_t)f->linesize[plane] * (size_t)(height >> (plane > 0)));
    assert_done(jpeg_write(path, f, "the poster", &err));
    return path;
}

static AVFrame *make(const struct contact_cell *cells, size_t nb)
{
    struct err err = {0};
    AUTO_STR jpeg = {0};
    AUTO_FREE char *path = folder_path("sheet.jpg");
    AVFrame *sheet = NULL;
    int width, height;
    assert_done(contact_sheet_make(&jpeg, cells, nb, &err));
    contact_sheet_size(&width, &height, nb);
    assert_done(jpeg_check_bytes(jpeg.s, jpeg.len, width, height, "the sheet", &err));
    assert_done(fs_write(path, jpeg.s, jpeg.len, &err));
    assert_done(picture_read(&sheet, path, &err));
    return sheet;
}

static int light_at(const AVFrame *sheet, int x, int y)
{
    return sheet->data[0][(ptrdiff_t)y * sheet->linesize[0] + x];
}

/* The mean brightness of a rectangle. */
static int mean(const AVFrame *sheet, int x, int y, int width, int height)
{
    int64_t sum = 0;
    for (int row = 0; row < height; row++)
        for (int col = 0; col < width; col++)
            sum += light_at(sheet, x + col, y + row);
    return (int)(sum / (width * height));
}

static void test_places(void **state)
{
    (void)state;
    AUTO_FREE char *light = poster(200, 1280, 720), *dark = poster(90, 160, 90),
                   *upright = poster(160, 90, 160);
    const struct contact_cell cells[] = {
        {light, "1  First"}, {dark, "2  Second"}, {upright, "3  Third"}, {light, ""}};
    AUTO_FRAME *sheet = make(cells, NB(cells));
    /* Three in a row, 240 wide, with gaps of 8. */
    assert_int_equal(sheet->width, 8 + 3 * 248);
    assert_within(mean(sheet, 60, 40, 100, 40), 195, 205);
    assert_within(mean(sheet, 60 + 248, 40, 100, 40), 85, 95);
    assert_within(mean(sheet, 60 + 2 * 248 + 55, 40, 20, 40), 155, 165);
    assert_within(mean(sheet, 20 + 2 * 248, 40, 40, 40), 20, 36); /* at the side of the upright */
    /* Labels are below, at the left; there is none below the last. */
    assert_true(mean(sheet, 8, 8 + 134, 60, 20) > 33);
    assert_within(mean(sheet, 8, 8 + 134 + 180 + 2, 60, 20), 20, 36);
    assert_within(mean(sheet, 140, 8 + 134 + 24, 100, 14), 20, 36);
}

static void test_labels(void **state)
{
    (void)state;
    AUTO_FREE char *light = poster(200, 1280, 720);
    char long_text[1001];
    memset(long_text, 'm', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    const char *const labels[] = {
        "1  {\\an9\\fs500}Big",
        "2  \\N\\N\\h{\\pos(0,0)}",
        long_text,
        "4  \xe2\x80\xae evil",
        "5  مرحبا 你好 ด้วย 🦩",
        "6\nDialogue: 0,0:00:00.00,0:00:01.00,Label,,0,0,0,,x",
        "7  \xf4\x8f\xbf\xbf",
        "8  a b c d e f g h i j k l m n o p q r s t u v w x y z a b c d e f g h"};
    struct contact_cell cells[NB(labels)];
    for (size_t i = 0; i < NB(labels); i++)
        cells[i] = (struct contact_cell){light, labels[i]};
    AUTO_FRAME *sheet = make(cells, NB(cells));
    /* Nothing is drawn into the posters or the gaps beside the labels. */
    const int columns = (sheet->width - 8) / 248, rows = (sheet->height - 8) / 180;
    for (int i = 0; i < columns * rows && i < (int)NB(cells); i++) {
        const int x = 8 + i % columns * 248, y = 8 + i / columns * 180;
        assert_within(mean(sheet, x + 4, y + 4, 232, 124), 195, 205);
        assert_within(mean(sheet, x + 242, y + 140, 4, 30), 20, 40);
    }
}

static void test_sizes(void **state)
{
    (void)state;
    static const size_t nbs[] = {1, 2, 28, 200, 201, 2000, CONTACT_SHEET_MOST};
    for (size_t i = 0; i < NB(nbs); i++) {
        int width, height;
        contact_sheet_size(&width, &height, nbs[i]);
        assert_true(width > 0 && height > 0);
        assert_true(width <= 65500 && height <= 65500);
        assert_true(width % 2 == 0 && height % 2 == 0);
    }
}

static int remove_folder(void **state)
{
    FcFini(); /* what it keeps for the process would be a leak to the sanitizer */
    return folder_remove(state);
}

int main(void)
{
    av_log_quiet();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_labels),
        cmocka_unit_test(test_sizes),
    };
    return cmocka_run_group_tests(tests, folder_make, remove_folder);
}
