/* Cards measured on their pixels: what is drawn, where, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <fontconfig/fontconfig.h>
#include <math.h>

#include "av.h"
#include "card.h"
#include "fs.h"
#include "hash.h"
#include "mem.h"
#include "picture.h"
#include "str.h"

#define TEMPLATE SOURCE_DIR "/pipeline/cards/title.ass"

#define HEAD                                                                                   \
    "[Script Info]\nScriptType: v4.00+\nPlayResY: 720\n[V4+ Styles]\nFormat: Name, Fontname, " \
    "Fontsize, Alignment, MarginL, MarginR, MarginV, Encoding\n"
#define STYLE  "Style: T,Noto Sans,60,5,40,40,20,-1\n"
#define EVENTS "[Events]\nFormat: Layer, Start, End, Style, Text\n"
#define LINE   "Dialogue: 0,0:00:00.00,0:00:10.00,T,"

static const uint8_t background[3] = {0x12, 0x18, 0x1f};
static const char long_title[] = "SleepServer: A Software-Only Approach for Reducing the Energy "
                                 "Consumption of PCs within Enterprise Environments";
static char dir[] = "/tmp/test_card.XXXXXX";

static struct card_params params_of(int width, int height)
{
    return (struct card_params){.template_path = TEMPLATE,
                                .width = width,
                                .height = height,
                                .duration_ms = 4000,
                                .fade_in_ms = 500,
                                .fade_out_ms = 500};
}

static struct card_text full_text(const char *title)
{
    return (struct card_text){.event = "Xen Summit North America 2010",
                              .section = "Energy Savings",
                              .title = title,
                              .speakers = "Yuvraj Agarwal",
                              .part = "Part 1 of 2",
                              .date = "28 April 2010",
                              .place = "Sunnyvale"};
}

static struct card *create(const struct card_text *text, const struct card_params *params)
{
    struct err err = {0};
    struct card *card = NULL;
    if (card_create(&card, text, params, &err) < 0)
        fail_msg("%s", err.msg);
    return card;
}

static AVFrame *draw(const struct card_text *text, const struct card_params *params)
{
    struct card *card = create(text, params);
    AVFrame *rgb = av_frame_clone(card_picture(card));
    assert_non_null(rgb);
    assert_int_equal(rgb->format, AV_PIX_FMT_RGB24);
    assert_int_equal(rgb->width, params->width);
    assert_int_equal(rgb->height, params->height);
    card_destroy(card); /* the frame holds the picture */
    return rgb;
}

static AVFrame *draw_title(const char *title)
{
    const struct card_text text = {.title = title};
    const struct card_params params = params_of(1280, 720);
    return draw(&text, &params);
}

/* Expects a refusal whose message has all of the words, which end with NULL. */
static void expect_refused(const struct card_text *text, const struct card_params *params,
                           enum err_code code, ...)
{
    struct err err = {0};
    struct card *card = NULL;
    assert_int_equal(card_create(&card, text, params, &err), code);
    assert_null(card);
    va_list words;
    va_start(words, code);
    for (const char *word; (word = va_arg(words, const char *));)
        if (!strstr(err.msg, word))
            fail_msg("'%s' is not in '%s'", word, err.msg);
    va_end(words);
}

static const uint8_t *pixel(const AVFrame *rgb, int x, int y)
{
    return rgb->data[0] + (ptrdiff_t)y * rgb->linesize[0] + (ptrdiff_t)3 * x;
}

static bool row_has_ink(const AVFrame *rgb, int y)
{
    for (int x = 0; x < rgb->width; x++)
        if (memcmp(pixel(rgb, x, y), background, 3) != 0)
            return true;
    return false;
}

struct extent {
    int left, top, right, bottom, nb_bands,
        nb_pixels; /* bands: rows with ink, parted by rows without */
};

static struct extent measure(const AVFrame *rgb)
{
    struct extent e = {rgb->width, rgb->height, 0, 0, 0, 0};
    for (int y = 0; y < rgb->height; y++) {
        if (row_has_ink(rgb, y) && (y == 0 || !row_has_ink(rgb, y - 1)))
            e.nb_bands++;
        for (int x = 0; x < rgb->width; x++) {
            if (memcmp(pixel(rgb, x, y), background, 3) == 0)
                continue;
            e.nb_pixels++;
            e.left = FFMIN(e.left, x);
            e.right = FFMAX(e.right, x + 1);
            e.top = FFMIN(e.top, y);
            e.bottom = FFMAX(e.bottom, y + 1);
        }
    }
    return e;
}

