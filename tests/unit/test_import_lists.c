/* Programmes as lists: CSV, iCalendar, pyvideo's JSON, Markdown, timetables in HTML. Files of the
 * tests' own, files that must be refused, and real ones where ../shared/programmes has them. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fs.h"
#include "import.h"
#include "json.h"
#include "mem.h"
#include "programme.h"
#include "programme_file.h"
#include "speakers.h"
#include "str.h"

#define SHARED SOURCE_DIR "/../shared/programmes/"

static const struct {
    const char *name, *text, *wanted;
} read[] = {
    {"plain.csv",
     "number,title,speakers,room,date,start,end,listed\r\n"
     "3,\"A \"\"real\"\"\nproblem, solved\",Ann Lee; bo,Hall,2014-09-26,18:30,19:15,12:06 / "
     "24:21\r\n"
     "\r\n"
     "7,Two,Ann Lee & Bo Chan,,26.9.2014,23:30,0:15,\r\n",
     "- 2014-09-26 2014-09-26\n"
     "3|-|A \"real\" problem, solved|Ann Lee+bo|-|Hall|2014-09-26T18:30:00|12:06 / 24:21|-\n"
     "7|-|Two|Ann Lee+Bo Chan|-|-|2014-09-26T23:30:00|slot 45:00|-\n"},
    {"semicolon.txt",
     "\xef\xbb\xbfTitle;Speaker(s);Track;Duration;Link;ID\n"
     "One;Zo\xc3\xab;Web;0:45;https://x.org/1;a\nTwo;;Web;30;;a\nThree;;;1h30m;;\nThree;;;;;\n",
     "- - -\n0|a|One|Zo\xc3\xab|Web|-|-|slot 45:00|https://x.org/1\n"
     "0|a-2|Two||Web|-|-|slot 30:00|-\n0|three|Three||-|-|-|slot 1:30:00|-\n"
     "0|three-2|Three||-|-|-|-|-\n"},
    {"tab.txt", "Talk\tPresenter\tId\nOne\tAnn\t5\nTwo\tBo\t9\n",
     "- - -\n5|-|One|Ann|-|-|-|-|-\n9|-|Two|Bo|-|-|-|-|-\n"},
    {"latin.csv", "title,speaker\nCaf\xe9,Ren\xe9\n", "- - -\n0|cafe|Café|René|-|-|-|-|-\n"},
    {"cuts.csv", "Title,Start,End\nOne,0h00m25s,0h01m24s\n", "- - -\n0|one|One||-|-|-|0:59|-\n"},
    {"iso.csv", "title,start,end\nOne,2014-09-26T18:30+02:00,2014-09-26T19:00+02:00\n",
     "- 2014-09-26 2014-09-26\n0|one|One||-|-|2014-09-26T18:30:00+02:00|slot 30:00|-\n"},
    {"zones.ics",
     "BEGIN:VCALENDAR\r\nX-WR-CALNAME:My Conf\r\nX-WR-TIMEZONE:America/Los_Angeles\r\n"
     "BEGIN:VTIMEZONE\r\nTZID:Mine\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"
     "TZOFFSETFROM:+0530\r\nTZOFFSETTO:+0530\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
     "BEGIN:VEVENT\r\nUID:a\r\nSUMMARY:One\\, fol\r\n ded\r\nCATEGORIES:Dev,Ops\r\n"
     "LOCATION:\r\nURL:https://x.org/1\r\nDTSTART:20100428T160000Z\r\nDURATION:PT45M\r\n"
     "ATTENDEE;CN=Ann Lee;ROLE=X-SPEAKER:mailto:a@x.org\r\nATTENDEE;CN=Guest:mailto:b@x.org\r\n"
     "END:VEVENT\r\n"
     "BEGIN:VEVENT\r\nUID:a\r\nSUMMARY:Floating\r\nDTSTART:20100429T090000\r\n"
     "DTEND:20100429T093000\r\nEND:VEVENT\r\n"
     "BEGIN:VEVENT\r\nUID:b\r\nSUMMARY:Off\r\nSTATUS:CANCELLED\r\nDTSTART:nonsense\r\nEND:"
     "VEVENT\r\n"
     "BEGIN:VEVENT\r\nUID:c\r\nSUMMARY:Day\r\nDTSTART;VALUE=DATE:20100430\r\nEND:VEVENT\r\n"
     "BEGIN:VEVENT\r\nUID:d\r\nSUMMARY:Own\r\nDTSTART;TZID=Mine:20100429T090000\r\nEND:VEVENT\r\n"
     "BEGIN:VEVENT\r\nUID:e\r\nSUMMARY:Winter\r\nDTSTART;TZID=Europe/Berlin:20101229T090000\r\n"
     "DTEND:20101229T083000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
     "My Conf 2010-04-28 2010-12-29\n"
     "0|a|One, folded|Ann Lee|Dev|-|2010-04-28T09:00:00-07:00|slot 45:00|https://x.org/1\n"
     "0|a-2|Floating||-|-|2010-04-29T09:00:00|slot 30:00|-\n"
     "0|c|Day||-|-|-|-|-\n"
     "0|d|Own||-|-|2010-04-29T09:00:00+05:30|-|-\n"
     "0|e|Winter||-|-|2010-12-29T09:00:00+01:00|slot 30:00|-\n"},
    {"one-talk.json",
     "{\"title\": \" A  talk\", \"speakers\": [\"Ann\", \"Bo\"], \"recorded\": "
     "\"2014-09-13T10:30:00Z\", \"duration\": 75.6, \"language\": \"eng\", \"category\": \"Conf\", "
     "\"videos\": [{\"url\": \"\"}, {\"url\": \"http://v/1\"}]}",
     "Conf 2014-09-13 2014-09-13\n"
     "0|one-talk|A talk|Ann+Bo|-|-|2014-09-13T10:30:00+00:00|1:16|http://v/1\n"},
    /* The page: a file is none, and what the file calls the talk's place goes before. */
    {"pages.json",
     "{\"title\": \"A\", \"recorded\": \"2014-09-13\", \"videos\": [{\"type\": \"mp4\", \"url\": "
     "\"http://v/1.mp4\"}, {\"type\": \"youtube\", \"url\": \"http://v/2\"}]}",
     "- 2014-09-13 2014-09-13\n0|pages|A||-|-|2014-09-13|-|http://v/2\n"},
    {"source.json",
     "{\"title\": \"A\", \"source_url\": \"http://p/\", \"videos\": [{\"url\": \"http://v/2\"}]}",
     "- - -\n0|source|A||-|-|-|-|http://p/\n"},
    {"list.md",
     "# Good [talks](http://x) ![b](http://b)\n- [About](ABOUT.md)\n## First *part*\n"
     "- [One \\[really\\]](http://x/(1)) by **Ann Lee and Bo Chan** (Conf 2014) [1:04:34]\n"
     "2. [**Two**](http://x/2 \"tip\"): Ann\n   Lee, Conf `30:03`\n"
     "```\n- [No](http://x/3) [1:00]\n```\n"
     "## Second\n* [Three](http://x/2) by Ann Lee (Conf)\n* [Four](http://x/4) - Bo 12:06 / 24:21\n"
     "+ [Five](http://x/5) by **Ann** (Conf) [Article]\n",
     "Good talks - -\n"
     "0|http://x/(1)|One [really]|Ann Lee+Bo Chan|First *part*|-|-|1:04:34|http://x/(1)\n"
     "0|http://x/2|Two|Ann Lee|First *part*|-|-|30:03|http://x/2\n"
     "0|http://x/2-2|Three|Ann Lee|Second|-|-|-|http://x/2\n"
     "0|http://x/4|Four|Bo|Second|-|-|12:06 / 24:21|http://x/4\n"
     "0|http://x/5|Five|Ann|Second|-|-|-|http://x/5\n"},
    {"forms.md",
     "- [x] [A](http://x/1) by **Ann** [1:00]\n- ⭐ [B](http://x/2) by Bo Chan (27 min)\n"
     "- 25:07 - [C](http://x/3) - Cy\n- [D](http://x/4) [25:08] by Di\n"
     "- [E](http://x/5) by Ed [25:09] - a great talk\n- [F](http://x/6) - Fi - 27:30 min\n"
     "- ~~[G](http://x/7) by Gi [1:00]~~\n- [H](http://x/8) - Hy - 1h 2m\n- [2:00](http://x/9) by "
     "Jo [3:00]\n",
     "- - -\n0|http://x/1|A|Ann|-|-|-|1:00|http://x/1\n"
     "0|http://x/2|B|Bo Chan|-|-|-|slot 27:00|http://x/2\n"
     "0|http://x/3|C|Cy|-|-|-|25:07|http://x/3\n0|http://x/4|D|Di|-|-|-|25:08|http://x/4\n"
     "0|http://x/5|E|Ed|-|-|-|25:09|http://x/5\n0|http://x/6|F|Fi|-|-|-|27:30|http://x/6\n"
     "0|http://x/8|H|Hy|-|-|-|slot "
     "1:02:00|http://x/8\n0|http://x/9|2:00|Jo|-|-|-|3:00|http://x/9\n"},
    {"utc.html",
     "<!doctype html><title>Conf</title><table><tr><td><time datetime='2014-09-26T16:30Z'>18:30"
     "</time> - <time datetime='2014-09-26T17:15Z'>19:15</time><td>Title <i>one</i><p>Ann Lee<p>"
     "About it.</p></tr><tr><td><time datetime='2014-09-27T16:30Z'>18:30</time><td><b>Two</b>"
     "</table>",
     "Conf 2014-09-26 2014-09-27\n"
     "0|title-one|Title one|Ann Lee|-|-|"
     "2014-09-26T16:30:00+00:00|slot 45:00|-\n"
     "0|two|Two||-|-|2014-09-27T16:30:00+00:00|-|-\n"},
    {"local.html",
     "<h1>Conf</h1>\n<ul><li><time datetime='2014-09-26T17:30:00Z'>5:30 &ndash; 6:00</time>"
     "<h3>One</h3><p>Ann Lee &amp; Bo Chan</p><p><a href='v'>Video</a></p></li>"
     "<li><time datetime='2014-09-26T18:15:00Z'>6:00</time><h3>Two</h3>"
     "<li><time datetime='2014-09-26T19:00:00Z'>7 pm</time><h3>Three</h3></ul>",
     "Conf 2014-09-26 2014-09-26\n"
     "0|one|One|Ann Lee+Bo Chan|-|-|2014-09-26T17:30:00|slot 30:00|-\n"
     "0|two|Two||-|-|2014-09-26T18:00:00|-|-\n"
     "0|three|Three||-|-|2014-09-26T19:00:00|-|-\n"},
    {"micro.html",
     "<!doctype html><body itemscope itemtype='https://schema.org/Event'><h1 "
     "itemprop=name>Conf</h1>"
     "<p itemprop=location>Ghent</p><time itemprop=startDate datetime='2021-05-04'>4 May</time>"
     "<section itemprop=subEvent itemscope><h2 itemprop=name>Opening</h2><ol>"
     "<li itemprop=subEvent itemscope itemtype='https://schema.org/EducationEvent'>"
     "<meta itemprop=identifier content=15><meta itemprop=identifier content=abc>"
     "<meta itemprop=duration content=PT12M6S><meta itemprop=duration content=PT1461S>"
     "<a href=x itemprop=sameAs>x</a><bdi itemprop=name>A (b</bdi><i itemprop=performer>B, C</i>"
     "</li></ol></section>"
     "<li itemprop=subEvent itemscope itemtype='https://schema.org/EducationEvent'>"
     "<div itemprop=name>&lt;D&gt;</div></li>",
     "Conf 2021-05-04 -\n"
     "15|abc|A (b|B, C|Opening|-|-|12:06 / 24:21|x\n"
     "0|d|<D>||-|-|-|-|-\n"},
};

