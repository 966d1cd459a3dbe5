/* The importers of timetables: each format, files that are refused, and real schedules. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats.h"
#include "fs.h"
#include "import.h"
#include "mem.h"
#include "plain_text.h"
#include "programme.h"
#include "str.h"

static void texts(void **state)
{
    (void)state;
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"<p>One &amp; two.</p>\n\n<p>Three\nfour&hellip;</p>", "One & two.\n\nThree four…"},
        {"a<br />b<BR>c<br><br>d<br/>\ne", "a\nb\nc\n\nd\ne"},
        {"<p>List:</p><ul><li>one</li><li><p>two</p></li></ul>end", "List:\n\n- one\n- two\n\nend"},
        {"<h2 class=\"x>y\">T</h2><a href='q'>link</a> <b>bold</b>", "T\n\nlink bold"},
        {"<pre>a\n  b</pre>c", "a\nb\n\nc"},
        {"<p>x</p><script>if (a<b) alert('<p>')</script><style>p{}</style>y<!-- <p>z -->",
         "x\n\ny"},
        {"<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"},
        {"1 < 2 & 3 > 2, AT&T, <3, a&ltb, x<y>z, &nosuch; &",
         "1 < 2 & 3 > 2, AT&T, <3, a&ltb, x<y>z, &nosuch; &"},
        {"see <https://example.org/?a=1&b=2>, vector<T>",
         "see <https://example.org/?a=1&b=2>, vector<T>"},
        {"# Head\n\n* one\n* two with `<p>` &lt;\n\n\n\n  text  ",
         "# Head\n\n* one\n* two with `<p>` <\n\ntext"},
        {"Use of ``unclosed ` code <em>here</em>", "Use of ``unclosed ` code here"},
        {"a\r\nb\r\n\r\nc", "a\nb\n\nc"},
        {"x\x01\x7f\xc2\x85y\xff\xf0z&#0;&#xD800;&#8209;&nbsp;&#x41;&apos;",
         "x y\xef\xbf\xbd\xef\xbf\xbdz\xef\xbf\xbd\xef\xbf\xbd‑ A'"},
        {"&AElig;&aelig;&Oslash;&zwnj;&lang;&sigmaf;&quot;&Quot;&zwnjx;",
         "Ææ\xc3\x98\xe2\x80\x8c\xe2\x8c\xa9ς\"&Quot;&zwnjx;"},
        {"<p", "<p"},
        {"<p>open <a href=\"unclosed>x</a>", "open x"},
        {"<script>never closed <p>x", "never closed\n\nx"},
        {" \n<p> </p>\n", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < NB(rows); i++) {
        AUTO_FREE char *got = plain_text(rows[i].text);
        assert_row_str(rows[i].text, got ? got : "nothing",
                       rows[i].want ? rows[i].want : "nothing");
        AUTO_FREE char *line = plain_line(rows[i].text);
        assert_true(!got || str_is_utf8(got));
        assert_true(!line || (str_is_utf8(line) && !strchr(line, '\n')));
    }
    assert_null(plain_text(NULL));
    assert_null(plain_line(NULL));
    AUTO_FREE char *title = plain_line("  Using <details>\n &amp; Q&A\t");
    assert_string_equal(title, "Using <details> & Q&A");
}

/* Megabytes of text that is nearly markup take linear time. */
static void hostile_texts(void **state)
{
    (void)state;
    static const char *const pieces[] = {"<p ", "<p a=\"", "<p a=\">\" ", "<!--",  "<script>", "`",
                                         "<",   "&",       "&#",          "<div>", "<style><"};
    for (size_t i = 0; i < NB(pieces); i++) {
        AUTO_STR text = {0};
        while (text.len < 4u << 20)
            str_add(&text, pieces[i]);
        AUTO_FREE char *got = plain_text(text.s);
        assert_true(!got || str_is_utf8(got));
    }
}