static struct extent measure_and_free(AVFrame *rgb)
{
    const struct extent e = measure(rgb);
    av_frame_free(&rgb);
    return e;
}

static bool same(const AVFrame *a, const AVFrame *b)
{
    for (int y = 0; y < a->height; y++)
        if (memcmp(pixel(a, 0, y), pixel(b, 0, y), 3 * (size_t)a->width) != 0)
            return false;
    return true;
}

static char *in_dir(const char *name)
{
    return fs_join(dir, name);
}

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

static void test_stays_within_margins_in_every_shape(void **state)
{
    (void)state;
    static const int sizes[][2] = {{1280, 720}, {640, 480},   {720, 1280}, {1920, 1080},
                                   {640, 360},  {1000, 1000}, {320, 180},  {2560, 1080}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const struct card_text text = full_text(long_title);
        const struct card_params params = params_of(sizes[i][0], sizes[i][1]);
        const struct extent e = measure_and_free(draw(&text, &params));
        const int side = FFMIN(params.width, params.height);
        assert_true(e.nb_pixels > params.width * params.height / 50);
        assert_in_range(e.left, side / 20, side / 6);
        assert_in_range(params.width - e.right, side / 20, params.width);
        assert_in_range(e.top, side / 20, side / 6);
        assert_in_range(params.height - e.bottom, side / 20, side / 6);
        assert_true(e.nb_bands >= 7); /* event, section, rule, title, speakers, part, footer */
    }
}

static void test_long_title_wraps_and_shrinks(void **state)
{
    (void)state;
    /* The rule is a band too. Letters of one height, so that lines stand apart. */
    const struct extent one = measure_and_free(draw_title("nnnnn nnnnn"));
    const struct extent two = measure_and_free(draw_title("nnnnn nnnnn nnnnn nnnnn nnnnn nnnnn"));
    assert_int_equal(one.nb_bands, 2);
    assert_int_equal(two.nb_bands, 3);
    char longer[200] = "";
    for (int i = 0; i < 25; i++)
        memcpy(longer + 6 * i, "nnnnn ", 7);
    const struct extent three = measure_and_free(draw_title(longer));
    assert_int_equal(three.nb_bands, 4);
    /* One and the same word is narrower in the longer title. */
    AVFrame *big = draw_title("nnnnn nnnnn"), *small = draw_title(longer);
    const struct extent b = measure(big), s = measure(small);
    assert_true((s.bottom - s.top) < 3 * (b.bottom - b.top));
    av_frame_free(&big);
    av_frame_free(&small);
}

static void test_balances_lines(void **state)
{
    (void)state;
    AUTO_FRAME *rgb = draw_title("nnnnn nnnnn nnnnn nnnnn nnnnn nnnnn");
    const struct extent e = measure(rgb);
    /* Greedy breaking would fill the first line. */
    assert_true(e.right < 1280 - 80 - 80);
}

/* '|' marks where each title is broken: U+2028 is a line break that the layout keeps. */
static void test_breaks_at_phrases(void **state)
{
    (void)state;
    static const char *const titles[] = {
        "PostgreSQL 19:| What Is New in the Query Planner",
        "PostgreSQL 19:| What Is New in the Planner| and Executor of the Database",
        "How We Moved a Large| Monolith to the Cloud and Back",
        "Der Weg in die Cloud –| Erfahrungen| aus der öffentlichen Verwaltung",
        "Does Your Database Scale?| A Look at the State of the Art",
        "Everything about Memory -| Safe and Unsafe",
        "A Title: with One Line",
        "XRM: Event-based Resource| Management Framework for XCP",
        "仮想化技術の過去と現在：|未来における消費削減のための方法",
    };
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++) {
        AUTO_STR plain = {0}, broken = {0};
        for (const char *p = titles[i]; *p; p++) {
            if (*p != '|')
                str_add_bytes(&plain, p, 1);
            if (*p == '|')
                str_add_utf8(&broken, 0x2028);
            else if (*p != ' ' || p == titles[i] || p[-1] != '|')
                str_add_bytes(&broken, p, 1);
        }
        AUTO_FRAME *a = draw_title(plain.s), *b = draw_title(broken.s);
        if (!same(a, b))
            fail_msg("broken elsewhere: %s", titles[i]);
    }
}

