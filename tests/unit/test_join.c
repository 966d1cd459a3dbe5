#include "support.h"

#include <stdio.h>
#include <string.h>

#include "join.h"
#include "json.h"
#include "mem.h"
#include "str.h"

static void test_names(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool counts, chapter;
        int number;
        const char *next;
    } cases[] = {
        {"GH010042.MP4", true, true, 1, "GH020042.MP4"},
        {"gx110007.mp4", true, true, 11, "gx120007.mp4"},
        {"GOPR0042.MP4", true, true, 0, "GP010042.MP4"},
        {"GP010042.MP4", true, true, 1, "GP020042.MP4"},
        {"00000.MTS", true, false, 0, "00001.MTS"},
        {"talk_009.MTS", true, false, 9, "talk_010.MTS"},
        {"MVI_0099.MOV", true, false, 99, "MVI_0100.MOV"},
        {"part9.mkv", true, false, 9, "part10.mkv"},
        {"GH01004.MP4", true, false, 1004, "GH01005.MP4"},
        {"20210504.mp4", false, false, 0, NULL}, /* a date counts nothing */
        {"keynote.mp4", false, false, 0, NULL},
        {".mp4", false, false, 0, NULL},
    };
    for (size_t i = 0; i < NB(cases); i++) {
        struct join_name n, next;
        char buf[512];
        assert_int_equal(join_name_parse(&n, cases[i].name), cases[i].counts);
        if (!cases[i].counts)
            continue;
        assert_int_equal(n.chapter, cases[i].chapter);
        assert_int_equal(n.number, cases[i].number);
        assert_string_equal(join_name_of(buf, sizeof buf, &n, n.number + 1), cases[i].next);
        assert_true(join_name_parse(&next, cases[i].next));
        assert_true(join_name_same_row(&n, &next));
        assert_int_equal(next.number, n.number + 1);
    }
    struct join_name n;
    assert_true(join_name_parse(&n, "GP010042.MP4"));
    char buf[512];
    assert_string_equal(join_name_of(buf, sizeof buf, &n, 0), "GOPR0042.MP4");
}

/* One file as a test states it: its size, the times of its picture, or a probe that is another. */
struct stated {
    const char *path;
    int64_t size;
    int64_t start_ms, end_ms;
    const char *container, *created;
    int width;
};

static json_t *probe_of(const struct stated *s)
{
    return json_pack("{s:s, s:I, s:s?, s:{s:i}, s:[{s:s, s:i, s:I, s:I}]}", "container",
                     s->container ? s->container : "mpegts", "duration_ms",
                     (json_int_t)(s->end_ms - s->start_ms), "creation_time", s->created, "video",
                     "stream", 0, "streams", "codec", "h264", "width", s->width ? s->width : 1920,
                     "start_ms", (json_int_t)s->start_ms, "end_ms", (json_int_t)s->end_ms);
}

static json_t *probe_with(const char *types)
{
    json_t *streams = json_array();
    AUTO_FREE char *list = mem_strdup(types);
    char *rest = NULL;
    for (char *type = strtok_r(list, " ", &rest); type; type = strtok_r(NULL, " ", &rest)) {
        const bool cover = strcmp(type, "cover") == 0;
        json_array_append_new(streams, json_pack("{s:s, s:i}", "type", cover ? "video" : type,
                                                 "packets", cover ? 1 : 100));
    }
    return json_pack("{s:s, s:o}", "container", "mov", "streams", streams);
}

static void keep(void *opaque, const char *line)
{
    str_addf(opaque, "%s\n", line);
}

/* want: the files in the order of rows, '+' before those that continue the one before, ' ' before
 * the others. said: what is said, NULL: nothing. */
static void check(const struct stated *s, size_t nb, const char *want, const char *said)
{
    struct join_file files[8];
    AUTO_STR got = {0}, lines = {0};
    for (size_t i = 0; i < nb; i++)
        files[i] =
            (struct join_file){.path = s[i].path, .size = s[i].size, .probe = probe_of(&s[i])};
    const size_t nb_said = join_find(files, nb, keep, &lines);
    for (size_t i = 0; i < nb; i++) {
        str_addf(&got, "%s%s",
                 i == 0               ? ""
                 : files[i].continues ? "+"
                                      : " ",
                 strrchr(files[i].path, '/') + 1);
        json_decref((json_t *)(uintptr_t)files[i].probe);
    }
    assert_string_equal(got.s, want);
    assert_int_equal(nb_said, said ? 1 : 0);
    if (said && !strstr(lines.s, said))
        fail_msg("not found: %s\nin: %s", said, lines.s);
}
#define CHECK(want, said, ...)                        \
    do {                                              \
        const struct stated stated[] = {__VA_ARGS__}; \
        check(stated, NB(stated), want, said);        \
    } while (0)

static const char mp4[] = "mov,mp4";
#define GB INT64_C(1000000000)

