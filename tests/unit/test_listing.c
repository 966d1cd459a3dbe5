/* The listing importer: the project's own programme, pages in many shapes, and pages it refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fs.h"
#include "import.h"
#include "listing.h"
#include "listing_page.h"
#include "mem.h"
#include "programme.h"
#include "str.h"

#define XEN_HTML SOURCE_DIR "/metadata/xen-summit-2010.html"
#define XEN_TEXT SOURCE_DIR "/../shared/programmes/xen-summit-2010.txt"

static const struct {
    int number;
    const char *title, *speakers, *section;
    int listed_s[2];
} xen[] = {
    {1, "Xen Community Update", "Ian Pratt", "Welcome & Keynote", {3213}},
    {2, "Xen Hypervisor Project Update", "Keir Fraser", "Welcome & Keynote", {1253}},
    {3, "AMD, Xen, and Virtualization", "Tom Woller", "Welcome & Keynote", {1527}},
    {4,
     "SleepServer: A Software-Only Approach for Reducing the Energy Consumption of PCs within "
     "Enterprise Environments",
     "Yuvraj Agarwal",
     "Energy Savings",
     {1895}},
    {5,
     "Energy-Efficient Storage in Virtual Machine Environments",
     "Lei Ye",
     "Energy Savings",
     {1368}},
    {6, "Xen Cloud Platform Update", "Jonathan Ludlum", "Xen Cloud Platform", {1867}},
    {7, "Case Study: Iaas using XCP and XAPI", "Marco Sinhoreli", "Xen Cloud Platform", {1514}},
    {8,
     "VastSky - Cluster Storage System for XCP",
     "Hirokazu Takahasi",
     "Xen Cloud Platform",
     {1902}},
    {9,
     "Building an Infrastructure as a Service Cloud on XCP",
     "Sheng Liang",
     "Xen Cloud Platform",
     {1405}},
    {10,
     "XRM: Event-based Resource Management Framework for XCP",
     "Pradeep Padala",
     "Xen Cloud Platform",
     {1779}},
    {11, "PVOps Update", "Konrad Rzeszutek Wilk", "Project Updates", {932}},
    {12, "Xen Scheduler", "George Dunlap", "Project Updates", {1338}},
    {13, "PCI Express Support in QEMU", "Isaku Yamahata", "Project Updates", {1578}},
    {14, "Xen ARM Update", "Sang-bum Suh", "Project Updates", {1236}},
    {15, "GoGrid and Xen", "Paul Lappas", "Clouds", {726, 1461}},
    {16, "Open Source Cloud Computing", "Bernard Golden", "Clouds", {1788}},
    {17,
     "Supporting Soft-Real-Time Tasks in the Xen Hypervisor",
     "Shalini Yajnik",
     "Real-Time",
     {2531}},
    {18,
     "Extending Xen into Embedded and Communications Applications",
     "Edwin Verplanke, Don Banks",
     "Real-Time",
     {1751}},
    {19, "Graphics Passthrough Challenges", "Allen Kay", "Miscellaneous Topics", {3127}},
    {20, "Xen NUMA Guests", "Dullor Rao, Jun Nakajima", "Miscellaneous Topics", {1987}},
    {21,
     "Application of Fuzzy Control Theory to Resource Management in a Virtualized System",
     "Sho Niboshi",
     "Miscellaneous Topics",
     {3170}},
    {22, "Update on Transcendent Memory in Xen", "Dan Magenheimer", "Miscellaneous Topics", {1244}},
    {23,
     "Neon: System Support for Derived Data Management",
     "Qing Zhang",
     "Miscellaneous Topics",
     {1302}},
    {24, "Xenalyze: Analyze Xen Traces", "George Dunlap", "Miscellaneous Topics", {1132}},
    {25,
     "Evolving New Configuration Tools for IOV Network Devices",
     "Mitch Williams",
     "Miscellaneous Topics",
     {2082}},
    {26, "Libxenlight", "Stefano Stabellini", "Miscellaneous Topics", {1639}},
    {27, "Closing Presentation", "Ian Pratt", "Miscellaneous Topics", {1572}},
};

static void assert_xen(const struct programme *p)
{
    assert_string_equal(p->name, "Xen Summit North America 2010");
    assert_string_equal(p->place, "Sunnyvale");
    assert_string_equal(p->begin, "2010-04-28");
    assert_string_equal(p->end, "2010-04-29");
    assert_int_equal(p->nb_talks, sizeof xen / sizeof *xen);
    size_t nb_times = 0;
    for (size_t i = 0; i < p->nb_talks; i++) {
        const struct talk *talk = &p->talks[i];
        AUTO_FREE char *speakers = talk_speakers(talk);
        assert_int_equal(talk->number, xen[i].number);
        assert_string_equal(talk->title, xen[i].title);
        assert_string_equal(speakers, xen[i].speakers);
        assert_string_equal(talk->section, xen[i].section);
        assert_int_equal(talk->nb_parts, xen[i].listed_s[1] ? 2 : 1);
        for (size_t k = 0; k < talk->nb_parts; k++)
            assert_int_equal(talk->parts[k].listed_s, xen[i].listed_s[k]);
        nb_times += talk->nb_parts;
        const bool opening = i < 3, closing = i == 26;
        assert_int_equal(talk->abstract == NULL, opening || closing);
    }
    assert_int_equal(nb_times, 28);
    assert_int_equal(p->talks[17].nb_speakers, 2);
    assert_int_equal(p->talks[19].nb_speakers, 2);
}

static void own_programme(void **state)
{
    (void)state;
    AUTO_PROGRAMME p = {0};
    struct err err = {0};
    assert_int_equal(import_read(&p, XEN_HTML, &err), 0);
    assert_xen(&p);
}

static void archived_text(void **state)
{
    (void)state;
    if (!fs_exists(XEN_TEXT)) {
        print_message("skipped: no " XEN_TEXT "\n");
        skip();
    }
    AUTO_PROGRAMME p = {0};
    struct err err = {0};
    assert_int_equal(import_read(&p, XEN_TEXT, &err), 0);
    assert_xen(&p);
    /* Errors of the page stay, and lines are joined by a space. */
    assert_non_null(strstr(p.talks[17].abstract, "and co- located cooperating applications."));
    assert_true(str_starts(p.talks[16].abstract, "Soft real- time applications, such as"));
}

