/* Captions of any format come out as the same cues, at the right times, in text that is WebVTT. */
#include "support.h"

#include <string.h>

#include "captions.h"
#include "captions_text.h"
#include "fs.h"
#include "mem.h"
#include "str.h"

/* "1000-2500 text | 3000-4000 text", lines joined by '/'. */
static char *tell(const struct cues *c)
{
    struct str s = {0};
    for (size_t i = 0; i < c->nb; i++) {
        str_addf(&s, "%s%lld-%lld ", i ? " | " : "", (long long)c->cues[i].start_ms,
                 (long long)c->cues[i].end_ms);
        for (const char *p = c->cues[i].text; *p; p++)
            str_addf(&s, "%c", *p == '\n' ? '/' : *p);
    }
    return str_take(&s);
}

static void test_formats(void **state)
{
    (void)state;
    static const struct {
        const char *name, *content, *cues;
    } cases[] = {
        {"plain.srt",
         "1\n00:00:01,000 --> 00:00:02,500\nOne\nline\n\n2\n01:00:03,0 --> 01:00:04,05\nTwo",
         "1000-2500 One/line | 3603000-3604050 Two"},
        {"dos.SRT",
         "\xef\xbb\xbf"
         "1\r\n00:00:01,000 --> 00:00:02,500\r\nOne\r\n\r\n",
         "1000-2500 One"},
        {"numbers.srt",
         "1\n00:00:01,000 --> 00:00:02,000 X1:1 X2:2\nIn\n\n2010\n\nit was\n\n"
         "2\n00:00:03,000 --> 00:00:04,000\n42\n3\n00:00:05,000 --> 00:00:06,000\na --> b",
         "1000-2000 In/2010/it was | 3000-4000 42 | 5000-6000 a --&gt; b"},
        {"unsorted.srt",
         "00:00:05.000 --> 00:00:06.000\nB\n\n00:00:01.000 --> 00:00:02.000\nA\n\n"
         "00:00:05.000 --> 00:00:05.500\nA",
         "1000-2000 A | 5000-6000 B | 5000-5500 A"},
        {"1252.srt", "1\n00:00:01,000 --> 00:00:02,000\nGr\xfc\xdf\x65 \x80 5\n",
         "1000-2000 Gr\xc3\xbc\xc3\x9f\x65 \xe2\x82\xac 5"},
        {"web.vtt",
         "WEBVTT - a title\nKind: captions\n\nNOTE\n00:01 --> no\n\nSTYLE\n::cue {}\n\nid one\n"
         "00:01.000 --> 00:02.000 line:0 align:start\n<v Ada>Hi &amp; <i.x>bye</i>\n\n"
         "1:00:00.000 --> 1:00:01.000\n2 &lt; 3\n1:00:02.000 --> 1:00:03.000\nnext",
         "1000-2000 Hi &amp; <i>bye</i> | 3600000-3601000 2 &lt; 3 | 3602000-3603000 next"},
        {"sub.ass",
         "[Script Info]\nTitle: x\n\n[Events]\nFormat: Layer, Start, End, Style, Text\n"
         "Comment: 0,0:00:00.00,0:00:09.00,D,no\n"
         "Dialogue: 0,0:00:03.50,0:00:04.00,D,{\\pos(1,2)}Two, {\\i1}three{\\i0}\\Nfour\n"
         "Dialogue: 0,0:00:01.00,0:00:02.25,D,{\\p1}m 0 0 l 1 1{\\p0}One\n",
         "1000-2250 One | 3500-4000 Two, <i>three</i>/four"},
    };
    for (size_t i = 0; i < NB(cases); i++) {
        struct err err = {0};
        AUTO_CUES c = {0};
        assert_done(captions_read_text(&c, cases[i].name, cases[i].content,
                                       strlen(cases[i].content), &err));
        AUTO_FREE char *told = tell(&c);
        assert_row_str(cases[i].name, told, cases[i].cues);
    }
    static const char utf16[] = "\xff\xfe"
                                "1\0\n\0"
                                "0\0:\0"
                                "0\0:\0"
                                "1\0-\0-\0>\0"
                                "0\0:\0"
                                "0\0:\0"
                                "2\0\n\0"
                                "\xfc\0\x3d\xd8\x00\xde";
    struct err err = {0};
    AUTO_CUES c = {0};
    assert_done(captions_read_text(&c, "wide.srt", utf16, sizeof utf16 - 1, &err));
    AUTO_FREE char *told = tell(&c);
    assert_string_equal(told, "1000-2000 \xc3\xbc\xf0\x9f\x98\x80");
}