/* One line for the event, then one per talk. A new string. */
static char *summary(const struct programme *p)
{
    AUTO_STR s = {0};
    str_addf(&s, "%s|%s|%s|%s\n", p->name ? p->name : "", p->place ? p->place : "",
             p->begin ? p->begin : "", p->end ? p->end : "");
    for (size_t i = 0; i < p->nb_talks; i++) {
        const struct talk *t = &p->talks[i];
        AUTO_FREE char *speakers = talk_speakers(t);
        const char *const fields[] = {t->ref,   t->title,    speakers, t->section, t->room,
                                      t->start, t->language, t->url,   t->abstract};
        assert_int_equal(t->nb_parts, 1);
        assert_int_equal(t->parts[0].listed_s, 0);
        str_addf(&s, "%d|%d", t->number, t->parts[0].slot_s);
        for (size_t k = 0; k < NB(fields); k++)
            str_addf(&s, "|%s", fields[k] ? fields[k] : "");
        str_add(&s, "\n");
    }
    return str_take(&s);
}

/* A summary of the programme, or the error's message. A new string. */
static char *parse(const char *bytes)
{
    struct err err = {0};
    AUTO_PROGRAMME p = {0};
    AUTO_FREE char *path = folder_path("timetable");
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, strlen(bytes), file), strlen(bytes));
    assert_int_equal(fclose(file), 0);
    if (import_read(&p, path, &err) == 0)
        return summary(&p);
    assert_int_equal(err.code, ERR_INVALID);
    assert_null(p.talks);
    AUTO_FREE char *quoted = mem_printf("'%s'", path);
    assert_true(str_starts(err.msg, quoted));
    return mem_printf("FILE%s", err.msg + strlen(quoted));
}

#define XML_HEAD "<?xml version=\"1.0\"?>\n<!-- <x> -->\n<schedule>\n"
#define XML(conference, days) \
    XML_HEAD "<conference><title>Conf</title>" conference "</conference>\n" days "</schedule>"
#define DAY(events) "<day date=\"2013-02-02\"><room name=\"A\">" events "</room></day>"
#define JSON(members, rooms)                                       \
    "{\"schedule\": {\"conference\": {\"title\": \"Conf\"" members \
    ", \"days\": [{\"date\": \"2013-02-02\", \"rooms\": {" rooms "}}]}}}"