/* Addresses are broken after their marks, names are not. */
static void test_long_words(void **state)
{
    (void)state;
    AUTO_FRAME *url = draw_title("https://example.org/a/very/long/path/to/some/document-with-many-"
                                 "words.html explained");
    const struct extent e = measure(url);
    assert_true(e.right <= 1204);
    assert_true(e.bottom - e.top > 150); /* the rule and two lines or more */
    AUTO_FRAME *name = draw_title("nnnnnnnnnn-nnnnnnnnnn n");
    assert_int_equal(measure(name).nb_bands, 2);
}

static void test_too_long_is_refused(void **state)
{
    (void)state;
    char title[1200] = "";
    for (int i = 0, at = 0; i < 9; i++)
        at += snprintf(title + at, sizeof title - (size_t)at, "%s ", long_title);
    struct card_text text = full_text(title);
    const struct card_params params = params_of(1280, 720);
    expect_refused(&text, &params, ERR_INVALID, "the text of the title does not fit", "shorten",
                   "'smallest'", "'Title'", " of its ", NULL);
    text = full_text("Xen");
    text.speakers = title;
    expect_refused(&text, &params, ERR_INVALID, "the text of the speakers does not fit",
                   "'Speakers'", NULL);
    memset(title, 'w', 300);
    title[300] = '\0';
    text = full_text(title);
    expect_refused(&text, &params, ERR_INVALID, "the text of the title does not fit", NULL);
    /* A book is refused at once. */
    AUTO_STR book = {0};
    while (book.len < 200000)
        str_add(&book, "a book of words ");
    text = full_text(book.s);
    const clock_t begin = clock();
    expect_refused(&text, &params, ERR_INVALID, "of its 199999 characters have room", NULL);
    assert_true(clock() - begin < 10 * CLOCKS_PER_SEC);
}

/* A trial says of each text what drawing its card would, whatever was tried before. */
static void test_trial(void **state)
{
    (void)state;
    char title[1200] = "";
    memset(title, 'w', 300);
    const struct card_text texts[] = {
        full_text("Xen"),
        full_text(title),
        full_text("Xen \xee\x84\xa3 Today"),
        full_text(long_title),
        full_text("\xd8\xac\xd9\x84\xd8\xb3\xd8\xa9"),
        full_text("\xcd\xb8"),
        full_text("Sea \xf0\x9f\xa6\xa9 air"),
        {.title = "Xen"},
    };
    const struct card_params params = params_of(1280, 720);
    struct err err = {0};
    struct card_trial *trial = NULL;
    assert_int_equal(card_trial_open(&trial, &params, &err), 0);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct err tried = {0}, drawn = {0};
        struct card *card = NULL;
        AUTO_FREE char *left_out = NULL;
        assert_int_equal(card_trial_fit(trial, &texts[i], &left_out, &tried),
                         card_create(&card, &texts[i], &params, &drawn));
        assert_string_equal(tried.msg, drawn.msg);
        const char *without = card ? card_left_out(card) : NULL;
        assert_string_equal(left_out ? left_out : "", without ? without : "");
        card_destroy(card);
    }
    card_trial_close(trial);
    struct card_params broken = params;
    broken.template_path = "/no/such.ass";
    trial = NULL;
    assert_int_equal(card_trial_open(&trial, &broken, &err), ERR_NOT_FOUND);
    assert_null(trial);
}

static void test_markup_appears_as_it_is(void **state)
{
    (void)state;
    static const char *const wider[][2] = {
        {"Xen", "{\\b1}Xen"},
        {"AB", "A\\NB"},
        {"AB", "A\\hB"},
        {"AB", "A{}B"},
        {"AB", "A\\B"},
        {"AB", "A{B"},
        {"A", "A@SECTION@"},
        {"AB", "A\xff"
               "B"},
    };
    for (size_t i = 0; i < sizeof wider / sizeof *wider; i++) {
        const struct extent plain = measure_and_free(draw_title(wider[i][0]));
        const struct extent marked = measure_and_free(draw_title(wider[i][1]));
        assert_true(marked.right > plain.right);
        assert_int_equal(marked.nb_bands, plain.nb_bands);
    }
    AUTO_FRAME *spaced = draw_title("A B"), *broken = draw_title(" A\n\tB\r\n");
    assert_true(same(spaced, broken));
    AUTO_FRAME *control = draw_title("A\x01\x1b B\x7f");
    assert_true(same(spaced, control));
}