/* One line for the event, then one per talk. */
static char *summary(const struct programme *p)
{
    AUTO_STR s = {0};
    str_addf(&s, "%s|%s|%s|%s\n", p->name ? p->name : "", p->place ? p->place : "",
             p->begin ? p->begin : "", p->end ? p->end : "");
    for (size_t i = 0; i < p->nb_talks; i++) {
        const struct talk *talk = &p->talks[i];
        str_addf(&s, "%d|%s|", talk->number, talk->title);
        for (size_t k = 0; k < talk->nb_speakers; k++)
            str_addf(&s, "%s%s", k ? ";" : "", talk->speakers[k]);
        str_addf(&s, "|%s|", talk->section ? talk->section : "");
        for (size_t k = 0; k < talk->nb_parts; k++)
            str_addf(&s, "%s%d", k ? "+" : "", talk->parts[k].listed_s);
        str_addf(&s, "|%s\n", talk->abstract ? talk->abstract : "");
    }
    return str_take(&s);
}

static char *parse(const char *bytes, size_t nb_bytes)
{
    AUTO_PROGRAMME p = {0};
    struct err err = {0};
    if (listing_parse(&p, bytes, nb_bytes, "page", &err) == 0)
        return summary(&p);
    assert_null(p.talks);
    assert_null(p.name);
    assert_int_not_equal(err.msg[0], 0);
    return mem_printf("%s", err.msg);
}

/* As a browser saves text: cells begin with bars, bullets are alone, lines break anywhere. */
static const char sample[] = "|\n"
                             "|\n"
                             "Bread Days Europe 2012\n"
                             "Home > Talks > Bread Days Europe 2012\n"
                             "|\n"
                             "The guild held Bread Days Europe on May 30 - June\n"
                             "1 at the Mill Hall in Ghent, Belgium. Thanks to all.\n"
                             "Opening & Basics\n"
                             "- Episode 1:\n"
                             "Why we\n"
                             "bake (Ada Miller) (5:07)\n"
                             "|\n"
                             "|\n"
                             "Sour\n"
                             "Dough\n"
                             "-\n"
                             "Episode\n"
                             "2 (two\n"
                             "parts):\n"
                             "Starters (and enders): flour/water\n"
                             "- a study (Bo Crust/Cy Oven, Di Yeast &\n"
                             "Ed Rye and Flo-an Salt) (12:06 /\n"
                             "1:02:03)\n"
                             "Keep it warm\n"
                             "- not hot -\n"
                             "and fed (twice). See Talk 1, or\n"
                             "\n"
                             "the well- known book.\n"
                             "* Episode 30: A long night (20:00)\n"
                             "|\n"
                             "|\n"
                             "Copyright by the guild\n";
