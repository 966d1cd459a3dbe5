/* Which talks share a recording: by hand, and by the clock. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "datetime.h"
#include "fs.h"
#include "import.h"
#include "match.h"
#include "mem.h"
#include "programme.h"
#include "programme_numbers.h"
#include "propose_cuts.h"
#include "shared_recording.h"
#include "str.h"

/* A morning in two rooms, and one talk of the next day. */
static const struct {
    int number, slot_s, listed_s;
    const char *room, *start;
} TALKS[] = {
    {1, 2700, 0, "Main", "2010-04-28T09:30:00-07:00"},
    {2, 2700, 0, "Main", "2010-04-28T10:30:00-07:00"},
    {3, 0, 1500, "Main", "2010-04-28T11:30:00-07:00"},
    {4, 2700, 0, "Side (K.1)", "2010-04-28T09:30:00-07:00"},
    {5, 2700, 0, "Side (K.1)", "2010-04-28T10:30:00-07:00"},
    {6, 2700, 0, "Main", "2010-04-29T09:30:00-07:00"},
    {7, 2700, 0, NULL, NULL},
};

static void make_programme(struct programme *p, bool offsets)
{
    *p = (struct programme){.name = mem_strdup("Event")};
    for (size_t i = 0; i < NB(TALKS); i++) {
        struct talk *t = programme_add_talk(p, TALKS[i].number);
        t->title = mem_printf("Lecture %c%c%c", 'q' + (int)i, 'x', 'z' - (int)i);
        t->room = mem_strdup(TALKS[i].room);
        t->start = mem_strdup(TALKS[i].start);
        if (t->start && !offsets)
            t->start[strlen("2010-04-28T09:30:00")] = '\0';
        talk_add_part(t, TALKS[i].listed_s)->slot_s = TALKS[i].slot_s;
    }
}

/* "0 as given 2010-04-28 09:02:00: 1?28:00 2!…": the recordings that are shared, with their talks
 * (! sure, ? unclear) and minutes; notes in brackets. */
static char *dump(const struct shared_recording *found, size_t nb,
                  const struct match_table *matches)
{
    AUTO_STR s = {0};
    for (size_t r = 0; r < nb; r++) {
        const struct shared_recording *f = &found[r];
        if (f->note)
            str_addf(&s, "%s%zu [%s]", s.len ? "; " : "", r, f->note);
        if (!f->shared)
            continue;
        str_addf(&s, "%s%zu", s.len ? "; " : "", r);
        if (f->clock)
            str_addf(&s, " %s %s", shared_clock_name(f->clock), f->began);
        str_add(&s, ":");
        for (size_t i = 0; i < f->nb_talks; i++) {
            const struct match *m = &matches->rows[f->talks[i].row];
            assert_true(m->shared && m->recording == (int)r);
            str_addf(&s, " %d%s", m->talk, m->state == MATCH_SURE ? "!" : "?");
            if (f->talks[i].start_ms != CUT_UNKNOWN)
                str_addf(&s, "%g", (double)f->talks[i].start_ms / 60000);
        }
    }
    return str_take(&s);
}

static char *find(const struct programme *p, const struct sharing_candidate *recordings, size_t nb,
                  const struct match_fixed *fixed, size_t nb_fixed)
{
    struct match_table matches;
    struct shared_recording found[8];
    struct match_recording names[8];
    for (size_t i = 0; i < nb; i++)
        names[i] = (struct match_recording){.name = fs_basename(recordings[i].path),
                                            .duration_ms = recordings[i].duration_ms};
    match_all(&matches, p, names, nb, fixed, nb_fixed);
    shared_recording_find(found, &matches, p, recordings, nb);
    char *text = dump(found, nb, &matches);
    for (size_t i = 0; i < nb; i++)
        shared_recording_finish(&found[i]);
    match_table_finish(&matches);
    return text;
}

enum { MINUTE = 60000 };