/* UTF-16 as a spreadsheet's "Unicode text" has it: a byte order mark, tabs, "\r\n". */
static void reads_utf16(void **state)
{
    (void)state;
    static const char text[] = "Title\tSpeaker\r\nOne\tAnn Lee\r\n";
    for (int big = 0; big < 2; big++) {
        AUTO_STR bytes = {0};
        str_add_bytes(&bytes, big ? "\xfe\xff" : "\xff\xfe", 2);
        for (const char *c = text; *c; c++)
            str_add_bytes(&bytes, big ? (char[]){0, *c} : (char[]){*c, 0}, 2);
        struct err err = {0};
        AUTO_PROGRAMME p = {0};
        AUTO_FREE char *path = write_file("utf16.txt", bytes.s, bytes.len);
        assert_done(import_read(&p, path, &err));
        AUTO_FREE char *got = summary(&p);
        assert_string_equal(got, "- - -\n0|one|One|Ann Lee|-|-|-|-|-\n");
    }
}

static void reads(void **state)
{
    (void)state;
    for (size_t i = 0; i < NB(read); i++) {
        struct err err = {0};
        AUTO_PROGRAMME p = {0};
        AUTO_FREE char *path = write_file(read[i].name, read[i].text, strlen(read[i].text));
        assert_done(import_read(&p, path, &err));
        AUTO_FREE char *got = summary(&p);
        assert_row_str(read[i].name, got, read[i].wanted);
    }
}

