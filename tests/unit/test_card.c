/* The text of cards, measured on their pixels: what is drawn, where, and what is refused. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "card.h"
#include "card_maker.h"
#include "mem.h"
#include "str.h"

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
        assert_within(e.left, side / 20, side / 6);
        assert_within(params.width - e.right, side / 20, params.width);
        assert_within(e.top, side / 20, side / 6);
        assert_within(params.height - e.bottom, side / 20, side / 6);
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
    assert_within(e.right, 1190, 1205);
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
        cmocka_unit_test(test_is_deterministic),
        cmocka_unit_test(test_sizes),
    };
    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