static const char sample_summary[] =
    "Bread Days Europe 2012|Mill Hall, Ghent, Belgium|2012-05-30|2012-06-01\n"
    "1|Why we bake|Ada Miller|Opening & Basics|307|\n"
    "2|Starters (and enders): flour/water - a study|Bo Crust;Cy Oven;Di Yeast;Ed Rye;Flo-an Salt|"
    "Sour Dough|726+3723|Keep it warm - not hot - and fed (twice). See Talk 1, or\n\n"
    "the well- known book.\n"
    "30|A long night||Sour Dough|1200|\n";

#define ONE "1|A b|C D||60|\n"

/* Pages that are understood. */
static const struct {
    const char *what, *page, *summary;
} pages[] = {
    {"text as browsers save it", sample, sample_summary},
    {"table cells",
     "<html><head><title>Crumbs 2011 | Bakers</title><style>b{}</style></head><body>"
     "<nav><ul><li>Episode 9: nowhere</ul></nav><table><tr><td>Held on 3&ndash;4 March 2011."
     "</td></tr><tr><td><b>Loaves</b><ul><li>Episode 1:<br><a href=x>On <b>big</b> ones</a> "
     "(Jo&euml;l P) (53:33)<br>They are big.<br><br>Very&nbsp;big.</li>"
     "<li>Episode 2 (2 parts):<br>More (Q) (1:00 / 2:00)</ul></td></tr>"
     "<tr><td><strong>Rolls</strong><br><ul><li>Episode 3: Small (R) (0:59)</ul></td></tr></table>"
     "<p>Episode list by hand</p></body></html>",
     "Crumbs 2011||2011-03-03|2011-03-04\n1|On big ones|Joël P|Loaves|3213|They are big.\n\n"
     "Very big.\n2|More|Q|Loaves|60+120|\n3|Small|R|Rolls|59|\n"},
    {"headings and paragraphs",
     "<!doctype html><h1>Conf</h1><p>In Bonn, 2010-05-01 to 2010-05-03.</p><h2>S<br>1</h2>"
     "<ul><li><p>Talk 1: A b (C D) (1:00)</p><p>One.</p><p>Two\nlines.</p></li></ul>"
     "<h2>S2</h2><p>About this section.</p><h3>Talk 2: E (F) (2:00)</h3><p>Three.</p>",
     "Conf|Bonn|2010-05-01|2010-05-03\n1|A b|C D|S 1|60|One.\n\nTwo lines.\n"
     "2|E|F|S2|120|Three.\n"},
    {"ordered list", "<ol start=4><li>A b (C D) (1:00)<li value=7>E (F) (2:00)<li>G (3:00)</ol>",
     "|||\n4|A b|C D||60|\n7|E|F||120|\n8|G|||180|\n"},
    {"definition list",
     "<h1>K</h1><dl><dt>Lecture 1: A b (C D) (1:00)<dd>One.<dd>Two.<dt>Lecture 2: E (F) (2:00)"
     "</dl>",
     "K|||\n1|A b|C D||60|One.\n\nTwo.\n2|E|F||120|\n"},
    {"nested list in an abstract",
     "<ul><li>Talk 1: A b (C D) (1:00)<ol><li>first<li>second</ol></ul>",
     "|||\n1|A b|C D||60|1. first\n\n2. second\n"},
    {"numbers alone", "Day\n- 1. A b (C D) (1:00)\n- #2 E (F) (2:00)\n3. G (H) (3:00)\n",
     "Day|||\n1|A b|C D||60|\n2|E|F||120|\n3|G|H||180|\n"},
    {"a numbered session is a section",
     "<h2>Session 1: Grain</h2><ul><li>Talk 1: A b (C D) (1:00)</ul>"
     "<h2>Session 2: Salt</h2><ul><li>Talk 2: E (F) (2:00)</ul>",
     "Session 1: Grain|||\n1|A b|C D||60|\n2|E|F|Session 2: Salt|120|\n"},
    {"a company in the speaker's parentheses", "Talk 1: A b (C D (E, F & Co)/G, and H) (1:00)",
     "|||\n1|A b|C D (E, F & Co);G;H||60|\n"},
    {"Windows line ends and a byte order mark", "\xef\xbb\xbfTalk 1: A b\r\n(C D) (1:00)\r\n",
     "|||\n" ONE},
    {"Windows-1252", "Talk 1: Caf\xe9 \x96 \x93so\x94 (C D) (1:00)",
     "|||\n1|Café – “so”|C D||60|\n"},
    {"a declared charset", "<meta charset=iso-8859-2><ul><li>Talk 1: \xb1 b (C D) (1:00)</ul>",
     "|||\n1|ą b|C D||60|\n"},
    {"declared Latin-1 is UTF-8 all the same",
     "<meta charset=iso-8859-1><ul><li>Talk 1: ä b (C D) (1:00)</ul>", "|||\n1|ä b|C D||60|\n"},
    {"control characters", "Talk 1: A\x01 b\x7f (C\tD) (1:00)", "|||\n" ONE},
    {"over an hour in minutes", "Talk 1: A b (C D) (75:30)", "|||\n1|A b|C D||4530|\n"},
};

