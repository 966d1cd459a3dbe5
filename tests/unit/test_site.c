/* The site: what pages hold, that no text gets out of its place, and templates that are wrong. */
#include "support.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fs.h"
#include "json.h"
#include "mem.h"
#include "page.h"
#include "page_text.h"
#include "site.h"
#include "site_captions.h"
#include "str.h"
#include "url.h"

#define TEMPLATES SOURCE_DIR "/pipeline/site"

/* A talk in two parts, the first with everything that a part may have; and one that is not there.
 */
static const char list[] =
    "{'version': 1, 'event': {'name': 'Tiny', 'place': 'Ghent', 'begin': '2021-05-04',"
    " 'end': '2021-05-05', 'licence': 'CC BY 4.0'}, 'talks': ["
    "{'number': 2, 'ref': 'abc', 'title': 'Second & Last', 'speakers': ['Ada Byron'],"
    " 'section': 'Opening', 'start': '2021-05-04T10:00:00+02:00', 'room': null, 'language': 'de',"
    " 'url': null, 'abstract': 'One.\\n\\nTwo.', 'parts': [{'part': 1, 'listed_s': 726,"
    " 'measured_s': 725.6, 'verdict': 'short', 'accepted_because': 'the end is missing',"
    " 'poster': '02-x-part-1.jpg', 'files': ["
    "  {'file': '02-x-part-1.mp4', 'bytes': 17132467, 'sha256': 'aa', 'duration_ms': 730600,"
    "   'loudness_lufs': -16.0, 'peak_dbtp': -5.7, 'mime': 'video/mp4; codecs=\\\"avc1.64001f\\\"',"
    "   'codecs': ['h264', 'aac'], 'width': 1280, 'height': 720},"
    "  {'file': '02-x-part-1.av1.webm', 'bytes': 1, 'sha256': 'bb', 'duration_ms': 730600,"
    "   'mime': 'video/webm; codecs=\\\"av01.0.05M.08, opus\\\"', 'codecs': ['av1', 'opus'],"
    "   'width': 1280, 'height': 720},"
    "  {'file': '02-x-part-1.opus', 'bytes': 1, 'sha256': 'cc', 'mime': 'audio/ogg'}],"
    " 'captions': [{'file': '02-x-part-1.vtt', 'language': 'deu', 'mime': 'text/vtt'}],"
    " 'chapters': [{'start_ms': 5000, 'title': 'Begin'}, {'start_ms': 750500, 'title': 'Demo'}],"
    " 'chapters_files': ['02-x-part-1.chapters.json', '02-x-part-1.chapters.vtt'],"
    " 'storyboard': {'file': '02-x-part-1.storyboard.vtt', 'pictures': "
    "['02-x-part-1.storyboard-1.jpg',"
    "  '02-x-part-1.storyboard-2.jpg'], 'interval_ms': 5000, 'count': 146, 'columns': 10, 'rows': "
    "10,"
    "  'width': 160, 'height': 90}}], 'not_published': [{'part': 2, 'listed_s': 1461}]},"
    "{'number': 3, 'ref': null, 'title': 'Third', 'speakers': [], 'section': 'Closing', 'start': "
    "null,"
    " 'room': null, 'language': null, 'url': null, 'abstract': null, 'parts': [],"
    " 'not_published': [{'part': 1, 'listed_s': null, 'because': 'not recorded'}]}]}";

/* JSON with its quotes as ', so that it can be read above. */
static json_t *parse(const char *text)
{
    AUTO_FREE char *json = mem_strdup(text);
    json_error_t error;
    for (char *p = json; *p; p++)
        *p = *p == '\'' ? '"' : *p;
    json_t *value = json_loads(json, 0, &error);
    if (!value)
        fail_msg("%s, column %d", error.text, error.column);
    return value;
}

static int captions(struct cues *out, const char *file, void *opaque, struct err *err)
{
    assert_string_equal(file, "02-x-part-1.vtt");
    cues_add(out, 5000, 7500, mem_strdup("José &amp; <i>friends</i>\nsay hello."));
    cues_add(out, 40000, 42000, mem_strdup(opaque ? opaque : "日本 &lt;/script&gt;"));
    return err->code;
}

