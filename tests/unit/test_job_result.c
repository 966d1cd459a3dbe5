/* Results of jobs are read as what an attacker may have written. */
#include "job_result.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs.h"
#include "json.h"
#include "mem.h"
#include "str.h"
#include "support.h"

#define HASH   "00112233445566778899aabbccddeeff"
#define SHA256 HASH HASH
#define GRID \
    "\"grid\": {\"fps\": [25, 1], \"time_base\": [1, 90000], \"origin\": -5, \"frames\": 100}"
#define REST                                                                                     \
    "\"streams\": [{\"index\": 0, \"type\": \"video\", \"codec\": \"h264\"}], \"audio\": null, " \
    "\"duration_ms\": 4000, \"hash\": \"" HASH "\""
#define VIDEO "\"video\": {\"stream\": 0, \"width\": 16, \"height\": 9, \"sar\": [1, 1]}"
#define CELLS "\"cells\": [[0, -5], [50, 180000]]"
#define PROBE "{" GRID ", " REST ", " VIDEO ", " CELLS "}"

static int read_text(json_t **out, enum stage stage, const char *text, struct err *why)
{
    struct err err = {0};
    AUTO_FREE char *path = folder_path("result.json");
    assert_done(fs_write_atomic(path, text, strlen(text), &err));
    return job_result_read(out, stage, path, why);
}

static void test_valid(void **state)
{
    (void)state;
    static const struct {
        enum stage stage;
        const char *text;
    } cases[] = {
        {STAGE_PROBE, PROBE},
        {STAGE_PROBE, "{\"error\": \"no recording\", \"hash\": \"\", \"size\": 3}"},
        {STAGE_ANALYSE,
         "{\"fields\": \"progressive\", \"speech_of\": {\"3+4\": 0.5}, \"hum\": null}"},
        {STAGE_CARD, "{\"frames\": 5, \"hash\": \"" HASH "\", \"header\": \"" HASH "\"}"},
        {STAGE_CELL,
         "{\"frames\": 5, \"hash\": \"" SHA256 "\", \"damage\": {\"nb\": 1, \"first_ms\": -3}}"},
        {STAGE_SOUND,
         "{\"samples\": 0, \"lead_in\": 0, \"packet_samples\": 960, \"hash\": \"" HASH "\"}"},
        {STAGE_POSTER, "{\"bytes\": 3, \"sha256\": \"" SHA256 "\"}"},
        {STAGE_CAPTIONS, "{\"bytes\": 7, \"cues\": 0, \"sha256\": \"" SHA256 "\"}"},
        {STAGE_STORYBOARD,
         "{\"bytes\": 7, \"changes\": [[9000, 400]], \"sha256\": \"" SHA256 "\"}"},
        {STAGE_ASSEMBLE, "{\"bytes\": 7, \"duration_ms\": 0, \"sha256\": \"" SHA256 "\"}"},
        {STAGE_PREVIEW, "{\"bytes\": 7, \"codecs\": \"mp4a.40.2\", \"init_bytes\": 5, \"peaks\": "
                        "[-128, 127], \"sha256\": \"" SHA256 "\"}"},
        {STAGE_THUMBS, "{\"bytes\": 7, \"changes\": [], \"sha256\": \"" SHA256 "\"}"},
    };
    for (size_t i = 0; i < NB(cases); i++) {
        struct err err = {0};
        AUTO_JSON *result = NULL;
        AUTO_JSON *as_it_was = json_loads(cases[i].text, 0, NULL);
        assert_done(read_text(&result, cases[i].stage, cases[i].text, &err));
        assert_true(json_equal(result, as_it_was));
    }
}

