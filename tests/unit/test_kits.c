/* Feeds and kits: their limits, to the byte and the character; what stays the same when a title
 * changes; hostile texts. */
#include "support.h"

#include <jansson.h>
#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "kit_parts.h"
#include "kit_text.h"
#include "kits.h"
#include "licence.h"
#include "mem.h"
#include "str.h"

/* --- texts ------------------------------------------------------------------------------------ */

static void test_cut(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t chars, bytes; /* 0: no limit of that kind */
        const char *wanted;
    } cases[] = {
        {"short", 5, 0, "short"},
        {"one two three", 13, 0, "one two three"},
        {"one two three", 12, 0, "one two…"},
        {"one two three", 8, 0, "one two…"},
        {"onetwothree", 6, 0, "onetw…"},
        {"äöüäöü", 6, 0, "äöüäöü"},
        {"äöüäöü", 5, 0, "äöüä…"},
        {"äöüäöü", 0, 12, "äöüäöü"},
        {"äöüäöü", 0, 11, "äöüä…"},
        {"äöüäöü", 0, 10, "äöü…"},
        {"𝄞𝄞𝄞", 0, 11, "𝄞𝄞…"},
        {"𝄞𝄞𝄞", 0, 10, "𝄞…"},
        {"大規模な会議", 4, 0, "大規模…"},
        {"one\ntwo three", 0, 12, "one\ntwo…"},
    };
    for (size_t i = 0; i < NB(cases); i++) {
        bool cut = false;
        AUTO_FREE char *got = cases[i].chars ? kit_cut_chars(cases[i].text, cases[i].chars, &cut)
                                             : kit_cut_bytes(cases[i].text, cases[i].bytes, &cut);
        assert_row_str(cases[i].wanted, got, cases[i].wanted);
        assert_row_int(cases[i].wanted, cut, strcmp(got, cases[i].text) != 0);
        assert_true(str_is_utf8(got));
        assert_true(!cases[i].bytes || strlen(got) <= cases[i].bytes);
    }
}

static void test_html(void **state)
{
    (void)state;
    AUTO_FREE char *html = kit_html("<b>a</b> & b\nc\n\nd"), *none = kit_html(NULL),
                   *within = kit_html_within("a & b & c & d & e & f & g & h", 40);
    assert_string_equal(html, "<p>&lt;b&gt;a&lt;/b&gt; &amp; b<br />c</p><p>d</p>");
    assert_string_equal(none, "");
    assert_true(strlen(within) <= 40 && str_ends(within, "…</p>"));
}

static void test_licences(void **state)
{
    (void)state;
    static const struct {
        const char *text, *spdx;
    } cases[] = {
        {"CC BY 4.0", "cc-by-4.0"},
        {"cc-by-sa-3.0", "cc-by-sa-3.0"},
        {"Creative Commons Attribution-NonCommercial-ShareAlike 2.5", "cc-by-nc-sa-2.5"},
        {"https://creativecommons.org/licenses/by-nd/4.0/deed.de", "cc-by-nd-4.0"},
        {"CC BY", "cc-by-4.0"},
        {"CC0", "cc0-1.0"},
        {"https://creativecommons.org/publicdomain/zero/1.0/", "cc0-1.0"},
        {"All rights reserved", NULL},
        {"CC", NULL},
        {"CC by by by by by by", NULL},
        {NULL, NULL},
    };
    for (size_t i = 0; i < NB(cases); i++) {
        struct licence l = {0};
        const bool known = licence_parse(&l, cases[i].text);
        AUTO_FREE char *spdx = known ? licence_spdx(&l) : NULL;
        assert_row_int(cases[i].text ? cases[i].text : "none", known, cases[i].spdx != NULL);
        if (known)
            assert_row_str(cases[i].text, spdx, cases[i].spdx);
    }
}

/* --- kits ------------------------------------------------------------------------------------- */

static const char HOSTILE[] =
    "=cmd|' /C calc'!A0 <script>alert(\"]]>\")</script> \xe2\x80\xae evil "
    "\x01\x1b & &amp; ' \" ,\n- x";