static struct site_source source_of(const json_t *published)
{
    return (struct site_source){
        .published = published, .templates = TEMPLATES, .captions = captions};
}

/* NULL: there is none. */
static const char *page(const struct site *s, const char *name)
{
    for (size_t i = 0; i < s->nb; i++)
        if (strcmp(s->pages[i].name, name) == 0)
            return s->pages[i].text;
    return NULL;
}

static void holds(const struct site *s, const char *name, const char *text)
{
    const char *found = page(s, name);
    if (!found || !strstr(found, text))
        fail_msg("'%s' has no '%s': %s", name, text, found ? found : "(no page)");
}

static void holds_not(const struct site *s, const char *name, const char *text)
{
    if (strstr(page(s, name), text))
        fail_msg("'%s' has '%s'", name, text);
}

static void test_part(void **state)
{
    struct err err = {0};
    AUTO_JSON *published = parse(list);
    AUTO_SITE s = {0};
    const struct site_source source = source_of(published);
    const char name[] = "02-x-part-1.html";
    (void)state;
    assert_done(site_make(&s, &source, &err));
    static const char *const texts[] = {
        /* AV1 first, with its codecs; sound alone is none */
        "<source src=\"02-x-part-1.av1.webm\" type=\"video/webm; codecs=&quot;av01.0.05M.08, ",
        "opus&quot;\"><source src=\"02-x-part-1.mp4\" type=\"video/mp4; ",
        "codecs=&quot;avc1.64001f&quot;\"><track kind=\"captions\"",
        "src=\"02-x-part-1.vtt\" label=\"Captions, de\" srclang=\"de\">",
        "<track kind=\"chapters\" src=\"02-x-part-1.chapters.vtt\"",
        "<a href=\"02-x-part-1.mp4#t=750.5\" data-t=\"750.5\"><span class=\"clock\">12:30</span>",
        "data-pictures=\"02-x-part-1.storyboard-1.jpg 02-x-part-1.storyboard-2.jpg\"",
        "<span data-t=\"5\" data-end=\"7.5\">José &amp; friends say hello.</span>",
        "<p><a class=\"clock\" href=\"02-x-part-1.mp4#t=40\" data-t=\"40\">0:40</a>",
        "<bdi lang=\"de\">Second &amp; Last</bdi>",
        "part 1 of 2",
        "Part 2: not published yet",
        "17 MB",
        "<code>cc</code>",
        "<dt>Listed length</dt><dd>12:06</dd>",
        "accepted: <bdi>the end is missing</bdi>",
        "-16.0 LUFS, peak -5.7 dBTP",
    };
    for (size_t i = 0; i < NB(texts); i++)
        holds(&s, name, texts[i]);
    /* Nothing that needs an address. */
    holds_not(&s, name, "ld+json");
    holds_not(&s, name, "og:url");
    holds_not(&s, name, "canonical");
    assert_null(page(&s, "sitemap.xml"));
    holds(&s, "02-x-part-1.captions.js",
          "captionLines({\"page\":\"02-x-part-1.html\",\"lines\":[5000,\"José & friends say "
          "hello.\",40000,\"日本 \\u003c/script>\"]});\n");
    holds(
        &s, "captions-index.js",
        "captionIndex({\"pages\":[\"02-x-part-1.html\"],\"words\":\"friends hello jose say script "
        "日 本\",\"in\":\"1 1 1 1 1 1 1\"});\n");
    assert_non_null(page(&s, "site.css"));
    assert_null(page(&s, "part.xsl"));
}

