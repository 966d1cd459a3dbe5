/* Where segments and sheets of a preview begin, what they are named, and the specs of their jobs,
 * from made-up probes. */
#include "preview.h"

#include <stdlib.h>
#include <string.h>

#include "job_spec.h"
#include "json.h"
#include "loudness.h"
#include "mem.h"
#include "plan.h"
#include "support.h"
#include "timeline.h"

static json_t *probe_of(int fps, int64_t frames, int width, int height, bool sound)
{
    json_t *probe = json_pack(
        "{s:s, s:{s:[i,i], s:[i,i], s:i, s:I}, s:[{s:i, s:s, s:s}, {s:i, s:s, s:s}], s:[[i, i]], "
        "s:I}",
        "hash", "content", "grid", "fps", fps, 1, "time_base", 1, 90000, "origin", 9000, "frames",
        (json_int_t)frames, "streams", "index", 0, "type", "video", "codec", "h264", "index", 1,
        "type", "audio", "codec", "aac", "cells", 0, 9000, "duration_ms",
        (json_int_t)(frames * 1000 / fps));
    if (width)
        json_object_set_new(probe, "video",
                            json_pack("{s:i, s:i, s:i, s:[i,i]}", "stream", 0, "width", width,
                                      "height", height, "sar", 1, 1));
    if (sound)
        json_object_set_new(probe, "audio", json_pack("{s:i}", "stream", 1));
    return probe;
}

static void test_layout(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int fps, width, height;
        int64_t frames;
        const char *codecs;
        int shown_width, shown_height;
        int64_t pictures, sounds;
    } cases[] = {
        {"720p", 25, 1280, 720, 75000, "avc1.42c01e", 640, 360, 1500, 303},
        {"small", 25, 320, 240, 51, "avc1.42c01e", 320, 240, 2, 1},
        {"1080p60", 60, 1920, 1080, 121, "avc1.42c01f", 640, 360, 2, 1},
        {"wide", 60, 3840, 1080, 120, "avc1.42c020", 1280, 360, 1, 1},
        {"upright", 30, 1080, 1920, 60, "avc1.42c01e", 202, 360, 1, 1},
        {"slow", 1, 640, 360, 3, "avc1.42c01e", 640, 360, 2, 1},
    };
    for (size_t i = 0; i < NB(cases); i++) {
        struct preview_layout l;
        AUTO_JSON *probe =
            probe_of(cases[i].fps, cases[i].frames, cases[i].width, cases[i].height, true);
        assert_true(preview_layout_read(&l, probe, PREVIEW_PLAY));
        assert_row_str(cases[i].name, l.picture_codecs, cases[i].codecs);
        assert_row_int(cases[i].name, l.width, cases[i].shown_width);
        assert_row_int(cases[i].name, l.height, cases[i].shown_height);
        assert_row_int(cases[i].name, l.nb_pictures, cases[i].pictures);
        assert_row_int(cases[i].name, l.nb_sounds, cases[i].sounds);
        assert_row_int(cases[i].name, preview_picture_begin(&l, l.nb_pictures), cases[i].frames);
        assert_row_int(cases[i].name, preview_picture_at(&l, cases[i].frames), l.nb_pictures - 1);
        assert_row_int(cases[i].name, preview_sound_begin_ms(&l, 1), 9920);
        assert_row_int(cases[i].name, preview_sound_at(&l, 9920), l.nb_sounds > 1 ? 1 : 0);
        assert_row_int(cases[i].name, preview_sound_at(&l, -1), 0);
    }
}

static void test_without(void **state)
{
    (void)state;
    struct preview_layout l;
    struct thumbs_layout t;
    AUTO_JSON *sound = probe_of(25, 100, 0, 0, true), *silent = probe_of(25, 100, 640, 360, false),
              *refused = json_pack("{s:s}", "error", "no media"),
              *summary = json_pack("{s:s, s:i}", "hash", "a", "duration_ms", 5);
    assert_true(preview_layout_read(&l, sound, PREVIEW_MAIL));
    assert_int_equal(l.nb_pictures, 0);
    assert_int_equal(l.channels, 1);
    assert_false(thumbs_layout_read(&t, sound));
    assert_true(preview_layout_read(&l, silent, PREVIEW_PLAY));
    assert_int_equal(l.nb_sounds, 0);
    assert_false(preview_layout_read(&l, refused, PREVIEW_PLAY));
    assert_false(preview_layout_read(&l, summary, PREVIEW_PLAY));
    assert_false(preview_layout_read(&l, NULL, PREVIEW_PLAY));
}

