/* Files that say twice when an event is: which value counts, and what the note says. */
#include "support.h"

#include <string.h>

#include "formats.h"
#include "mem.h"
#include "programme.h"
#include "str.h"

#define CONF                "<schedule><conference><title>C</title></conference>"
#define XML(day, events)    CONF "<day date=\"2023-05-26\"" day ">" events "</day></schedule>"
#define HOURS               " start=\"2023-05-26T09:00:00+02:00\" end=\"2023-05-26T18:00:00+02:00\""
#define PRETALX_DAY         " start=\"2023-05-26T04:00:00+02:00\" end=\"2023-05-27T03:59:00+02:00\""
#define ROOM(events)        "<room name=\"A\">" events "</room>"
#define EVENT(title, times) "<event><title>" title "</title>" times "</event>"
#define DATE(date, start)   "<date>" date "</date><start>" start "</start>"
#define LONG(minutes)       "<duration>00:" minutes "</duration>"
#define JSON(day, events)                                                                       \
    "{\"schedule\": {\"conference\": {\"days\": [{\"date\": \"2023-05-26\"" day ", \"rooms\": " \
    "{\"A\": [" events "]}}]}}}"
#define ICAL(times)                                                                             \
    "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:One\nLOCATION:A\n" times                            \
    "END:VEVENT\nBEGIN:VEVENT\nSUMMARY:Two\nLOCATION:A\nDTSTART:20230526T100000Z\nEND:VEVENT\n" \
    "END:VCALENDAR\n"