static const struct {
    const char *bytes, *want;
} formats[] = {
    /* frab: order by start and room, night after the day, number by id, all fields. */
    {XML("<venue>Hall</venue><city>Town</city><start>2013-02-02</start><end>2013-02-03</end>"
         "<day_change>04:00</day_change><time_zone_name>Europe/Brussels</time_zone_name>",
         DAY("<event id=\"7\"><start>01:00</start><title>Night</title></event>"
             "<event id=\"9\"><start>10:00</start><title>B</title></event>") /* and a room B */
         "<day date=\"2013-02-02\"><room name=\"B\"><event id=\"3\" guid=\"g-3\">"
         "<start>10:00</start><duration>00:50</duration><room>B</room><slug>s</slug>"
         "<title> C &amp;amp;\n D </title><subtitle>Sub</subtitle><track>T</track>"
         "<language>en</language><url>https://x.org/3</url>"
         "<abstract>&lt;p&gt;One&lt;/p&gt;&lt;p&gt;Two&lt;/p&gt;</abstract>"
         "<description>No</description><persons><person id=\"1\">Ann</person><person/>"
         "<person> Bo  C </person></persons></event></room></day>"),
     "Conf|Hall, Town|2013-02-02|2013-02-03\n"
     "9|0|9|B|||A|2013-02-02T10:00:00+01:00|||\n"
     "3|3000|g-3|C & D|Ann, Bo C|T|B|2013-02-02T10:00:00+01:00|en|https://x.org/3|Sub\n\nOne\n\n"
     "Two\n"
     "7|0|7|Night|||A|2013-02-03T01:00:00+01:00|||\n"},
    /* wafer: a date with offset, no abstract, "No Track"; an id twice, a guid twice, none. */
    {XML("",
         DAY("<event id=\"1\" guid=\"g\"><date>2013-02-02T11:00:00+02:00</date>"
             "<start>11:00</start><title>Two</title><abstract/><description>**D** &lt;3"
             "</description><track>No Track</track><url>/talks/1</url></event>"
             "<event id=\"1\" guid=\"g\"><date>2013-02-02T10:00:00+02:00</date><title>One</title>"
             "</event><event id=\"2\"><title>Some time</title></event>")),
     "Conf||2013-02-02|2013-02-02\n"
     "0|0|g|One|||A|2013-02-02T10:00:00+02:00|||\n"
     "0|0|g-2|Two|||A|2013-02-02T11:00:00+02:00|||**D** <3\n"
     "0|0|2|Some time|||A||||\n"},
    /* CDATA, and markup that was not escaped. */
    {XML("", DAY("<event id=\"1\"><title><![CDATA[A<b]]></title><abstract><p>x</p><p>y</p>"
                 "</abstract></event>")),
     "Conf|||\n1|0|1|A<b|||A||||x\n\ny\n"},
    /* pentabarf's own: events in the day, each with its room. */
    {XML("", "<day date=\"2007-02-24\" index=\"1\"><event id=\"5\"><start>10:00:00</start>"
             "<duration>01:00:00</duration><room>Janson</room><title>One</title></event>"
             "<group><event id=\"6\"><start>09:00</start><title>Two</title></event></group></day>"),
     "Conf||2007-02-24|2007-02-24\n"
     "6|0|6|Two||||2007-02-24T09:00:00|||\n"
     "5|3600|5|One|||Janson|2007-02-24T10:00:00|||\n"},
    /* Persons as objects, and markup in lines. */
    {XML("", DAY("<event id=\"1\"><title>Using <em>make</em></title><track><slug>t</slug>"
                 "<name>Tools</name></track><persons><person id=\"1\"><code>NQTF8Y</code>"
                 "<public_name>Ann Lee</public_name><name>A. L.</name><biography>Once <p>upon</p>"
                 "</biography></person><person><code>X</code>\nBo Chan\n<biography>b</biography>"
                 "</person><person name=\"Cy Dee\"><code>Y</code></person><person><code>Z</code>"
                 "<name/></person></persons></event>")),
     "Conf|||\n1|0|1|Using make|Ann Lee, Bo Chan, Cy Dee|Tools|A||||\n"},
    /* c3voc 1. An id as text; names by preference. */
    {JSON(", \"time_zone_name\": \"Europe/Berlin\", \"start\": \"2013-02-02\"",
          "\"B\": [{\"id\": \"12\", \"guid\": \"g\", \"title\": \"T\", \"start\": \"09:00\","
          "\"duration\": \"01:30:00\", \"track\": null, \"persons\": [{\"full_public_name\": \"\","
          "\"public_name\": \"Ann\", \"name\": \"x\"}, {\"name\": \"Bo\"}],"
          "\"abstract\": \"\", \"description\": \"a &amp; b\"}],"
          "\"A\": [{\"id\": 3, \"title\": {\"de\": \"Zwei\", \"en\": \"Two\"}, \"room\": \"A 1\","
          "\"date\": \"2013-02-02T08:00:00Z\", \"start\": \"09:00\"}]"),
     "Conf||2013-02-02|2013-02-02\n"
     "12|5400|g|T|Ann, Bo||B|2013-02-02T09:00:00+01:00|||a & b\n"
     "3|0|3|Two|||A 1|2013-02-02T09:00:00+01:00|||\n"},
    /* Persons in other forms, and blank names; cancelled events. */
    {JSON(
         "",
         "\"A\": [{\"id\": 1, \"title\": \"T\", \"persons\": [\"Ann Lee\", {\"public_name\": "
         "\" \", \"name\": \"<b>Bo</b> Chan\"}, {\"first_name\": \"Cy\", \"last_name\": \"Dee\"}]},"
         "{\"id\": 2, \"title\": \"U\", \"persons\": {\"name\": \"Ann Lee\"}},"
         "{\"id\": 3, \"title\": \"V\", \"state\": \"canceled\", \"persons\": [{\"name\": "
         "\"X\"}]}]"),
     "Conf|||\n1|0|1|T|Ann Lee, Bo Chan, Cy Dee||A||||\n2|0|2|U|Ann Lee||A||||\n"},
    {XML("",
         DAY("<event id=\"1\"><title>T</title><persons><person><first_name>Ann</first_name>"
             "<last_name>Lee</last_name></person></persons></event><event id=\"2\"><title>U"
             "</title><state>cancelled</state></event><event id=\"3\"><title>V</title><speakers>"
             "<speaker><name>Bo</name></speaker></speakers></event>")),
     "Conf|||\n1|0|1|T|Ann Lee||A||||\n3|0|3|V|Bo||A||||\n"},
    /* The day lasts until the night. */
    {XML("", "<day date=\"2013-02-02\" start=\"2013-02-02T10:00:00+01:00\" "
             "end=\"2013-02-03T03:00:00+01:00\">"
             "<room><event id=\"1\"><title>T</title><start>23:30</start></event><event "
             "id=\"2\"><title>U"
             "</title><start>00:30</start></event></room></day>"),
     "Conf||2013-02-02|2013-02-03\n1|0|1|T||||2013-02-02T23:30:00|||\n2|0|2|U||||2013-02-03T00:30:"
     "00|||\n"},
    /* Events in a day. */
    {"{\"schedule\": {\"conference\": {\"title\": \"Conf\", \"days\": [{\"date\": \"2013-02-02\", "
     "\"events\": [{\"title\": \"One\", \"room\": \"A\", \"start\": \"09:00\"}]}]}}}",
     "Conf||2013-02-02|2013-02-02\n0|0|one|One|||A|2013-02-02T09:00:00|||\n"},
    /* c3voc 2: rooms in their own order, tracks by slug, an end. */
    {"{\"schedule\": {\"conference\": {\"title\": \"Conf\", \"rooms\": [{\"name\": \"B\"}, "
     "{\"name\": "
     "\"A\"}], \"tracks\": [{\"slug\": \"art\", \"name\": \"Art\"}]}, \"events\": [{\"guid\": "
     "\"g1\","
     "\"title\": \"One\", \"start\": \"2024-12-27T10:30:00+01:00\", \"end\": "
     "\"2024-12-27T11:00:00+01:00\", \"room\": {\"name\": \"A\"}, \"track\": {\"slug\": \"art\"},"
     "\"participants\": [{\"name\": \"Ann\"}]}, {\"code\": \"C2\", \"title\": \"Two\", \"start\": "
     "\"2024-12-27T10:30:00+01:00\", \"room\": {\"name\": \"B\"}}]}}",
     "Conf||2024-12-27|2024-12-27\n"
     "0|0|C2|Two|||B|2024-12-27T10:30:00+01:00|||\n"
     "0|1800|g1|One|Ann|Art|A|2024-12-27T10:30:00+01:00|||\n"},
    /* pretalx's API, old and new. */
    {"{\"count\": 1, \"next\": null, \"results\": [{\"code\": \"ABC\", \"speakers\": [{\"name\": "
     "\"Jane\", \"code\": \"D\"}], \"title\": \"A talk\", \"track\": {\"en\": \"Sec\"}, \"state\": "
     "\"confirmed\", \"abstract\": \"Good.\", \"duration\": 90, \"content_locale\": \"en\","
     "\"slot\": {\"start\": \"2017-12-27T10:00:00Z\", \"end\": \"2017-12-27T10:30:00Z\", \"room\": "
     "{\"en\": \"R101\"}}}, {\"code\": \"X\", \"title\": \"No\", \"state\": \"rejected\"}]}",
     "||2017-12-27|2017-12-27\n"
     "0|5400|ABC|A talk|Jane|Sec|R101|2017-12-27T10:00:00+00:00|en||Good.\n"},
    {"\xef\xbb\xbf{\"results\": [{\"code\": \"ABC\", \"title\": \"T\", \"track\": 4, \"slots\": [{"
     "\"start\": \"2025-01-02T10:00:00+01:00\", \"end\": \"2025-01-02T10:30:00+01:00\", \"room\": "
     "{\"name\": {\"en\": \"R\"}}}, {\"start\": \"2025-01-01T10:00:00+01:00\", \"room\": 3}]}]}",
     "||2025-01-01|2025-01-02\n"
     "0|0|ABC|T||||2025-01-01T10:00:00+01:00|||\n"
     "0|1800|ABC-2|T|||R|2025-01-02T10:00:00+01:00|||\n"},
};