static void test_thumbs(void **state)
{
    (void)state;
    struct thumbs_layout t;
    AUTO_JSON *brief = probe_of(25, 25 * 61, 1280, 720, true),
              *day = probe_of(25, 25 * 10800, 1280, 720, true);
    assert_true(thumbs_layout_read(&t, brief));
    assert_int_equal(t.interval_ms, 5000);
    assert_int_equal(t.nb, 13);
    assert_true(thumbs_layout_read(&t, day));
    assert_int_equal(t.interval_ms, 10000);
    assert_int_equal(t.nb_sheets, 11);
    assert_int_equal(t.width, 160);
    assert_int_equal(t.height, 90);
}

/* What the worker reads from the spec says what was planned: written again, it is the same. */
static void check_spec(const struct job_spec *planned)
{
    struct err err = {0};
    AUTO_JOB_SPEC read = {0};
    AUTO_JSON *written = job_spec_write(planned);
    assert_done(job_spec_read(&read, json_deep_copy(written), &err));
    snprintf(read.probe_key, sizeof read.probe_key, "%s", planned->probe_key);
    AUTO_JSON *again = job_spec_write(&read);
    AUTO_FREE char *one = json_canonical(written), *two = json_canonical(again);
    assert_string_equal(one, two);
    assert_string_equal(read.key, planned->key);
    assert_int_equal(job_spec_nb_results(&read), 1);
    assert_string_equal(job_spec_result_key(&read, 0), planned->key);
}

static void test_specs(void **state)
{
    (void)state;
    struct err err = {0};
    struct event event = {.work = (char[]){"/event/work"}};
    struct recording_file file = {.path = (char[]){"/a.mp4"}, .size = 5, .mtime_ns = 7};
    struct recording recording = {.files = &file, .nb_files = 1};
    const struct plan plan = {.event = &event};
    const struct source source = {.recording = &recording, .name = "a.mp4", .probe_key = "probe"};
    AUTO_JSON *probe = probe_of(25, 75000, 1280, 720, true);
    struct preview p = {.plan = &plan, .source = &source, .probe = probe};
    assert_true(preview_layout_read(&p.layout, probe, PREVIEW_PLAY));
    assert_true(thumbs_layout_read(&p.thumbs, probe));
    static const struct {
        struct preview_piece piece;
        const char *says; /* NULL: it can be made */
    } cases[] = {{{.segment = 0}, NULL},
                 {{.segment = 1499}, NULL},
                 {{.segment = 1500}, "no segment 1500 of its picture"},
                 {{.segment = -1}, "no segment -1"},
                 {{.sound = true, .segment = 302}, NULL},
                 {{.sound = true, .segment = 303}, "no segment 303 of its sound"},
                 {{.sound = true, .use = "left", .stream = 1}, NULL},
                 {{.sound = true, .use = "left", .stream = 0}, "stream 0 of 'a.mp4' is no sound"},
                 {{.sound = true, .use = "left", .stream = 9}, "is no sound"},
                 {{.sound = true, .use = "loud", .stream = 1}, "names no channels"}};
    for (size_t i = 0; i < NB(cases); i++) {
        AUTO_JOB_SPEC spec = {0};
        char key[KEY_BYTES];
        if (cases[i].says) {
            assert_fails(preview_spec(&spec, &p, &cases[i].piece, &err), ERR_INVALID,
                         cases[i].says);
            continue;
        }
        assert_done(preview_spec(&spec, &p, &cases[i].piece, &err));
        preview_key(key, &p, &cases[i].piece);
        assert_string_equal(key, spec.key);
        check_spec(&spec);
    }
    AUTO_JOB_SPEC sheet = {0}, strip = {0};
    static const int64_t frames[] = {5, 5, 74999}, outside[] = {75000}, back[] = {7, 5};
    assert_done(thumbs_spec(&sheet, &p, 2, &err));
    check_spec(&sheet);
    assert_fails(thumbs_spec(&strip, &p, 3, &err), ERR_INVALID, "no sheet 3");
    assert_done(strip_spec(&strip, &p, frames, NB(frames), &err));
    check_spec(&strip);
    assert_fails(strip_spec(&strip, &p, outside, 1, &err), ERR_INVALID, NULL);
    assert_fails(strip_spec(&strip, &p, back, 2, &err), ERR_INVALID, NULL);
}

