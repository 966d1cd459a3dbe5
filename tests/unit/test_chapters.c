/* Chapters: lists of them read, cut and proposed, and what other programs get. */
#include "support.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "chapters.h"
#include "export_chapters.h"
#include "json.h"
#include "mem.h"
#include "str.h"

/* "0 Intro|750000 Demo" */
static char *describe(const struct chapters *c)
{
    AUTO_STR s = {0};
    for (size_t i = 0; i < c->nb; i++)
        str_addf(&s, "%s%lld %s", i ? "|" : "", (long long)c->list[i].at_ms, c->list[i].title);
    return str_take(&s);
}

static void fill(struct chapters *c, const char *text)
{
    for (const char *p = text; *p; p += strcspn(p, "|"), p += *p == '|') {
        char *title;
        const long long ms = strtoll(p, &title, 10);
        AUTO_FREE char *own = mem_printf("%.*s", (int)strcspn(title + 1, "|"), title + 1);
        chapters_add(c, ms, own);
    }
}

/* --- reading ---------------------------------------------------------------------------------- */

static void reads(void **state)
{
    static const struct {
        const char *text, *chapters;
    } rows[] = {
        {"0:00 Intro\n12:30 Live demo\n", "0 Intro|750000 Live demo"},
        {"12:30.500\tDemo  one \r\n\r\n  1:02:03 End", "750500 Demo one|3723000 End"},
        {"\xef\xbb\xbf"
         "0:05 b\r0:01 a",
         "1000 a|5000 b"},
        {"0:01 <script>alert(1)</script> \xe2\x80\xae"
         "evil\x1b[31m",
         "1000 <script>alert(1)</script> evil[31m"},
        {"WEBVTT\n\n00:00:00.000 --> 00:00:05.000\nA &amp; B\n\n"
         "NOTE about\nthis\n\ntwo\n00:05.250 --> 01:00.000 align:left\nlong\ntitle\n",
         "0 A & B|5250 long title"},
        {"WEBVTT chapters\r\n\r\n1:00:00.000 --> 1:00:01.000\r\nx --> y", "3600000 x --> y"},
    };
    (void)state;
    for (size_t i = 0; i < NB(rows); i++) {
        AUTO_CHAPTERS c = {0};
        struct err err = {0};
        assert_done(chapters_read(&c, "x", rows[i].text, strlen(rows[i].text), &err));
        AUTO_FREE char *found = describe(&c);
        assert_row_str(rows[i].text, found, rows[i].chapters);
    }
}

static void refuses(void **state)
{
    static const struct {
        const char *text, *message;
    } rows[] = {
        {"0:00 a\nIntro\n", "'x', line 2: no time as in '12:30 Title' ('Intro')"},
        {"12 a", "line 1: no time"},
        {"0:75 a", "line 1: no time"},
        {"9999999:00:00 a", "line 1: no time"},
        {"0:01\n", "line 1: the title is empty"},
        {"0:01 \xe2\x80\x8b \x01\n", "line 1: the title is empty"},
        {"0:01 a\n0:01 b", "line 2: there is a chapter at that time already ('b')"},
        {"0:01 \xff", "line 1: it is no text in UTF-8"},
        {"\xff\xfe"
         "0",
         "line 1: it is no text in UTF-8"},
        {"WEBVTT\n\na --> b\nc", "line 3: no times as in"},
        {"WEBVTT\n\n00:01.000 --> 00:02.000\n\n", "line 4: the title is empty"},
        {"WEBVTT\n\nNOTE nothing\n", "'x' has no chapters"},
        {"", "'x' has no chapters: correct the file, or remove it to publish without"},
    };
    (void)state;
    for (size_t i = 0; i < NB(rows); i++) {
        AUTO_CHAPTERS c = {0};
        struct err err = {0};
        assert_int_equal(chapters_read(&c, "x", rows[i].text, strlen(rows[i].text), &err),
                         ERR_INVALID);
        if (!strstr(err.msg, rows[i].message))
            fail_msg("'%s': '%s', not '%s'", rows[i].text, err.msg, rows[i].message);
        assert_int_equal(c.nb, 0);
    }
}

