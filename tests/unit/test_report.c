/* The report: its table of checks, what a page and a table hold, and that no text gets out of its
 * place. */
#include <stdlib.h>
#include <string.h>

#include "fs.h"
#include "json.h"
#include "mem.h"
#include "part.h"
#include "report.h"
#include "report_checks.h"
#include "report_view.h"
#include "str.h"
#include "support.h"

/* A part that says it all in marks of HTML, CSS, CSV and formulas. */
#define HOSTILE "</style><script>alert(1)</script> \\\"'&amp; ]]>"
static const char document[] =
    "{\"version\": 1, \"kind\": \"report\", \"made\": \"2026-11-30T05:42:00Z\","
    " \"event\": {\"name\": \"" HOSTILE "\", \"place\": null, \"begin\": \"2010-04-28\","
    " \"end\": \"2010-04-29\"},"
    " \"counts\": {\"parts\": 2, \"ok\": 1, \"accepted\": 0, \"need_person\": 1, \"published\": 1,"
    "  \"files_published\": 1, \"bytes_published\": 2000000, \"listed_s\": 726.0,"
    "  \"measured_s\": 700.5},"
    " \"lead_in\": {\"s\": 5.0, \"nb\": 6, \"of\": 7}, \"unused\": [{\"name\": \"" HOSTILE
    "\", \"duration_s\": 60.0, \"error\": null}],"
    " \"parts\": ["
    " {\"talk\": 15, \"part\": 1, \"name\": \"15/1\", \"title\": \"" HOSTILE "\","
    "  \"speakers\": [\"=HYPERLINK(\\\"http://x\\\")\", \"B\"], \"section\": \"+1\", \"room\": "
    "null,"
    "  \"start\": null, \"language\": \"de\", \"listed_s\": 726.0, \"slot_s\": null,"
    "  \"measured_s\": 652.4, \"difference_s\": -73.6, \"verdict\": \"short\","
    "  \"cause\": \"one; two\", \"accepted_because\": null, \"state\": \"held\","
    "  \"needs_person\": true, \"failure\": null,"
    "  \"recording\": {\"name\": \"@a,b.mp4\", \"files\": [], \"duration_s\": 652.4, \"width\": "
    "1280,"
    "   \"height\": 720, \"codec\": \"h264\", \"bytes\": 1000},"
    "  \"match\": {\"state\": \"sure\", \"score\": 0.9, \"margin\": 0.8, \"by_hand\": false,"
    "   \"reason\": \"x\", \"suspicion\": null},"
    "  \"cut\": {\"in_s\": 0.0, \"out_s\": 652.4, \"fps\": 25.0, \"in_frame\": 0,"
    "   \"out_frame\": 16310, \"by\": \"hand\", \"whole\": true},"
    "  \"sound\": {\"stream\": 1, \"use\": \"both\", \"before_lufs\": -20.1, \"before_dbtp\": -3.0,"
    "   \"loudness_lufs\": -16.0, \"peak_dbtp\": -1.2, \"gain_db\": 4.1, \"channels\": null,"
    "   \"remarks\": null, \"fault\": null},"
    "  \"files\": [{\"file\": \"15.mp4\", \"kind\": \"video\", \"made\": true, \"published\": true,"
    "   \"bytes\": 2000000, \"codecs\": \"avc1.64001f,mp4a.40.2\", \"sha256\": \"abc\","
    "   \"duration_s\": 657.4, \"bits_per_s\": 24338, \"width\": 1280, \"height\": 720}],"
    "  \"checks\": [{\"number\": 201, \"name\": \"Length as listed\", \"class\": \"automatic\","
    "   \"required\": \"12:06\", \"tolerance\": \"2 s\", \"measured\": \"10:52.400\","
    "   \"result\": \"fail\", \"because\": null},"
    "   {\"number\": 301, \"name\": \"Right talk\", \"class\": \"by eye\", \"required\": \"x\","
    "   \"tolerance\": \"none\", \"measured\": \"\", \"result\": \"not checked\","
    "   \"because\": null}],"
    "  \"decisions\": [{\"what\": \"cut by hand\", \"at\": \"2026-11-29T10:00:00Z\","
    "   \"because\": \"" HOSTILE "\"}],"
    "  \"to_do\": [{\"what\": \"x\", \"command\": \"talkpress cut 15/1\", \"person\": true}]},"
    " {\"talk\": 16, \"part\": 1, \"name\": \"16\", \"title\": \"  =1+1\", \"speakers\": [],"
    "  \"section\": null, \"room\": null, \"start\": null, \"language\": null, \"listed_s\": null,"
    "  \"slot_s\": 1800, \"measured_s\": null, \"difference_s\": null, \"verdict\": \"ok\","
    "  \"cause\": null, \"accepted_because\": null, \"state\": \"complete\","
    "  \"needs_person\": false, \"failure\": null, \"recording\": null, \"match\": null,"
    "  \"cut\": null, \"sound\": null, \"files\": [], \"checks\": [], \"decisions\": [],"
    "  \"to_do\": []}]}";