static void test_overview(void **state)
{
    struct err err = {0};
    AUTO_JSON *published = parse(list);
    AUTO_SITE s = {0};
    const struct site_source source = source_of(published);
    (void)state;
    assert_done(site_make(&s, &source, &err));
    static const char *const texts[] = {
        ">4–5 May 2021</time>",
        "<li>2 talks</li><li>12 min</li>",
        "<a href=\"#section-2\"><bdi>Closing</bdi></a>",
        "<bdi itemprop=\"name\" lang=\"de\">Second &amp; Last</bdi></a>",
        "<p class=\"summary\" dir=\"auto\" itemprop=\"description\" lang=\"de\">Two.</p>",
        "content=\"PT726S\"><meta itemprop=\"duration\" content=\"PT1461S\">",
        "<li class=\"absent\">Part 2: not published yet</li>",
        "<li class=\"absent\">no video: <bdi>not recorded</bdi></li>",
        "<bdi>Ada Byron</bdi> <a href=\"#talk-2\" title=\"Second &amp; Last\">2</a>",
    };
    for (size_t i = 0; i < NB(texts); i++)
        holds(&s, "index.html", texts[i]);
}

static void test_address(void **state)
{
    struct err err = {0};
    AUTO_JSON *published = parse(list);
    AUTO_SITE s = {0};
    struct site_source source = source_of(published);
    (void)state;
    source.base_url = "https://example.org/v/";
    source.feed_video = "feed-video.xml";
    assert_done(site_make(&s, &source, &err));
    static const char *const texts[] = {
        "<link rel=\"canonical\" href=\"https://example.org/v/02-x-part-1.html\">",
        "<meta property=\"og:image\" content=\"https://example.org/v/02-x-part-1.jpg\">",
        "type=\"application/rss+xml\" title=\"Videos\" ",
        "href=\"https://example.org/v/feed-video.xml\"",
        "\"name\":\"Second & Last (part 1 of 2)\"",
        "\"duration\":\"PT731S\",\"contentUrl\":\"https://example.org/v/02-x-part-1.mp4\"",
        "\"uploadDate\":\"2021-05-04T10:00:00+02:00\"",
        "{\"@type\":\"Clip\",\"name\":\"Begin\",\"startOffset\":5.0,\"endOffset\":750.5,",
        "\"url\":\"https://example.org/v/02-x-part-1.html?t=5\"}",
    };
    for (size_t i = 0; i < NB(texts); i++)
        holds(&s, "02-x-part-1.html", texts[i]);
    holds_not(&s, "02-x-part-1.html", "feed-sound");
    holds(&s, "sitemap.xml", "<loc>https://example.org/v/02-x-part-1.html</loc>");
    holds(&s, "sitemap.xml", "<video:title>Second &amp; Last</video:title>");
}

/* Texts of every kind that would be something else if it were not escaped. */
static const char *const hostile[] = {
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script><!--",
    "\" onmouseover=\"alert(1)",
    "' onload='alert(1)' x='",
    "&lt;b&gt; &amp;amp; &#60;",
    "]]><x>",
    "{{7*7}} ${alert(1)} <xsl:value-of select='/'/>",
    "javascript:alert(1)",
};

/* Puts the text into every place where one may be. */
static json_t *hostile_list(const char *text)
{
    json_t *d = parse(list), *talk, *part;
    size_t i, k;
    json_object_set_new(json_object_get(d, "event"), "name", json_string(text));
    json_object_set_new(json_object_get(d, "event"), "place", json_string(text));
    json_object_set_new(json_object_get(d, "event"), "licence", json_string(text));
    json_array_foreach(json_object_get(d, "talks"), i, talk) {
        static const char *const keys[] = {"title",    "section", "abstract",
                                           "language", "room",    "ref"};
        for (k = 0; k < NB(keys); k++)
            json_object_set_new(talk, keys[k], json_string(text));
        json_object_set_new(talk, "speakers", json_pack("[s]", text));
        json_array_foreach(json_object_get(talk, "parts"), k, part) {
            json_object_set_new(part, "accepted_because", json_string(text));
            json_object_set_new(json_array_get(json_object_get(part, "chapters"), 0), "title",
                                json_string(text));
        }
    }
    return d;
}

static size_t count(const char *text, const char *what)
{
    size_t nb = 0;
    for (const char *p = text; (p = strstr(p, what)); p++)
        nb++;
    return nb;
}