static json_t *make_part(int part, const char *name)
{
    json_t *files = json_array();
    static const struct {
        const char *suffix, *mime, *codec;
        int height;
    } kinds[] = {{"1080p.mp4", "video/mp4", "h264", 1080},
                 {"mp4", "video/mp4; codecs=\"avc1.64001f, mp4a.40.2\"", "h264", 720},
                 {"360p.mp4", "video/mp4", "h264", 360},
                 {"av1.webm", "video/webm; codecs=\"av01.0.05M.08, opus\"", "av1", 720},
                 {"m4a", "audio/mp4", "aac", 0}};
    for (size_t i = 0; i < NB(kinds); i++) {
        AUTO_FREE char *file = mem_printf("%s.%s", name, kinds[i].suffix);
        json_t *f = json_pack("{s:s, s:I, s:s, s:I, s:s, s:s, s:[s]}", "file", file, "bytes",
                              1000 + (json_int_t)i, "sha256",
                              "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
                              "duration_ms", (json_int_t)65500, "rendition", kinds[i].suffix,
                              "mime", kinds[i].mime, "codecs", kinds[i].codec);
        if (kinds[i].height) {
            json_object_set_new(f, "width", json_integer(kinds[i].height * 16 / 9));
            json_object_set_new(f, "height", json_integer(kinds[i].height));
        }
        json_array_append_new(files, f);
    }
    AUTO_FREE char *vtt = mem_printf("%s.vtt", name), *poster = mem_printf("%s.jpg", name);
    return json_pack("{s:i, s:s, s:o, s:[{s:s, s:s}], s:[{s:i, s:s}, {s:i, s:s}]}", "part", part,
                     "poster", poster, "files", files, "captions", "file", vtt, "language", "de",
                     "chapters", "start_ms", 0, "title", "Title", "start_ms", 5000, "title",
                     HOSTILE);
}

static json_t *make_talk(int number, const char *ref, const char *title, const char *start)
{
    AUTO_FREE char *name = mem_printf("%02d-talk", number);
    AUTO_FREE char *guid = mem_printf("00000000-0000-4000-a000-%012d", number);
    return json_pack("{s:i, s:s, s:s?, s:s, s:[s, s], s:s, s:s?, s:s, s:s, s:[o]}", "number",
                     number, "guid", guid, "ref", ref, "title", title, "speakers", HOSTILE,
                     "Bo Chan", "section", HOSTILE, "start", start, "language", "deu", "abstract",
                     HOSTILE, "parts", make_part(1, name));
}

/* Takes over talks. */
static json_t *make_list(json_t *talks)
{
    return json_pack("{s:i, s:{s:s, s:s, s:s, s:s, s:s, s:s}, s:o}", "version", 1, "event", "id",
                     "5b0e6d0c-931f-4a55-8e2b-71c4d906a83d", "name", HOSTILE, "place", "Ghent",
                     "begin", "2021-05-04", "end", "2021-05-05", "licence", "CC BY 4.0", "talks",
                     talks);
}

static const char *text_of(const struct kit *kit, const char *path)
{
    for (size_t i = 0; i < kit->files.nb; i++)
        if (strcmp(kit->files.texts[i].path, path) == 0)
            return kit->files.texts[i].text;
    fail_msg("the kit has no '%s'", path);
    return NULL;
}

/* The XPath expression's string in a feed. A new string. */
static char *xpath(const char *xml, const char *expression)
{
    xmlDoc *doc = xmlReadMemory(xml, (int)strlen(xml), "feed", NULL, XML_PARSE_NONET);
    assert_non_null(doc);
    xmlXPathContext *context = xmlXPathNewContext(doc);
    xmlXPathRegisterNs(context, (const xmlChar *)"itunes",
                       (const xmlChar *)"http://www.itunes.com/dtds/podcast-1.0.dtd");
    xmlXPathRegisterNs(context, (const xmlChar *)"podcast",
                       (const xmlChar *)"https://podcastindex.org/namespace/1.0");
    AUTO_FREE char *as_string = mem_printf("string(%s)", expression);
    xmlXPathObject *found = xmlXPathEvalExpression((const xmlChar *)as_string, context);
    assert_non_null(found);
    char *text = mem_strdup((const char *)found->stringval);
    xmlXPathFreeObject(found);
    xmlXPathFreeContext(context);
    xmlFreeDoc(doc);
    return text;
}

static void assert_feed(const char *xml, const char *expression, const char *wanted)
{
    AUTO_FREE char *got = xpath(xml, expression);
    assert_row_str(expression, got, wanted);
}