static void limits(void **state)
{
    AUTO_STR title = {0}, many = {0}, line = {0};
    struct err err = {0};
    AUTO_CHAPTERS c = {0};
    (void)state;
    str_add(&title, "0:01 ");
    for (int i = 0; i < 1000; i++)
        str_add(&title, "x");
    assert_int_equal(chapters_read(&c, "x", title.s, title.len, &err), ERR_INVALID);
    assert_non_null(strstr(err.msg, "line 1: the title has 1000 bytes: at most 255 are allowed"));
    for (int i = 0; i <= CHAPTERS_MAX; i++)
        str_addf(&many, "%d:%02d a\n", i / 60, i % 60);
    err = (struct err){0};
    assert_int_equal(chapters_read(&c, "x", many.s, many.len, &err), ERR_INVALID);
    assert_non_null(strstr(err.msg, "line 501: too many chapters"));
    err = (struct err){0};
    assert_int_equal(chapters_read(&c, "x", "0:01 a\0b", 8, &err), ERR_INVALID);
    assert_non_null(strstr(err.msg, "line 1: it is no text"));
    for (int i = 0; i < 5000; i++)
        str_add(&line, " ");
    err = (struct err){0};
    assert_int_equal(chapters_read(&c, "x", line.s, line.len, &err), ERR_INVALID);
    assert_non_null(strstr(err.msg, "line 1: the line is too long"));
}

/* --- a part's --------------------------------------------------------------------------------- */

static void cuts_and_publishes(void **state)
{
    static const struct {
        const char *all;
        int64_t begin_ms, end_ms;
        const char *of_part, *published;
    } rows[] = {
        {"0 a|60000 b", 0, 100000, "0 a|60000 b", "0 a|65000 b"},
        {"0 a|60000 b", 10000, 100000, "0 a|50000 b", "0 a|55000 b"},
        {"0 a|60000 b|90000 c", 60000, 90000, "0 b", "0 b"},
        {"0 a|5000 b|90000 c", 10000, 90000, "0 b", "0 b"},
        {"20000 a", 10000, 90000, "10000 a", "0 Talk|15000 a"},
        {"20000 a", 10000, 20000, "", ""},
    };
    (void)state;
    for (size_t i = 0; i < NB(rows); i++) {
        AUTO_CHAPTERS all = {0}, of_part = {0}, published = {0};
        fill(&all, rows[i].all);
        chapters_cut(&of_part, &all, rows[i].begin_ms, rows[i].end_ms);
        chapters_publish(&published, &of_part, 5000, "Talk");
        AUTO_FREE char *cut = describe(&of_part), *out = describe(&published);
        assert_row_str(rows[i].all, cut, rows[i].of_part);
        assert_row_str(rows[i].all, out, rows[i].published);
    }
}

static void drops(void **state)
{
    static const struct {
        const char *all;
        int64_t begin_ms, end_ms;
        const char *left;
    } rows[] = {
        {"0 a|60000 b", 20000, 30000, "0 a|50000 b"},
        {"0 a|60000 b", 60000, 70000, "0 a|60000 b"},
        {"0 a|60000 b", 50000, 70000, "0 a|50000 b"},         /* at the joint */
        {"0 a|60000 b|70000 c", 50000, 70000, "0 a|50000 c"}, /* another one is there */
        {"0 a|60000 b|65000 c", 50000, 70000, "0 a|50000 c"}, /* the last of two */
        {"0 a|50000 b|65000 c", 50000, 70000, "0 a|50000 c"}, /* also of one that was there */
        {"0 a|60000 b|75000 c", 50000, 70000, "0 a|50000 b|55000 c"},
        {"", 0, 1000, ""},
    };
    (void)state;
    for (size_t i = 0; i < NB(rows); i++) {
        AUTO_CHAPTERS all = {0};
        fill(&all, rows[i].all);
        chapters_drop(&all, rows[i].begin_ms, rows[i].end_ms);
        AUTO_FREE char *left = describe(&all);
        assert_row_str(rows[i].all, left, rows[i].left);
    }
}