static void format_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < NB(formats); i++) {
        AUTO_FREE char *got = parse(formats[i].bytes);
        assert_row_str(formats[i].bytes, got, formats[i].want);
    }
}

/* Each message begins with this, and says what was expected. */
static const struct {
    const char *bytes, *words;
} wrong[] = {
    {XML("", DAY("\n<event id=\"1\"><start>10:00</start></event>")),
     "FILE, line 6: the event's title is missing"},
    {XML("", DAY("<event id=\"1\"><title> </title></event>")),
     "FILE, line 5: the event's title is missing"},
    {XML("", DAY("<event><title>T</title><start>at ten</start></event>")),
     "FILE, line 5: the event's start: found \"at ten\""},
    {XML("", DAY("<event><title>T</title><duration>99 min</duration></event>")),
     "FILE, line 5: the event's duration: found \"99 min\""},
    {XML("", DAY("<event><title>T</title><date>02.02.2013</date></event>")),
     "FILE, line 5: the event's date: found \"02.02.2013\""},
    {XML("",
         "<day date=\"x\"><room><event><title>T</title><start>10:00</start></event></room></day>"),
     "FILE, line 5: the day's date: found \"x\""},
    {XML("<start>soon</start>", ""), "FILE, line 4: the conference's start: found \"soon\""},
    {XML("<time_zone_name>Mars/Base</time_zone_name>", ""),
     "FILE, line 4: the time zone: found \"Mars/Base\""},
    {XML("<day_change>4</day_change>", ""), "FILE, line 4: the day change: found \"4\""},
    {XML("", DAY("<event><title>T</title><persons><person><code>X</code><bio>b</bio></person>"
                 "</persons></event>")),
     "FILE, line 5: the person's name: found \"<code>, <bio>\""},
    {XML("", DAY("")), "FILE: found a <schedule> without any <event>: 1 <day>, 1 <room>; "},
    {XML("", DAY("<talk><title/></talk><talk/>")),
     "FILE: found a <schedule> without any <event>: 1 <day>, 1 <room>, 2 <talk>, 1 <title>; "},
    {"<schedule>\n</schedule>", "FILE, line 1: <conference> is missing"},
    {"<schedule>\n<conference>\n", "FILE, line 3: found broken XML"},
    {"<schedule>&nbsp;</schedule>", "FILE, line 1: found broken XML: Entity 'nbsp' not defined"},
    {"<!DOCTYPE schedule [\n<!ENTITY a \"b\">]>\n<schedule>&a;</schedule>",
     "FILE, line 2: found an entity declaration"},
    {"<!DOCTYPE schedule [\n<!ENTITY a SYSTEM \"file:///etc/passwd\">]>\n<schedule>&a;</schedule>",
     "FILE, line 2: found an entity declaration"},
    {"{\"schedule\": 5}", "FILE, schedule: found a number"},
    {"{\"schedule\": {}}", "FILE, schedule.conference: found nothing"},
    {"{\"schedule\": {\"conference\": {\"title\": [1]}}}",
     "FILE, schedule.conference.title: found a list"},
    {"{\"schedule\": {\"conference\": {\"days\": {}}}}",
     "FILE, schedule.conference.days: found an object"},
    {"{\"schedule\": {\"conference\": {\"days\": [1]}}}",
     "FILE, schedule.conference.days[0]: found a number"},
    {"{\"schedule\": {\"conference\": {\"days\": [{\"rooms\": []}]}}}",
     "FILE, schedule.conference.days[0].rooms: found a list"},
    {JSON("", "\"A\": {}"), "FILE, schedule.conference.days[0].rooms[\"A\"]: found an object"},
    {JSON("", "\"A\": [7]"), "FILE, schedule.conference.days[0].rooms[\"A\"][0]: found a number"},
    {JSON("", "\"A\": [{\"id\": 1}]"),
     "FILE, schedule.conference.days[0].rooms[\"A\"][0]: the event's title is missing"},
    {JSON("", "\"A\": [{\"title\": true}]"),
     "FILE, schedule.conference.days[0].rooms[\"A\"][0].title: found true"},
    {JSON("", "\"A\": [{\"title\": \"T\", \"persons\": [7]}]"),
     "FILE, schedule.conference.days[0].rooms[\"A\"][0].persons[0]: found a number"},
    {"{\"results\": [{\"id\": \"1\", \"title\": \"Conf\", \"contributions\": []}]}",
     "FILE, results[0]: a talk of pretalx's API: found \"id, title, contributions\""},
    {JSON("", "\"A\": [{\"title\": \"T\", \"persons\": [{\"id\": 1, \"code\": \"X\"}]}]"),
     "FILE, schedule.conference.days[0].rooms[\"A\"][0].persons[0]: the person's name: "
     "found \"id, code\""},
    {JSON("", "\"A\": [{\"title\": \"T\", \"start\": \"noon\"}]"),
     "FILE, schedule.conference.days[0].rooms[\"A\"][0]: the event's start: found \"noon\""},
    {"{\"schedule\": {\"conference\": {}, \"events\": [{\"title\": \"T\", \"start\": "
     "\"2024-01-02T10:00:00Z\", \"end\": \"2024-01-01T10:00:00Z\"}]}}",
     "FILE, schedule.events[0]: the event's end: found"},
    {"{\"schedule\": {\"conference\": {}, \"events\": 3}}",
     "FILE, schedule.events: found a number"},
    {"{\"schedule\": ", "FILE, line 1, column "},
    {"{\"results\": 3}", "FILE, results: found a number"},
    {"{\"results\": [], \"next\": \"https://x/?page=2\"}", "FILE, next: a further page: found"},
    {"{\"results\": [{\"title\": \"T\", \"state\": \"rejected\"}]}",
     "FILE: found 1 submission, and none that is accepted or confirmed"},
    {"{\"schedule\": {\"conference\": {\"days\": [{\"date\": \"2013-02-02\", \"talks\": []}]}}}",
     "FILE: found a timetable without any event: schedule has conference; 1 day, the first with "
     "date, talks, 0 rooms"},
    {"{\"event\": {\"schedule\": 1}, \"talks\": []}",
     "FILE: found JSON of no known kind: an object with \"event\", \"talks\"; expected one of: "
     "c3voc's schedule (here: no \"schedule\"), talks of pretalx's API (no \"results\"), a talk of "
     "pyvideo (no \"title\")"},
    {"{\"title\": \"T\"}",
     "FILE: found JSON of no known kind: an object with \"title\"; expected one of: c3voc's "
     "schedule "
     "(here: no \"schedule\"), talks of pretalx's API (no \"results\"), a talk of pyvideo (no "
     "\"videos\" and no \"recorded\")"},
    {"[{\"title\": \"T\"}, 2]",
     "FILE: found JSON of no known kind: a list of 2 values, the first an object with \"title\""},
    {"[]", "FILE: found JSON of no known kind: a list of 0 values"},
    {"{\"talks\": [", "FILE, line 1, column 11: found broken JSON"},
    {"<?xml version=\"1.0\"?><!-- x --><iCalendar><vcalendar/></iCalendar>",
     "FILE: found XML of no known kind: its root element is <iCalendar>; expected schedule.xml"},
    {"<html><body>Hello</body></html>", "FILE: found no talk, but a page that begins with "
                                        "\"<html><body>Hello</body></html>\"; expected "
                                        "one of: a page that lists videos (here: no entry such as"},
    {"<!DOCTYPE html><form><input name=u><input TYPE=\"password\" name=p></form>",
     "FILE: found no talk, but a page with a field for a password; expected the page that lists "
     "the talks: log in with a browser"},
    {"\n Hello,\nthere",
     "FILE: found no talk, but text that begins with \"Hello,\"; expected one of: "},
    {" \n", "FILE: found no talk, but an empty file; expected a programme"},
    {"{\"results\": [{\"title\": \"T\", \"slots\": [1]}]}",
     "FILE, results[0].slots[0]: found a number"},
    {"{\"results\": [{\"title\": \"T\", \"speakers\": [\"ABC\"]}]}",
     "FILE, results[0].speakers[0]: found a text"},
};