/* The page has as many tags as with harmless texts. */
static void test_hostile(void **state)
{
    struct err err = {0};
    AUTO_JSON *tame = hostile_list("x");
    AUTO_SITE expected = {0};
    struct site_source source = source_of(tame);
    (void)state;
    source.base_url = "https://example.org/";
    char word[] = "x";
    source.opaque = word;
    assert_done(site_make(&expected, &source, &err));
    for (size_t i = 0; i < NB(hostile); i++) {
        AUTO_JSON *wild = hostile_list(hostile[i]);
        AUTO_SITE s = {0};
        AUTO_STR cue = {0};
        for (const char *p = hostile[i]; *p; p++)
            str_add(&cue, *p == '<' ? "&lt;" : *p == '&' ? "&amp;" : (char[]){*p, '\0'});
        source.published = wild;
        source.opaque = cue.s;
        assert_done(site_make(&s, &source, &err));
        assert_int_equal(s.nb, expected.nb);
        for (size_t k = 0; k < s.nb; k++) {
            const struct site_page *a = &s.pages[k], *b = &expected.pages[k];
            assert_string_equal(a->name, b->name);
            assert_row_int(a->name, count(a->text, "<"), count(b->text, "<"));
            if (count(a->text, "\"") != count(b->text, "\"")) {
                FILE *f = fopen("/tmp/a.html", "w");
                fputs(a->text, f);
                fclose(f);
                f = fopen("/tmp/b.html", "w");
                fputs(b->text, f);
                fclose(f);
            }
            /* but for those that JSON escapes */
            if (strstr(a->name, ".html"))
                assert_row_int(a->name, count(a->text, "\"") - count(a->text, "\\\""),
                               count(b->text, "\"") - count(b->text, "\\\""));
        }
    }
}

/* --- not made again --------------------------------------------------------------------------- */

static bool is_current(const char *name, const char *made_of, void *opaque)
{
    const struct site *s = opaque;
    for (size_t i = 0; i < s->nb; i++)
        if (strcmp(s->pages[i].name, name) == 0)
            return strcmp(s->pages[i].made_of, made_of) == 0;
    return false;
}

static int same_captions(struct cues *out, const char *file, void *opaque, struct err *err)
{
    (void)opaque;
    return captions(out, file, NULL, err);
}

static size_t nb_made(const struct site *s)
{
    size_t nb = 0;
    for (size_t i = 0; i < s->nb; i++)
        nb += s->pages[i].text != NULL;
    return nb;
}

static void test_current(void **state)
{
    struct err err = {0};
    AUTO_JSON *published = parse(list);
    AUTO_SITE first = {0}, second = {0}, third = {0};
    struct site_source source = source_of(published);
    (void)state;
    assert_done(site_make(&first, &source, &err));
    source.is_current = is_current;
    source.captions = same_captions;
    source.opaque = &first;
    assert_done(site_make(&second, &source, &err));
    /* The overview and what all share are always made; the page, its lines and the index are not.
     */
    assert_int_equal(first.nb, second.nb);
    assert_int_equal(nb_made(&first) - nb_made(&second), 3);
    json_object_set_new(json_array_get(json_object_get(published, "talks"), 0), "title",
                        json_string("Another"));
    assert_done(site_make(&third, &source, &err));
    assert_non_null(page(&third, "02-x-part-1.html"));
}

/* --- templates -------------------------------------------------------------------------------- */

#define SHEET(body)                                                                   \
    "<xsl:stylesheet version='1.0' xmlns:xsl='http://www.w3.org/1999/XSL/Transform' " \
    "xmlns:e='http://exslt.org/common' extension-element-prefixes='e'>" body "</xsl:stylesheet>"

static int apply(const char *text, struct str *out, struct err *err)
{
    AUTO_FREE char *path = folder_path("t.xsl"), *folder = fs_dirname(path);
    AUTO_TEMPLATE *t = NULL;
    AUTO_JSON *data = parse("{'title': 'a<b', 'n': 12, 'none': null, 'list': ['x', 'y']}");
    if (fs_write_atomic(path, text, strlen(text), err) < 0 ||
        template_open(&t, folder, "t.xsl", err) < 0)
        return err->code;
    return template_apply(out, t, "site", data, NULL, err);
}