static void shapes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        AUTO_FREE char *got = parse(pages[i].page, strlen(pages[i].page));
        if (strcmp(got, pages[i].summary) != 0)
            print_error("%s:\n", pages[i].what);
        assert_string_equal(got, pages[i].summary);
    }
}

/* Sentences about the event. */
static const struct {
    const char *name, *sentence, *event;
} events[] = {
    {"K 2010", "AMD hosted it on April 28-29 in our Sunnyvale headquarters.",
     "Sunnyvale|2010-04-28|2010-04-29"},
    {"K", "It was on April 28-29, 2010, in Boston, MA.", "Boston, MA|2010-04-28|2010-04-29"},
    {"K", "28-29 April 2010, Rio de Janeiro", "Rio de Janeiro|2010-04-28|2010-04-29"},
    {"K", "April 30 - May 2, 2010 at the Hynes Center in Boston",
     "Hynes Center, Boston|2010-04-30|2010-05-02"},
    {"K", "Held in St. Louis on 28 April 2010. See you in Rome.",
     "St. Louis|2010-04-28|2010-04-28"},
    {"K", "2010-04-28 to 2010-04-29", "|2010-04-28|2010-04-29"},
    {"K", "From Thursday, December 30 to Sunday, January 2, 2011.", "|2010-12-30|2011-01-02"},
    {"K 2011", "On Sept. 3rd and 4th at MIT.", "MIT|2011-09-03|2011-09-04"},
    {"K 2011", "On March 3, 27 talks.", "|2011-03-03|2011-03-03"},
    {"K 2011",
     "Posted May 1, 2012. It took place June 3\xe2\x80\x93"
     "5, 2011 in M\xc3\xbcnchen.",
     "München|2011-06-03|2011-06-05"},
    {"K 2011", "On February 30 we may 3 times march 4 miles.", "||"},
    {"K", "On April 3 in Ghent.", "||"},
};

static void event_facts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        AUTO_FREE char *page =
            mem_printf("%s\n\n%s\n|\nTalk 1: A b (C D) (1:00)", events[i].name, events[i].sentence);
        AUTO_FREE char *want = mem_printf("%s|%s\n" ONE, events[i].name, events[i].event);
        AUTO_FREE char *got = parse(page, strlen(page));
        assert_string_equal(got, want);
    }
}

#define GOOD "- Talk 1: A b (C D) (1:00)\n"