static void test_markup(void **state)
{
    (void)state;
    static const struct {
        const char *format, *in, *out;
    } cases[] = {
        {"srt", "a < b & c > d", "a &lt; b &amp; c &gt; d"},
        {"srt", "AT&amp;T &lt;x&gt; &#252; &bogus;", "AT&amp;T &lt;x&gt; \xc3\xbc &amp;bogus;"},
        {"srt", "<font color=\"red\">Red</font> <B>bold <i>both</b> slanted",
         "Red <b>bold <i>both</i></b> <i>slanted</i>"},
        {"srt", "<laughs> {\\an8}up {note}", "&lt;laughs&gt; up {note}"},
        {"srt", "\n  \n <i>\n one \n\n two</i> \n", "<i>one\ntwo</i>"},
        {"srt", "<i> </i>\n&nbsp;", ""},
        {"vtt", "<c.yellow>a</c> <00:01.000>b <lang en>c</lang> <- d", "a b c &lt;- d"},
        {"vtt", "{\\i1}stays", "{\\i1}stays"},
        {"ass", "{\\b700}a{\\r}b\\hc \\{d\\}",
         "<b>a</b>b\xc2\xa0"
         "c {d}"},
        {"ass", "{\\bord2\\blur3\\pos(1,2)}x {open", "x {open"},
        {"plain",
         "<i>\xef\xbb\xbf"
         "\x01x\ty",
         "&lt;i&gt;x y"},
    };
    for (size_t i = 0; i < NB(cases); i++) {
        const char *f = cases[i].format;
        AUTO_FREE char *out = strcmp(f, "ass") == 0 ? captions_from_ass(cases[i].in)
                              : strcmp(f, "plain") == 0
                                  ? captions_from_plain(cases[i].in)
                                  : captions_from_markup(cases[i].in, strcmp(f, "vtt") == 0);
        assert_row_str(cases[i].in, out, cases[i].out);
        AUTO_FREE char *again = captions_from_markup(out, true);
        assert_row_str(cases[i].in, again, out);
    }
    AUTO_FREE char *plain = captions_to_plain("<i>a</i> &lt; b &amp;\nc");
    assert_string_equal(plain, "a < b &\nc");
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name, *content, *says;
    } cases[] = {
        {"a.srt", "1\n00:00:01,000 -> 00:00:02,000\nx\n", "'a.srt', line 2: no times"},
        {"b.srt", "1\n00:00:01,000 --> 00:00:02,000\nx\n\n2\n00:00:03,000 -- 00:00:04,000\ny\n",
         "'b.srt', line 6: no times"},
        {"c.srt", "1\n00:00:01,000 --> 00:61:02,000\nx\n", "'c.srt', line 2: no times"},
        {"d.srt", "1\n00:00:09,000 --> 00:00:02,000\nx\n", "line 2: the caption ends before"},
        {"e.srt", "Dear all,\nhere are the captions\n", "line 1: no times"},
        {"f.srt", "\n\n", "'f.srt' holds no captions"},
        {"g.srt", "1\n00:00:01,000 --> 00:00:02,000\nGr\xc3\xbc\xc3\x9f\x65 \xff\n",
         "'g.srt', line 3: damaged UTF-8"},
        {"h.srt", "1\n00:00:01,000 --> 00:00:02,000\nx \x81\n", "line 3: neither UTF-8 nor"},
        {"a.vtt", "1\n00:00:01.000 --> 00:00:02.000\nx\n", "line 1: it does not begin with WEBVTT"},
        {"b.vtt", "WEBVTT\n\n00:01.000 -> 00:02.000\nx\n", "line 3: no times"},
        {"a.ass", "[Script Info]\n", "it has no [Events]"},
        {"b.ass", "[Events]\nDialogue: 0,0:00:01.00,soon,D,,0,0,0,,x\n", "line 2: no times"},
        {"c.ass", "[Events]\nDialogue: 0,0:00:01.00\n", "line 2: fields are missing"},
        {"a.txt", "x", "neither .srt, .vtt nor .ass"},
    };
    for (size_t i = 0; i < NB(cases); i++) {
        struct err err = {0};
        AUTO_CUES c = {0};
        const size_t nb = strlen(cases[i].content);
        assert_fails(captions_read_text(&c, cases[i].name, cases[i].content, nb, &err), ERR_INVALID,
                     cases[i].says);
    }
    struct err err = {0};
    AUTO_CUES c = {0};
    assert_fails(captions_read_text(&c, "nul.srt", "1\n\0x", 4, &err), ERR_INVALID,
                 "'nul.srt', line 2: not a text");
}

