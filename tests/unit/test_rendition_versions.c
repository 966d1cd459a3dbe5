/* Settings for some versions of an encoder: ranges, which of them holds, and what it overrides. */
#include <string.h>

#include "encoder_set.h"
#include "fs.h"
#include "json.h"
#include "mem.h"
#include "rendition.h"
#include "rendition_versions.h"
#include "support.h"

#define BEGIN                                                                         \
    "container: webm\nsuffix: .webm\nmime: video/webm\nvideo:\n"                      \
    "  encoder: libsvtav1\n  max_width: 1280\n  max_height: 720\n  key_frame_s: 10\n" \
    "  options: {preset: 12, crf: 38, svtav1-params: \"scm=1\"}\n"                    \
    "  small: {preset: 8}\n  card: {preset: 13}\n"
#define END "audio: {encoder: libopus, bit_rate: 96000}\n"

static const char three[] = BEGIN "  versions:\n"
                                  "    - version: \">= 2, < 3\"\n"
                                  "      options: {preset: 10, crf: 40}\n"
                                  "    - version: \">= 3\"\n"
                                  "      options: {crf: 41, svtav1-params: \"scm=2\"}\n"
                                  "      small: {crf: 45}\n"
                                  "      fast: {preset: 11, card: {crf: 20}}\n"
                                  "      card: {preset: 9}\n" END;

static json_t *set_of(const char *version)
{
    json_t *set = encoder_set_reference();
    json_object_set_new(set, "libsvtav1", json_string(version));
    return set;
}

/* Reads the text as a rendition. */
static int read_text(struct rendition *out, const char *text, enum rendition_effort effort,
                     const json_t *encoders, struct err *err)
{
    AUTO_FREE char *path = folder_path("rendition.yaml");
    if (fs_write_atomic(path, text, strlen(text), err) < 0)
        return err->code;
    return rendition_read(out, path, effort, encoders, err);
}

static void numbers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool good;
        uint64_t parts[4];
    } cases[] = {
        {"1.4.1", true, {1, 4, 1, 0}},
        {"2", true, {2, 0, 0, 0}},
        {"164 r3095", true, {164, 0, 0, 0}},
        {"3.5+1-f0c1022b6", true, {3, 5, 0, 0}},
        {"4.2.0-rc1", true, {4, 2, 0, 0}},
        {"2.", true, {2, 0, 0, 0}},
        {"1.2.3.65534", true, {1, 2, 3, 65534}},
        {"1.2.3.65535", false, {0}},
        {"99999999999999999999", false, {0}},
        {"1.2.3.4.5", false, {0}},
        {"", false, {0}},
        {"unknown", false, {0}},
        {"v2", false, {0}},
        {"-1", false, {0}},
    };
    for (size_t i = 0; i < NB(cases); i++) {
        uint64_t number = 0, expected = 0;
        for (int k = 0; k < 4; k++)
            expected = expected << 16 | cases[i].parts[k];
        assert_row_int(cases[i].text, rendition_version_number(&number, cases[i].text),
                       cases[i].good);
        assert_row_int(cases[i].text, number == expected, 1);
    }
}

static uint64_t number_of(const char *text)
{
    uint64_t number = 0;
    assert_true(rendition_version_number(&number, text));
    return number;
}

static void ranges(void **state)
{
    (void)state;
    static const struct {
        const char *text, *first, *end; /* NULL: no limit */
    } good[] = {
        {"< 2", NULL, "2"},   {">= 2, < 3", "2", "3"},
        {">=2,<3", "2", "3"}, {"  >=  2.1.5 ,  <  3.0.1  ", "2.1.5", "3.0.1"},
        {">= 3", "3", NULL},
    };
    static const char *const bad[] = {
        "",
        "2",
        "> 2",
        "<= 2",
        ">=",
        "<",
        ">= 2,",
        ">= 2 < 3",
        "< 3, >= 2",
        ">= 3, < 2",
        ">= 2, < 2",
        "< 0",
        ">= 2, < 3, < 4",
        ">= 2.x",
        ">= a",
        ">= 2, < 3 or 4",
        "= 2",
        ", < 2",
    };
    struct err err = {0};
    struct rendition_range r;
    for (size_t i = 0; i < NB(good); i++) {
        assert_done(rendition_range_read(&r, good[i].text, "here", &err));
        assert_row_int(good[i].text, r.first == (good[i].first ? number_of(good[i].first) : 0), 1);
        assert_row_int(good[i].text, r.end == (good[i].end ? number_of(good[i].end) : UINT64_MAX),
                       1);
    }
    for (size_t i = 0; i < NB(bad); i++)
        assert_fails(rendition_range_read(&r, bad[i], "here", &err), ERR_INVALID,
                     "should be as in '>= 2, < 3'");
}

