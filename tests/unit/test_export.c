/* The exporters: their output, that importing it gives the same programme, and that every text is
 * escaped. */
#include "support.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "diff.h"
#include "export.h"
#include "export_files.h"
#include "formats.h"
#include "mem.h"
#include "plain_text.h"
#include "programme.h"
#include "str.h"

static const char *const texts[] = {
    "plain",
    "a &amp; b &amp;amp; c, AT&T & &nosuch;",
    "<p>x</p> &lt;p&gt;y&lt;/p&gt; &amp;lt;p&amp;gt;",
    "<script>alert(1)</script><b>bold</b> &lt;script&gt;alert(1)&lt;/script&gt;",
    "code `<p> &amp;` and `open <p> &amp;\n`<br>`",
    "&lt;a `x> y` &lt;br z",
    "&lt;a b=\"c> &lt;i d='e>f'> &lt;!-- g --> &lt;!-- h",
    "]]> <![CDATA[ <?php ?> \xe2\x80\xae evil \xe2\x80\xac",
    "one\ntwo\n\n\nthree  four\n- five",
    "<ul><li>a<li>b &lt;li&gt;</ul><pre>c\n  d</pre>",
    "\xef\xbf\xbe\xef\xbf\xbf \x01\x08\x1b[31m \xff",
    "<https://x.org/?a=1&amp;copy;=2> vector<T>",
};

/* Importing the escaped text gives the imported text again. */
static void escapes(void **state)
{
    (void)state;
    for (size_t i = 0; i < NB(texts); i++)
        for (size_t k = 0; k < NB(texts); k++) {
            AUTO_FREE char *raw = mem_printf("%s %s", texts[i], texts[k]);
            AUTO_FREE char *text = plain_text(raw), *line = plain_line(raw);
            AUTO_FREE char *out = plain_text_escape(text), *out_line = plain_line_escape(line);
            AUTO_FREE char *again = plain_text(out), *again_line = plain_line(out_line);
            assert_row_str(raw, again, text);
            assert_row_str(raw, again_line, line);
        }
    assert_null(plain_text_escape(NULL));
    assert_null(plain_line_escape(NULL));
    AUTO_FREE char *line = plain_line_escape("Using <details> & Q&A");
    assert_string_equal(line, "Using <details> & Q&A"); /* others read it too */
}

/* A programme with every field, a talk without any, one in two parts, one that is gone. */
static void fill(struct programme *p)
{
    *p = (struct programme){.name = mem_strdup("Conf & Co"),
                            .place = mem_strdup("Hall, Town"),
                            .begin = mem_strdup("2021-05-04"),
                            .end = mem_strdup("2021-05-05")};
    struct talk *t = programme_add_talk(p, 7);
    t->ref = mem_strdup("a-talk");
    t->title = mem_strdup("A <b> &amp; Talk");
    t->section = mem_strdup("Deep");
    t->room = mem_strdup("B");
    t->start = mem_strdup("2021-05-05T10:00:30+02:00");
    t->language = mem_strdup("en");
    t->url = mem_strdup("https://x.org/7");
    t->abstract = mem_strdup("One <p>.\n\nTwo.");
    talk_add_speaker(t, "Ann Lee");
    talk_add_speaker(t, "Bo \"B\" Chan");
    talk_add_part(t, 0)->slot_s = 45 * 60;
    t = programme_add_talk(p, 3);
    t->title = mem_strdup("Bare");
    talk_add_part(t, 0);
    t = programme_add_talk(p, 9);
    t->ref = mem_strdup("852280ac-61d3-588c-b74c-8d87f9d9d2c6");
    t->title = mem_strdup("Two Parts");
    t->start = mem_strdup("2021-05-04T09:30:00");
    talk_add_part(t, 65);
    talk_add_part(t, 3600);
    t = programme_add_talk(p, 8);
    t->title = mem_strdup("Gone");
    t->gone = true;
    talk_add_part(t, 0);
}