static void refusals(void **state)
{
    (void)state;
    for (size_t i = 0; i < NB(wrong); i++) {
        AUTO_FREE char *got = parse(wrong[i].bytes);
        if (!str_starts(got, wrong[i].words))
            fail_msg("%s: '%s' should begin with '%s'", wrong[i].bytes, got, wrong[i].words);
        assert_non_null(strstr(got, "; expected "));
    }
}

/* head, piece as often as fits into nb bytes, tail. */
static char *repeated(const char *head, const char *piece, const char *tail, size_t nb)
{
    AUTO_STR text = {0};
    str_add(&text, head);
    while (text.len + strlen(piece) + strlen(tail) < nb)
        str_add(&text, piece);
    str_add(&text, tail);
    return str_take(&text);
}

static void hostile_files(void **state)
{
    (void)state;
    static const struct {
        const char *head, *piece, *tail;
        size_t nb;
        const char *words;
    } files[] = {
        {"<schedule>", "<a>", "", 1 << 20, "found broken XML"},
        {"<schedule>", "<a/>", "</schedule>", 16 << 20, "found more elements than"},
        {"<schedule a=\"", "x", "\"/>", 16 << 20, "found broken XML"},
        {"<schedule><conference/><day><room>", "<event><title>T</title></event>",
         "</room></day></schedule>", 1 << 20, "found more than 20000 talks"},
        {"<schedule><conference/><day><room><event><title>T</title><abstract>", "&lt;p ",
         "</abstract></event></room></day></schedule>", 32 << 20, "found broken XML"},
        {"<!-- ", "<!-- > ", "<schedule>", 4 << 20, "found no talk"},
        {"{\"schedule\":", "[", "", 1 << 20, "line 1, column "},
        {"{\"schedule\":", "{\"a\":", "", 1 << 20, "line 1, column "},
        {"{\"schedule\":[", "1,", "1]}", 16 << 20, "found more than 4000000 values"},
        {"{\"results\":[", "{\"code\":1,\"title\":\"T\"},", "{}]}", 1 << 20,
         "found more than 20000 talks"},
    };
    for (size_t i = 0; i < NB(files); i++) {
        AUTO_FREE char *bytes = repeated(files[i].head, files[i].piece, files[i].tail, files[i].nb);
        AUTO_FREE char *got = parse(bytes);
        if (!strstr(got, files[i].words))
            fail_msg("%s%s: '%.300s'", files[i].head, files[i].piece, got);
    }
    /* Cut anywhere, a file is refused, or what is left of it makes sense: it never crashes. */
    for (size_t i = 0; i < NB(formats); i++)
        for (size_t nb = 1; nb < strlen(formats[i].bytes); nb += 7) {
            struct err err = {0};
            AUTO_PROGRAMME p = {0};
            AUTO_FREE char *cut = mem_printf("%.*s", (int)nb, formats[i].bytes);
            const int rc = *cut == '<' ? import_schedule_xml_read(&p, cut, nb, "cut", &err)
                                       : import_schedule_json_read(&p, cut, nb, "cut", &err);
            assert_int_equal(rc, ERR_INVALID);
        }
}

