/* Programmes as teams keep them, in tables and lists: what is read all the same, and the notes on
 * what is left out or guessed. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "import.h"
#include "mem.h"
#include "programme.h"
#include "programme_file.h"
#include "str.h"

/* Tables as teams have them: the talks of each, and then the notes, without the file's name. */
static const struct {
    const char *what, *text, *wanted;
} tables[] = {
    {"a cell decides for the column",
     "number,title,date,start\n1,A,09/27/2014,9:00\n2,B,09/05/2014,9:00\n",
     "- 2014-09-05 2014-09-27\n1|-|A||-|-|2014-09-27T09:00:00|-|-\n"
     "2|-|B||-|-|2014-09-05T09:00:00|-|-\n"},
    {"the day first, two digits of the year",
     "number,title,start\n1,A,05/09/14 9:00\n2,B,27/09/14 9.30 pm\n",
     "- 2014-09-05 2014-09-27\n1|-|A||-|-|2014-09-05T09:00:00|-|-\n"
     "2|-|B||-|-|2014-09-27T21:30:00|-|-\n"},
    {"a weekday decides", "number,title,start\n1,A,Sat 06/10/2018 9:00\n2,B,07-10-2018 10:00\n",
     "- 2018-10-06 2018-10-07\n1|-|A||-|-|2018-10-06T09:00:00|-|-\n"
     "2|-|B||-|-|2018-10-07T10:00:00|-|-\n"},
    {"a weekday contradicts", "number,title,start\n1,A,\"Mon, 27.9.2014, 9:00\"\n",
     "- 2014-09-27 2014-09-27\n1|-|A||-|-|2014-09-27T09:00:00|-|-\n"
     "line 2: the date is on another weekday than the one named; the date counts\n"},
    {"names of months",
     "number,title,start\n1,A,2020-Nov-09 10:00\n2,B,16 Oct 2025 09:00 AM\n"
     "3,C,\"Thursday, October 16th, 2025 at 14:00 PM\"\n4,D,16-Oct-25 9:00\n"
     "5,E,\"Do., 16. Oktober 2025, 9.00 Uhr\"\n6,F,\"Oct. 16, 2025 9 a.m.\"\n"
     "7,G,\"Thu, 16 Oct 2025 09:00:00 +0200\"\n8,H,20251016T093000\n9,I,2025/10/16 0930\n",
     "- 2020-11-09 2025-10-16\n"
     "1|-|A||-|-|2020-11-09T10:00:00|-|-\n"
     "2|-|B||-|-|2025-10-16T09:00:00|-|-\n"
     "3|-|C||-|-|2025-10-16T14:00:00|-|-\n"
     "4|-|D||-|-|2025-10-16T09:00:00|-|-\n"
     "5|-|E||-|-|2025-10-16T09:00:00|-|-\n"
     "6|-|F||-|-|2025-10-16T09:00:00|-|-\n"
     "7|-|G||-|-|2025-10-16T09:00:00+02:00|-|-\n"
     "8|-|H||-|-|2025-10-16T09:30:00|-|-\n"
     "9|-|I||-|-|2025-10-16T09:30:00|-|-\n"},
    {"days that are no dates",
     "day,from,to,title,speaker,affiliation,type\nfri,09:00,10:00,A,Ann Lee,Acme,talk\n"
     "\"Monday, March 14\",10:00,10:20,B,Bo Chan,Acme,talk\nDay 2,11:00,,C,Bo Chan,,\n",
     "- - -\n0|a|A|Ann Lee|-|-|-|slot 1:00:00|-\n0|b|B|Bo Chan|-|-|-|slot 20:00|-\n"
     "0|c|C|Bo Chan|-|-|-|-|-\n"
     "lines 2, 3, 4: the day is no full date, \"2014-09-26\": the start is left out\n"},
    {"serial days, parts of a day and ranges",
     "number,title,date,time,duration\n1,A,41909,0.375,0.03125\n2,B,41909.75,,45\n"
     "3,C,41910,9:00 - 9:45,\n4,D,41910,1:00\xe2\x80\x93"
     "2:00 PM,TBA\n",
     "- 2014-09-27 2014-09-28\n1|-|A||-|-|2014-09-27T09:00:00|slot 45:00|-\n"
     "2|-|B||-|-|2014-09-27T18:00:00|slot 45:00|-\n"
     "3|-|C||-|-|2014-09-28T09:00:00|slot 45:00|-\n"
     "4|-|D||-|-|2014-09-28T13:00:00|slot 1:00:00|-\n"},
    {"time zones",
     "number,title,start,timezone\n1,A,2014-09-27 9:00,NZDT UTC+13\n"
     "2,B,2014-09-27 9:00,Europe/Berlin\n3,C,2014-09-27T07:00Z,Europe/Berlin\n"
     "4,D,27 Sep 2014 9:00 UTC+05:30,\n5,E,27 Sep 2014 9:00 CEST,\n"
     "6,F,2014-09-27 9:00,UTC+5:2147483647\n",
     "- 2014-09-27 2014-09-27\n1|-|A||-|-|2014-09-27T09:00:00+13:00|-|-\n"
     "2|-|B||-|-|2014-09-27T09:00:00+02:00|-|-\n3|-|C||-|-|2014-09-27T09:00:00+02:00|-|-\n"
     "4|-|D||-|-|2014-09-27T09:00:00+05:30|-|-\n5|-|E||-|-|2014-09-27T09:00:00|-|-\n"
     "6|-|F||-|-|2014-09-27T09:00:00+05:00|-|-\n"},
    {"minutes as lengths", "number,title,Length\n1,A,15\n2,B,20 min\n3,C,1h30\n4,D,25:07\n",
     "- - -\n1|-|A||-|-|-|slot 15:00|-\n2|-|B||-|-|-|slot 20:00|-\n"
     "3|-|C||-|-|-|slot 1:30:00|-\n4|-|D||-|-|-|25:07|-\n"},
    {"planned lengths",
     "No.;Session title;Duration\n1;A;0:45\n2;B;00:45:00\n3;C;1,5 h\n4;D;45'\n5;E;1 hour and 15 "
     "minutes\n6;F;1:30h\n",
     "- - -\n1|-|A||-|-|-|slot 45:00|-\n2|-|B||-|-|-|slot 45:00|-\n"
     "3|-|C||-|-|-|slot 1:30:00|-\n4|-|D||-|-|-|slot 45:00|-\n5|-|E||-|-|-|slot 1:15:00|-\n"
     "6|-|F||-|-|-|slot 1:30:00|-\n"},
    {"measured lengths under another name", "number,title,duration\n1,A,25:07\n2,B,9:30\n",
     "- - -\n1|-|A||-|-|-|25:07|-\n2|-|B||-|-|-|9:30|-\n"},
    {"a column of seconds", "number,title,duration\n1,A,1800\n2,B,2707\n",
     "- - -\n1|-|A||-|-|-|slot 30:00|-\n2|-|B||-|-|-|45:07|-\n"},
    {"units in the heading", "number,title,Duration (hours)\n1,A,1\n",
     "- - -\n1|-|A||-|-|-|slot 1:00:00|-\n"},
    {"a form in the heading", "number,title,length (h:mm)\n1,A,0:45\n",
     "- - -\n1|-|A||-|-|-|slot 45:00|-\n"},
    {"seconds in the heading", "number,title,Duration (s)\n1,A,120\n2,B,67\n",
     "- - -\n1|-|A||-|-|-|slot 2:00|-\n2|-|B||-|-|-|1:07|-\n"},
    {"hours with parts", "number,title,duration\n1,A,0.75\n2,B,1.5\n",
     "- - -\n1|-|A||-|-|-|slot 45:00|-\n2|-|B||-|-|-|slot 1:30:00|-\n"},
    {"minutes and seconds, or not", "number,title,length\n1,A,0:45\n",
     "- - -\n1|-|A||-|-|-|0:45|-\ncolumn 'length' was read as minutes and seconds; if it is hours "
     "and minutes, name it \"duration\"\n"},
    {"other times of day", "number,title,start\n1,A,27.9.2014 9:00h\n2,B,\"1er oct 2014, noon\"\n",
     "- 2014-09-27 2014-10-01\n1|-|A||-|-|2014-09-27T09:00:00|-|-\n"
     "2|-|B||-|-|2014-10-01T12:00:00|-|-\n"},
    {"hours and minutes in a timetable",
     "number,title,start,length\n1,A,2014-09-27 9:00,0:45\n2,B,2014-09-27 10:00,1:00\n",
     "- 2014-09-27 2014-09-27\n1|-|A||-|-|2014-09-27T09:00:00|slot 45:00|-\n"
     "2|-|B||-|-|2014-09-27T10:00:00|slot 1:00:00|-\n"},
    {"a title row above",
     "My Conf 2019 Schedule,,,,,\n,,,,,\nDuration,Start,End,Presenter,Title,Category\n"
     "1:00:00,2019-09-27 11:00,2019-09-27 12:00,Ann Lee,A,fri\n",
     "My Conf 2019 Schedule 2019-09-27 2019-09-27\n"
     "0|a|A|Ann Lee|fri|-|2019-09-27T11:00:00|slot 1:00:00|-\n"
     "line 1: taken as the event's name: \"My Conf 2019 Schedule\"\n"},
    {"a title row with other separators",
     "Talks, to be recorded\nTitle;Room;;\nA;Hall;;;;\nB;;x;\n",
     "Talks, to be recorded - -\n0|a|A||-|Hall|-|-|-\n0|b|B||-|-|-|-|-\n"
     "line 1: taken as the event's name: \"Talks, to be recorded\"\n"},
    {"a line that names the separator",
     "\xef\xbb\xbfsep=;\nNr;Titel;Title;Speaker;Datum;Date;Start;End;Duration\n"
     "1;x;K\xc3\xa4se, & Kabel;Ann Lee;;27.09.2014;9:00:00;9:45:00;00:45:00\n",
     "- 2014-09-27 2014-09-27\n1|-|K\xc3\xa4se, & Kabel|Ann Lee|-|-|2014-09-27T09:00:00|slot "
     "45:00|-\n"},
    {"any separator that is named", "sep=|\nTitle|Speaker\nA, b|Ann Lee\n",
     "- - -\n0|a-b|A, b|Ann Lee|-|-|-|-|-\n"},
    {"rows that were declined",
     "Session Id,Title,Scheduled At,Scheduled Duration,Room,Speakers,Status\n"
     "12,A,16 Oct 2025 09:00 AM,45,Main,Ann Lee,Accepted\n"
     "13,B,16 Oct 2025 10:00 AM,45,Main,\"Ann Lee, Bo Chan\",Declined\n"
     "14,C,,,,Bo Chan,Was withdrawn\n15,D,,,,Bo Chan,Declined\n16,E,,,,Bo Chan,Waitlisted\n",
     "- 2025-10-16 2025-10-16\n12|-|A|Ann Lee|-|Main|2025-10-16T09:00:00|slot 45:00|-\n"
     "lines 3, 5: left out: Status \"Declined\"\n"
     "line 4: left out: Status \"Was withdrawn\"\nline 6: left out: Status "
     "\"Waitlisted\"\n"},
    {"another status", "number,title,status\n1,A,pending\n2,B,recorded\n",
     "- - -\n1|-|A||-|-|-|-|-\n2|-|B||-|-|-|-|-\n"},
    {"cancelled rows", "number,title,cancelled,accepted\n1,A,yes,\n2,B,no,yes\n3,C,,no\n",
     "- - -\n2|-|B||-|-|-|-|-\nline 2: left out: cancelled \"yes\"\n"
     "line 4: left out: accepted \"no\"\n"},
    {"rows without a talk", "time,title,speaker\nSaturday,,\n9:00,A,Ann\n9:30,,\n",
     "- - -\n0|a|A|Ann|-|-|-|-|-\nlines 2, 4: left out: no title and no speaker\n"
     "line 3: a time of day without a date: the start is left out\n"},
    {"speakers in titles",
     "number,title\n1,One talk - Ann Lee\n2,Another - or not - Bo Chan & Cy Dee\n3,Opening\n"
     "4,Coffee\n5,Jan \xe2\x80\x93 Jan van der Berg\n6,Lunch\n",
     "- - -\n1|-|One talk|Ann Lee|-|-|-|-|-\n2|-|Another - or not|Bo Chan+Cy Dee|-|-|-|-|-\n"
     "3|-|Opening||-|-|-|-|-\n4|-|Coffee||-|-|-|-|-\n5|-|Jan|Jan van der Berg|-|-|-|-|-\n"
     "6|-|Lunch||-|-|-|-|-\n"
     "the speakers of 3 talks were taken from titles of the form \"Title - Speaker\"\n"},
    {"speakers before titles", "number,title\n1,Ann Lee - One talk\n2,Bo Chan - Two of them\n",
     "- - -\n1|-|One talk|Ann Lee|-|-|-|-|-\n2|-|Two of them|Bo Chan|-|-|-|-|-\n"
     "the speakers of 2 talks were taken from titles of the form \"Speaker - Title\"\n"},
    {"speakers in a third of the rows",
     "number,title,speaker\n1,One talk,Ann Lee\n2,A talk by Bo Chan,\n3,That talk by Cy Dee,\n",
     "- - -\n1|-|One talk|Ann Lee|-|-|-|-|-\n2|-|A talk|Bo Chan|-|-|-|-|-\n"
     "3|-|That talk|Cy Dee|-|-|-|-|-\n"
     "the speakers of 2 talks were taken from titles of the form \"Title by Speaker\"\n"},
    {"dashes of titles",
     "number,title\n1,Postgres 19 - What Is New\n2,Rust - Lessons Learned\n3,Go - The Good "
     "Parts\n4,C - Still Here\n",
     "- - -\n1|-|Postgres 19 - What Is New||-|-|-|-|-\n2|-|Rust - Lessons Learned||-|-|-|-|-\n"
     "3|-|Go - The Good Parts||-|-|-|-|-\n4|-|C - Still Here||-|-|-|-|-\n"},
    {"a name beside the title", "name,title,lang\nAnn Lee,A,es\n",
     "- - -\n0|a|A|Ann Lee|-|-|-|-|-\n"},
    {"other wordings",
     "Talk ID\tTitle of talk\tPresenter(s)\tTalk length\tSession room\tTrack Name\nx1\tA\tAnn "
     "Lee\t45 min\tHall\tWeb\n",
     "- - -\n0|x1|A|Ann Lee|Web|Hall|-|slot 45:00|-\n"},
    {"remarks in the heading",
     "Session Title,Date (MM/DD/YYYY),Start Time (HH:MM),End Time (HH:MM),Location (Optional),UID "
     "(do "
     "not delete),Speaker\nA,09/05/2014,9:00,9:45,Hall,u1,-\n",
     "- 2014-09-05 2014-09-05\n0|u1|A||-|Hall|2014-09-05T09:00:00|slot 45:00|-\n"},
    {"several columns of speakers",
     "number,title,Speaker 1,Speaker 2,First name,Last name\n1,A,Ann Lee,Bo Chan,X,Y\n",
     "- - -\n1|-|A|Ann Lee+Bo Chan|-|-|-|-|-\n"},
    {"a row for each speaker",
     "Session Id,Title,FirstName,LastName\n1234567,A,Ann,Lee\n1234567,A,Bo,Chan\n1234568,B,Cy,\n",
     "- - -\n0|1234567|A|Ann Lee+Bo Chan|-|-|-|-|-\n0|1234568|B|Cy|-|-|-|-|-\n"
     "line 3: the talk of the row before, for another speaker\n"},
    {"a heading in other languages",
     "Titel;Referent;Raum;Datum;Beginn;Dauer\nA;Ann Lee;Saal 1;27.9.2014;18:30;45 Min.\n",
     "- 2014-09-27 2014-09-27\n0|a|A|Ann Lee|-|Saal 1|2014-09-27T18:30:00|slot 45:00|-\n"},
};