static const struct export_file files[] = {
    {3, 1, EXPORT_SOUND, "https://v.org/03-bare.opus", "opus", NULL, 61},
    {9, 1, EXPORT_POSTER, "https://v.org/9.jpg", "jpg", NULL, 64},
    {9, 1, EXPORT_VIDEO, "https://v.org/9.mp4?a&b", "mp4", "mp4-720", 64},
    {9, 2, EXPORT_VIDEO, "https://v.org/9-2.mp4", "mp4", "mp4-720", 3601},
    {9, 2, EXPORT_CAPTIONS, "https://v.org/9-2.vtt", "vtt", "en", 3601},
};

/* The guids of a-talk and talk-3 were made with another program's version 5. */
static void schedule_xml(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_PROGRAMME p;
    AUTO_FREE char *xml = NULL;
    fill(&p);
    assert_done(export_schedule_xml(&xml, &p, files, NB(files), &err));
    assert_string_equal(
        xml,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<schedule>\n"
        " <generator name=\"talkpress\"/>\n"
        " <version/>\n"
        " <conference>\n"
        "  <acronym>conf-and-co</acronym>\n"
        "  <title>Conf &amp; Co</title>\n"
        "  <venue>Hall, Town</venue>\n"
        "  <start>2021-05-04</start>\n"
        "  <end>2021-05-05</end>\n"
        "  <days>2</days>\n"
        " </conference>\n"
        " <day date=\"2021-05-04\" index=\"1\">\n"
        "  <room name=\"\">\n"
        "   <event guid=\"852280ac-61d3-588c-b74c-8d87f9d9d2c6\" id=\"9\">\n"
        "    <start>09:30</start>\n"
        "    <duration>01:01:05</duration>\n"
        "    <room/>\n"
        "    <slug>09-two-parts</slug>\n"
        "    <title>Two Parts</title>\n"
        "    <subtitle/>\n"
        "    <track/>\n"
        "    <type/>\n"
        "    <language/>\n"
        "    <abstract/>\n"
        "    <description/>\n"
        "    <persons/>\n"
        "    <links>\n"
        "     <link href=\"https://v.org/9.jpg\">Picture (jpg), part 1</link>\n"
        "     <link href=\"https://v.org/9.mp4?a&amp;b\">Video recording (mp4-720), part 1</link>\n"
        "     <link href=\"https://v.org/9-2.mp4\">Video recording (mp4-720), part 2</link>\n"
        "     <link href=\"https://v.org/9-2.vtt\">Captions (en), part 2</link>\n"
        "    </links>\n"
        "    <attachments/>\n"
        "    <video_download_url>https://v.org/9.mp4?a&amp;b</video_download_url>\n"
        "   </event>\n"
        "  </room>\n"
        " </day>\n"
        " <day date=\"2021-05-05\" index=\"2\">\n"
        "  <room name=\"B\">\n"
        "   <event guid=\"33318884-7880-53af-9bd2-8d99aed22791\" id=\"7\">\n"
        "    <date>2021-05-05T10:00:30+02:00</date>\n"
        "    <start>10:00:30</start>\n"
        "    <duration>00:45</duration>\n"
        "    <room>B</room>\n"
        "    <slug>a-talk</slug>\n"
        "    <url>https://x.org/7</url>\n"
        "    <title>A &lt;b&gt; &amp;amp;amp; Talk</title>\n"
        "    <subtitle/>\n"
        "    <track>Deep</track>\n"
        "    <type/>\n"
        "    <language>en</language>\n"
        "    <abstract>One &amp;lt;p&gt;.\n\nTwo.</abstract>\n"
        "    <description/>\n"
        "    <persons>\n"
        "     <person>Ann Lee</person>\n"
        "     <person>Bo &quot;B&quot; Chan</person>\n"
        "    </persons>\n"
        "    <links/>\n"
        "    <attachments/>\n"
        "   </event>\n"
        "  </room>\n"
        " </day>\n"
        " <day index=\"3\">\n"
        "  <room name=\"\">\n"
        "   <event guid=\"95890f01-3bf6-5f69-94c1-f07853bb58a6\" id=\"3\">\n"
        "    <room/>\n"
        "    <slug>03-bare</slug>\n"
        "    <title>Bare</title>\n"
        "    <subtitle/>\n"
        "    <track/>\n"
        "    <type/>\n"
        "    <language/>\n"
        "    <abstract/>\n"
        "    <description/>\n"
        "    <persons/>\n"
        "    <links>\n"
        "     <link href=\"https://v.org/03-bare.opus\">Sound recording (opus)</link>\n"
        "    </links>\n"
        "    <attachments/>\n"
        "   </event>\n"
        "  </room>\n"
        " </day>\n"
        "</schedule>\n");
}