static void test_by_the_clock(void **state)
{
    (void)state;
    static const struct {
        const char *row;
        struct sharing_candidate recording;
        const char *want;
    } rows[] = {
        {"given, of two rooms",
         {.path = "/r/a.mp4", .duration_ms = 180 * MINUTE, .start = "2010-04-28T09:02:00"},
         "0 [it may hold talks of 2 rooms: give its room with 'talkpress add --room ROOM FILE']"},
        {"given, with the room",
         {.path = "/r/a.mp4",
          .duration_ms = 180 * MINUTE,
          .start = "2010-04-28T09:02:00",
          .room = "Main"},
         "0 as given 2010-04-28 09:02:00: 1?28 2?88 3?148"},
        {"the folder names the room",
         {.path = "/r/main/day 1/a.mp4",
          .duration_ms = 180 * MINUTE,
          .start = "2010-04-28T09:02:00"},
         "0 as given 2010-04-28 09:02:00: 1?28 2?88 3?148"},
        {"a folder far above does not",
         {.path = "/main/x/y/z/a.mp4", .duration_ms = 180 * MINUTE, .start = "2010-04-28T09:02:00"},
         "0 [it may hold talks of 2 rooms"},
        {"part of a room's name",
         {.path = "/r/side_morning.mp4",
          .duration_ms = 180 * MINUTE,
          .start = "2010-04-28T09:02:00"},
         "0 as given 2010-04-28 09:02:00: 4?28 5?88"},
        {"no other word",
         {.path = "/r/beside.mp4", .duration_ms = 180 * MINUTE, .start = "2010-04-28T09:02:00"},
         "0 [it may hold talks of 2 rooms"},
        {"with an offset",
         {.path = "/r/main.mp4", .duration_ms = 180 * MINUTE, .start = "2010-04-28T16:02:00+00:00"},
         "0 as given 2010-04-28 09:02:00: 1?28 2?88 3?148"},
        {"the last slot is in it by half",
         {.path = "/r/main.mp4",
          .duration_ms = 82 * MINUTE + 30000,
          .start = "2010-04-28T09:30:00"},
         "0 as given 2010-04-28 09:30:00: 1?0 2?60"},
        {"by less",
         {.path = "/r/main.mp4", .duration_ms = 82 * MINUTE, .start = "2010-04-28T09:30:00"},
         "0 [by the given start, fewer than two slots"},
        {"it began in mid-talk",
         {.path = "/r/main.mp4", .duration_ms = 180 * MINUTE, .start = "2010-04-28T09:40:00"},
         "0 as given 2010-04-28 09:40:00: 1?-10 2?50 3?110"},
        {"wrong by a day",
         {.path = "/r/main.mp4", .duration_ms = 180 * MINUTE, .start = "2010-04-27T09:02:00"},
         "0 [by the given start, fewer than two slots of the timetable are in it: correct the "
         "start "
         "with 'talkpress add --start']"},
        {"the other day has one talk",
         {.path = "/r/main.mp4", .duration_ms = 180 * MINUTE, .start = "2010-04-29T09:02:00"},
         "0 [by the given start, fewer than two slots"},
        {"created, in UTC",
         {.path = "/r/main.mp4",
          .duration_ms = 180 * MINUTE,
          .created = "2010-04-28T16:02:00.000000Z"},
         "0 its creation time 2010-04-28 09:02:00: 1?28 2?88 3?148"},
        {"created, in local time",
         {.path = "/r/main.mp4",
          .duration_ms = 180 * MINUTE,
          .created = "2010-04-28T09:02:00.000000Z"},
         "0 its creation time, read as local time 2010-04-28 09:02:00: 1?28 2?88 3?148"},
        {"created when it ended",
         {.path = "/r/main.mp4",
          .duration_ms = 180 * MINUTE,
          .created = "2010-04-28T19:02:00.000000Z"},
         "0 its creation time, read as when it ended 2010-04-28 09:02:00: 1?28 2?88 3?148"},
        {"created when it ended, local",
         {.path = "/r/main.mp4",
          .duration_ms = 180 * MINUTE,
          .created = "2010-04-28T12:02:00.000000Z"},
         "0 its creation time, read as when it ended, local time 2010-04-28 09:02:00: 1?28 2?88 "
         "3?148"},
        {"1904",
         {.path = "/r/main.mp4",
          .duration_ms = 180 * MINUTE,
          .created = "1904-01-01T00:00:00.000000Z"},
         ""},
        {"1970",
         {.path = "/r/main.mp4",
          .duration_ms = 180 * MINUTE,
          .created = "1970-01-01T00:00:00.000000Z"},
         ""},
        {"no time", {.path = "/r/main.mp4", .duration_ms = 180 * MINUTE, .created = "soon"}, ""},
        {"what was given counts before",
         {.path = "/r/main.mp4",
          .duration_ms = 180 * MINUTE,
          .start = "2010-04-27T09:02:00",
          .created = "2010-04-28T16:02:00.000000Z"},
         "0 [by the given start, fewer"},
        {"length not known",
         {.path = "/r/main.mp4", .duration_ms = -1, .created = "2010-04-28T16:02:00.000000Z"},
         ""},
        {"one talk's recording",
         {.path = "/r/main/01-lecture-qxz.mp4",
          .duration_ms = 110 * MINUTE,
          .created = "2010-04-28T16:30:00.000000Z"},
         ""},
    };
    AUTO_PROGRAMME p = {0};
    make_programme(&p, true);
    for (size_t i = 0; i < NB(rows); i++) {
        AUTO_FREE char *got = find(&p, &rows[i].recording, 1, NULL, 0);
        if (rows[i].want[0] ? strncmp(got, rows[i].want, strlen(rows[i].want)) != 0 : got[0])
            fail_msg("%s: %s", rows[i].row, got);
    }
}