/* Real schedules, where they lie beside the source. */

static size_t distinct(char **all, size_t nb)
{
    size_t nb_distinct = 0;
    for (size_t i = 0; i < nb; i++) {
        size_t k = 0;
        while (k < i && strcmp(all[k], all[i]) != 0)
            k++;
        nb_distinct += k == i;
    }
    return nb_distinct;
}

enum field { ROOM, SECTION, REF, SPEAKER };

static int count(const struct programme *p, enum field field)
{
    char **all = NULL;
    size_t nb = 0;
    for (size_t i = 0; i < p->nb_talks; i++) {
        const struct talk *t = &p->talks[i];
        for (size_t k = 0; k < (field == SPEAKER ? t->nb_speakers : 1); k++) {
            char *s = field == ROOM      ? t->room
                      : field == SECTION ? t->section
                      : field == REF     ? t->ref
                                         : t->speakers[k];
            if (s) {
                all = mem_grow(all, nb, sizeof *all);
                all[nb++] = s;
            }
        }
    }
    const size_t nb_distinct = distinct(all, nb);
    free(all);
    return (int)nb_distinct;
}

static void assert_clean(const char *file, const struct programme *p)
{
    static const char *const marks[] = {"<p>", "</p>",  "</a>",   "<br",
                                        "<li", "&amp;", "&nbsp;", "&#"};
    for (size_t i = 0; i < p->nb_talks; i++) {
        const struct talk *t = &p->talks[i];
        const char *const fields[] = {t->title, t->section, t->room, t->abstract};
        for (size_t k = 0; k < NB(fields); k++)
            for (size_t m = 0; fields[k] && m < NB(marks); m++)
                if (strstr(fields[k], marks[m]))
                    fail_msg("%s: talk %d has %s: %s", file, t->number, marks[m], fields[k]);
        assert_true(!t->abstract || str_is_utf8(t->abstract));
    }
}