static void proposes(void **state)
{
    static const struct slide_change changes[] = {
        {30000, 1000},                /* too near to the start */
        {70000, 300},                 /* too near to a stronger one */
        {100000, 500}, {159000, 400}, /* likewise */
        {160000, 400}, {300000, 900}, /* too near to one that is there */
        {500000, 100}, {595000, 1000} /* too near to the end */
    };
    AUTO_CHAPTERS there = {0}, out = {0}, none = {0};
    (void)state;
    chapters_add(&there, 320000, "Demo");
    chapters_propose(&out, changes, NB(changes), &there, 600000);
    AUTO_FREE char *found = describe(&out);
    assert_string_equal(found, "100000 Slide 1|160000 Slide 2|500000 Slide 3");
    chapters_propose(&none, NULL, 0, &there, 600000);
    assert_int_equal(none.nb, 0);
}

/* --- exports ---------------------------------------------------------------------------------- */

static json_t *list(const char *text)
{
    AUTO_CHAPTERS c = {0};
    json_t *all = json_array();
    fill(&c, text);
    for (size_t i = 0; i < c.nb; i++)
        json_array_append_new(all, json_pack("{s:I, s:s}", "start_ms", (json_int_t)c.list[i].at_ms,
                                             "title", c.list[i].title));
    return all;
}

static void exports(void **state)
{
    AUTO_JSON *chapters = list("0 <b> & --> x|3723004 End");
    AUTO_FREE char *vtt = export_chapters_vtt(chapters, 7200000);
    AUTO_FREE char *json = export_chapters_json(chapters, "The \"talk\"");
    (void)state;
    assert_string_equal(vtt, "WEBVTT\n"
                             "\n00:00:00.000 --> 01:02:03.004\n&lt;b&gt; &amp; --&gt; x\n"
                             "\n01:02:03.004 --> 02:00:00.000\nEnd\n");
    assert_string_equal(json, "{\n  \"version\": \"1.2.0\",\n  \"title\": \"The \\\"talk\\\"\",\n"
                              "  \"chapters\": [\n    {\n      \"startTime\": 0,\n"
                              "      \"title\": \"<b> & --> x\"\n    },\n    {\n"
                              "      \"startTime\": 3723.004,\n      \"title\": \"End\"\n    }\n"
                              "  ]\n}\n");
}

static void youtube(void **state)
{
    static const struct {
        const char *chapters, *broken;
    } rows[] = {
        {"0 a|15999 b|30000 c", NULL},
        {"5000 a|15000 b|30000 c", "the first chapter does not begin at 0:00"},
        {"", "0 chapters instead of at least 3"},
        {"0 a|15000 b", "2 chapters instead of at least 3"},
        {"0 a|15000 b|24000 c", "the chapter at 0:15 lasts 9 s instead of at least 10 s"},
        {"0 a|15000 b|55000 c", "the chapter at 0:55 lasts 5 s instead of at least 10 s"},
    };
    (void)state;
    for (size_t i = 0; i < NB(rows); i++) {
        AUTO_JSON *chapters = list(rows[i].chapters);
        AUTO_FREE char *broken = NULL, *text = export_chapters_youtube(&broken, chapters, 60000);
        if (i == 0)
            assert_string_equal(text, "0:00 a\n0:15 b\n0:30 c\n");
        assert_row_str(rows[i].chapters, broken ? broken : "",
                       rows[i].broken ? rows[i].broken : "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads),   cmocka_unit_test(refuses),
        cmocka_unit_test(limits),  cmocka_unit_test(cuts_and_publishes),
        cmocka_unit_test(drops),   cmocka_unit_test(proposes),
        cmocka_unit_test(exports), cmocka_unit_test(youtube),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