static void test_html(void **state)
{
    struct err err = {0};
    AUTO_STR out = {0};
    (void)state;
    assert_done(
        apply(SHEET("<xsl:template match='/site'><p id='{title}\"&amp;'><br/><source src='x'/>"
                    "<xsl:value-of select='title'/><i></i><xsl:value-of select='count(none)'/>"
                    "<xsl:for-each select='list/item'><b><xsl:value-of select='.'/></b>"
                    "</xsl:for-each><script><xsl:value-of select='title'/></script>"
                    "<xsl:comment>x&gt;&lt;script&gt;</xsl:comment></p></xsl:template>"),
              &out, &err));
    assert_string_equal(out.s,
                        "<!DOCTYPE html>\n<p id=\"a&lt;b&quot;&amp;\"><br><source src=\"x\">a&lt;b"
                        "<i></i>0<b>x</b><b>y</b><script>a\\u003cb</script></p>\n");
}

static void test_wrong_templates(void **state)
{
    static const struct {
        const char *text, *words;
    } rows[] = {
        {"", "cannot be used"},
        {"<html>", "t.xsl"},
        {"{}", "cannot be used"},
        {SHEET("<xsl:template match='/site'><xsl:call-template name='none'/></xsl:template>"),
         "none"},
        {SHEET("<xsl:template match='['/>"), "t.xsl"},
        {SHEET("<xsl:template match='/site'><xsl:call-template name='a'/></xsl:template>"
               "<xsl:template name='a'><xsl:call-template name='a'/></xsl:template>"),
         "recursion"},
        {SHEET("<xsl:import href='no-such.xsl'/>"), "no-such.xsl"},
        {SHEET("<xsl:template match='/site'><xsl:message terminate='yes'>the end</xsl:message>"
               "</xsl:template>"),
         "the end"},
    };
    struct err err = {0};
    (void)state;
    for (size_t i = 0; i < NB(rows); i++) {
        AUTO_STR out = {0};
        assert_fails(apply(rows[i].text, &out, &err), ERR_INVALID, rows[i].words);
    }
    AUTO_TEMPLATE *t = NULL;
    assert_fails(template_open(&t, "/no/such", "t.xsl", &err), ERR_NOT_FOUND, "/no/such/t.xsl");
}

/* Neither files nor the network. */
static void test_confined(void **state)
{
    AUTO_FREE char *target = folder_path("written.html");
    AUTO_FREE char *write = mem_printf(
        SHEET("<xsl:template match='/site'><e:document href='%s'>x</e:document></xsl:template>"),
        target);
    struct err err = {0};
    AUTO_STR out = {0};
    (void)state;
    (void)apply(write, &out, &err);
    assert_false(fs_exists(target));
    /* A server that nobody may ask. */
    const int s = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t nb = sizeof a;
    assert_int_equal(bind(s, (struct sockaddr *)&a, nb), 0);
    assert_int_equal(listen(s, 5), 0);
    assert_int_equal(getsockname(s, (struct sockaddr *)&a, &nb), 0);
    static const char *const asks[] = {
        SHEET("<xsl:import href='http://127.0.0.1:%d/x.xsl'/>"),
        SHEET("<xsl:include href='http://127.0.0.1:%d/x.xsl'/>"),
        SHEET(
            "<xsl:template match='/site'><xsl:copy-of select=\"document('http://127.0.0.1:%d/')\"/>"
            "</xsl:template>"),
        "<!DOCTYPE x [<!ENTITY e SYSTEM 'http://127.0.0.1:%d/'>]>" SHEET("&e;"),
    };
    for (size_t i = 0; i < NB(asks); i++) {
        AUTO_STR text = {0}, page_text = {0};
        const char *mark = strstr(asks[i], "%d");
        str_addf(&text, "%.*s%d%s", (int)(mark - asks[i]), asks[i], ntohs(a.sin_port), mark + 2);
        struct err ignored = {0};
        (void)apply(text.s, &page_text, &ignored);
        assert_row_int(text.s, accept(s, NULL, NULL), -1);
    }
    close(s);
}