/* Lists in Markdown, with notes in the same way. */
static const struct {
    const char *what, *text, *wanted;
} lists[] = {
    {"speakers in the link",
     "- [Ann Lee: **One**](http://x/1) [1:00]\n- [Bo Chan, Cy Dee - *Two: 2*](http://x/2) [2:00]\n"
     "- [Ann Lee: \"Three\"](http://x/3) `3:00`\n- [**Four** by Ann Lee](http://x/4) [4:00]\n"
     "- **[Ann Lee & Bo Chan: **Five**](http://x/5)** [5:00]\n- [**Six**: six](http://x/6) by "
     "**Ann** "
     "[6:00]\n",
     "- - -\n0|http://x/1|One|Ann Lee|-|-|-|1:00|http://x/1\n"
     "0|http://x/2|Two: 2|Bo Chan+Cy Dee|-|-|-|2:00|http://x/2\n"
     "0|http://x/3|Three|Ann Lee|-|-|-|3:00|http://x/3\n"
     "0|http://x/4|Four|Ann Lee|-|-|-|4:00|http://x/4\n"
     "0|http://x/5|Five|Ann Lee+Bo Chan|-|-|-|5:00|http://x/5\n"
     "0|http://x/6|Six: six|Ann|-|-|-|6:00|http://x/6\n"},
    {"speakers in the link, without emphasis",
     "- [Ann Lee: One talk](http://x/1) [1:00]\n- [Bo Chan: Two talks](http://x/2) [2:00]\n",
     "- - -\n0|http://x/1|One talk|Ann Lee|-|-|-|1:00|http://x/1\n"
     "0|http://x/2|Two talks|Bo Chan|-|-|-|2:00|http://x/2\n"
     "the speakers of 2 talks were taken from titles of the form \"Speaker: Title\"\n"},
    {"parts below a talk",
     "- [Big](http://x/b) by **Ann Lee**\n  - [Part 1](http://x/1) [12:06]\n"
     "  - [Part 2: The End](http://x/2) [24:21]\n- Other by **Bo Chan** (Conf)\n"
     "\t* [Other, part I](http://x/3) [1:00]\n\t* [Other, part II](http://x/4) [2:00]\n"
     "- **Third**\n   1. [1/2](http://x/5) [1:00]\n   2. [2/2](http://x/6) [2:00]\n"
     "- [Fourth](http://x/f): Cy Dee\n    - [Begin](http://x/7) [1:00]\n    - [End](http://x/8) "
     "[2:00]\n    - [Slides](http://x/s)\n- [Fifth](http://x/9) by **Ann** [3:00]\n",
     "- - -\n0|http://x/b|Big|Ann Lee|-|-|-|12:06 / 24:21|http://x/b\n"
     "0|http://x/3|Other|Bo Chan|-|-|-|1:00 / 2:00|http://x/3\n"
     "0|http://x/5|Third||-|-|-|1:00 / 2:00|http://x/5\n"
     "0|http://x/f|Fourth|Cy Dee|-|-|-|1:00 / 2:00|http://x/f\n"
     "0|http://x/9|Fifth|Ann|-|-|-|3:00|http://x/9\n"
     "line 13: left out: below a talk, and no part of it\n"},
    {"parts without a link at their beginning",
     "- **Big** (Ann Lee)\n  - Part 1: [video](http://x/1) [1:00]\n  - Part 2 [2:00]\n"
     "- [Two](http://x/2) by **Bo** [1:00]\n- Lunch [1:00:00]\n",
     "- - -\n0|http://x/1|Big||-|-|-|1:00 / 2:00|http://x/1\n"
     "0|http://x/2|Two|Bo|-|-|-|1:00|http://x/2\n"
     "line 5: left out: a pause or a total, without link\n"},
    {"talks below a heading of their own",
     "- Databases\n  - [One](http://x/1) by **Ann** [1:00]\n  - [Two](http://x/2) [2:00]\n"
     "- [Conf](http://x/c)\n  - [I, Robot](http://x/3) [1:00]\n  - [Day 2: Two](http://x/4) "
     "[2:00]\n"
     "- [Five](http://x/5) by **Bo** [5:00]\n  - [Slides](http://x/s), [code](http://x/k)\n",
     "- - -\n0|http://x/1|One|Ann|-|-|-|1:00|http://x/1\n"
     "0|http://x/2|Two||-|-|-|2:00|http://x/2\n0|http://x/3|I, Robot||-|-|-|1:00|http://x/3\n"
     "0|http://x/4|Day 2: Two||-|-|-|2:00|http://x/4\n0|http://x/5|Five|Bo|-|-|-|5:00|http://x/5\n"
     "line 4: left out: it only heads the talks below it\n"
     "line 8: left out: below a talk, and no part of it\n"},
    {"items that are no talks",
     "- [One](http://x/1) by **Ann** [1:00]\n- [Two](http://x/2) by **Ann** [2:00]\n"
     "- [Three](http://x/3) by **Bo** [3:00]\n- [Four](http://x/4) by **Bo** [4:00]\n"
     "- [All of them](http://x/all)\n- Doors open at 9:00\n",
     "- - -\n0|http://x/1|One|Ann|-|-|-|1:00|http://x/1\n"
     "0|http://x/2|Two|Ann|-|-|-|2:00|http://x/2\n0|http://x/3|Three|Bo|-|-|-|3:00|http://x/3\n"
     "0|http://x/4|Four|Bo|-|-|-|4:00|http://x/4\n"
     "line 5: left out: a link with neither speaker nor time\n"
     "line 6: left out: a time without link and speaker\n"},
};

