/* Captions of any format come out as the same cues, at the right times, in text that is WebVTT. */
#include "support.h"

#include <string.h>

#include "captions.h"
#include "captions_text.h"
#include "fs.h"
#include "mem.h"
#include "str.h"
#include "telemetry.h"

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

static void test_drop(void **state)
{
    (void)state;
    static const struct {
        int64_t begin, end;
        const char *cues;
    } cases[] = {
        {6000, 9000, "1000-3000 a | 2000-4000 b | 5000-6000 c"},
        {0, 500, "500-2500 a | 1500-3500 b | 4500-5500 c"},
        {2500, 5500, "1000-2500 a | 2000-2500 b | 2500-3000 c"},
        {1500, 2500, "1000-2000 a | 1500-3000 b | 4000-5000 c"}, /* a goes on after it */
        {900, 3000, "900-1900 b | 2900-3900 c"},
        {2000, 4000, "1000-2000 a | 3000-4000 c"},
        {0, 9000, ""},
    };
    for (size_t i = 0; i < NB(cases); i++) {
        AUTO_CUES c = {0};
        cues_add(&c, 1000, 3000, mem_strdup("a"));
        cues_add(&c, 2000, 4000, mem_strdup("b"));
        cues_add(&c, 5000, 6000, mem_strdup("c"));
        captions_drop(&c, cases[i].begin, cases[i].end);
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

#define TIMES     "00:00:01.000 --> 00:00:02.000"
#define CUE(text) "1000-2000 " text

/* The rules of WebVTT's parser (W3C WebVTT, section 6.1): what browsers make of a file. The kinds
 * of cases are those of web-platform-tests' webvtt/parsing/file-parsing. */
static const struct {
    const char *what, *content, *cues; /* NULL: refused */
    size_t nb_left_out;
} webvtt_rules[] = {
    /* Signature. */
    {"signature only", "WEBVTT", NULL, 0},
    {"signature, BOM", "\xef\xbb\xbfWEBVTT\n\n" TIMES "\na", CUE("a"), 0},
    {"signature, two BOMs", "\xef\xbb\xbf\xef\xbb\xbfWEBVTT\n\n" TIMES "\na", NULL, 0},
    {"signature, space", "WEBVTT \n\n" TIMES "\na", CUE("a"), 0},
    {"signature, tab and text", "WEBVTT\tx\n\n" TIMES "\na", CUE("a"), 0},
    {"signature, form feed", "WEBVTT\f\n\n" TIMES "\na", NULL, 0},
    {"signature, letter", "WEBVTTx\n\n" TIMES "\na", NULL, 0},
    {"signature, small", "webvtt\n\n" TIMES "\na", NULL, 0},
    {"signature, WEBSRT", "WEBSRT\n\n" TIMES "\na", NULL, 0},
    {"signature, late", "\nWEBVTT\n\n" TIMES "\na", NULL, 0},
    {"signature, leading space", " WEBVTT\n\n" TIMES "\na", NULL, 0},
    {"signature, no line end", "WEBVTT" TIMES "\na", NULL, 0},
    {"signature with times", "WEBVTT " TIMES "\na\n\n" TIMES "\nb", CUE("b"), 0},
    /* Header. */
    {"header, garbage", "WEBVTT\nx: y\nz\n\n" TIMES "\na", CUE("a"), 0},
    {"header, times", "WEBVTT\n" TIMES "\na", CUE("a"), 0},
    {"header, garbage and times", "WEBVTT\nx\n" TIMES "\na", CUE("a"), 0},
    {"header, space line", "WEBVTT\n \n" TIMES "\na", CUE("a"), 0},
    {"header, STYLE", "WEBVTT\nSTYLE\n::cue{}\n\n" TIMES "\na", CUE("a"), 0},
    /* Line ends. */
    {"CR alone", "WEBVTT\r\r" TIMES "\ra\rb\r\r" TIMES "\rc\r", CUE("a/b | ") CUE("c"), 0},
    {"CR LF", "WEBVTT\r\n\r\n" TIMES "\r\na\r\nb\r\n", CUE("a/b"), 0},
    {"mixed", "WEBVTT\n\r" TIMES "\r\na\rb\n\r\n" TIMES "\nc", CUE("a/b | ") CUE("c"), 0},
    {"CR CR LF is two lines", "WEBVTT\n\n" TIMES "\na\r\r\nb", CUE("a"), 1},
    {"LF CR is two lines", "WEBVTT\n\n" TIMES "\na\n\rb", CUE("a"), 1},
    {"no line end at the end", "WEBVTT\n\n" TIMES "\na", CUE("a"), 0},
    {"form feed and vertical tab end no line", "WEBVTT\n\n" TIMES "\na\fb\vc", CUE("abc"), 0},
    {"many empty lines", "WEBVTT\n\n\n\n" TIMES "\na\n\n\n\n" TIMES "\nb\n\n\n",
     CUE("a | ") CUE("b"), 0},
    /* Empty lines. */
    {"a space is not empty", "WEBVTT\n\n" TIMES "\n \na", CUE("a"), 0},
    {"nor a tab", "WEBVTT\n\n" TIMES "\na\n\t\nb", CUE("a/b"), 0},
    {"a space before times", "WEBVTT\n\n \n" TIMES "\na", CUE("a"), 0},
    {"a space separates no cues", "WEBVTT\n\n" TIMES "\na\n \nid\n" TIMES "\nb",
     CUE("a/id | ") CUE("b"), 0},
    {"no text", "WEBVTT\n\n" TIMES "\n\n" TIMES "\nb", CUE(" | ") CUE("b"), 0},
    {"text after an empty line", "WEBVTT\n\n" TIMES "\na\n\nb\nc\n\n" TIMES "\nd",
     CUE("a | ") CUE("d"), 1},
    /* Identifiers. */
    {"id", "WEBVTT\n\nan id\n" TIMES "\na", CUE("a"), 0},
    {"id, number", "WEBVTT\n\n1\n" TIMES "\na\n\n2\n" TIMES "\nb", CUE("a | ") CUE("b"), 0},
    {"id, NOTE", "WEBVTT\n\nNOTE\n" TIMES "\na", CUE("a"), 0},
    {"id, STYLE", "WEBVTT\n\nSTYLE\n" TIMES "\na", CUE("a"), 0},
    {"id, WEBVTT", "WEBVTT\n\nWEBVTT\n" TIMES "\na", CUE("a"), 0},
    {"id, almost an arrow", "WEBVTT\n\n-- >\n" TIMES "\na", CUE("a"), 0},
    {"id of two lines", "WEBVTT\n\none\ntwo\n" TIMES "\na", CUE("a"), 1},
    {"id without a cue", "WEBVTT\n\nid\n\n" TIMES "\na", CUE("a"), 1},
    /* Comments and other blocks. */
    {"NOTE", "WEBVTT\n\nNOTE x\ny\n\nNOTE\n\nNOTE\tz\n\n" TIMES "\na", CUE("a"), 0},
    {"NOTE in text", "WEBVTT\n\n" TIMES "\nNOTE a\nb", CUE("NOTE a/b"), 0},
    {"NOTE with an arrow", "WEBVTT\n\nNOTE a --> b\nx\n\n" TIMES "\na", CUE("a"), 0},
    {"NOTE, later arrow", "WEBVTT\n\nNOTE\nx\n" TIMES "\na", CUE("a"), 0},
    {"NOTEx", "WEBVTT\n\nNOTEx\ny\n\n" TIMES "\na", CUE("a"), 1},
    {"STYLE", "WEBVTT\n\nSTYLE\n::cue{}\n\n" TIMES "\na", CUE("a"), 0},
    {"STYLE after a cue", "WEBVTT\n\n" TIMES "\na\n\nSTYLE \n::cue{}", CUE("a"), 0},
    {"REGION", "WEBVTT\n\nREGION\nid:x\nwidth:40%\n\n" TIMES " region:x\na", CUE("a"), 0},
    /* Arrows. */
    {"arrow alone", "WEBVTT\n\n-->\n" TIMES "\na", CUE("a"), 1},
    {"arrow in the id's line", "WEBVTT\n\nx-->y\n" TIMES "\na", CUE("a"), 1},
    {"arrow twice", "WEBVTT\n\n-->-->\n" TIMES "\na", CUE("a"), 1},
    {"longer arrow", "WEBVTT\n\n--->\n" TIMES "\na", CUE("a"), 1},
    {"arrow ends a text", "WEBVTT\n\n" TIMES "\na\n" TIMES "\nb", CUE("a | ") CUE("b"), 0},
    {"any arrow does", "WEBVTT\n\n" TIMES "\na\nb --> c\nd", CUE("a"), 1},
    {"after times that fail", "WEBVTT\n\n00:00 --> x\n" TIMES "\na", CUE("a"), 1},
    {"apart", "WEBVTT\n\n00:00:01.000 -- > 00:00:02.000\na\n\n" TIMES "\nb", CUE("b"), 1},
    {"letters in it", "WEBVTT\n\n00:00:01.000 -a--> 00:00:02.000\na\n\n" TIMES "\nb", CUE("b"), 1},
    {"short arrow", "WEBVTT\n\n00:00:01.000 -> 00:00:02.000\na\n\n" TIMES "\nb", CUE("b"), 1},
    /* Times. */
    {"no spaces", "WEBVTT\n\n00:00:01.000-->00:00:02.000\na", CUE("a"), 0},
    {"white space", "WEBVTT\n\n \t00:00:01.000\f\t-->  00:00:02.000\t\na", CUE("a"), 0},
    {"no hours", "WEBVTT\n\n00:01.000 --> 00:00:02.000\na", CUE("a"), 0},
    {"hours of 1, 3, 4 digits",
     "WEBVTT\n\n0:00:01.000 --> 000:00:02.000\na\n\n0000:00:01.000 --> 0:00:02.000\nb",
     CUE("a | ") CUE("b"), 0},
    {"hours of many digits", "WEBVTT\n\n00:01.000 --> 99999999999999999999:00:00.000\na",
     "1000-35999999996400000 a", 0},
    {"59", "WEBVTT\n\n59:59.999 --> 01:59:59.999\na", "3599999-7199999 a", 0},
    {"60 s", "WEBVTT\n\n00:00:01.000 --> 00:00:60.000\na\n\n" TIMES "\nb", CUE("b"), 1},
    {"60 min", "WEBVTT\n\n00:00:01.000 --> 00:60:00.000\na\n\n" TIMES "\nb", CUE("b"), 1},
    {"60 min without hours", "WEBVTT\n\n60:00.000 --> 60:01.000\na\n\n" TIMES "\nb", CUE("b"), 1},
    {"minutes of 1 digit", "WEBVTT\n\n0:01.000 --> 0:02.000\na\n\n" TIMES "\nb", CUE("b"), 1},
    {"minutes of 3 digits", "WEBVTT\n\n00:000:01.000 --> 00:01:02.000\na\n\n" TIMES "\nb", CUE("b"),
     1},
    {"seconds of 1 digit", "WEBVTT\n\n00:1.000 --> 00:2.000\na\n\n" TIMES "\nb", CUE("b"), 1},
    {"seconds of 3 digits", "WEBVTT\n\n00:001.000 --> 00:02.000\na\n\n" TIMES "\nb", CUE("b"), 1},
    {"2 digits of ms", "WEBVTT\n\n00:01.00 --> 00:02.000\na\n\n" TIMES "\nb", CUE("b"), 1},
    {"4 digits of ms", "WEBVTT\n\n00:01.0000 --> 00:02.000\na\n\n" TIMES "\nb", CUE("b"), 1},
    {"no ms", "WEBVTT\n\n00:00:01 --> 00:00:02\na\n\n" TIMES "\nb", CUE("b"), 1},
    {"ms alone", "WEBVTT\n\n00:00:01. --> 00:00:02.\na\n\n" TIMES "\nb", CUE("b"), 1},
    {"seconds alone", "WEBVTT\n\n01.000 --> 02.000\na\n\n" TIMES "\nb", CUE("b"), 1},
    {"negative", "WEBVTT\n\n-00:01.000 --> 00:02.000\na\n\n" TIMES "\nb", CUE("b"), 1},
    {"sign", "WEBVTT\n\n+00:01.000 --> 00:02.000\na\n\n" TIMES "\nb", CUE("b"), 1},
    {"letter after the start", "WEBVTT\n\n00:01.000x --> 00:02.000\na\n\n" TIMES "\nb", CUE("b"),
     1},
    {"letter before the end", "WEBVTT\n\n00:01.000 --> x00:02.000\na\n\n" TIMES "\nb", CUE("b"), 1},
    {"letter after the end", "WEBVTT\n\n00:01.000 --> 00:02.000x\na", CUE("a"), 0},
    {"times end", "WEBVTT\n\n" TIMES "\na\n\n00:00:01.000 -->", CUE("a"), 1},
    {"other digits", "WEBVTT\n\n\xd9\xa0\xd9\xa0:01.000 --> 00:02.000\na\n\n" TIMES "\nb", CUE("b"),
     1},
    {"no length", "WEBVTT\n\n00:01.000 --> 00:01.000\na", "1000-1000 a", 0},
    {"backwards", "WEBVTT\n\n00:02.000 --> 00:01.000\na\n\n" TIMES "\nb", CUE("b"), 1},
    {"comma", "WEBVTT\n\n00:01,000 --> 00:02,000\na", CUE("a"), 0},
    /* Settings. */
    {"settings", "WEBVTT\n\n" TIMES " align:start position:0% line:-1 size:50% vertical:rl\na",
     CUE("a"), 0},
    {"settings, garbage", "WEBVTT\n\n" TIMES " :a: align: :x foo align:middle 50%\na", CUE("a"), 0},
    {"settings twice", "WEBVTT\n\n" TIMES "\talign:end\talign:start \na", CUE("a"), 0},
};

static void test_webvtt_rules(void **state)
{
    (void)state;
    for (size_t i = 0; i < NB(webvtt_rules); i++) {
        struct err err = {0};
        AUTO_CUES c = {0};
        const char *text = webvtt_rules[i].content;
        if (!webvtt_rules[i].cues) {
            assert_fails(captions_read_text(&c, "a.vtt", text, strlen(text), &err), ERR_INVALID,
                         "'a.vtt'");
            continue;
        }
        if (captions_read_text(&c, "a.vtt", text, strlen(text), &err) < 0)
            fail_msg("%s: %s", webvtt_rules[i].what, err.msg);
        AUTO_FREE char *told = tell(&c);
        assert_row_str(webvtt_rules[i].what, told, webvtt_rules[i].cues);
        assert_row_int(webvtt_rules[i].what, c.nb_left_out, webvtt_rules[i].nb_left_out);
    }
}

static void test_webvtt_nuls(void **state)
{
    (void)state;
    static const char nuls[] = "WEBVTT\0\n\n" TIMES "\na", in_text[] = "WEBVTT\n\ni\0d\n" TIMES
                                                                       "\na\0b\n\n0\0:01.000 --> "
                                                                       "00:02.000\nc";
    struct err err = {0};
    AUTO_CUES c = {0};
    assert_fails(captions_read_text(&c, "n.vtt", nuls, sizeof nuls - 1, &err), ERR_INVALID,
                 "begin with WEBVTT");
    err = (struct err){0};
    assert_done(captions_read_text(&c, "n.vtt", in_text, sizeof in_text - 1, &err));
    AUTO_FREE char *told = tell(&c);
    assert_string_equal(told, CUE("a\xef\xbf\xbd"
                                  "b"));
    assert_int_equal(c.nb_left_out, 1);
    assert_int_equal(c.left_out_line, 7);
}

/* The line ends of SubRip and Advanced SubStation. */
static void test_line_ends(void **state)
{
    (void)state;
    static const char *const ends[] = {"\n", "\r\n", "\r", "\r\r\n"};
    for (size_t i = 0; i < NB(ends); i++) {
        const char *e = ends[i];
        struct err err = {0};
        AUTO_CUES srt = {0}, ass = {0};
        AUTO_FREE char *one =
            mem_printf("1%s00:00:01,000 --> 00:00:02,000%sa%sb%s%s2%s00:00:03,000 --> "
                       "00:00:04,000%sc%s",
                       e, e, e, e, e, e, e, e);
        AUTO_FREE char *two = mem_printf("[Events]%sDialogue: 0,0:00:01.00,0:00:02.00,,,0,0,0,,a%s"
                                         "Dialogue: 0,0:00:03.00,0:00:04.00,,,0,0,0,,c%s",
                                         e, e, e);
        assert_done(captions_read_text(&srt, "a.srt", one, strlen(one), &err));
        assert_done(captions_read_text(&ass, "a.ass", two, strlen(two), &err));
        AUTO_FREE char *of_srt = tell(&srt), *of_ass = tell(&ass);
        assert_row_str("srt", of_srt, "1000-2000 a/b | 3000-4000 c");
        assert_row_str("ass", of_ass, "1000-2000 a | 3000-4000 c");
    }
}

/* nb cues, one each interval_ms; in the format, '#' is a number that grows and '%' one word of
 * many.
 */
static void make_track(struct cues *out, const char *format, size_t nb, int64_t interval_ms)
{
    static const char *const words[] = {"welcome", "the",       "talk",  "is",   "about",
                                        "memory",  "and",       "we",    "will", "see",
                                        "how",     "compilers", "reason"};
    size_t at = 0;
    for (size_t i = 0; i < nb; i++) {
        AUTO_STR text = {0};
        for (const char *p = format; *p; p++)
            if (*p == '#')
                str_addf(&text, "%zu", 17 + i * 31);
            else if (*p == '%')
                str_add(&text, words[(at * at + at / 7) % NB(words)]), at++;
            else
                str_addf(&text, "%c", *p);
        cues_add(out, (int64_t)i * interval_ms, (int64_t)(i + 1) * interval_ms, str_take(&text));
    }
}

static void test_telemetry(void **state)
{
    (void)state;
    static const struct {
        const char *what, *format;
        size_t nb;
        int64_t interval_ms;
        const char *says; /* NULL: may be language */
    } cases[] = {
        {"drone",
         "FrameCnt: #, DiffTime: 33ms\n[iso: 100] [shutter: 1/#.0] [latitude: 12.#] "
         "[longitude: 23.#] [altitude: #.000]",
         40, 1000, "the same words in every cue"},
        {"drone, a picture each", "FrameCnt: #, DiffTime: 33ms\n2023-05-26 09:30:#", 90, 33, ""},
        {"older drone",
         "HOME(149.#,-20.#) 2017.08.05 14:11:#\nGPS(149.#,-20.#,16) BAROMETER:1.9\n"
         "ISO:100 Shutter:60 EV: Fnum:F2.2",
         40, 1000, "numbers"},
        {"few numbers", "Camera model hero, exposure automatic, focus far, altitude #", 40, 1000,
         "the same words"},
        {"heart", "HR: # bpm", 40, 1000, "the same words"},
        {"receiver", "$GPRMC,1235#,A,4807.#,N,01131.#,E,022.4,084.4,230394,003.1,W*6A", 40, 1000,
         "numbers"},
        {"three cues", "iso: # latitude: 12.# longitude: 23.#", 3, 1000, "the same words"},
        {"clock", "2009-08-12 14:22:#", 40, 1000, "little but numbers"},
        {"dates", "12 Aug 2009 14:22:#", 40, 1000, "numbers"},
        {"two kinds of cue", "latitude # longitude # speed #", 12, 500, "the same words"},
        {"encoded", "eyJsYXRpdHVkZSI6IndvcmxkIn0geyJsb25naXR1ZGUiOiJ3b3JsZCJ9", 40, 1000, ""},
        {"at the rate of pictures", "%", 90, 33, "as often as the picture"},
        {"one position", "47.371234, 8.541234", 1, 30000, "numbers"},
        {"axes", "#, -#, #", 40, 1000, "numbers"},
        {"mathematics", "# times # is #", 40, 3000, NULL},
        {"formulas", "# + # = #", 40, 3000, NULL},
        {"numbers that are read out", "#", 40, 3000, NULL},
        {"years", "In #, % %", 40, 3000, NULL},
        {"addresses", "https://www.example.org/2026/schedule/events/%", 40, 3000, NULL},
        {"a long word", "rindfleischetikettierungsueberwachungsaufgabe", 5, 3000, NULL},
        {"speech", "% % % % %\n% % % %", 90, 3000, NULL},
        {"speech with numbers", "% in # % % # % % % %", 90, 3000, NULL},
        {"speech with times", "[00:01:#] % % % % % % %", 90, 3000, NULL},
        {"speech of speakers", "Speaker #: % % %", 90, 3000, NULL},
        {"a word each", "%", 90, 250, NULL},
        {"sounds", "[Music]", 90, 3000, NULL},
        {"Chinese", "\xe4\xbb\x8a\xe5\xa4\xa9\xe6\x88\x91%\xe4\xbb\xac\xe8\xaf\xb4 #", 40, 3000,
         NULL},
        {"one cue", "In # it was 2010, then 400", 1, 3000, NULL},
        {"none", "", 0, 1, NULL},
    };
    for (size_t i = 0; i < NB(cases); i++) {
        AUTO_CUES c = {0};
        make_track(&c, cases[i].format, cases[i].nb, cases[i].interval_ms);
        const char *why = telemetry_find(&c);
        if (!why != !cases[i].says || (why && !strstr(why, cases[i].says)))
            fail_msg("%s: %s", cases[i].what, why ? why : "language");
    }
    /* Captions that roll up: each line is in three cues, half of which last for 10 ms. */
    AUTO_CUES lines = {0}, rolled = {0};
    make_track(&lines, "% % in # %", 40, 2000);
    for (size_t i = 1; i < lines.nb; i++) {
        const char *before = lines.cues[i - 1].text;
        cues_add(&rolled, lines.cues[i].start_ms - 10, lines.cues[i].start_ms, mem_strdup(before));
        cues_add(&rolled, lines.cues[i].start_ms, lines.cues[i].end_ms - 10,
                 mem_printf("%s\n%s", before, lines.cues[i].text));
    }
    assert_null(telemetry_find(&rolled));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formats),       cmocka_unit_test(test_markup),
        cmocka_unit_test(test_refused),       cmocka_unit_test(test_cut),
        cmocka_unit_test(test_drop),          cmocka_unit_test(test_flatten),
        cmocka_unit_test(test_flatten_bound), cmocka_unit_test(test_write),
        cmocka_unit_test(test_telemetry),     cmocka_unit_test(test_webvtt_rules),
        cmocka_unit_test(test_webvtt_nuls),   cmocka_unit_test(test_line_ends),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