static void test_cut(void **state)
{
    (void)state;
    static const struct {
        int64_t begin, end, shift;
        const char *cues;
    } cases[] = {
        {0, 10000, 0, "1000-3000 a | 2000-4000 b | 5000-6000 c"},
        {0, 10000, 700, "1700-3700 a | 2700-4700 b | 5700-6700 c"},
        {2500, 5500, -1500, "1000-1500 a | 1000-2500 b | 3500-4000 c"},
        {3000, 5000, -3000, "0-1000 b"},
        {4000, 5000, 0, ""},
        {-500, 1001, 0, "1000-1001 a"},
    };
    for (size_t i = 0; i < NB(cases); i++) {
        AUTO_CUES c = {0};
        cues_add(&c, 1000, 3000, mem_strdup("a"));
        cues_add(&c, 2000, 4000, mem_strdup("b"));
        cues_add(&c, 4500, 4600, mem_strdup(""));
        cues_add(&c, 5000, 6000, mem_strdup("c"));
        captions_cut(&c, cases[i].begin, cases[i].end, cases[i].shift);
        AUTO_FREE char *told = tell(&c);
        assert_row_str(cases[i].cues, told, cases[i].cues);
    }
}

static void test_flatten(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_CUES c = {0}, flat = {0};
    cues_add(&c, 0, 9000, mem_strdup("<b>long</b>"));
    cues_add(&c, 1000, 2000, mem_strdup("a &amp; b"));
    cues_add(&c, 2000, 3000, mem_strdup("c"));
    cues_add(&c, 9500, 9600, mem_strdup("d"));
    assert_done(captions_flatten(&flat, &c, &err));
    AUTO_FREE char *told = tell(&flat);
    assert_string_equal(told, "0-1000 long | 1000-2000 long/a & b | 2000-3000 long/c | "
                              "3000-9000 long | 9500-9600 d");
}

/* Each shows until the end: the texts of all sections together grow with the square of their
 * number. */
static void test_flatten_bound(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_CUES c = {0}, flat = {0};
    for (int64_t i = 0; i < 200000; i++)
        cues_add(&c, i, 1000000, mem_strdup("all of them at once"));
    assert_fails(captions_flatten(&flat, &c, &err), ERR_INVALID, "so many overlap");
    assert_int_equal(flat.nb, 0);
}

static void test_write(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_CUES c = {0}, none = {0};
    AUTO_FREE char *path = folder_path("out.vtt"), *text = NULL, *empty = NULL;
    cues_add(&c, 0, 1005, mem_strdup("a\n<i>b</i>"));
    cues_add(&c, 3600000, 360000000, mem_strdup("&lt;--&gt;"));
    assert_done(captions_write(path, &c, &err));
    assert_done(fs_read(&text, NULL, path, 1000, &err));
    assert_string_equal(text, "WEBVTT\n\n00:00:00.000 --> 00:00:01.005\na\n<i>b</i>\n\n"
                              "01:00:00.000 --> 100:00:00.000\n&lt;--&gt;\n");
    assert_done(captions_write(path, &none, &err));
    assert_done(fs_read(&empty, NULL, path, 1000, &err));
    assert_string_equal(empty, "WEBVTT\n");
    cues_add(&c, 3700000, 370000000, mem_strdup("not & escaped"));
    assert_fails(captions_write(path, &c, &err), ERR_BUG, "read back otherwise");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formats), cmocka_unit_test(test_markup),
        cmocka_unit_test(test_refused), cmocka_unit_test(test_cut),
        cmocka_unit_test(test_flatten), cmocka_unit_test(test_flatten_bound),
        cmocka_unit_test(test_write),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