/* What summary says, and a line for each note. */
static char *summary_with_notes(const struct programme *p)
{
    AUTO_STR s = {0};
    AUTO_FREE char *talks = summary(p);
    str_add(&s, talks);
    for (size_t i = 0; i < p->nb_notes; i++) {
        const char *text = strchr(strchr(p->notes[i] + 1, '\''), ' ');
        str_addf(&s, "%s\n", text + 1);
    }
    return str_take(&s);
}

static void reads_with_notes(void **state)
{
    (void)state;
    for (size_t i = 0; i < NB(tables); i++) {
        struct err err = {0};
        AUTO_PROGRAMME p = {0};
        AUTO_FREE char *path = write_file("t.csv", tables[i].text, strlen(tables[i].text));
        assert_done(import_read(&p, path, &err));
        AUTO_FREE char *got = summary_with_notes(&p);
        assert_row_str(tables[i].what, got, tables[i].wanted);
    }
    for (size_t i = 0; i < NB(lists); i++) {
        struct err err = {0};
        AUTO_PROGRAMME p = {0};
        AUTO_FREE char *path = write_file("t.md", lists[i].text, strlen(lists[i].text));
        assert_done(import_read(&p, path, &err));
        AUTO_FREE char *got = summary_with_notes(&p);
        assert_row_str(lists[i].what, got, lists[i].wanted);
    }
}