/* Counted with another program, white space folded; rooms are those with an event. */
static const struct {
    const char *file;
    int talks, rooms, sections, persons, numbered, slot_min, abstracts;
    const char *ref, *title, *start;
} real[] = {
    {"fosdem_2013.xml", 487, 24, 40, 476, 487, 17365, 487, "1113", "Welcome to FOSDEM 2013",
     "2013-02-02T10:30:00"},
    {"fosdem_2018.xml", 689, 31, 56, 651, 689, 21335, 684, "6245", "Consensus as a Service",
     "2018-02-03T10:00:00"},
    {"fosdem_2025.xml", 943, 29, 69, 992, 943, 23485, 943, "852280ac-61d3-588c-b74c-8d87f9d9d2c6",
     NULL, NULL},
    {"38c3_schedule.xml", 1007, 72, 7, 567, 1007, 76452, 995,
     "270fa44c-821a-577f-8ca3-33e8d4a8c2a7", "38C3: Opening Ceremony", "2024-12-27T10:30:00+01:00"},
    {"pretalx_democon.json", 36, 2, 2, 27, 36, 1620, 36, "8079583e-8321-506c-95af-fd2903a5f075",
     "Focused 5thgeneration hardware", "2020-12-14T09:00:00+01:00"},
    {"hub_schedule2.json", 2, 2, 2, 4, 0, 70, 2, "b1740c2f-0c44-5f1b-89ed-456a9eecf0b8",
     "A Competitive Time-Trial AI for Need for Speed:", "2024-12-28T00:15:00+01:00"},
    /* Fails its schema by ids that are texts; what it says is clear. */
    {"invalid_example.json", 1, 1, 1, 1, 1, 45, 1, "7a0fc001-e587-47e1-b378-b6ec7e666337",
     "Internal Penetration Testing Basics", "2022-12-28T14:00:00+01:00"},
};

