/* What commands ask of talkpress-media: it comes out as it was put in, through JSON as text. */
#include <string.h>

#include "json.h"
#include "media_request.h"
#include "mem.h"
#include "support.h"

/* As it is handed over. Takes the value. */
static json_t *through_text(json_t *value)
{
    struct err err = {0};
    json_t *read;
    AUTO_FREE char *text = json_print(value, JSON_COMPACT_STYLE);
    json_decref(value);
    assert_non_null(text);
    assert_int_equal(json_read_text(&read, text, "a test", &err), 0);
    return read;
}

/* Every byte that a file's name can have, so no valid UTF-8; and names that look as if escaped. */
static char *odd_path(void)
{
    char *path = mem_zalloc(256 + 16, 1);
    for (int c = 1; c < 256; c++)
        path[c - 1] = (char)c;
    memcpy(path + 255, "%41 \xc3\xa9%", sizeof "%41 \xc3\xa9%");
    return path;
}

static void test_card(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_CARD_REQUEST in = {
        .title = mem_strdup("Na\xc3\xafve \"title\"\n\\N{\\b1}"),
        .speakers = mem_strdup(""),
        .template_path = mem_strdup("/a b/title.ass"),
        .png_path = odd_path(),
        .talk = mem_strdup("1/2"),
        .width = 1280,
        .height = -2,
        .duration_ms = 5000,
        .fade_ms = 500,
    };
    AUTO_CARD_REQUEST out = {0};
    AUTO_JSON *json = through_text(card_request_write(&in));
    assert_string_equal(json_get_string(json, "template", ""), "/a b/title.ass");
    assert_int_equal(card_request_read(&out, json, &err), 0);
    assert_string_equal(out.title, in.title);
    assert_string_equal(out.speakers, "");
    assert_null(out.event);
    assert_null(out.logo_path);
    assert_string_equal(out.template_path, in.template_path);
    assert_string_equal(out.png_path, in.png_path);
    assert_string_equal(out.talk, "1/2");
    assert_int_equal(out.width, 1280);
    assert_int_equal(out.height, -2);
    assert_int_equal(out.duration_ms, 5000);
    assert_int_equal(out.fade_ms, 500);
}

static void test_trial(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_TRIAL_REQUEST in = {.cards = mem_zalloc(2, sizeof *in.cards), .nb_cards = 2};
    AUTO_TRIAL_REQUEST out = {0};
    for (int i = 0; i < 2; i++) {
        in.cards[i].title = mem_printf("Title %d", i);
        in.cards[i].logo_path = odd_path();
        in.cards[i].width = 1280 + i;
    }
    AUTO_JSON *json = through_text(trial_request_write(&in));
    assert_int_equal(trial_request_read(&out, json, &err), 0);
    assert_int_equal(out.nb_cards, 2);
    assert_string_equal(out.cards[1].title, "Title 1");
    assert_string_equal(out.cards[1].logo_path, in.cards[1].logo_path);
    assert_int_equal(out.cards[1].width, 1281);
    assert_null(out.cards[1].event);
}

static void test_trial_answer(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_TRIAL_ANSWER in = {.failure = mem_strdup("no template"),
                            .findings = mem_zalloc(2, sizeof *in.findings),
                            .nb_findings = 2};
    AUTO_TRIAL_ANSWER out = {0}, nothing = {0}, none = {0};
    in.findings[0].problem = mem_strdup("too long");
    in.findings[1].left_out = mem_strdup("\xf0\x9f\xa6\xa9");
    in.findings[1].card = 7;
    AUTO_JSON *json = through_text(trial_answer_write(&in));
    assert_int_equal(trial_answer_read(&out, json, &err), 0);
    assert_string_equal(out.failure, "no template");
    assert_int_equal(out.nb_findings, 2);
    assert_string_equal(out.findings[0].problem, "too long");
    assert_null(out.findings[0].left_out);
    assert_int_equal(out.findings[1].card, 7);
    assert_string_equal(out.findings[1].left_out, in.findings[1].left_out);
    AUTO_JSON *empty = through_text(trial_answer_write(&nothing));
    assert_int_equal(trial_answer_read(&none, empty, &err), 0);
    assert_null(none.failure);
    assert_int_equal(none.nb_findings, 0);
}

