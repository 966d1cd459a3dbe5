/* What is around the text of cards: fades, logo, background, and the template that places them. */
#include "support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "card.h"
#include "card_maker.h"
#include "fs.h"
#include "hash.h"
#include "mem.h"
#include "picture.h"
#include "str.h"

#define HEAD                                                                                   \
    "[Script Info]\nScriptType: v4.00+\nPlayResY: 720\n[V4+ Styles]\nFormat: Name, Fontname, " \
    "Fontsize, Alignment, MarginL, MarginR, MarginV, Encoding\n"
#define STYLE  "Style: T,Noto Sans,60,5,40,40,20,-1\n"
#define EVENTS "[Events]\nFormat: Layer, Start, End, Style, Text\n"
#define LINE   "Dialogue: 0,0:00:00.00,0:00:10.00,T,"

static void write_text(const char *path, const char *text)
{
    struct err err = {0};
    assert_int_equal(fs_write_atomic(path, text, strlen(text), &err), 0);
}

static void write_png(const char *path, const AVFrame *frame)
{
    struct err err = {0};
    AUTO_STR png = {0};
    assert_int_equal(picture_png(&png, frame, &err), 0);
    assert_int_equal(fs_write_atomic(path, png.s, png.len, &err), 0);
}

static void write_picture(const char *path, int width, int height, const uint8_t rgba[4])
{
    AUTO_FRAME *frame = picture_alloc(AV_PIX_FMT_RGBA, width, height);
    assert_non_null(frame);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            memcpy(frame->data[0] + (ptrdiff_t)y * frame->linesize[0] + (ptrdiff_t)4 * x, rgba, 4);
    write_png(path, frame);
}

/* How much shows of a card of 4 s at a time. */
static int light_at(int64_t fade_in_ms, int64_t fade_out_ms, int64_t t_ms)
{
    const struct card_text text = full_text("Xen");
    struct card_params params = params_of(320, 180);
    params.fade_in_ms = fade_in_ms;
    params.fade_out_ms = fade_out_ms;
    struct card *card = create(&text, &params);
    const int light = card_light(card, t_ms);
    card_destroy(card);
    return light;
}

static void test_fades(void **state)
{
    (void)state;
    assert_int_equal(light_at(500, 500, 0), 0);
    assert_int_equal(light_at(500, 500, 4000), 0);
    assert_int_equal(light_at(500, 500, 200), 102);
    assert_int_equal(light_at(500, 500, 3800), 102);
    assert_int_equal(light_at(500, 500, 500), 255);
    assert_int_equal(light_at(500, 500, 2000), 255);
    assert_int_equal(light_at(0, 0, 0), 255);
    assert_int_equal(light_at(500, 0, 0), 0);
    assert_int_equal(light_at(500, 0, 4000), 255);     /* it stays when it has come */
    assert_int_equal(light_at(9000, 9000, 2000), 255); /* longer than the card */
}

static void test_faded_picture(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_FRAME *yuv = picture_alloc(AV_PIX_FMT_YUV420P, 6, 4), *dark = NULL, *half = NULL,
               *whole = NULL;
    for (int p = 0; p < 3; p++)
        memset(yuv->data[p],
               p == 0   ? 235
               : p == 1 ? 228
                        : 28,
               (size_t)yuv->linesize[p] * (p ? 2 : 4));
    yuv->pts = 7;
    assert_int_equal(picture_fade(&dark, yuv, 0, &err), 0);
    assert_int_equal(picture_fade(&half, yuv, 51, &err), 0);
    assert_int_equal(picture_fade(&whole, yuv, 255, &err), 0);
    const uint8_t expected[3][3] = {{16, 60, 235}, {128, 148, 228}, {128, 108, 28}};
    for (int p = 0; p < 3; p++) {
        const int y = p ? 1 : 3, x = p ? 2 : 5, at = y * yuv->linesize[p] + x; /* the last one */
        assert_int_equal(dark->data[p][at], expected[p][0]);
        assert_int_equal(half->data[p][at], expected[p][1]);
        assert_int_equal(whole->data[p][at], expected[p][2]);
    }
    assert_int_equal(half->pts, 7);
}