static void make(struct kit *out, kit_make *kit, const json_t *list)
{
    struct err err = {0};
    const struct kit_source source = {list, "https://v.org/x/", "feed-image.jpg"};
    assert_done(kit(out, &source, &err));
}

static void test_feed(void **state)
{
    (void)state;
    AUTO_KIT kit = {0};
    AUTO_JSON *list =
        make_list(json_pack("[o, o, o]", make_talk(1, NULL, "Second", "2021-05-04T10:00:00+02:00"),
                            make_talk(2, "x", "First", "2021-05-04T09:00:00-01:30"),
                            make_talk(3, NULL, "No time", NULL)));
    make(&kit, kit_podcast, list);
    const char *video = text_of(&kit, KIT_FEED_VIDEO), *sound = text_of(&kit, KIT_FEED_SOUND);
    static const struct {
        const char *expression, *wanted;
    } cases[] = {
        {"count(//item)", "3"},
        {"//item[1]/title", "No time"}, /* at the event's midnight */
        {"//item[2]/title", "Second"},
        {"//item[3]/title", "First"},
        {"//item[1]/pubDate", "Tue, 04 May 2021 00:03:00 -0000"},
        {"//item[2]/pubDate", "Tue, 04 May 2021 10:00:00 +0200"},
        {"//item[3]/pubDate", "Tue, 04 May 2021 09:00:00 -0130"},
        {"//item[3]/itunes:episode", "3"},
        {"//item[2]/enclosure/@url", "https://v.org/x/01-talk.mp4"},
        {"//item[2]/enclosure/@length", "1001"},
        {"//item[2]/enclosure/@type", "video/mp4"},
        {"//item[2]/itunes:duration", "66"},
        {"//item[2]/podcast:transcript/@language", "de"},
        {"count(//item[2]/podcast:alternateEnclosure)", "5"},
        {"//item[2]/podcast:alternateEnclosure[1]/@codecs", "avc1.64001f, mp4a.40.2"},
        {"//item[2]/podcast:alternateEnclosure[1]/podcast:integrity/@value",
         "sha256-ASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4mrze8="},
        {"//channel/language", "de"},
        {"//channel/podcast:license", "cc-by-4.0"},
        {"//channel/itunes:image/@href", "https://v.org/x/feed-image.jpg"},
        {"//item[2]/guid", "00000000-0000-4000-a000-000000000001"},
        {"//channel/podcast:guid", "ba700515-c273-5cfc-957d-7c4814f76915"},
    };
    for (size_t i = 0; i < NB(cases); i++)
        assert_feed(video, cases[i].expression, cases[i].wanted);
    assert_feed(sound, "//item[2]/enclosure/@type", "audio/x-m4a");
    assert_feed(sound, "count(//podcast:transcript)", "0");
}

/* --- identity --------------------------------------------------------------------------------- */

/* Of parts 1 and 2: the talk's, and one made from it. Neither the event's name nor the address of a
 * feed has a part in it. */
static void test_guids(void **state)
{
    (void)state;
    json_t *talk = make_talk(1, "AB12", "A title", NULL);
    json_array_append_new(json_object_get(talk, "parts"), make_part(2, "01-part-2"));
    AUTO_JSON *list = make_list(json_pack("[o]", talk));
    AUTO_KIT_PARTS parts = {0}, renamed = {0};
    kit_parts_read(&parts, list);
    json_object_set_new(json_object_get(list, "event"), "name", json_string("Another"));
    kit_parts_read(&renamed, list);
    assert_int_equal(parts.nb, 2);
    assert_string_equal(parts.list[0].guid, "00000000-0000-4000-a000-000000000001");
    assert_string_not_equal(parts.list[1].guid, parts.list[0].guid);
    assert_string_equal(parts.list[1].guid, renamed.list[1].guid);
}

/* --- hostile texts ---------------------------------------------------------------------------- */