static void test_timeline(void **state)
{
    (void)state;
    struct loudness_block blocks[100] = {0};
    for (size_t i = 0; i < NB(blocks); i++)
        blocks[i].energy[0] = i >= 40 && i < 60 ? 0 : 0.01F;
    const struct loudness l = {blocks, NB(blocks)};
    AUTO_JSON *probe = probe_of(25, 250, 1280, 720, true);
    AUTO_JSON *analysis = json_loads(
        "{\"black_head_ms\": 400, \"black\": [[0, 300], [5000, 6000]], \"black_tail_ms\": 500,"
        " \"speech_begin_ms\": 1000, \"speech_end_ms\": 9000, \"scenes\": [3000], \"blocks\": 100,"
        " \"clipped\": {\"nb\": 3, \"first_ms\": 2000}, \"dropouts\": [[4000, 2000]],"
        " \"nb_dropouts\": 1, \"picture_damage\": {\"nb\": 1, \"first_ms\": 7000, \"what\": "
        "\"x\"}}",
        0, NULL);
    json_object_set_new(probe, "gaps",
                        json_loads("[{\"at_ms\": 1100, \"length_ms\": -700}]", 0, NULL));
    struct preview p = {.probe = probe, .analysis = analysis};
    assert_true(preview_layout_read(&p.layout, probe, PREVIEW_PLAY));
    assert_true(thumbs_layout_read(&p.thumbs, probe));
    AUTO_JSON *got = timeline_json(&p, &l), *none = timeline_json(NULL, NULL);
    static const struct {
        const char *member, *expected;
    } cases[] = {
        {"silence", "[[4000,6000]]"},
        {"black", "[[0,400],[5000,6000],[9500,10000]]"},
        {"speech", "[1000,9000]"},
        {"scenes", "[3000]"},
        {"faults",
         "[{\"at_ms\":2000,\"end_ms\":3000,\"what\":\"the sound is clipped, the first of 3 "
         "times\"},{\"at_ms\":4000,\"end_ms\":6000,\"what\":\"no sound at all\"}]"},
        {"damage",
         "[{\"at_ms\":7000,\"what\":\"1 packet of the picture is damaged, the first here: "
         "x\"},{\"at_ms\":1000,\"what\":\"the clock goes back by 0:01\"}]"},
        {"waveform", "{\"length\":100,\"pixels_per_second\":10}"},
        {"thumbs", "{\"columns\":10,\"count\":2,\"height\":90,\"interval_ms\":5000,\"rows\":1,"
                   "\"sheets\":1,\"width\":160}"},
        {"preview", "{\"picture\":{\"begins\":[0,50,100,150,200],\"codecs\":\"avc1.42c01e\","
                    "\"height\":360,\"width\":640},\"sound\":{\"begins_ms\":[0,9920],\"codecs\":"
                    "\"mp4a.40.2\"}}"},
    };
    for (size_t i = 0; i < NB(cases); i++) {
        AUTO_FREE char *text = json_canonical(json_object_get(got, cases[i].member));
        assert_row_str(cases[i].member, text, cases[i].expected);
        assert_non_null(json_object_get(none, cases[i].member));
    }
}

int main(void)
{
    const struct CMUnitTest all[] = {
        cmocka_unit_test(test_layout),   cmocka_unit_test(test_without),
        cmocka_unit_test(test_thumbs),   cmocka_unit_test(test_specs),
        cmocka_unit_test(test_timeline),
    };
    return cmocka_run_group_tests(all, NULL, NULL);
}