static void real_schedules(void **state)
{
    (void)state;
    if (!fs_exists(SOURCE_DIR "/../shared/programmes/fosdem_2013.xml")) {
        print_message("skipped: no ../shared/programmes\n");
        skip();
    }
    for (size_t i = 0; i < NB(real); i++) {
        struct err err = {0};
        AUTO_PROGRAMME p = {0};
        AUTO_FREE char *path = mem_printf(SOURCE_DIR "/../shared/programmes/%s", real[i].file);
        assert_done(import_read(&p, path, &err));
        int numbered = 0, slot_s = 0, abstracts = 0;
        const struct talk *known = NULL;
        const char *before = "";
        for (size_t k = 0; k < p.nb_talks; k++) {
            const char *start = p.talks[k].start ? p.talks[k].start : "";
            numbered += p.talks[k].number > 0;
            slot_s += p.talks[k].parts[0].slot_s;
            abstracts += p.talks[k].abstract != NULL;
            if (strcmp(p.talks[k].ref, real[i].ref) == 0)
                known = &p.talks[k];
            assert_true(*start && strcmp(before, start) <= 0);
            before = start;
        }
        assert_row_int(real[i].file, p.nb_talks, real[i].talks);
        assert_row_int(real[i].file, count(&p, ROOM), real[i].rooms);
        assert_row_int(real[i].file, count(&p, SECTION), real[i].sections);
        assert_row_int(real[i].file, count(&p, SPEAKER), real[i].persons);
        assert_row_int(real[i].file, count(&p, REF), real[i].talks);
        assert_row_int(real[i].file, numbered, real[i].numbered);
        assert_row_int(real[i].file, slot_s, real[i].slot_min * 60);
        assert_row_int(real[i].file, abstracts, real[i].abstracts);
        assert_non_null(known);
        if (known && real[i].title) {
            assert_row_str(real[i].file, known->title, real[i].title);
            assert_row_str(real[i].file, known->start, real[i].start);
        }
        assert_clean(real[i].file, &p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts),         cmocka_unit_test(hostile_texts),
        cmocka_unit_test(format_table),  cmocka_unit_test(refusals),
        cmocka_unit_test(hostile_files), cmocka_unit_test(real_schedules),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
