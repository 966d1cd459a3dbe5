#include "card_maker.h"

#include "support.h"

#include <fontconfig/fontconfig.h>
#include <stdlib.h>
#include <string.h>

#include "fs.h"

#define TEMPLATE SOURCE_DIR "/pipeline/cards/title.ass"

const uint8_t background[3] = {0x12, 0x18, 0x1f};
const char long_title[] = "SleepServer: A Software-Only Approach for Reducing the Energy "
                          "Consumption of PCs within Enterprise Environments";
static char dir[] = "/tmp/test_card.XXXXXX";

struct card_params params_of(int width, int height)
{
    return (struct card_params){.template_path = TEMPLATE,
                                .width = width,
                                .height = height,
                                .duration_ms = 4000,
                                .fade_in_ms = 500,
                                .fade_out_ms = 500};
}

struct card_text full_text(const char *title)
{
    return (struct card_text){.event = "Xen Summit North America 2010",
                              .section = "Energy Savings",
                              .title = title,
                              .speakers = "Yuvraj Agarwal",
                              .part = "Part 1 of 2",
                              .date = "28 April 2010",
                              .place = "Sunnyvale"};
}

struct card *create(const struct card_text *text, const struct card_params *params)
{
    struct err err = {0};
    struct card *card = NULL;
    if (card_create(&card, text, params, &err) < 0)
        fail_msg("%s", err.msg);
    return card;
}

AVFrame *draw(const struct card_text *text, const struct card_params *params)
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

AVFrame *draw_title(const char *title)
{
    const struct card_text text = {.title = title};
    const struct card_params params = params_of(1280, 720);
    return draw(&text, &params);
}

void expect_refused(const struct card_text *text, const struct card_params *params,
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

const uint8_t *pixel(const AVFrame *rgb, int x, int y)
{
    return rgb->data[0] + (ptrdiff_t)y * rgb->linesize[0] + (ptrdiff_t)3 * x;
}

bool row_has_ink(const AVFrame *rgb, int y)
{
    for (int x = 0; x < rgb->width; x++)
        if (memcmp(pixel(rgb, x, y), background, 3) != 0)
            return true;
    return false;
}

struct extent measure(const AVFrame *rgb)
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

struct extent measure_and_free(AVFrame *rgb)
{
    const struct extent e = measure(rgb);
    av_frame_free(&rgb);
    return e;
}

bool same(const AVFrame *a, const AVFrame *b)
{
    for (int y = 0; y < a->height; y++)
        if (memcmp(pixel(a, 0, y), pixel(b, 0, y), 3 * (size_t)a->width) != 0)
            return false;
    return true;
}

char *in_dir(const char *name)
{
    return fs_join(dir, name);
}

int make_dir(void **state)
{
    (void)state;
    av_log_set_level(AV_LOG_QUIET);
    return mkdtemp(dir) ? 0 : -1;
}

int remove_dir(void **state)
{
    (void)state;
    struct err err = {0};
    FcFini(); /* what it keeps for the process would be a leak to the sanitizer */
    return fs_remove_all(dir, &err);
}