static void pyvideo(void **state)
{
    (void)state;
    AUTO_PROGRAMME p;
    AUTO_EXPORT_TEXTS out = {0};
    fill(&p);
    export_pyvideo(&out, &p, files, NB(files));
    static const struct {
        const char *path, *json;
    } want[] = {
        {"category.json",
         "{\"title\":\"Conf & Co\",\"slug\":\"conf-and-co\",\"description\":null}"},
        {"videos/a-talk.json",
         "{\"title\":\"A <b> &amp;amp; Talk\",\"speakers\":[\"Ann Lee\",\"Bo \\\"B\\\" Chan\"],"
         "\"description\":\"One &lt;p>.\\n\\nTwo.\",\"recorded\":\"2021-05-05T10:00:30+02:00\","
         "\"related_urls\":[{\"label\":\"Talk\",\"url\":\"https://x.org/7\"}],\"tags\":[\"Deep\"],"
         "\"source_url\":\"https://x.org/7\",\"language\":\"en\",\"videos\":[]}"},
        {"videos/03-bare.json",
         "{\"title\":\"Bare\",\"speakers\":[],\"description\":null,\"recorded\":null,\"tags\":[],"
         "\"related_urls\":[{\"label\":\"Sound\",\"url\":\"https://v.org/03-bare.opus\"}],"
         "\"videos\":[],\"duration\":61}"},
        {"videos/09-two-parts-part-1.json",
         "{\"title\":\"Two Parts (part 1)\",\"speakers\":[],\"description\":null,"
         "\"recorded\":\"2021-05-04T09:30:00\",\"tags\":[],\"related_urls\":[],"
         "\"thumbnail_url\":\"https://v.org/9.jpg\",\"duration\":65,"
         "\"videos\":[{\"type\":\"mp4\",\"url\":\"https://v.org/9.mp4?a&b\"}]}"},
        {"videos/09-two-parts-part-2.json",
         "{\"title\":\"Two Parts (part 2)\",\"speakers\":[],\"description\":null,"
         "\"recorded\":\"2021-05-04T09:30:00\",\"tags\":[],\"duration\":3600,"
         "\"related_urls\":[{\"label\":\"Captions\",\"url\":\"https://v.org/9-2.vtt\"}],"
         "\"videos\":[{\"type\":\"mp4\",\"url\":\"https://v.org/9-2.mp4\"}]}"},
    };
    assert_int_equal(out.nb, NB(want));
    for (size_t i = 0; i < NB(want); i++) {
        json_t *got = json_loads(out.texts[i].text, 0, NULL);
        json_t *expected = json_loads(want[i].json, 0, NULL);
        assert_string_equal(out.texts[i].path, want[i].path);
        assert_non_null(expected);
        if (!json_equal(got, expected))
            fail_msg("%s: %s should be %s", want[i].path, out.texts[i].text, want[i].json);
        json_decref(got);
        json_decref(expected);
    }
}