static void test_logo_and_background(void **state)
{
    (void)state;
    static const uint8_t red[4] = {255, 0, 0, 255}, grey[4] = {60, 60, 60, 255};
    static const uint8_t half[4] = {255, 0, 0, 128};
    AUTO_FREE char *logo = in_dir("100%d logo.png"), *back = in_dir("back.png");
    write_picture(logo, 240, 72, red);
    write_picture(back, 300, 900, grey);
    const struct card_text text = full_text("Xen");
    struct card_params params = params_of(1280, 720);
    params.logo_path = logo;
    AUTO_FRAME *with_logo = draw(&text, &params);
    assert_memory_equal(pixel(with_logo, 1190, 60), red, 3);
    assert_memory_equal(pixel(with_logo, 1210, 60), background, 3);
    assert_memory_equal(pixel(with_logo, 1190, 140), background, 3);

    write_picture(logo, 480, 144, half);
    AUTO_FRAME *mixed = draw(&text, &params);
    assert_within(pixel(mixed, 1100, 90)[0], 135, 138);
    assert_within(pixel(mixed, 1100, 90)[1], 11, 13);
    write_picture(logo, 240, 72, red);

    params.background_path = back;
    AUTO_FRAME *with_both = draw(&text, &params);
    assert_memory_equal(pixel(with_both, 1190, 60), red, 3);
    static const int corners[][2] = {{0, 0}, {1279, 0}, {0, 719}, {1279, 719}};
    for (int i = 0; i < 4; i++) /* 60 % of the background's colour over grey */
        assert_within(pixel(with_both, corners[i][0], corners[i][1])[0], 34, 36);

    static const int sizes[][2] = {{640, 480}, {720, 1280}};
    for (int i = 0; i < 2; i++) {
        struct card_params other = params_of(sizes[i][0], sizes[i][1]);
        other.logo_path = logo;
        const struct card_text wide = full_text(long_title);
        const struct extent e = measure_and_free(draw(&wide, &other));
        assert_true(other.width - e.right >= FFMIN(other.width, other.height) / 20);
    }
}

static double luminance(const uint8_t *rgb)
{
    static const double weights[] = {0.2126, 0.7152, 0.0722};
    double sum = 0;
    for (int i = 0; i < 3; i++) {
        const double v = rgb[i] / 255.0;
        sum += weights[i] * (v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4));
    }
    return sum;
}

/* Over a bright picture the veil is as strong as the faintest text, the footer, needs: 4.5 : 1. */
static void test_contrast(void **state)
{
    (void)state;
    static const uint8_t footer[] = {0x8e, 0x9b, 0xa8};
    static const struct {
        uint8_t colour[4];
        bool stronger; /* than the template's 60 % */
    } cases[] = {{{255, 255, 255, 255}, true},
                 {{255, 220, 90, 255}, true},
                 {{160, 160, 160, 255}, true},
                 {{60, 60, 60, 255}, false},
                 {{0, 0, 0, 255}, false}};
    AUTO_FREE char *back = in_dir("bright.png");
    struct card_params params = params_of(640, 360);
    params.background_path = back;
    const struct card_text text = full_text("Xen");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        write_picture(back, 640, 360, cases[i].colour);
        AUTO_FRAME *rgb = draw(&text, &params);
        const uint8_t *below = pixel(rgb, 630, 180);
        const double ratio = (luminance(footer) + 0.05) / (luminance(below) + 0.05);
        assert_true(ratio >= 4.5);
        assert_true(cases[i].stronger == (ratio < 4.8));
    }
    /* Nor does the picture vanish where there is little to read over it. */
    const struct card_text only = {.title = "Xen"};
    write_picture(back, 640, 360, cases[0].colour);
    AUTO_FRAME *rgb = draw(&only, &params);
    assert_true(pixel(rgb, 630, 180)[0] > 90);
}