static void test_chapters(void **state)
{
    (void)state;
    CHECK(
        "GH010042.MP4+GH020042.MP4+GH030042.MP4 GH010043.MP4", NULL,
        {"/a/GH010043.MP4", 9, 0, 100, mp4, NULL, 0}, {"/a/GH030042.MP4", 9, 0, 100, mp4, NULL, 0},
        {"/a/GH010042.MP4", 9, 0, 100, mp4, NULL, 0}, {"/a/GH020042.MP4", 9, 0, 100, mp4, NULL, 0});
    CHECK("GOPR0042.MP4+GP010042.MP4", NULL, {"/a/GP010042.MP4", 9, 0, 100, mp4, NULL, 0},
          {"/a/GOPR0042.MP4", 9, 0, 100, mp4, NULL, 0});
    CHECK("GH010042.MP4 GH020042.MP4", "'GH010042.MP4' is missing: 'GH020042.MP4'",
          {"/a/GH010042.MP4", 9, 0, 100, mp4, NULL, 0},
          {"/b/GH020042.MP4", 9, 0, 100, mp4, NULL,
           0}); /* what another folder holds does not count */
}

static void test_missing(void **state)
{
    (void)state;
    CHECK("GH010042.MP4 GH030042.MP4", "'GH020042.MP4' is missing: 'GH010042.MP4' and",
          {"/a/GH010042.MP4", 9, 0, 100, mp4, NULL, 0},
          {"/a/GH030042.MP4", 9, 0, 100, mp4, NULL, 0});
    CHECK("GH010042.MP4 GH020042.MP4 GH050042.MP4", "'GH030042.MP4' to 'GH040042.MP4' are missing",
          {"/a/GH010042.MP4", 9, 0, 100, mp4, NULL, 0},
          {"/a/GH020042.MP4", 9, 0, 100, mp4, NULL, 0},
          {"/a/GH050042.MP4", 9, 0, 100, mp4, NULL, 0});
    CHECK("GH020042.MP4 GH030042.MP4", "'GH010042.MP4' is missing: 'GH020042.MP4' is not the",
          {"/a/GH020042.MP4", 9, 0, 100, mp4, NULL, 0},
          {"/a/GH030042.MP4", 9, 0, 100, mp4, NULL, 0});
    CHECK("GP010042.MP4", "'GOPR0042.MP4' is missing",
          {"/a/GP010042.MP4", 9, 0, 100, mp4, NULL, 0});
    CHECK("t_001.ts t_003.ts", "'t_002.ts' is missing",
          {"/a/t_001.ts", 9, 1400, 61400, NULL, NULL, 0},
          {"/a/t_003.ts", 9, 121400, 130000, NULL, NULL, 0});
    /* A clip was deleted: the clock of the next begins anew. */
    CHECK("00000.MTS 00002.MTS", NULL, {"/a/00000.MTS", 9, 1000, 61000, NULL, NULL, 0},
          {"/a/00002.MTS", 9, 1000, 30000, NULL, NULL, 0});
    CHECK("00000.MTS 00002.MTS", "'00001.MTS' is missing",
          {"/a/00000.MTS", 2 * GB + GB / 8, 1, 2, NULL, NULL, 0},
          {"/a/00002.MTS", 9, 1000, 30000, NULL, NULL, 0}); /* it was ended by its size */
}

static void test_clocks(void **state)
{
    (void)state;
    CHECK("00000.MTS+00001.MTS 00002.MTS", NULL, {"/a/00000.MTS", 9, 1000, 61000, NULL, NULL, 0},
          {"/a/00001.MTS", 9, 61040, 90000, NULL, NULL, 0},
          {"/a/00002.MTS", 9, 1000, 9000, NULL, NULL, 0});
    /* The recorder began the next file 0.9 s, or 8 s, early. */
    CHECK("00000.MTS+00001.MTS+00002.MTS", NULL, {"/a/00000.MTS", 9, 1000, 61000, NULL, NULL, 0},
          {"/a/00001.MTS", 9, 60100, 90000, NULL, NULL, 0},
          {"/a/00002.MTS", 9, 82000, 99000, NULL, NULL, 0});
    /* Short clips whose clocks begin anew do not overlap. */
    CHECK("00000.MTS 00001.MTS", NULL, {"/a/00000.MTS", 9, 1000, 9000, NULL, NULL, 0},
          {"/a/00001.MTS", 9, 1000, 30000, NULL, NULL, 0});
    /* Over the turn of 33 bits. */
    CHECK("a1.ts+a2.ts", NULL, {"/a/a1.ts", 9, 95400000, 95443700, NULL, NULL, 0},
          {"/a/a2.ts", 9, 20, 9000, NULL, NULL, 0});
    /* Of a container with a clock of its own for each file, times say nothing. */
    CHECK("a1.mp4 a2.mp4", NULL, {"/a/a1.mp4", 9, 0, 900, mp4, NULL, 0},
          {"/a/a2.mp4", 9, 900, 1800, mp4, NULL, 0});
    CHECK("a1.mp4+a2.mp4 a3.mp4", NULL,
          {"/a/a1.mp4", 9, 0, 60000, mp4, "2021-05-04T09:00:00.000000Z", 0},
          {"/a/a2.mp4", 9, 0, 60000, mp4, "2021-05-04T09:01:01.000000Z", 0},
          {"/a/a3.mp4", 9, 0, 60000, mp4, "2021-05-04T09:05:00.000000Z", 0});
    CHECK("a1.mp4 a2.mp4", NULL, {"/a/a1.mp4", 9, 0, 60000, mp4, "2021-05-04T09:00:00.000000Z", 0},
          {"/a/a2.mp4", 9, 0, 60000, mp4, "2021-05-04T09:00:00.000000Z", 0});
}