/* Each line of wanted: title, start, slot in minutes; then the notes, from the name of the file. */
static const struct {
    const char *name, *bytes, *wanted;
} rows[] = {
    {"both agree", XML(HOURS, ROOM(EVENT("One", DATE("2023-05-26T09:30:00+02:00", "09:30")))),
     "One 2023-05-26T09:30:00+02:00 0\n"},
    {"all dates are late by the offset",
     XML(HOURS, ROOM(EVENT("One", DATE("2023-05-26T11:30:00+02:00", "09:30") LONG("45"))
                         EVENT("Two", DATE("2023-05-26T12:30:00+02:00", "10:30") LONG("45")))),
     "One 2023-05-26T09:30:00+02:00 45\nTwo 2023-05-26T10:30:00+02:00 45\n"
     "line 1: the date of 'One' is \"2023-05-26T11:30:00+02:00\", but its start is \"09:30\". The "
     "start counts: the first event is then nearer to the beginning of the day. The same for 1 "
     "more event.\n"},
    {"the same without hours of the day",
     XML("", ROOM(EVENT("One", DATE("2023-05-26T11:30:00+02:00", "09:30")))),
     "One 2023-05-26T09:30:00+02:00 0\n"
     "line 1: the date of 'One' is \"2023-05-26T11:30:00+02:00\", but its start is \"09:30\". The "
     "start counts: the other one is off by exactly its time zone's offset.\n"},
    {"the same, with pretalx's days from 4 to 4, and over midnight",
     XML(PRETALX_DAY, ROOM(EVENT("One", DATE("2023-05-27T00:30:00+02:00", "22:30")))),
     "One 2023-05-26T22:30:00+02:00 0\n"
     "line 1: the date of 'One' is \"2023-05-27T00:30:00+02:00\", but its start is \"22:30\". The "
     "start counts: the other one is off by exactly its time zone's offset.\n"},
    {"starts in UTC are before the day",
     XML(HOURS, ROOM(EVENT("One", DATE("2023-05-26T10:00:00+02:00", "08:00") LONG("45")))),
     "One 2023-05-26T10:00:00+02:00 45\n"
     "line 1: the date of 'One' is \"2023-05-26T10:00:00+02:00\", but its start is \"08:00\". The "
     "date counts: the other one is outside the hours or days of the conference.\n"},
    {"another event is in the room",
     XML(HOURS, ROOM(EVENT("One", DATE("2023-05-26T10:00:00+02:00", "10:00") LONG("45"))
                         EVENT("Two", DATE("2023-05-26T10:30:00+02:00", "11:00") LONG("45")))),
     "One 2023-05-26T10:00:00+02:00 45\nTwo 2023-05-26T11:00:00+02:00 45\n"
     "line 1: the date of 'Two' is \"2023-05-26T10:30:00+02:00\", but its start is \"11:00\". The "
     "start counts: the other one overlaps with another event in the room.\n"},
    {"nothing decides",
     XML(HOURS, ROOM(EVENT("One", DATE("2023-05-26T10:00:00+02:00", "10:00"))
                         EVENT("Two", DATE("2023-05-26T11:00:00+02:00", "11:15")))),
     "One 2023-05-26T10:00:00+02:00 0\nTwo 2023-05-26T11:00:00+02:00 0\n"
     "line 1: the date of 'Two' is \"2023-05-26T11:00:00+02:00\", but its start is \"11:15\". The "
     "date counts: nothing else in the file decides.\n"},
    {"UTC and local time",
     XML("", ROOM(EVENT("One", DATE("2023-05-26T22:30:00Z", "00:30"))
                      EVENT("Two", DATE("2023-05-26T07:30:00Z", "09:30")))),
     "Two 2023-05-26T09:30:00+02:00 0\nOne 2023-05-27T00:30:00+02:00 0\n"},
    {"a date of another year",
     XML(HOURS, ROOM(EVENT("One", "<date>2022-05-26T10:00:00+02:00</date>"))),
     "One 2023-05-26T10:00:00+02:00 0\n"
     "line 1: the date of 'One' is \"2022-05-26T10:00:00+02:00\", but its day is \"2023-05-26\". "
     "The day counts: the other one is outside the hours or days of the conference.\n"},
    {"the night after the day",
     XML("", ROOM(EVENT("One", "<date>2023-05-27T01:00:00+02:00</date>"))),
     "One 2023-05-27T01:00:00+02:00 0\n"},
    {"the next morning, after the day's hours",
     XML(HOURS, ROOM(EVENT("One", "<date>2023-05-27T10:00:00+02:00</date>"))),
     "One 2023-05-26T10:00:00+02:00 0\n"
     "line 1: the date of 'One' is \"2023-05-27T10:00:00+02:00\", but its day is \"2023-05-26\". "
     "The day counts: the other one is outside the hours or days of the conference.\n"},
    {"an end that agrees with the start",
     XML("", ROOM(EVENT("One",
                        DATE("2023-05-26T11:30:00+02:00", "09:30") LONG("45") "<end>10:15</end>"))),
     "One 2023-05-26T09:30:00+02:00 45\n"
     "line 1: the date of 'One' is \"2023-05-26T11:30:00+02:00\", but its start is \"09:30\". The "
     "start counts: the other one is off by exactly its time zone's offset.\n"},
    {"an end without a duration",
     XML("", ROOM(EVENT("One", "<start>23:30</start><end>00:15</end>"))),
     "One 2023-05-26T23:30:00 45\n"},
    {"a duration that does not fit into the room's time",
     XML("", ROOM(EVENT("One", "<start>10:00</start><end>10:30</end>" LONG("50"))
                      EVENT("Two", "<start>10:30</start>"))),
     "One 2023-05-26T10:00:00 30\nTwo 2023-05-26T10:30:00 0\n"
     "line 1: the duration of 'One' is \"00:50\", but its end is \"10:30\". The end counts: the "
     "event would overlap with the next one in the room.\n"},
    {"another room",
     XML("", ROOM(EVENT("One", "<start>10:00</start><room>B</room>")
                      EVENT("Two", "<start>11:00</start><room>A</room>")
                          EVENT("Three", "<start>12:00</start><room>C</room>"))),
     "One 2023-05-26T10:00:00 0\nTwo 2023-05-26T11:00:00 0\nThree 2023-05-26T12:00:00 0\n"
     "line 1: the room of 'One' is \"B\", but it is listed in \"A\". Its own room counts. 2 events "
     "have such rooms.\n"},
    {"a conference on other days",
     "<schedule><conference><start>2022-05-26</start><end>2022-05-27</end></conference><day "
     "date=\"2023-05-26\">" EVENT("One", "<start>10:00</start>") "</day></schedule>",
     "One 2023-05-26T10:00:00 0\n"
     "the conference's days are 2022-05-26 to 2022-05-27, but all talks are from 2023-05-26 to "
     "2023-05-26. The talks' days count.\n"},
    {"JSON",
     JSON(", \"day_start\": \"2023-05-26T09:00:00+02:00\", \"day_end\": "
          "\"2023-05-26T18:00:00+02:00\"",
          "{\"title\": \"One\", \"date\": \"2023-05-26T11:30:00+02:00\", \"start\": \"09:30\"}"),
     "One 2023-05-26T09:30:00+02:00 0\n"
     "schedule.conference.days[0].rooms[\"A\"][0]: the date of 'One' is "
     "\"2023-05-26T11:30:00+02:00\", but its start is \"09:30\". The start counts: the first event "
     "is then nearer to the beginning of the day.\n"},
    {"JSON with two date-times for one moment",
     JSON("", "{\"title\": \"One\", \"date\": \"2023-05-26T07:30:00Z\", \"start\": "
              "\"2023-05-26T09:30:00+02:00\"}"),
     "One 2023-05-26T09:30:00+02:00 0\n"},
    {"pretalx's API",
     "{\"results\": [{\"title\": \"One\", \"duration\": 30, \"slot\": {\"start\": "
     "\"2023-05-26T09:30:00+02:00\", \"end\": \"2023-05-26T10:15:00+02:00\"}}]}",
     "One 2023-05-26T09:30:00+02:00 30\n"
     "results[0]: the duration of 'One' is \"0:30\", but its end is \"2023-05-26T10:15:00+02:00\". "
     "The duration counts: nothing else in the file decides.\n"},
    {"iCalendar, both agree",
     ICAL("DTSTART:20230526T090000Z\nDTEND:20230526T094500Z\nDURATION:PT45M\n"),
     "One 2023-05-26T09:00:00+00:00 45\nTwo 2023-05-26T10:00:00+00:00 0\n"},
    {"iCalendar", ICAL("DTSTART:20230526T090000Z\nDTEND:20230526T094500Z\nDURATION:PT30M\n"),
     "One 2023-05-26T09:00:00+00:00 45\nTwo 2023-05-26T10:00:00+00:00 0\n"
     "the end of 'One' is \"20230526T094500Z\", but its duration is \"PT30M\". The end counts: "
     "nothing else in the file decides.\n"},
    {"iCalendar, the end does not fit",
     ICAL("DTSTART:20230526T090000Z\nDTEND:20230526T110000Z\nDURATION:PT30M\n"),
     "One 2023-05-26T09:00:00+00:00 30\nTwo 2023-05-26T10:00:00+00:00 0\n"
     "the end of 'One' is \"20230526T110000Z\", but its duration is \"PT30M\". The duration "
     "counts: "
     "the event would overlap with the next one in the room.\n"},
};

static int read_any(struct programme *out, const char *bytes, struct err *err)
{
    const size_t nb = strlen(bytes);
    return *bytes == '<'   ? import_schedule_xml_read(out, bytes, nb, "f", err)
           : *bytes == '{' ? import_schedule_json_read(out, bytes, nb, "f", err)
                           : import_ical_read(out, bytes, nb, "f", err);
}

static void contradictions(void **state)
{
    (void)state;
    for (size_t i = 0; i < NB(rows); i++) {
        struct err err = {0};
        AUTO_PROGRAMME p = {0};
        AUTO_STR got = {0};
        assert_done(read_any(&p, rows[i].bytes, &err));
        for (size_t k = 0; k < p.nb_talks; k++)
            str_addf(&got, "%s %s %d\n", p.talks[k].title, p.talks[k].start,
                     p.talks[k].parts[0].slot_s / 60);
        for (size_t k = 0; k < p.nb_notes; k++)
            str_addf(&got, "%s\n", p.notes[k] + strlen("'f'") + 2);
        AUTO_FREE char *all = str_take(&got);
        assert_row_str(rows[i].name, all, rows[i].wanted);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(contradictions)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