/* Pages that are refused; line 0: the message names none. */
static const struct {
    const char *page;
    int line;
    const char *message;
} faults[] = {
    {"", 0, "found no talk in 0 lines; expected entries such as \"Episode 15"},
    {"Hello\n- world\n", 0, "found no talk in 2 lines"},
    {"<p>Hello</p>", 0, "found no talk in 1 lines"},
    {GOOD "- Talk 2: E (F)\nText.\n", 2, "talk 2 has no time: found \"E (F) Text.\""},
    {GOOD "- Talk 2:\n", 2, "talk 2 has no time"},
    {GOOD "- Talk 2\nTalk 3: E (F) (1:00)\n", 2, "talk 2 has no time: found \"\""},
    {GOOD "- Talk 2: E\n(F)\n(25:7)\n", 4, "the time cannot be read: found \"(25:7)\""},
    {GOOD "- Talk 2: E (F) (12:75)\n", 2, "the time cannot be read: found \"(12:75)\""},
    {GOOD "- Talk 2: E (F) (1:02:3)\n", 2, "the time cannot be read"},
    {GOOD "- Talk 2: E (F) (1:00 /)\n", 2, "the time cannot be read"},
    {GOOD "- Talk 2: E (F) (0:00)\n", 2, "the time is out of range"},
    {GOOD "- Talk 2: E (F) (9999999:00:00)\n", 2, "the time is out of range"},
    {GOOD "- Talk 2: E (F) (25:07\nText\n", 2,
     "parenthesis around the time is not closed: found \"(25:07 Text\""},
    {GOOD "- Talk 2: E\n(F (25:07)\n", 3, "unbalanced parentheses: found \"(F (25:07)\""},
    {GOOD "- Talk 2: E F) (25:07)\n", 2, "unbalanced parentheses"},
    {GOOD "- Talk 2: (F) (25:07)\n", 2, "talk 2 has no title"},
    {GOOD "- Talk 2:\n(25:07)\n", 2, "talk 2 has no title"},
    {GOOD "- Talk 1: E (F) (25:07)\n", 2, "talk 1 is already in line 1"},
    {GOOD "- Talk 2 (two parts): E (F) (1:00)\n", 2, "talk 2 has 2 parts but 1 time:"},
    {GOOD "- Talk 2 (two parts): E (F) (1:00 / 2:00 / 3:00)\n", 2, "2 parts but 3 times"},
    {GOOD "- Talk 2 (bonus): E (F) (1:00)\n", 2, "the parentheses after the number"},
    {GOOD "- Talk 2: E (F) (1:00) (2:00)\n", 2, "times in several parentheses"},
    {GOOD "- Talk 0: E (F) (1:00)\n", 2, "number cannot be read: found \"Talk 0: E"},
    {GOOD "- Talk 1000000: E (F) (1:00)\n", 2, "number cannot be read"},
    {GOOD "- Talk 2b: E (F) (1:00)\n", 2, "number cannot be read"},
    {GOOD "- Talk two: E (F) (1:00)\n", 2, "a list item has a time but no number"},
    {GOOD "- Tlak 2: E (F) (1:00)\n", 2, "a list item has a time but no number"},
    {"<html>\n<ul>\n<li>Talk 1: A (B) (1:00)\n<li>\n<p>Talk 2:\n\n<p>E (F) (1:5)</ul>", 7,
     "the time cannot be read"},
    {"<html><ol><li>A (B) (1:00)</ol>\n<ol><li>C (D) (1:00)</ol>", 2, "is already in line 1"},
};

static void refusals(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        AUTO_FREE char *got = parse(faults[i].page, strlen(faults[i].page));
        AUTO_FREE char *place = faults[i].line ? mem_printf("'page', line %d: ", faults[i].line)
                                               : mem_strdup("'page': ");
        if (!str_starts(got, place) || !strstr(got, faults[i].message))
            fail_msg("'%s'\n gave    %s\n wanted  %s... %s", faults[i].page, got, place,
                     faults[i].message);
        assert_non_null(strstr(got, "expected "));
    }
}

static void long_section(void **state)
{
    (void)state;
    AUTO_STR page = {0};
    str_add(&page, GOOD "|\n");
    for (int i = 0; i < 20; i++)
        str_add(&page, "an abstract ");
    str_add(&page, "\n- Talk 2: E (F) (1:00)\n");
    AUTO_FREE char *got = parse(page.s, page.len);
    assert_true(str_starts(got, "'page', line 3: 239 bytes are too long for a section's name"));
}

static void binary(void **state)
{
    (void)state;
    static const char bytes[] = "Talk 1: A (B) (1:00)\n\0\x01\x02";
    AUTO_FREE char *got = parse(bytes, sizeof bytes);
    assert_true(str_starts(got, "'page': byte 22 is NUL"));
    static const char utf16[] = "\xff\xfeT\0a\0l\0k\0 \0\x31\0:\0A\0(\0\x31\0:\0\x30\0\x30\0)\0";
    AUTO_FREE char *wide = parse(utf16, sizeof utf16 - 1);
    assert_string_equal(wide, "|||\n1|A|||60|\n");
}