/* Two refs or titles never make one file, and none leaves the folder. */
static void pyvideo_names(void **state)
{
    (void)state;
    static const struct {
        const char *ref, *title, *name;
    } rows[] = {
        {"my-talk_1.b", "x", "my-talk_1.b"},
        {"02-same", "x", "02-same"},
        {NULL, "Same", "03-same"},
        {"03-same", "x", "03-same-2"},
        {"../../etc/passwd", "Up", "05-up"},
        {".hidden", "Hidden", "06-hidden"},
        {"12345", "Number", "07-number"},
        {"852280ac-61d3-588c-b74c-8d87f9d9d2c6", "Guid", "08-guid"},
        {"", "Nothing", "09-nothing"},
        {"a\xe2\x80\xae"
         "b",
         "\xe2\x80\xae",
         "a\xe2\x80\xae"
         "b"},
    };
    AUTO_PROGRAMME p = {0};
    AUTO_EXPORT_TEXTS out = {0};
    for (size_t i = 0; i < NB(rows); i++) {
        struct talk *t = programme_add_talk(&p, (int)i + 1);
        t->ref = mem_strdup(rows[i].ref);
        t->title = mem_strdup(rows[i].title);
        talk_add_part(t, 0);
    }
    export_pyvideo(&out, &p, NULL, 0);
    for (size_t i = 0; i < NB(rows); i++) {
        AUTO_FREE char *path = mem_printf("videos/%s.json", rows[i].name);
        assert_string_equal(out.texts[i + 1].path, path);
    }
}

/* Every text in every field, through both formats and back. */
static void hostile(void **state)
{
    (void)state;
    AUTO_PROGRAMME p = {0};
    for (size_t i = 0; i < NB(texts); i++) {
        struct talk *t = programme_add_talk(&p, (int)i + 1);
        t->ref = mem_printf("ref-%02zu", i);
        t->title = plain_line(texts[i]);
        t->abstract = plain_text(texts[i]);
        t->section = plain_line(texts[i]);
        t->room = plain_line(texts[i]);
        t->language = plain_line(texts[i]);
        t->url = mem_printf("https://x.org/%s", t->title);
        talk_add_speaker(t, t->title);
        talk_add_part(t, 0);
        if (!p.name)
            p.name = plain_line(texts[3]);
    }
    struct err err = {0};
    struct diff d;
    AUTO_PROGRAMME from_xml = {0};
    AUTO_FREE char *xml = NULL;
    assert_done(export_schedule_xml(&xml, &p, NULL, 0, &err));
    assert_done(import_schedule_xml_read(&from_xml, xml, strlen(xml), "x.xml", &err));
    diff_programmes(&d, &p, &from_xml);
    assert_row_str("xml", d.nb ? d.changes[0].text : "", "");
    diff_finish(&d);
    for (size_t i = 0; i < from_xml.nb_talks; i++)
        assert_string_equal(programme_find(&p, from_xml.talks[i].number)->ref,
                            from_xml.talks[i].ref);

    AUTO_EXPORT_TEXTS out = {0};
    export_pyvideo(&out, &p, NULL, 0);
    for (size_t i = 0; i < p.nb_talks; i++) {
        const struct export_text *t = &out.texts[i + 1];
        AUTO_PROGRAMME one = {0};
        for (const char *c = t->text; *c; c++)
            assert_true((*c >= ' ' && *c < 0x7f) || *c == '\n');
        assert_done(import_pyvideo_read(&one, t->text, strlen(t->text), t->path, &err));
        assert_string_equal(one.talks[0].title, p.talks[i].title);
        assert_string_equal(one.talks[0].abstract, p.talks[i].abstract);
        assert_string_equal(one.talks[0].speakers[0], p.talks[i].speakers[0]);
        assert_string_equal(one.talks[0].url, p.talks[i].url);
        assert_string_equal(one.talks[0].ref, p.talks[i].ref);
    }
}

static void file_lookup(void **state)
{
    (void)state;
    const struct export_file *found;
    assert_int_equal(export_files_of(&found, files, NB(files), 9, 0), 4);
    assert_ptr_equal(found, &files[1]);
    assert_int_equal(export_files_of(&found, files, NB(files), 9, 2), 2);
    assert_ptr_equal(found, &files[3]);
    assert_int_equal(export_files_of(&found, files, NB(files), 3, 1), 1);
    assert_int_equal(export_files_of(&found, files, NB(files), 5, 0), 0);
    assert_int_equal(export_files_of(&found, files, NB(files), 10, 0), 0);
    assert_int_equal(export_files_of(&found, NULL, 0, 9, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escapes), cmocka_unit_test(schedule_xml),
        cmocka_unit_test(pyvideo), cmocka_unit_test(pyvideo_names),
        cmocka_unit_test(hostile), cmocka_unit_test(file_lookup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