#define EVENT(lines) "BEGIN:VCALENDAR\nBEGIN:VEVENT\n" lines "END:VEVENT\nEND:VCALENDAR\n"
#define ITEM         "- [One](http://x/1) by **Ann** [1:00]\n"

/* Of a page of which the first talk is open. */
#define MICRODATA "<ol><li itemscope itemtype='https://schema.org/EducationEvent'>"

static const struct {
    const char *name, *text, *words;
} refused[] = {
    {"a.csv", "", "found no talk, but an empty file; expected a programme"},
    {"b.csv", "foo,bar\n1,2\n", "no column is named 'title', the first is \"foo\""},
    {"c.csv", "title,room\n", "no talk"},
    {"d.csv", "title,room\nOne,\"a\nb\"\nTwo\n", "line 4: found 1 field"},
    {"e.csv", "title,room\nOne,\"a\" b\n", "line 2: misplaced quotation mark"},
    {"f.csv", "title,room\nOne,\"a\n\n", "the row that begins in line 2"},
    {"g.csv", "title,room\n,Hall\n", "line 2: column 'title' is empty"},
    {"h.csv", "no,title\n1,A\n1,B\n", "line 3: found \"1\" in column 'no'"},
    {"i.csv", "no,title\nx,A\n", "a whole number"},
    {"j.csv", "title,listed\nA,25\n", "found \"25\" in column 'listed'; expected minutes"},
    {"k.csv", "title,duration\nA,soon\n", "in column 'duration'"},
    {"l.csv", "title,start\nA,25:00\n", "a time of day"},
    {"m.csv", "title,date\nA,3/4/2014\n",
     "not ambiguous: this one is 3 April or 4 March, and no other row decides: write "
     "\"2014-04-03\" or \"2014-03-04\""},
    {"p.csv", "title,date\nA,27/9/2014\nB,9/27/2014\n",
     "one order of day and month, but line 2 has the day first, and line 3 the month"},
    {"q.csv", "title,date\nA,31/31/2014\n", "expected a date"},
    {"r.csv", "title,status\nA,Declined\nB,Cancelled\n", "found no talk in 2 rows"},
    {"s.csv", "title,speaker\nA,Ann\n,Bo\n", "line 3: column 'title' is empty"},
    {"n.csv", "title,start,end\nA,10:00,9:00\n", "12 hours"},
    {"o.csv", "title,start,end\nA,0h01m00s,0h00m30s\n", "a place in the recording"},
    {"a.ics", "BEGIN:VCALENDAR\nEND:VCALENDAR\n", "no event"},
    {"b.ics", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:x\n", "2 more BEGIN than END"},
    {"c.ics", EVENT("UID:1\n"), "event in line 2 '': has no title"},
    {"d.ics", EVENT("SUMMARY:x\nDTSTART:soon\n"), "DTSTART"},
    {"e.ics", EVENT("SUMMARY:x\nDTSTART:20101399T990000\n"), "a time cannot be read"},
    {"f.ics", EVENT("SUMMARY:x\nDTSTART;TZID=No/Where:20100101T100000\n"), "\"No/Where\""},
    {"g.ics", EVENT("SUMMARY:x\nDTSTART:20100101T100000\nDTEND:20100101T090000\n"), "length"},
    {"a.json", "{\"title\": \"x\", \"videos\": [], \"duration\": \"long\"}", "'duration'"},
    {"b.json", "{\"title\": 5, \"videos\": []}", "'title' should be a text"},
    {"c.json", "{\"title\": \" \", \"videos\": []}", "'title' is empty"},
    {"d.json", "{\"title\": \"x\", \"videos\": [], \"speakers\": [1]}", "'speakers'"},
    {"e.json", "{\"title\": \"x\", \"recorded\": \"yesterday\"}", "found \"yesterday\""},
    {"a.html",
     "<ul><li><time datetime=2014-01-01T10:00>10</time><h3>A</h3></li><li><time "
     "datetime=2014-01-01T11:00>11</time><h3>B</h3></li><li><time datetime=2014-01-01T12:00>",
     "no title"},
    {"m.html", MICRODATA "x", "talk 1 of the page has no itemprop \"name\""},
    {"m.html", MICRODATA "<meta itemprop=duration content=PT5X>",
     "found \"PT5X\"; expected a duration"},
    {"m.html", MICRODATA "<meta itemprop=identifier content=0>", "a talk's number from 1"},
    {"a.md", ITEM "- [Two](http://x/2) by **Bo** [1:7]\n", "line 2: the time cannot be read"},
    {"b.md", ITEM "\n- Two by **Bo** [1:00]\n", "line 3: a list item has a time but no link"},
    {"c.md", ITEM "- [Two](http://x/2)\n", "neither speaker nor time"},
    {"d.md", ITEM "- [Two](http://x/2) so good [1:00]\n", "what follows the link"},
    {"d2.md", ITEM "- [Two](http://x/2) by Ann at 3:05 pm\n", "a time is within the speakers"},
    {"e.md", ITEM "- [](http://x/2) by **Bo** [1:00]\n", "the link has no text"},
};

static void refuses(void **state)
{
    (void)state;
    for (size_t i = 0; i < NB(refused); i++) {
        struct err err = {0};
        AUTO_PROGRAMME p = {0};
        AUTO_FREE char *path =
            write_file(refused[i].name, refused[i].text, strlen(refused[i].text));
        assert_fails(import_read(&p, path, &err), ERR_INVALID, refused[i].words);
        assert_int_equal(p.nb_talks, 0);
    }
}

/* One text that goes on to the file's end, or one talk too many: whatever the format. */
static void limits(void **state)
{
    (void)state;
    static const struct {
        const char *name, *begin, *repeat;
        int nb;
        const char *end, *words;
    } rows[] = {
        {"l.csv", "no,title\n5,A", "\xc3\xa4", 999, "\n", NULL},
        {"l.csv", "no,title\n5,A", "\xc3\xa4", 1000, "\n",
         "l.csv', talk 5: its title has 1001 characters: found \"Aä"},
        {"l.csv", "title,track\nA,", "x", 1001, "\n", "l.csv', talk 1 of 1, 'A': its section has"},
        {"l.csv", "title\n", "A\n", 20001, "", "line 20002: found more than 20000 talks"},
        {"l.csv", "title,", "talk", 1 << 20, "\nA,B\n", NULL},
        {"l.ics", "BEGIN:VCALENDAR\nX-WR-CALNAME:", "x", 1001,
         "\nBEGIN:VEVENT\nSUMMARY:A\nEND:VEVENT\nEND:VCALENDAR\n", "the event: its name has 1001"},
        {"l.ics", "BEGIN:VCALENDAR\n", "BEGIN:VEVENT\nSUMMARY:A\nEND:VEVENT\n", 20001,
         "END:VCALENDAR\n", "more than 20000 talks"},
        {"l.json", "{\"videos\": [], \"title\": \"", "x", 1001, "\"}", "its title has 1001"},
        {"l.md", ITEM "- [B](http://x/2) by **", "x", 1001, "** [1:00]\n",
         "a speaker's name has 1001"},
        {"l.md", "", ITEM, 20001, "", "line 20001: found more than 20000 talks"},
        {"l.html",
         "<table><tr><td><time datetime=2014-01-01T10:00>10</time><td><b>A</b><tr><td>"
         "<time datetime=2014-01-01T11:00>11</time><td><b>",
         "x", 1001, "</b>", "its title has 1001"},
        {"l.html", "<table>", "<tr><td><time datetime=2014-01-01T10:00>10</time><td><b>A</b>",
         20001, "", "more than 20000 talks"},
        {"l.xml", "<schedule><conference/><day><room><event><title>", "x", 1001,
         "</title></event></room></day></schedule>", "its title has 1001"},
        {"l.txt", "Talk 1: A (B) (1:00)\n----------\n# ", "x", 10, "\nTalk 2: C (D) (2:00)\n",
         NULL},
    };
    for (size_t i = 0; i < NB(rows); i++) {
        AUTO_STR text = {0};
        str_add(&text, rows[i].begin);
        for (int k = 0; k < rows[i].nb; k++)
            str_add(&text, rows[i].repeat);
        str_add(&text, rows[i].end);
        AUTO_FREE char *path = write_file(rows[i].name, text.s, text.len);
        struct err err = {0};
        AUTO_PROGRAMME p = {0};
        if (rows[i].words)
            assert_fails(import_read(&p, path, &err), ERR_INVALID, rows[i].words);
        else
            assert_done(import_read(&p, path, &err));
        assert_int_equal(p.nb_talks == 0, rows[i].words != NULL);
    }
}

/* A description may be HTML, in whatever it comes. */
static void descriptions(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
    } rows[] = {
        {"d.csv", "title,abstract\nA,<p>One &amp;</p><p>two</p>\n"},
        {"d.ics", EVENT("SUMMARY:A\nDESCRIPTION:<p>One &amp\\;</p><p>two</p>\n")},
        {"d.json", "{\"title\": \"A\", \"videos\": [], \"description\": "
                   "\"<p>One &amp;</p><p>two</p>\"}"},
    };
    for (size_t i = 0; i < NB(rows); i++) {
        struct err err = {0};
        AUTO_PROGRAMME p = {0};
        AUTO_FREE char *path = write_file(rows[i].name, rows[i].text, strlen(rows[i].text));
        assert_done(import_read(&p, path, &err));
        assert_row_str(rows[i].name, p.talks[0].abstract, "One &\n\ntwo");
    }
}