static void test_days(void **state)
{
    static const char *const rows[][3] = {
        {"2010-04-28", "2010-04-29", "28–29 April 2010"},
        {"2010-04-28", "2010-04-28", "28 April 2010"},
        {"2010-04-28", NULL, "28 April 2010"},
        {"2010-04-30", "2010-05-02", "30 April – 2 May 2010"},
        {"2010-12-30", "2011-01-02", "30 December 2010 – 2 January 2011"},
        {"never", NULL, NULL},
    };
    (void)state;
    for (size_t i = 0; i < NB(rows); i++) {
        AUTO_FREE char *text = text_days(rows[i][0], rows[i][1]);
        assert_row_str(rows[i][0], text ? text : "-", rows[i][2] ? rows[i][2] : "-");
    }
    AUTO_FREE char *url = url_of_file("https://x/", "15-ü #1.mp4");
    assert_string_equal(url, "https://x/15-%C3%BC%20%231.mp4");
}

static void test_sound_only(void **state)
{
    struct err err = {0};
    AUTO_SITE s = {0};
    AUTO_JSON *published =
        parse("{'event': {}, 'talks': [{'number': 1, 'title': 'A', 'speakers': [], 'parts': ["
              "{'part': 1, 'measured_s': 65, 'verdict': 'ok', 'files': [{'file': '1.opus', 'mime': "
              "'audio/ogg', 'codecs': ['opus']}]}]}]}");
    const struct site_source source = source_of(published);
    (void)state;
    assert_done(site_make(&s, &source, &err));
    holds(&s, "1.html", "preload=\"metadata\" tabindex=\"0\" class=\"sound\">");
    holds(&s, "1.html", "<span class=\"length\">1:05</span>");
    holds(&s, "index.html", ">Listen <span class=\"length\">1:05</span>");
    holds(&s, "index.html", "<h2 class=\"hidden\">Talks</h2>");
}

/* Many words, so that the table of them grows. */
static void test_many_words(void **state)
{
    AUTO_WORD_INDEX *index = word_index_create();
    AUTO_CUES cues = {0};
    AUTO_STR script = {0};
    (void)state;
    for (int i = 0; i < 5000; i++)
        cues_add(&cues, i, i + 1, mem_printf("w%d Ünd ümlaut%d", i, i % 7));
    word_index_add(index, "a.html", &cues);
    word_index_add(index, "b.html", &cues);
    word_index_script(&script, index);
    assert_non_null(strstr(script.s, " w0 w1 w10 w100 w1000 w1001 "));
    assert_non_null(strstr(script.s, " umlaut6 und w0 "));
    assert_non_null(strstr(script.s, " w999\",\"in\":\"1,1 1,1 "));
    size_t nb = 0;
    for (const char *p = script.s; (p = strstr(p, "1,1")); p++)
        nb++;
    assert_int_equal(nb, 5000 + 7 + 1);
}

static void test_sizes(void **state)
{
    (void)state;
    static const struct {
        int64_t nb_bytes;
        const char *text;
    } cases[] = {{0, "0 bytes"},      {1, "1 byte"},         {191, "191 bytes"},
                 {999, "999 bytes"},  {1000, "1 kB"},        {17850, "18 kB"},
                 {999400, "999 kB"},  {999500, "1.0 MB"},    {17849000, "18 MB"},
                 {1780000, "1.8 MB"}, {1234567890, "1.2 GB"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO_JSON *size = text_size(cases[i].nb_bytes);
        assert_string_equal(json_string_value(size), cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_part),
        cmocka_unit_test(test_overview),
        cmocka_unit_test(test_address),
        cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_current),
        cmocka_unit_test(test_html),
        cmocka_unit_test(test_wrong_templates),
        cmocka_unit_test(test_confined),
        cmocka_unit_test(test_days),
        cmocka_unit_test(test_sound_only),
        cmocka_unit_test(test_many_words),
        cmocka_unit_test(test_sizes),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