/* Squares of black and white, beginning with white. */
static void write_squares(const char *path, int width, int height, int side)
{
    AUTO_FRAME *frame = picture_alloc(AV_PIX_FMT_RGB24, width, height);
    assert_non_null(frame);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            memset(frame->data[0] + (ptrdiff_t)y * frame->linesize[0] + (ptrdiff_t)3 * x,
                   (x / side + y / side) % 2 ? 0 : 255, 3);
    write_png(path, frame);
}

/* Contrast of a colour with the pixel of a card as a PNG, read back. */
static double contrast_in_png(const struct card_text *text, const struct card_params *params,
                              const uint8_t ink[3], int x, int y)
{
    struct err err = {0};
    AUTO_FREE char *path = in_dir("contrast.png");
    AUTO_FRAME *png = NULL, *rgb = picture_alloc(AV_PIX_FMT_RGB24, params->width, params->height);
    struct card *card = create(text, params);
    write_png(path, card_picture(card));
    card_destroy(card);
    assert_int_equal(picture_read(&png, path, &err), 0);
    picture_over(rgb, png, 0, 0);
    const double a = luminance(ink), b = luminance(pixel(rgb, x, y));
    return (fmax(a, b) + 0.05) / (fmin(a, b) + 0.05);
}

/* The bright parts of a picture count, where text is over them, and only there; and black text
 * wants a bright veil. */
static void test_contrast_of_parts(void **state)
{
    (void)state;
    static const uint8_t footer[] = {0x8e, 0x9b, 0xa8}, black[] = {0, 0, 0};
    AUTO_FREE char *back = in_dir("squares.png"), *dark = in_dir("dark.ass");
    struct card_params params = params_of(640, 360);
    const struct card_text text = full_text("Xen");
    params.background_path = back;
    static const int sides[] = {6, 20, 90, 320};
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) {
        write_squares(back, 640, 360, sides[i]);
        const int white = sides[i] / 2;
        assert_true(contrast_in_png(&text, &params, footer, white, white) >= 4.5);
    }
    /* Black text at the left edge, over white, and at the right edge, over black. */
    write_squares(back, 640, 360, 320);
    const struct card_text title = {.title = "Xen"};
    params.template_path = dark;
    for (int alignment = 4; alignment <= 6; alignment += 2) {
        AUTO_FREE char *script = mem_printf(
            "[Script Info]\nScriptType: v4.00+\nPlayResY: 720\n"
            ";talkpress background: #ffffff\n;talkpress veil: 10\n[V4+ Styles]\n"
            "Format: Name, Fontname, Fontsize, PrimaryColour, BorderStyle, Outline, Shadow, "
            "Alignment, MarginL, MarginR, MarginV, Encoding\n"
            "Style: T,Noto Sans,40,&H00000000,1,0,0,%d,10,10,20,-1\n" EVENTS LINE "@TITLE@\n",
            alignment);
        write_text(dark, script);
        const double over_black = contrast_in_png(&title, &params, black, 400, 10);
        assert_true(alignment == 6 ? over_black >= 4.5 && over_black < 5 : over_black < 2);
    }
}

static void test_broken_pictures(void **state)
{
    (void)state;
    const struct card_text text = full_text("Xen");
    struct card_params params = params_of(320, 180);
    AUTO_FREE char *noise = in_dir("noise.png"), *cut = in_dir("cut.png");
    AUTO_FREE char *none = in_dir("none.png");
    write_text(noise, "this is no picture at all, but some text that is long enough to probe");
    params.logo_path = noise;
    expect_refused(&text, &params, ERR_INVALID, "card logo: ", "noise.png", NULL);
    params.logo_path = none;
    expect_refused(&text, &params, ERR_NOT_FOUND, "card logo: ", "none.png", NULL);
    params.logo_path = NULL;
    write_text(cut, "\x89PNG\r\n\x1a\n");
    params.background_path = cut;
    expect_refused(&text, &params, ERR_INVALID, "card background: ", "cut.png", NULL);
}