/* NULs, halves of characters, depth and length: an error or a programme, never a crash. */
static void survives(void **state)
{
    (void)state;
    static const struct {
        const char *name, *begin, *repeat, *end;
    } rows[] = {
        {"x.csv", "title,room\n", "\"", "\n"},
        {"x.csv", "title", ",", "\n"},
        {"x.csv", "title,room\nA", "\xc3", ",b\n"},
        {"x.ics", "BEGIN:VCALENDAR\n", "BEGIN:X\n", ""},
        {"x.ics", "BEGIN:VCALENDAR\n", "BE\n GIN:VEVENT\n", ""},
        {"x.ics", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:", "x\n ", "\nEND:VEVENT\nEND:VCALENDAR"},
        {"x.json", "{\"title\": ", "[", ""},
        {"x.md", ITEM "- ", "[", "\n"},
        {"x.md", ITEM "# ", "![", "\n"},
        {"x.html", "<table>", "<tr><td><time datetime=2014-01-01T10:00>", ""},
    };
    for (size_t i = 0; i < NB(rows); i++) {
        AUTO_STR text = {0};
        str_add(&text, rows[i].begin);
        for (int k = 0; k < 300000; k++)
            str_add(&text, rows[i].repeat);
        str_add(&text, rows[i].end);
        AUTO_FREE char *path = write_file(rows[i].name, text.s, text.len);
        struct err err = {0};
        AUTO_PROGRAMME p = {0};
        const int rc = import_read(&p, path, &err);
        assert_int_equal(rc, err.code);
    }
    for (size_t i = 0; i < NB(read); i++) {
        AUTO_FREE char *text = mem_strdup(read[i].text);
        const size_t nb = strlen(text);
        for (size_t at = 0; at < nb; at += 23) {
            struct err err = {0};
            AUTO_PROGRAMME p = {0};
            text[at] = at % 2 ? '\0' : '\xff';
            AUTO_FREE char *path = write_file(read[i].name, text, nb);
            const int rc = import_read(&p, path, &err);
            assert_int_equal(rc, err.code);
            text[at] = read[i].text[at];
        }
    }
}

static void pyvideo_folder(void **state)
{
    (void)state;
    struct err err = {0};
    static const char b[] = "{\"title\": \"B\", \"duration\": 60, \"recorded\": \"2014-09-14\"}",
                      a[] = "{\"title\": \"A\", \"duration\": null, \"recorded\": \"2014-09-13\"}",
                      c[] = "{\"title\": \"The Conf\"}", bad[] = "{\"title\": ";
    AUTO_FREE char *b_path = write_file("conf/videos/b.json", b, strlen(b));
    AUTO_FREE char *a_path = write_file("conf/videos/a.json", a, strlen(a));
    AUTO_FREE char *c_path = write_file("conf/category.json", c, strlen(c));
    AUTO_FREE char *conf = folder_path("conf"), *videos = folder_path("conf/videos");
    for (int i = 0; i < 2; i++) {
        AUTO_PROGRAMME p = {0};
        assert_done(import_read(&p, i ? videos : conf, &err));
        AUTO_FREE char *got = summary(&p);
        assert_string_equal(got, "The Conf 2014-09-13 2014-09-14\n0|a|A||-|-|2014-09-13|-|-\n"
                                 "0|b|B||-|-|2014-09-14|1:00|-\n");
    }
    AUTO_PROGRAMME p = {0};
    AUTO_FREE char *bad_path = write_file("conf/videos/c.json", bad, strlen(bad));
    assert_fails(import_read(&p, conf, &err), ERR_INVALID, "c.json': line 1");
    AUTO_FREE char *none = write_file("none/readme.txt", "", 0), *folder = folder_path("none");
    assert_fails(import_read(&p, folder, &err), ERR_INVALID, "no JSON file");
}

static void names(void **state)
{
    (void)state;
    static const struct {
        const char *text, *wanted;
    } rows[] = {
        {"Ann Lee", "Ann Lee"},
        {"Ann Lee; bo ;", "Ann Lee+bo"},
        {"Ann Lee, Bo Chan, and Cy Dee", "Ann Lee+Bo Chan+Cy Dee"},
        {"Hewitt, Meijer and Szyperski", "Hewitt+Meijer+Szyperski"},
        {"Ann Lee (Acme, Inc.) & Bo Chan", "Ann Lee (Acme, Inc.)+Bo Chan"},
        {"us, brave in the face of the future", "us, brave in the face of the future"},
        {"Spotify Training & Development", "Spotify Training & Development"},
        {"Ann Lee, Acme", "Ann Lee, Acme"},
        {" , ", ","},
    };
    for (size_t i = 0; i < NB(rows); i++) {
        AUTO_PROGRAMME p = {0};
        struct talk *t = programme_add_talk(&p, 1);
        speakers_add(t, rows[i].text);
        AUTO_STR got = {0};
        for (size_t k = 0; k < t->nb_speakers; k++)
            str_addf(&got, "%s%s", k ? "+" : "", t->speakers[k]);
        str_add(&got, "");
        assert_row_str(rows[i].text, got.s, rows[i].wanted);
    }
}

/* Counted in the files themselves, by other means. */
static void real_ones(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int nb_talks, nb_persons, nb_sections, nb_listed, listed_s, nb_slots;
    } rows[] = {
        {"pyvideo_kiwi-pycon-2014", 30, 45, 0, 30, 71100, 0},
        {"pyvideo_pycon-za-2016", 39, 37, 0, 39, 94188, 0},
        {"purplecon_2018_talks.csv", 16, 17, 0, 0, 0, 0},
        {"purplecon_2018_schedule.csv", 22, 22, 0, 0, 0, 0},
        {"bdxio_talks.csv", 2, 2, 0, 2, 58, 0},
        {"nightlybuild_conference.ics", 1, 0, 0, 0, 0, 1},
        {"nightlybuild_2014.html", 9, 7, 0, 0, 0, 7},
        {"awesome_talks_listing.md", 137, 102, 12, 135, 424802, 0},
        {"must_watch_css_listing.md", 68, 46, 13, 68, 147666, 0},
    };
    size_t nb = 0;
    for (size_t i = 0; i < NB(rows); i++) {
        struct err err = {0};
        AUTO_PROGRAMME p = {0};
        AUTO_FREE char *path = mem_printf(SHARED "%s", rows[i].name);
        if (!fs_exists(path))
            continue;
        nb++;
        assert_done(import_read(&p, path, &err));
        AUTO_JSON *persons = json_object(), *sections = json_object();
        int nb_listed = 0, nb_slots = 0, listed_s = 0;
        for (size_t t = 0; t < p.nb_talks; t++) {
            const struct talk *talk = &p.talks[t];
            for (size_t k = 0; k < talk->nb_speakers; k++)
                json_object_set_new(persons, talk->speakers[k], json_true());
            if (talk->section)
                json_object_set_new(sections, talk->section, json_true());
            nb_listed += talk_listed_s(talk) > 0;
            listed_s += talk_listed_s(talk);
            nb_slots += talk->parts[0].slot_s > 0;
        }
        assert_row_int(rows[i].name, (int)p.nb_talks, rows[i].nb_talks);
        assert_row_int(rows[i].name, (int)json_object_size(persons), rows[i].nb_persons);
        assert_row_int(rows[i].name, (int)json_object_size(sections), rows[i].nb_sections);
        assert_row_int(rows[i].name, nb_listed, rows[i].nb_listed);
        assert_row_int(rows[i].name, listed_s, rows[i].listed_s);
        assert_row_int(rows[i].name, nb_slots, rows[i].nb_slots);
    }
    if (!nb)
        skip();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_utf16),    cmocka_unit_test(reads),  cmocka_unit_test(refuses),
        cmocka_unit_test(survives),       cmocka_unit_test(limits), cmocka_unit_test(descriptions),
        cmocka_unit_test(pyvideo_folder), cmocka_unit_test(names),  cmocka_unit_test(real_ones),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