/* Which entry holds, and which of the settings it overrides. */
static void resolved(void **state)
{
    (void)state;
    static const struct {
        const char *version;
        enum rendition_effort effort;
        const char *range, *video, *card;
    } cases[] = {
        {"1.4.1", RENDITION_BALANCED, NULL,
         "{\"crf\":38,\"preset\":12,\"svtav1-params\":\"scm=1\"}",
         "{\"crf\":38,\"preset\":13,\"svtav1-params\":\"scm=1\"}"},
        {"1.9.9", RENDITION_SMALL, NULL, "{\"crf\":38,\"preset\":8,\"svtav1-params\":\"scm=1\"}",
         "{\"crf\":38,\"preset\":13,\"svtav1-params\":\"scm=1\"}"},
        {"2.0.0", RENDITION_BALANCED, ">= 2, < 3",
         "{\"crf\":40,\"preset\":10,\"svtav1-params\":\"scm=1\"}",
         "{\"crf\":40,\"preset\":13,\"svtav1-params\":\"scm=1\"}"},
        {"2.3.0", RENDITION_SMALL, ">= 2, < 3",
         "{\"crf\":40,\"preset\":8,\"svtav1-params\":\"scm=1\"}",
         "{\"crf\":40,\"preset\":13,\"svtav1-params\":\"scm=1\"}"},
        {"3.0.0", RENDITION_BALANCED, ">= 3",
         "{\"crf\":41,\"preset\":12,\"svtav1-params\":\"scm=2\"}",
         "{\"crf\":41,\"preset\":9,\"svtav1-params\":\"scm=2\"}"},
        {"4.2.0", RENDITION_SMALL, ">= 3", "{\"crf\":45,\"preset\":8,\"svtav1-params\":\"scm=2\"}",
         "{\"crf\":45,\"preset\":9,\"svtav1-params\":\"scm=2\"}"},
        {"4.2.0", RENDITION_FAST, ">= 3", "{\"crf\":41,\"preset\":11,\"svtav1-params\":\"scm=2\"}",
         "{\"crf\":20,\"preset\":9,\"svtav1-params\":\"scm=2\"}"},
    };
    for (size_t i = 0; i < NB(cases); i++) {
        struct err err = {0};
        struct rendition r = {0};
        AUTO_JSON *set = set_of(cases[i].version);
        assert_done(read_text(&r, three, cases[i].effort, set, &err));
        AUTO_FREE char *video = json_canonical(json_object_get(r.video, "options"));
        AUTO_FREE char *card = json_canonical(json_object_get(r.card, "options"));
        assert_string_equal(video, cases[i].video);
        assert_string_equal(card, cases[i].card);
        if (cases[i].range)
            assert_string_equal(r.versions, cases[i].range);
        else
            assert_null(r.versions);
        assert_null(json_object_get(r.video, "versions"));
        assert_null(json_object_get(r.card, "versions"));
        rendition_finish(&r);
    }
}

/* Keys of the reference do not know of the list. */
static void keys_stay(void **state)
{
    (void)state;
    struct err err = {0};
    struct rendition with = {0}, without = {0};
    assert_done(read_text(&with, three, RENDITION_BALANCED, NULL, &err));
    assert_done(read_text(&without, BEGIN END, RENDITION_BALANCED, NULL, &err));
    assert_string_equal(with.video_text, without.video_text);
    assert_string_equal(with.card_text, without.card_text);
    assert_true(json_equal(with.json, without.json));
    rendition_finish(&with);
    rendition_finish(&without);
}

static void refused(void **state)
{
    (void)state;
    static const struct {
        const char *list, *says;
    } cases[] = {
        {"{}", "list"},
        {"[5]", "list of mappings"},
        {"[{options: {crf: 1}}]", "version"},
        {"[{version: 2}]", "version"},
        {"[{version: \"2\"}]", "'version' is '2'"},
        {"[{version: \"< 2\", preset: 5}]", "'preset'"},
        {"[{version: \"< 2\", options: 5}]", "'options' in 'versions' should be a mapping"},
        {"[{version: \"< 2\", card: [1]}]", "'card' in 'versions' should be a mapping"},
        {"[{version: \"< 2\"}, {version: \">= 1.5\"}]", "'< 2' and '>= 1.5' overlap"},
        {"[{version: \">= 5\"}, {version: \"< 2\"}, {version: \">= 4, < 6\"}]",
         "'>= 5' and '>= 4, < 6' overlap"},
        {"[{version: \"< 2\"}, {version: \"< 2\"}]", "overlap"},
        {"[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17]", "at most 16"},
    };
    struct err err = {0};
    struct rendition r = {0};
    for (size_t i = 0; i < NB(cases); i++) {
        AUTO_FREE char *text = mem_printf(BEGIN "  versions: %s\n" END, cases[i].list);
        assert_fails(read_text(&r, text, RENDITION_BALANCED, NULL, &err), ERR_INVALID,
                     cases[i].says);
    }
}

static void not_for_sound(void **state)
{
    (void)state;
    struct err err = {0};
    struct rendition r = {0};
    static const char text[] =
        BEGIN "audio: {encoder: libopus, bit_rate: 96000, versions: [{version: '>= 1'}]}\n";
    assert_fails(read_text(&r, text, RENDITION_BALANCED, NULL, &err), ERR_INVALID,
                 "'audio' cannot have 'versions', only 'video'");
}

/* Without the list, an encoder of an unknown version has always been taken. */
static void unknown_version(void **state)
{
    (void)state;
    struct err err = {0};
    struct rendition r = {0};
    AUTO_JSON *none = json_object(), *odd = set_of("git");
    assert_fails(read_text(&r, three, RENDITION_BALANCED, none, &err), ERR_INVALID,
                 "the version of encoder 'libsvtav1', which is unknown here");
    assert_fails(read_text(&r, three, RENDITION_BALANCED, odd, &err), ERR_INVALID,
                 "which is git here");
    assert_done(read_text(&r, BEGIN END, RENDITION_BALANCED, none, &err));
    rendition_finish(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers),         cmocka_unit_test(ranges),
        cmocka_unit_test(resolved),        cmocka_unit_test(keys_stay),
        cmocka_unit_test(refused),         cmocka_unit_test(not_for_sound),
        cmocka_unit_test(unknown_version),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