static void read_report(struct report *out)
{
    struct err err = {0};
    *out = (struct report){.nb = 2, .sights = mem_zalloc(2, sizeof *out->sights)};
    assert_done(json_read_text(&out->document, document, "a test", &err));
    json_object_set_new(out->document, "checks",
                        report_checks_sum(json_object_get(out->document, "parts")));
    out->sights[0].strip = mem_strdup("<img alt=\"strip\">");
    out->sights[0].waveform = mem_strdup("<svg class=\"waveform\"></svg>");
}

/* --- checks ----------------------------------------------------------------------------------- */

static void test_table(void **state)
{
    (void)state;
    AUTO_FREE char *page = NULL;
    struct err err = {0};
    assert_done(fs_read(&page, NULL, SOURCE_DIR "/docs/checks.md", 1 << 20, &err));
    for (size_t i = 0; i < nb_report_checks; i++) {
        const struct report_check *c = &report_checks[i];
        AUTO_FREE char *row = mem_printf("\n| %d | %s |", c->number, c->name);
        assert_true(c->number > 100 && c->number < 400);
        assert_true(i == 0 || report_checks[i - 1].number < c->number);
        assert_true(*c->name && *c->tolerance && *c->source && c->look);
        if (!strstr(page, row))
            fail_msg("docs/checks.md has no row '%s'", row + 1);
    }
}

static void test_sum(void **state)
{
    (void)state;
    AUTO_REPORT r = {0};
    read_report(&r);
    const json_t *sum = json_object_get(r.document, "checks");
    assert_int_equal(json_array_size(sum), 2);
    const json_t *length = json_array_get(sum, 0), *talk = json_array_get(sum, 1);
    assert_int_equal(json_get_int(length, "number", 0), 201);
    assert_int_equal(json_get_int(length, "fail", 0), 1);
    assert_int_equal(json_get_int(length, "pass", -1), 0);
    assert_string_equal(json_get_string(talk, "class", ""), "by eye");
    assert_int_equal(json_get_int(talk, "not_checked", 0), 1);
}

/* Of several files each value once, also one that is the end of another. */
static void test_values(void **state)
{
    enum { SOUND_STARTS = 107, NB = 3 };
    (void)state;
    const int us[NB] = {11500, 1500, 11500};
    struct output outputs[NB];
    const struct part_plan pp = {.outputs = outputs, .nb_outputs = NB};
    const struct report_look look = {.pp = &pp};
    struct report_finding f = {0};
    for (int i = 0; i < NB; i++)
        outputs[i] = (struct output){.kind = OUTPUT_RENDITION,
                                     .result = json_pack("{s:i}", "sound_start_us", us[i])};
    for (size_t i = 0; i < nb_report_checks; i++)
        if (report_checks[i].number == SOUND_STARTS)
            report_checks[i].look(&f, &look);
    assert_string_equal(f.measured, "11.5 ms, 1.5 ms");
    assert_int_equal(f.result, REPORT_PASS);
    free(f.required);
    free(f.measured);
    for (int i = 0; i < NB; i++)
        json_decref(outputs[i].result);
}