static struct rehearse_request two_talks(void)
{
    struct rehearse_request r = {
        .recordings = mem_zalloc(2, sizeof *r.recordings),
        .nb_recordings = 2,
        .width = 160,
        .height = 90,
        .fps = 5,
        .tones = true,
        .cores = 3,
    };
    for (int i = 0; i < 2; i++) {
        r.recordings[i] = (struct recording_request){
            .talk = i + 7,
            .path = odd_path(),
            .title = mem_strdup("Title"),
            .speakers = mem_strdup("Ada Byron"),
            .subtitle = i ? mem_strdup("Talk 8") : NULL,
            .part_ms = mem_zalloc(2, sizeof(int64_t)),
            .nb_parts = i + 1,
        };
        r.recordings[i].part_ms[i] = 5000000000 + i;
    }
    return r;
}

static void test_rehearse(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_REHEARSE_REQUEST in = two_talks();
    AUTO_REHEARSE_REQUEST out = {0};
    AUTO_JSON *json = through_text(rehearse_request_write(&in));
    assert_int_equal(rehearse_request_read(&out, json, &err), 0);
    assert_int_equal(out.nb_recordings, 2);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(out.recordings[i].talk, i + 7);
        assert_string_equal(out.recordings[i].path, in.recordings[i].path);
        assert_string_equal(out.recordings[i].title, "Title");
        assert_string_equal(out.recordings[i].speakers, "Ada Byron");
        assert_int_equal(out.recordings[i].nb_parts, i + 1);
        assert_int_equal(out.recordings[i].part_ms[i], 5000000000 + i);
    }
    assert_null(out.recordings[0].subtitle);
    assert_int_equal(out.width, 160);
    assert_int_equal(out.height, 90);
    assert_int_equal(out.fps, 5);
    assert_true(out.tones);
    assert_int_equal(out.cores, 3);
    assert_int_equal(out.estimate.nb_renditions, 0);
}

static void test_estimate(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_REHEARSE_REQUEST in = two_talks();
    AUTO_REHEARSE_REQUEST out = {0};
    in.estimate = (struct estimate_request){
        .renditions = mem_zalloc(2, sizeof(char *)),
        .nb_renditions = 2,
        .all_ms = 72000000000,
        .nb_talks = 20000,
        .scratch = odd_path(),
    };
    in.estimate.renditions[0] = mem_strdup("/renditions/a.yaml");
    in.estimate.renditions[1] = odd_path();
    AUTO_JSON *json = through_text(rehearse_request_write(&in));
    assert_int_equal(rehearse_request_read(&out, json, &err), 0);
    assert_int_equal(out.estimate.nb_renditions, 2);
    for (int i = 0; i < 2; i++)
        assert_string_equal(out.estimate.renditions[i], in.estimate.renditions[i]);
    assert_int_equal(out.estimate.all_ms, 72000000000);
    assert_int_equal(out.estimate.nb_talks, 20000);
    assert_string_equal(out.estimate.scratch, in.estimate.scratch);
}

/* Each member in turn is missing, or something else than it should be. */
static void test_malformed(void **state)
{
    (void)state;
    AUTO_REHEARSE_REQUEST in = two_talks();
    static const char *const needed[] = {"width", "height", "fps", "cores", "recordings"};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        for (int wrong = 0; wrong < 2; wrong++) {
            struct err err = {0};
            AUTO_REHEARSE_REQUEST out = {0};
            AUTO_JSON *json = rehearse_request_write(&in);
            json_object_del(json, needed[i]);
            if (wrong)
                json_object_set_new(json, needed[i], json_string("x"));
            assert_int_equal(rehearse_request_read(&out, json, &err), ERR_INVALID);
            assert_non_null(strstr(err.msg, needed[i]));
        }
    static const char *const texts[] = {"[1]", "[{}]", "[{\"talk\": 1, \"path\": \"%00\"}]"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct err err = {0};
        AUTO_REHEARSE_REQUEST out = {0};
        AUTO_JSON *json = rehearse_request_write(&in);
        json_object_set_new(json, "recordings", json_loads(texts[i], 0, NULL));
        assert_int_equal(rehearse_request_read(&out, json, &err), ERR_INVALID);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_card),         cmocka_unit_test(test_trial),
        cmocka_unit_test(test_trial_answer), cmocka_unit_test(test_rehearse),
        cmocka_unit_test(test_estimate),     cmocka_unit_test(test_malformed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