/* What other formats leave out is said as well. */
static void notes_of_others(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text, *note;
    } rows[] = {
        {"n.ics",
         "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:A\nEND:VEVENT\nBEGIN:VEVENT\nSUMMARY:B\n"
         "STATUS:CANCELLED\nEND:VEVENT\nEND:VCALENDAR\n",
         "n.ics', line 5: left out: STATUS \"CANCELLED\""},
        {"r.ics",
         "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:A\nDTSTART:20240701T100000Z\n"
         "RRULE:FREQ=DAILY;COUNT=3\nEND:VEVENT\nEND:VCALENDAR\n",
         "r.ics', line 2: the event repeats: it is imported once"},
        {"b.csv", "number,title,speaker\n1,A,J\xc3\x83\xc2\xb6rg\n2,B,Bo\n",
         "b.csv': broken characters in 1 talk: 'J\xc3\x83\xc2\xb6rg'."},
        {"h.csv", "number,title,speaker\n1,Using <em>make</em>,Ann\n2,Using <details>,Bo\n",
         "h.csv': HTML tags in 1 talk: 'Using <em>make</em>'."},
        {"c.csv", "number,title\n1,CANCELLED The end\n2,[Cancelled] B\n3,Cancelled threads\n",
         "c.csv': a title that says \"cancelled\" in 2 talks: 'CANCELLED The end', '[Cancelled] "
         "B'."},
        {"n.json",
         "{\"results\": [{\"code\": \"A\", \"title\": \"A\", \"state\": \"confirmed\"}, "
         "{\"code\": \"B\", \"title\": \"B\", \"state\": \"rejected\"}]}",
         "n.json': left out: 1 submission, neither accepted nor confirmed"},
    };
    for (size_t i = 0; i < NB(rows); i++) {
        struct err err = {0};
        AUTO_PROGRAMME p = {0};
        AUTO_FREE char *path = write_file(rows[i].name, rows[i].text, strlen(rows[i].text));
        assert_done(import_read(&p, path, &err));
        assert_int_equal(p.nb_notes, 1);
        if (!strstr(p.notes[0], rows[i].note))
            fail_msg("'%s' should have '%s'", p.notes[0], rows[i].note);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_with_notes),
        cmocka_unit_test(notes_of_others),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