static void test_invalid(void **state)
{
    (void)state;
    static const struct {
        enum stage stage;
        const char *text, *says;
    } cases[] = {
        {STAGE_PROBE,
         "\x7f"
         "ELF",
         "is not a valid result: line 1"},
        {STAGE_PROBE, "", "is not a valid result"},
        {STAGE_PROBE, "[]", "expected an object"},
        {STAGE_PROBE, "{}", "'streams' should be there, but is missing"},
        {STAGE_ANALYSE, "{}", "'fields' should be there, but is missing"},
        {STAGE_PREVIEW,
         "{\"bytes\": 7, \"codecs\": \"a\", \"init_bytes\": 5, \"peaks\": [128], \"sha256\": "
         "\"" SHA256 "\"}",
         "peaks"},
        {STAGE_CELL, "{}", "'frames' should be there, but is missing"},
        {STAGE_ANALYSE, "{\"fields\": \"sideways\"}", "'fields' should be one of: flagged"},
        {STAGE_ANALYSE, "{\"fields\": \"top\", \"speech_of\": {\"a b\": 1}}", "should be"},
        {STAGE_ANALYSE, "{\"fields\": \"top\", \"dropouts\": [[1]]}",
         "'dropouts[0]' should be a list of 2 to 2 elements"},
        {STAGE_CELL, "{\"frames\": 9223372036854775807, \"hash\": \"" HASH "\"}",
         "'frames' should be a whole number from 1 to"},
        {STAGE_CELL, "{\"frames\": 1.5, \"hash\": \"" HASH "\"}",
         "'frames' should be a whole number"},
        {STAGE_CELL, "{\"frames\": 1, \"hash\": \"../../etc/passwd\"}",
         "'hash' should be 32 or 64"},
        {STAGE_CELL, "{\"frames\": 1, \"hash\": \"" HASH "\", \"damage\": {\"nb\": -1}}",
         "'damage.nb' should be"},
        {STAGE_POSTER, "{\"bytes\": 3, \"sha256\": \"" SHA256 "\\n" SHA256 "\"}",
         "'sha256' should be 64 hexadecimal digits"},
        {STAGE_POSTER, "{\"bytes\": -3, \"sha256\": \"" SHA256 "\"}", "'bytes' should be"},
        {STAGE_STORYBOARD, "{\"bytes\": 7, \"changes\": [[9000]], \"sha256\": \"" SHA256 "\"}",
         "'changes[0]' should be a list of 2 to 2 elements"},
        {STAGE_STORYBOARD, "{\"bytes\": 7, \"changes\": [[1, \"x\"]], \"sha256\": \"" SHA256 "\"}",
         "'changes[0][1]' should be a whole number"},
        {STAGE_PROBE, "{" GRID ", " REST ", " VIDEO "}", "'cells' is empty"},
        {STAGE_PROBE, "{" GRID ", " REST ", " VIDEO ", \"cells\": [[1, 0]]}",
         "'cells[0]' begins at"},
        {STAGE_PROBE, "{" GRID ", " REST ", " VIDEO ", \"cells\": [[0, 0], [0, 0]]}",
         "'cells[1]' begins at"},
        {STAGE_PROBE, "{" GRID ", " REST ", " VIDEO ", \"cells\": [[0, 0], [100, 0]]}",
         "'cells[1]' begins at"},
        {STAGE_PROBE,
         "{" GRID ", " REST ", \"video\": {\"stream\": 1, \"width\": 1, \"height\": 1, "
         "\"sar\": [1, 1]}, " CELLS "}",
         "'video.stream' is not one of the 1 streams"},
        {STAGE_PROBE,
         "{\"grid\": {\"fps\": [0, 1], \"time_base\": [1, 1], \"origin\": 0, "
         "\"frames\": 1}, " REST ", " VIDEO ", " CELLS "}",
         "'grid.fps[0]' should be a whole number"},
        {STAGE_PROBE,
         "{\"grid\": {\"fps\": [9999, 1], \"time_base\": [1, 1], \"origin\": 0, "
         "\"frames\": 1}, " REST ", " VIDEO ", " CELLS "}",
         "'grid' is not a frame grid"},
    };
    for (size_t i = 0; i < NB(cases); i++) {
        struct err err = {0};
        json_t *none = NULL;
        assert_fails(read_text(&none, cases[i].stage, cases[i].text, &err), ERR_EXTERNAL,
                     cases[i].says);
        assert_null(none);
    }
}