static void test_png(void **state)
{
    (void)state;
    struct err err = {0};
    struct card *card = NULL;
    const struct card_text text = full_text("Xen");
    const struct card_params params = params_of(320, 180);
    AUTO_FREE char *path = in_dir("card.png");
    assert_int_equal(card_create(&card, &text, &params, &err), 0);
    write_png(path, card_picture(card));
    card_destroy(card);
    AUTO_FRAME *read = NULL, *drawn = draw(&text, &params);
    assert_int_equal(picture_read(&read, path, &err), 0);
    AUTO_FRAME *copy = picture_alloc(AV_PIX_FMT_RGB24, 320, 180);
    picture_over(copy, read, 0, 0);
    assert_true(same(copy, drawn));
}

static void test_look_hash(void **state)
{
    (void)state;
    struct err err = {0};
    char plain[HASH_BYTES], again[HASH_BYTES], logo[HASH_BYTES], back[HASH_BYTES];
    static const uint8_t red[4] = {255, 0, 0, 255};
    AUTO_FREE char *path = in_dir("look.png");
    write_picture(path, 20, 20, red);
    struct card_params params = params_of(320, 180);
    assert_int_equal(card_look_hash(plain, &params, &err), 0);
    params.width = 640;
    assert_int_equal(card_look_hash(again, &params, &err), 0);
    assert_string_equal(plain, again);
    params.logo_path = path;
    assert_int_equal(card_look_hash(logo, &params, &err), 0);
    params.logo_path = NULL;
    params.background_path = path;
    assert_int_equal(card_look_hash(back, &params, &err), 0);
    assert_string_not_equal(plain, logo);
    assert_string_not_equal(logo, back);
    params.background_path = "/no/such.png";
    assert_int_equal(card_look_hash(back, &params, &err), ERR_NOT_FOUND);
}

static void test_template_errors(void **state)
{
    (void)state;
    static const struct {
        const char *script, *first, *second;
    } bad[] = {
        {"", "'Style:'", "bad.ass"},
        {HEAD EVENTS, "'Style:'", "bad.ass"},
        {HEAD STYLE EVENTS LINE "hello\n", "@TITLE@", "bad.ass"},
        {HEAD STYLE EVENTS LINE "@TITLE@ @SPEAKER@\n", "@SPEAKER@", "line 9"},
        {HEAD STYLE EVENTS LINE "{\\pos(1,2)}@TITLE@\n", "\\pos", "line 9"},
        {HEAD STYLE EVENTS "Dialogue: 0,0:00:00.00,0:00:10.00,U,@TITLE@\n", "U", "line 9"},
        {HEAD STYLE ";talkpress smallest: 90\n" EVENTS, "'smallest' is '90'", "line 7"},
        {HEAD ";talkpress lines: 3\n" STYLE, "after the 'Style:'", "line 6"},
        {";talkpress background: blue\n" HEAD, "'blue'", "line 1"},
        {";talkpress veil: 101\n", "'101'", "line 1"},
        {";talkpress logo: 3\n", "'3'", "line 1"},
        {";talkpress colour: 3\n", "'colour'", "line 1"},
        {";talkpress veil\n", "':'", "line 1"},
        {HEAD "\xff\n", "UTF-8", "line 6"},
        {STYLE, "outside", "line 1"},
    };
    AUTO_FREE char *path = in_dir("bad.ass");
    const struct card_text text = full_text("Xen");
    struct card_params params = params_of(320, 180);
    params.template_path = path;
    expect_refused(&text, &params, ERR_NOT_FOUND, "card template", "bad.ass", NULL);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        write_text(path, bad[i].script);
        expect_refused(&text, &params, ERR_INVALID, "bad.ass", bad[i].first, bad[i].second, NULL);
    }
    write_text(path, "\xef\xbb\xbf" HEAD STYLE EVENTS LINE "@TITLE@\r\n");
    AUTO_FRAME *rgb = draw(&text, &params);
    assert_true(row_has_ink(rgb, 90));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fades),
        cmocka_unit_test(test_faded_picture),
        cmocka_unit_test(test_logo_and_background),
        cmocka_unit_test(test_contrast),
        cmocka_unit_test(test_contrast_of_parts),
        cmocka_unit_test(test_broken_pictures),
        cmocka_unit_test(test_png),
        cmocka_unit_test(test_look_hash),
        cmocka_unit_test(test_template_errors),
    };
    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