static void test_without_offsets(void **state)
{
    (void)state;
    AUTO_PROGRAMME p = {0};
    make_programme(&p, false);
    const struct sharing_candidate given = {.path = "main.mp4",
                                            .duration_ms = 180 * MINUTE,
                                            .start = "2010-04-28T09:02:00-07:00"},
                                   made = {.path = "main.mp4",
                                           .duration_ms = 180 * MINUTE,
                                           .created = "2010-04-28T09:02:00Z"};
    AUTO_FREE char *a = find(&p, &given, 1, NULL, 0), *b = find(&p, &made, 1, NULL, 0);
    assert_string_equal(a, "0 as given 2010-04-28 09:02:00: 1?28 2?88 3?148");
    assert_string_equal(b, "0 its creation time 2010-04-28 09:02:00: 1?28 2?88 3?148");
}

static void test_by_hand(void **state)
{
    (void)state;
    static const char start[] = "2010-04-28T09:02:00";
    static const struct {
        const char *row;
        struct sharing_candidate recording;
        struct match_fixed fixed[4];
        size_t nb_fixed;
        const char *want;
    } rows[] = {
        {"no clock: in order",
         {.path = "a.mp4", .duration_ms = 180 * MINUTE},
         {{3, 0, 0}, {1, 0, 0}, {2, 0, 0}},
         3,
         "0: 1! 2! 3!"},
        {"one has no start: in the order of the programme",
         {.path = "a.mp4", .duration_ms = 180 * MINUTE, .start = start},
         {{7, 0, 0}, {3, 0, 0}, {1, 0, 0}},
         3,
         "0: 1! 2? 3! 7!"},
        {"with a clock, the room is theirs",
         {.path = "a.mp4", .duration_ms = 180 * MINUTE, .start = start},
         {{4, 0, 0}, {5, 0, 0}},
         2,
         "0 as given 2010-04-28 09:02:00: 4!28 5!88"},
        {"and others of the room",
         {.path = "a.mp4", .duration_ms = 180 * MINUTE, .start = start},
         {{1, 0, 0}, {3, 0, 0}},
         2,
         "0 as given 2010-04-28 09:02:00: 1!28 2?88 3!148"},
        {"but not against the user's choice",
         {.path = "a.mp4", .duration_ms = 180 * MINUTE, .start = start},
         {{1, 0, 0}, {3, 0, 0}, {2, 0, -1}},
         3,
         "0 as given 2010-04-28 09:02:00: 1!28 3!148"},
        {"the clock is wrong by a day",
         {.path = "a.mp4", .duration_ms = 180 * MINUTE, .start = "2010-04-27T09:02:00"},
         {{1, 0, 0}, {2, 0, 0}},
         2,
         "0 [by its clock, a talk that was set to it is outside: its talks are cut in order, "
         "without "
         "the clock]; 0: 1! 2!"},
        {"a talk alone is not shared",
         {.path = "a.mp4", .duration_ms = 180 * MINUTE, .start = start, .room = "Main"},
         {{1, 0, 0}},
         1,
         ""},
        {"but where it was cut from it",
         {.path = "a.mp4",
          .duration_ms = 180 * MINUTE,
          .start = start,
          .room = "Main",
          .divided = true},
         {{1, 0, 0}},
         1,
         "0 as given 2010-04-28 09:02:00: 1!28 2?88 3?148"},
    };
    AUTO_PROGRAMME p = {0};
    make_programme(&p, true);
    for (size_t i = 0; i < NB(rows); i++) {
        AUTO_FREE char *got = find(&p, &rows[i].recording, 1, rows[i].fixed, rows[i].nb_fixed);
        if (strcmp(got, rows[i].want) != 0)
            fail_msg("%s: %s", rows[i].row, got);
    }
}