/* Others are dropped; texts are cleaned and cut. */
static void test_cleaned(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_JSON *result = NULL;
    AUTO_FREE char *words = mem_printf("%02000d", 0);
    AUTO_FREE char *text = mem_printf(
        "{\"frames\": 1, \"hash\": \"" HASH "\", \"other\": [[]], \"damage\": {\"nb\": 1, "
        "\"first_ms\": 0, \"what\": \"a\\u001b]0;\\u202eb\\nc%s\", \"more\": {}}}",
        words);
    assert_done(read_text(&result, STAGE_CELL, text, &err));
    assert_int_equal(json_object_size(result), 3);
    const json_t *damage = json_object_get(result, "damage");
    const char *what = json_get_string(damage, "what", "");
    assert_int_equal(json_object_size(damage), 3);
    assert_int_equal(strlen(what), 1000);
    assert_true(str_starts(what, "a]0;b c000"));
}

/* Nothing is read beyond the limit, and only from regular files. */
static void test_limits(void **state)
{
    (void)state;
    struct err err = {0};
    json_t *none = NULL;
    AUTO_FREE char *big = folder_path("big.json"), *pipe = folder_path("pipe.json"),
                   *to = folder_path("link.json"), *lists = folder_path("lists.json");
    assert_done(fs_write_atomic(big, "{}", 2, &err));
    assert_int_equal(truncate(big, 65537), 0);
    assert_fails(job_result_read(&none, STAGE_CELL, big, &err), ERR_EXTERNAL, "it has 65537 bytes");
    assert_int_equal(mkfifo(pipe, 0600), 0);
    assert_fails(job_result_read(&none, STAGE_CELL, pipe, &err), ERR_EXTERNAL,
                 "it is not a regular file");
    assert_int_equal(symlink(big, to), 0);
    assert_fails(job_result_read(&none, STAGE_CELL, to, &err), ERR_IO, "cannot read");
    AUTO_STR text = {0};
    str_add(&text, "{\"a\": [");
    for (int i = 0; i < 600; i++)
        str_add(&text, "[],");
    str_add(&text, "[]]}");

    assert_done(fs_write_atomic(lists, text.s, text.len, &err));
    assert_fails(job_result_read(&none, STAGE_CELL, lists, &err), ERR_EXTERNAL,
                 "has more than 1000 values");
    assert_fails(job_result_read(&none, STAGE_CELL, "/none.json", &err), ERR_NOT_FOUND, "/none");
}

/* The longest recording, with a cell every 24 s and a change of scene every 2 s, fits. */
static void test_longest(void **state)
{
    (void)state;
    enum { HOURS = 720 };
    struct err err = {0};
    AUTO_JSON *probe = json_loads(PROBE, 0, NULL), *result = NULL, *seen = NULL;
    AUTO_JSON *cells = json_array(), *scenes = json_array();
    for (json_int_t s = 0; s < HOURS * 3600; s += 2)
        json_array_append_new(scenes, json_integer(1000 * s));
    for (json_int_t s = 0; s < HOURS * 3600; s += 24)
        json_array_append_new(cells, json_pack("[I, I]", 60 * s, 90000 * s + 8000000000));
    json_object_set(probe, "cells", cells);
    json_object_set_new(probe, "grid",
                        json_pack("{s:[i,i], s:[i,i], s:i, s:i}", "fps", 60, 1, "time_base", 1,
                                  90000, "origin", 0, "frames", HOURS * 3600 * 60));
    AUTO_JSON *analysis = json_pack("{s:s, s:O}", "fields", "progressive", "scenes", scenes);
    AUTO_FREE char *of_probe = json_file_text(probe), *of_analysis = json_file_text(analysis);
    assert_done(read_text(&result, STAGE_PROBE, of_probe, &err));
    assert_done(read_text(&seen, STAGE_ANALYSE, of_analysis, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_valid),   cmocka_unit_test(test_invalid),
        cmocka_unit_test(test_cleaned), cmocka_unit_test(test_limits),
        cmocka_unit_test(test_longest),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