static void test_sizes(void **state)
{
    (void)state;
    CHECK("1.mov+2.mov+3.mov", NULL, {"/a/1.mov", 4 * GB - 7, 0, 900, mp4, NULL, 0},
          {"/a/2.mov", 4 * GB - 9, 0, 900, mp4, NULL, 0}, {"/a/3.mov", GB, 0, 900, mp4, NULL, 0});
    CHECK("1.mov+2.mov+3.mov", NULL,
          {"/a/1.mov", GB + 7, 0, 900, mp4, NULL, 0}, /* a size of its own */
          {"/a/2.mov", GB, 0, 900, mp4, NULL, 0}, {"/a/3.mov", GB / 3, 0, 900, mp4, NULL, 0});
    CHECK("1.mov 2.mov", NULL, {"/a/1.mov", GB, 0, 900, mp4, NULL, 0},
          {"/a/2.mov", GB, 0, 900, mp4, NULL, 0});
    CHECK("1.mov 2.mov 3.mov", NULL, {"/a/1.mov", 500, 0, 900, mp4, NULL, 0},
          {"/a/2.mov", 500, 0, 900, mp4, NULL, 0}, {"/a/3.mov", 500, 0, 900, mp4, NULL, 0});
    CHECK("1.mov 2.mov", NULL, {"/a/1.mov", 3 * GB, 0, 900, mp4, NULL, 0},
          {"/a/2.mov", GB, 0, 900, mp4, NULL, 0});
}

static void test_differing(void **state)
{
    (void)state;
    CHECK("GH010042.MP4 GH020042.MP4",
          "'GH010042.MP4' and 'GH020042.MP4' look like one recording, but are not joined: they "
          "differ in the width of the picture (1920, 1280)",
          {"/a/GH010042.MP4", 9, 0, 100, mp4, NULL, 0},
          {"/a/GH020042.MP4", 9, 0, 100, mp4, NULL, 1280});
    CHECK("GH010042.MP4 GH020042.MP4", "differ in the container",
          {"/a/GH010042.MP4", 9, 0, 100, mp4, NULL, 0},
          {"/a/GH020042.MP4", 9, 0, 100, "avi", NULL, 0});
}

/* The first file has a stream that the next ones lack. */
static void test_fewer_streams(void **state)
{
    (void)state;
    static const char *const layouts[][3] = {
        {"video audio", "video audio", NULL},
        {"video audio", "audio video audio", NULL},
        {"video audio subtitle data", "video audio", NULL},
        {"video audio audio", "video audio", "differ in the number of streams of sound (2, 1)"},
        {"video video audio", "video audio", "differ in the number of streams of pictures (2, 1)"},
        {"video cover audio", "video audio", NULL},
    };
    for (size_t i = 0; i < NB(layouts); i++) {
        AUTO_STR lines = {0};
        struct join_file files[] = {
            {.path = "/a/GH010042.MP4", .probe = probe_with(layouts[i][0])},
            {.path = "/a/GH020042.MP4", .probe = probe_with(layouts[i][1])}};
        join_find(files, NB(files), keep, &lines);
        assert_int_equal(files[1].continues, !layouts[i][2]);
        if (layouts[i][2])
            assert_non_null(strstr(lines.s, layouts[i][2]));
        for (size_t k = 0; k < NB(files); k++)
            json_decref((json_t *)(uintptr_t)files[k].probe);
    }
}

/* A file that is in a recording of several already stays there without any evidence. */
static void test_joined_stays(void **state)
{
    (void)state;
    AUTO_STR lines = {0};
    struct join_file files[] = {{.path = "/a/1.ts", .size = 9},
                                {.path = "/a/2.ts", .size = 9, .inside_of_joined = true},
                                {.path = "/a/3.ts", .size = 9}};
    assert_int_equal(join_find(files, NB(files), keep, &lines), 0);
    assert_true(files[1].continues);
    assert_false(files[2].continues);
    assert_int_equal(join_find(NULL, 0, keep, &lines), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),         cmocka_unit_test(test_chapters),
        cmocka_unit_test(test_missing),       cmocka_unit_test(test_clocks),
        cmocka_unit_test(test_sizes),         cmocka_unit_test(test_differing),
        cmocka_unit_test(test_fewer_streams), cmocka_unit_test(test_joined_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