static void test_hostile(void **state)
{
    (void)state;
    static kit_make *const kits[] = {kit_archive, kit_peertube, kit_podcast,
                                     kit_pretalx, kit_voctoweb, kit_youtube};
    AUTO_STR long_title = {0};
    for (int i = 0; i < 1000; i++)
        str_add(&long_title, i % 7 ? "ü" : " ");
    AUTO_JSON *list = make_list(json_pack("[o, o]", make_talk(1, NULL, HOSTILE, NULL),
                                          make_talk(2, HOSTILE, long_title.s, HOSTILE)));
    for (size_t i = 0; i < NB(kits); i++) {
        AUTO_KIT kit = {0};
        make(&kit, kits[i], list);
        for (size_t k = 0; k < kit.files.nb; k++) {
            const struct export_text *t = &kit.files.texts[k];
            assert_null(strchr(t->path, '<'));
            if (!t->text)
                continue;
            assert_true(str_is_utf8(t->text));
            if (str_ends(t->path, ".json")) {
                AUTO_JSON *value = json_loads(t->text, 0, NULL);
                assert_non_null(value);
            } else if (str_ends(t->path, ".xml")) {
                AUTO_FREE char *script = xpath(t->text, "count(//script)");
                assert_string_equal(script, "0");
            } else if (!str_ends(t->path, ".csv")) {
                assert_null(strpbrk(t->text, "<>"));
            }
        }
    }
}

/* Only an address of the web becomes a link. */
static void test_pages(void **state)
{
    (void)state;
    static const char *const urls[][2] = {{"https://e.org/t?x=1&y=2", "https://e.org/t?x=1&y=2"},
                                          {"javascript:alert(1)", ""},
                                          {"https://e.org/a b", ""},
                                          {"https://e.org/<script>", ""}};
    for (size_t i = 0; i < NB(urls); i++) {
        json_t *talk = make_talk(1, NULL, "Title", NULL);
        json_object_set_new(talk, "url", json_string(urls[i][0]));
        AUTO_JSON *list = make_list(json_pack("[o]", talk));
        AUTO_KIT feed = {0}, voctoweb = {0};
        make(&feed, kit_podcast, list);
        make(&voctoweb, kit_voctoweb, list);
        assert_feed(text_of(&feed, KIT_FEED_VIDEO), "//item/link", urls[i][1]);
        assert_row_int(urls[i][0],
                       strstr(text_of(&voctoweb, "01-talk/event.json"), urls[i][0]) != NULL,
                       *urls[i][1] != 0);
    }
}

static void test_youtube(void **state)
{
    (void)state;
    AUTO_STR abstract = {0};
    for (int i = 0; i < 2000; i++)
        str_add(&abstract, "wörd ");
    json_t *talk = make_talk(1, NULL, "Title", "2021-05-04");
    json_t *part = json_array_get(json_object_get(talk, "parts"), 0);
    json_object_set_new(talk, "abstract", json_string(abstract.s));
    json_object_set_new(part, "chapters",
                        json_pack("[{s:i, s:s}, {s:i, s:s}, {s:i, s:s}]", "start_ms", 0, "title",
                                  "Title", "start_ms", 10000, "title", "The <talk>", "start_ms",
                                  30000, "title", "Questions"));
    AUTO_JSON *list = make_list(json_pack("[o]", talk));
    AUTO_KIT kit = {0};
    make(&kit, kit_youtube, list);
    const char *text = text_of(&kit, "01-talk/description.txt");
    assert_true(strlen(text) <= 5001 && strlen(text) > 4980); /* and a line end */
    assert_true(str_ends(text, "\n\n0:00 Title\n0:10 The ‹talk›\n0:30 Questions\n"));
    assert_int_equal(kit.nb_notes, 1);
    assert_string_equal(kit.notes[0].what, "description shortened to 5000 bytes");
}

/* --- the table -------------------------------------------------------------------------------- */

static void test_archive(void **state)
{
    (void)state;
    AUTO_JSON *list = make_list(json_pack("[o]", make_talk(1, NULL, "=1+1", "2021-05-04")));
    AUTO_KIT kit = {0};
    make(&kit, kit_archive, list);
    const char *text = text_of(&kit, "archive.csv");
    assert_non_null(strstr(text, "\" =1+1\""));
    assert_non_null(strstr(text, "\" =cmd|' /C calc'!A0 <script>alert(\"\"]]>\"\")</script>"));
    assert_non_null(strstr(text, "\"creator[0]\",\"creator[1]\",\"subject[0]\""));
    assert_non_null(strstr(text, "\"ger\",\"https://creativecommons.org/licenses/by/4.0/\"\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cut),      cmocka_unit_test(test_html),
        cmocka_unit_test(test_licences), cmocka_unit_test(test_feed),
        cmocka_unit_test(test_guids),    cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_youtube),  cmocka_unit_test(test_pages),
        cmocka_unit_test(test_archive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