static void deep_nesting(void **state)
{
    (void)state;
    AUTO_STR page = {0};
    for (int i = 0; i < 900; i++)
        str_add(&page, "<div>");
    str_add(&page, "\n<li>Talk 1: A b (C D) (1:00)");
    AUTO_FREE char *fine = parse(page.s, page.len);
    assert_string_equal(fine, "|||\n" ONE);
    for (int i = 0; i < 100000; i++)
        str_add(&page, "<b><div>");
    AUTO_FREE char *deep = parse(page.s, page.len);
    assert_true(str_starts(deep, "'page', line 2: found tags nested more than 1000 deep"));
}

/* Line numbers beyond 16 bits, and one line of many megabytes. */
static void large_pages(void **state)
{
    (void)state;
    static const char *const heads[] = {"", "<html><p>"};
    for (size_t i = 0; i < 2; i++) {
        AUTO_STR page = {0};
        str_add(&page, heads[i]);
        for (int n = 1; n < 70000; n++)
            str_add(&page, "filler of a line\n");
        str_add(&page, i ? "<li>Talk 1: A (B) (1:0)" : "Talk 1: A (B) (1:0)");
        AUTO_FREE char *got = parse(page.s, page.len);
        assert_true(str_starts(got, "'page', line 70000: "));

        str_clear(&page);
        str_add(&page, heads[i]);
        str_add(&page, i ? "<li>Talk 1: A b (C D) (1:00) " : "Talk 1: A b (C D) (1:00) ");
        for (int n = 0; n < 800000; n++)
            str_add(&page, "abstract ");
        AUTO_FREE char *wide = parse(page.s, page.len);
        assert_int_equal(strlen(wide), strlen("|||\n" ONE) + 800000 * strlen("abstract ") - 1);
    }
}

static void many_talks(void **state)
{
    (void)state;
    AUTO_STR page = {0};
    for (int n = 1; n <= 20000; n++)
        str_addf(&page, "- Talk %d: A (B) (1:00)\n", n * 49);
    AUTO_PROGRAMME p = {0};
    struct err err = {0};
    assert_int_equal(listing_parse(&p, page.s, page.len, "page", &err), 0);
    assert_int_equal(p.nb_talks, 20000);
    str_add(&page, "- Talk 999999: A (B) (1:00)\n");
    AUTO_FREE char *got = parse(page.s, page.len);
    assert_true(str_starts(got, "'page', line 20001: found more than 20000 talks"));
}

static void large_html(void **state)
{
    (void)state;
    AUTO_STR page = {0};
    str_add(&page, "<html>");
    while (page.len <= 8u << 20)
        str_add(&page, "<!");
    AUTO_FREE char *got = parse(page.s, page.len);
    assert_true(str_starts(got, "'page': found an HTML page of 8388610 bytes"));
}

/* Cut off anywhere, and with any byte replaced, a page gives talks or a message. */
static void damaged(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        const size_t len = strlen(pages[i].page);
        for (size_t n = 0; n < len; n++) {
            /* A copy of exactly n bytes, so that reading beyond it is seen. */
            AUTO_FREE char *cut = mem_zalloc(n, 1);
            memcpy(cut, pages[i].page, n);
            AUTO_FREE char *got = parse(cut, n);
            assert_true(str_is_utf8(got));

            static const char odd[] = "(<>|\xff:9\n";
            AUTO_FREE char *changed = mem_strdup(pages[i].page);
            changed[n] = odd[n % (sizeof odd - 1)];
            AUTO_FREE char *also = parse(changed, len);
            assert_true(str_is_utf8(also));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(own_programme), cmocka_unit_test(archived_text),
        cmocka_unit_test(shapes),        cmocka_unit_test(event_facts),
        cmocka_unit_test(refusals),      cmocka_unit_test(long_section),
        cmocka_unit_test(binary),        cmocka_unit_test(deep_nesting),
        cmocka_unit_test(large_html),    cmocka_unit_test(large_pages),
        cmocka_unit_test(many_talks),    cmocka_unit_test(damaged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