/* --- the page --------------------------------------------------------------------------------- */

static size_t count(const char *in, const char *text)
{
    size_t nb = 0;
    for (const char *p = in; (p = strstr(p, text)); p += strlen(text))
        nb++;
    return nb;
}

static void has(const char *page, const char *text)
{
    if (!strstr(page, text))
        fail_msg("not found: %s", text);
}

static void test_page(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_REPORT r = {0};
    AUTO_STR page = {0};
    read_report(&r);
    assert_done(report_html(&page, &r, &err));
    has(page.s, "&lt;/style&gt;&lt;script&gt;alert(1)&lt;/script&gt; &quot;'&amp;amp; ]]&gt;");
    assert_int_equal(count(page.s, "<script"), 0);
    assert_int_equal(count(page.s, "</style>"), 1);
    assert_int_equal(count(page.s, "<link"), 0);
    assert_int_equal(count(page.s, "<img alt=\"strip\">"), 1);
    assert_int_equal(count(page.s, "<svg class=\"waveform\"></svg>"), 1);
    has(page.s, "28–29 April 2010");
    has(page.s, "made 30 November 2026, 05:42 UTC");
    has(page.s, "-73.6 s");
    has(page.s, "one<br>two");
    has(page.s, "6 of 7 recordings are 5.0 s longer than listed");
    has(page.s, "<code class=\"command\">talkpress cut 15/1</code>");
    has(page.s, "cut by hand</bdi>, 29 November 2026, 10:00 UTC");
    assert_true(report_is_one(page.s));
    assert_true(strlen(page.s) == page.len);
    AUTO_FREE char *head = mem_printf("%.*s", REPORT_HEAD_BYTES, page.s);
    assert_true(report_is_one(head));
}

/* The event's name is in the style too, for the top of each page on paper. */
static void test_page_head(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_REPORT r = {0};
    AUTO_STR page = {0};
    read_report(&r);
    assert_done(report_html(&page, &r, &err));
    has(page.s, "@page{@top-left{content:\"\\3c \\2f style\\3e \\3c script\\3e alert\\28 1");
    has(page.s, "@top-right{content:\"30 November 2026\\2c  05\\3a 42 UTC\"}}");
}

/* --- the table -------------------------------------------------------------------------------- */

static void test_csv(void **state)
{
    (void)state;
    AUTO_REPORT r = {0};
    AUTO_STR csv = {0};
    read_report(&r);
    report_csv(&csv, r.document);
    has(csv.s,
        "\r\n15,1,\"</style><script>alert(1)</script> \"\"'&amp; ]]>\",\"'=HYPERLINK(\"\""
        "http://x\"\"); B\",\"'+1\",,,726,,652.4,-73.6,\"short\",\"one; two\",,\"held\",yes,"
        "\"talkpress cut 15/1\",\"'@a,b.mp4\",0,652.4,\"hand\",-20.1,-16,-1.2,4.1,,1,2000000,"
        "\"201 Length as listed\",,\"cut by hand\"\r\n");
    has(csv.s, "\r\n16,1,\"'  =1+1\",,,,,,1800,,,\"ok\",");
    assert_int_equal(count(csv.s, "\r\n"), 3);
    assert_int_equal(count(csv.s, "\n"), 3);
    assert_true(report_is_one(csv.s));
}

static void test_other_files(void **state)
{
    (void)state;
    assert_false(report_is_one("<!DOCTYPE html>\n<html><title>talkpress report</title>"));
    assert_false(report_is_one("talk,part,length\n1,1,2\n"));
    assert_false(report_is_one("\xff\xd8\xff"));
    assert_true(report_is_one("{\n  \"version\": 1,\n  \"kind\": \"report\",\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),       cmocka_unit_test(test_sum),
        cmocka_unit_test(test_values),      cmocka_unit_test(test_page),
        cmocka_unit_test(test_page_head),   cmocka_unit_test(test_csv),
        cmocka_unit_test(test_other_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