static void test_scripts(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"Žluťoučký kůň", "Žluťoučký kuň"},
        {"Ενέργεια", "Ενέργειο"},
        {"Энергия", "Энергии"},
        {"仮想化技術", "仮想化芸術"},
        {"جلسة الطاقة", "جلسة الطافة"},
        {"ऊर्जा बचत", "ऊर्जा बचन"},
        {"가상화", "가상하"},
        {"שלום", "שלוס"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        AUTO_FRAME *a = draw_title(pairs[i][0]), *b = draw_title(pairs[i][1]);
        assert_true(measure(a).nb_pixels > 1000);
        assert_false(same(a, b));
    }
}

static void test_right_to_left_mirrors(void **state)
{
    (void)state;
    const struct extent e = measure_and_free(draw_title("جلسة الطاقة"));
    assert_true(e.left > 640);
    assert_in_range(e.right, 1190, 1205);
    /* The Latin word comes first, so on the right. */
    AUTO_FRAME *a = draw_title("שלום Xen"), *b = draw_title("Xen שלום");
    assert_true(measure(a).left > 640);
    assert_true(measure(b).right < 640);
}

static void test_japanese_wraps(void **state)
{
    (void)state;
    const struct extent e = measure_and_free(
        draw_title("仮想化技術の過去と現在と未来における消費削減のための方法について考える会"));
    assert_true(e.nb_bands >= 3);
    assert_true(e.right <= 1204);
}

static void test_missing_glyph_is_refused(void **state)
{
    (void)state;
    const struct card_params params = params_of(1280, 720);
    struct card_text text = full_text("Xen \xee\x84\xa3 Today"); /* U+E123, private use */
    expect_refused(&text, &params, ERR_INVALID, "U+E123", "title", NULL);
    text = full_text("Xen");
    text.place = "\xcd\xb8"; /* U+0378, unassigned */
    expect_refused(&text, &params, ERR_INVALID, "U+0378", "place", NULL);
}

/* Emoji never fail: each is drawn in outline, or left out and named. U+1F9A9 is of Unicode 12,
 * which fonts-symbola does not have. */
static void test_emoji(void **state)
{
    (void)state;
    static const struct {
        const char *title, *without; /* what the card is equal to where no font has the emoji */
    } cases[] = {
        {"Rust \xf0\x9f\x9a\x80 in space", "Rust in space"},
        {"\xf0\x9f\x8e\x89", ""},
        {"Sea \xf0\x9f\xa6\xa9\xf0\x9f\xab\xa8 air", "Sea air"},
        {"At \xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb work", "At work"},
        {"Go \xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd on", "Go on"},
        {"A\xe2\x9d\xa4\xef\xb8\x8f"
         "B",
         "AB"},
        {"\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa here", "here"},
    };
    const struct card_params params = params_of(1280, 720);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err err = {0};
        struct card *card = NULL;
        const struct card_text with = {.title = cases[i].title},
                               without = {.title = cases[i].without};
        if (card_create(&card, &with, &params, &err) < 0)
            fail_msg("%s: %s", cases[i].title, err.msg);
        AUTO_FRAME *plain = draw(&without, &params);
        AUTO_FRAME *shown = av_frame_clone(card_picture(card));
        const char *left_out = card_left_out(card);
        if (left_out && strstr(left_out, "(U+"))
            assert_true(strlen(left_out) > 10);
        if (same(shown, plain) != (left_out != NULL))
            fail_msg("%s: without %s", cases[i].title,
                     left_out ? left_out : "nothing, but not drawn");
        card_destroy(card);
    }
}

/* What would only be drawn beside or over something else is dropped, and not reported. */
static void test_emoji_modifiers(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"1\xef\xb8\x8f\xe2\x83\xa3 and #\xe2\x83\xa3 first", "1 and # first"}, /* keycaps */
        {"\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd", "\xf0\x9f\x91\x8d"},               /* a skin tone */
        {"\xf0\x9f\x91\xae\xf0\x9f\x8f\xbd\xe2\x80\x8d\xe2\x99\x80\xef\xb8\x8f",
         "\xf0\x9f\x91\xae"},                                                 /* a gender */
        {"\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\xa6\xb0", "\xf0\x9f\x91\xa9"}, /* red hair */
        {"\xf0\x9f\x8f\xb4\xf3\xa0\x81\xa7\xf3\xa0\x81\xa2\xf3\xa0\x81\xbf",
         "\xf0\x9f\x8f\xb4"}, /* tags of a flag */
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        const struct card_text with = {.title = pairs[i][0]}, without = {.title = pairs[i][1]};
        const struct card_params params = params_of(640, 360);
        struct card *card = create(&with, &params);
        AUTO_FRAME *plain = draw(&without, &params);
        if (!same(card_picture(card), plain))
            fail_msg("%s is drawn differently from %s", pairs[i][0], pairs[i][1]);
        card_destroy(card);
    }
    /* A gender sign alone is text. */
    AUTO_FRAME *a = draw_title("A \xe2\x99\x80 B"), *b = draw_title("A B");
    assert_false(same(a, b));
}