/* Two cameras, and a recording of one talk beside them. */
static void test_several_recordings(void **state)
{
    (void)state;
    static const struct sharing_candidate recordings[] = {
        {.path = "/r/main/cam1.mp4", .duration_ms = 100 * MINUTE, .start = "2010-04-28T09:20:00"},
        {.path = "/r/main/cam2.mp4", .duration_ms = 200 * MINUTE, .start = "2010-04-28T09:10:00"},
        {.path = "/r/02-lecture-rxy.mp4", .duration_ms = 44 * MINUTE},
        {.path = "/r/side.mp4", .duration_ms = 200 * MINUTE, .created = "2010-04-28T16:10:00Z"},
    };
    AUTO_PROGRAMME p = {0};
    make_programme(&p, true);
    AUTO_FREE char *got = find(&p, recordings, NB(recordings), NULL, 0);
    assert_string_equal(got, "0 as given 2010-04-28 09:20:00: 1?10; "
                             "1 as given 2010-04-28 09:10:00: 3?140; "
                             "3 its creation time 2010-04-28 09:10:00: 4?20 5?80");
}

/* --- real timetables ------------------------------------------------------------------------- */

/* Seconds from the first talk of the room that day to the end of the last; its first start. */
static int64_t room_day(struct datetime *first, size_t *nb, const struct programme *p,
                        const char *room, const char *day)
{
    int64_t begin = INT64_MAX, end = 0;
    *nb = 0;
    for (size_t i = 0; i < p->nb_talks; i++) {
        const struct talk *t = &p->talks[i];
        struct datetime at;
        if (!t->room || strcmp(t->room, room) != 0 || !t->start || !str_starts(t->start, day))
            continue;
        assert_true(datetime_parse_iso(&at, t->start));
        const int64_t from = datetime_unix_s(&at);
        if (from < begin) {
            begin = from;
            *first = at;
        }
        end = from + t->parts[0].slot_s > end ? from + t->parts[0].slot_s : end;
        ++*nb;
    }
    return end - begin;
}

/* A camera ran from two minutes before a room's first talk of the day to five minutes after the
 * last: it holds all of them. */
static void check_real(const char *file, size_t least_days)
{
    AUTO_PROGRAMME p = {0};
    struct err err = {0};
    AUTO_FREE char *path = mem_printf(SOURCE_DIR "/../shared/programmes/%s", file);
    if (!fs_exists(path)) {
        print_message("skipped: no ../shared/programmes\n");
        return;
    }
    assert_done(import_read(&p, path, &err));
    programme_number_talks(&p, &(struct programme){0});
    size_t nb_days = 0;
    for (size_t i = 0; i < p.nb_talks; i++) {
        const struct talk *t = &p.talks[i];
        struct datetime first;
        size_t nb;
        AUTO_FREE char *day = mem_printf("%.10s", t->start ? t->start : "");
        if (!t->room || !t->start)
            continue;
        const int64_t length_s = room_day(&first, &nb, &p, t->room, day);
        struct datetime own;
        assert_true(datetime_parse_iso(&own, t->start));
        if (nb < 2 || datetime_unix_s(&own) != datetime_unix_s(&first))
            continue; /* once a room and day */
        datetime_add_s(&first, -120);
        AUTO_FREE char *start = datetime_format(&first);
        const struct sharing_candidate r = {.path = "/r/camera.mts",
                                            .duration_ms = (length_s + 420) * 1000,
                                            .start = start,
                                            .room = t->room};
        struct match_table matches;
        struct shared_recording found;
        match_all(&matches, &p,
                  &(struct match_recording){.name = "camera.mts", .duration_ms = r.duration_ms}, 1,
                  NULL, 0);
        shared_recording_find(&found, &matches, &p, &r, 1);
        assert_true(found.shared);
        assert_int_equal(found.nb_talks, nb);
        assert_int_equal(found.talks[0].start_ms, 120000);
        shared_recording_finish(&found);
        match_table_finish(&matches);
        nb_days++;
    }
    printf("%s: %zu rooms and days\n", file, nb_days);
    assert_true(nb_days >= least_days);
}

static void test_real_timetables(void **state)
{
    (void)state;
    check_real("fosdem_2013.xml", 40);
    check_real("pretalx_democon.json", 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_the_clock),    cmocka_unit_test(test_without_offsets),
        cmocka_unit_test(test_by_hand),         cmocka_unit_test(test_several_recordings),
        cmocka_unit_test(test_real_timetables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