static void test_empty_fields_leave_no_hole(void **state)
{
    (void)state;
    const struct card_params params = params_of(1280, 720);
    struct card_text text = {.title = "Xen", .date = "2010", .place = ""};
    const struct extent date = measure_and_free(draw(&text, &params));
    text.place = NULL;
    text.part = text.speakers = text.event = "  ";
    const struct extent again = measure_and_free(draw(&text, &params));
    assert_memory_equal(&date, &again, sizeof date);
    /* Without its neighbour, neither date nor place has a separator. */
    AUTO_FRAME *a = draw(&text, &params);
    text.date = NULL;
    text.place = "2010";
    AUTO_FRAME *b = draw(&text, &params);
    assert_true(same(a, b));
    text = (struct card_text){0};
    assert_true(measure_and_free(draw(&text, &params)).nb_pixels > 0); /* the rule */
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

static void test_is_deterministic(void **state)
{
    (void)state;
    const struct card_text text = full_text(long_title);
    const struct card_params params = params_of(1280, 720);
    AUTO_FRAME *a = draw(&text, &params), *b = draw(&text, &params);
    assert_true(same(a, b));
}

static void test_sizes(void **state)
{
    (void)state;
    struct err err = {0};
    struct card *card = NULL;
    struct card_text text = full_text("Xen");
    struct card_params params = params_of(16, 16);
    if (card_create(&card, &text, &params, &err) == 0)
        card_destroy(card);
    else
        assert_int_equal(err.code, ERR_INVALID);
    static const int wrong[][2] = {{14, 16}, {1281, 720}, {1280, 8194}, {0, 0}, {-2, 720}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        params = params_of(wrong[i][0], wrong[i][1]);
        expect_refused(&text, &params, ERR_INVALID, "must be even, from 16 to 8192", NULL);
    }
    params = params_of(1280, 720);
    params.duration_ms = 0;
    expect_refused(&text, &params, ERR_INVALID, "0 ms", NULL);
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
    assert_in_range(pixel(mixed, 1100, 90)[0], 135, 138);
    assert_in_range(pixel(mixed, 1100, 90)[1], 11, 13);
    write_picture(logo, 240, 72, red);

    params.background_path = back;
    AUTO_FRAME *with_both = draw(&text, &params);
    assert_memory_equal(pixel(with_both, 1190, 60), red, 3);
    static const int corners[][2] = {{0, 0}, {1279, 0}, {0, 719}, {1279, 719}};
    for (int i = 0; i < 4; i++) /* 60 % of the background's colour over grey */
        assert_in_range(pixel(with_both, corners[i][0], corners[i][1])[0], 34, 36);

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

static int make_dir(void **state)
{
    (void)state;
    av_log_set_level(AV_LOG_QUIET);
    return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
    (void)state;
    struct err err = {0};
    FcFini(); /* what it keeps for the process would be a leak to the sanitizer */
    return fs_remove_all(dir, &err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stays_within_margins_in_every_shape),
        cmocka_unit_test(test_long_title_wraps_and_shrinks),
        cmocka_unit_test(test_balances_lines),
        cmocka_unit_test(test_breaks_at_phrases),
        cmocka_unit_test(test_long_words),
        cmocka_unit_test(test_too_long_is_refused),
        cmocka_unit_test(test_trial),
        cmocka_unit_test(test_markup_appears_as_it_is),
        cmocka_unit_test(test_scripts),
        cmocka_unit_test(test_right_to_left_mirrors),
        cmocka_unit_test(test_japanese_wraps),
        cmocka_unit_test(test_missing_glyph_is_refused),
        cmocka_unit_test(test_emoji),
        cmocka_unit_test(test_emoji_modifiers),
        cmocka_unit_test(test_empty_fields_leave_no_hole),
        cmocka_unit_test(test_fades),
        cmocka_unit_test(test_faded_picture),
        cmocka_unit_test(test_is_deterministic),
        cmocka_unit_test(test_sizes),
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
