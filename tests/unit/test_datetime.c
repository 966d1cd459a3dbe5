/* Days, times, zones and durations as programmes write them. */
#include "support.h"

#include <string.h>

#include "datetime.h"
#include "mem.h"

static void times(void **state)
{
    (void)state;
    static const struct {
        const char *text, *zone, *want;
    } rows[] = {
        {"2010-04-28T09:00:00-07:00", NULL, "2010-04-28T09:00:00-07:00"},
        {"2010-04-28T09:00:00-07:00", "Europe/Berlin", "2010-04-28T09:00:00-07:00"},
        {"2010-04-28T09:00:00", NULL, "2010-04-28T09:00:00"},
        {"2010-04-28T09:00:00", "America/Los_Angeles", "2010-04-28T09:00:00-07:00"},
        {"2010-01-28 09:00", "America/Los_Angeles", "2010-01-28T09:00:00-08:00"},
        {"2010-01-28 09:00", "No/Where", "2010-01-28T09:00:00"},
        {"2024-12-27T09:30:00+00:00", "Europe/Berlin", "2024-12-27T10:30:00+01:00"},
        {"2024-12-27T23:30:00Z", "Europe/Berlin", "2024-12-28T00:30:00+01:00"},
        {"2024-12-27T23:30:00.123456Z", NULL, "2024-12-27T23:30:00+00:00"},
        {"2024-07-27T10:00:00+0530", NULL, "2024-07-27T10:00:00+05:30"},
        {"2024-07-27T10:00:00+02", NULL, "2024-07-27T10:00:00+02:00"},
        {"2024-07-27T10:00:00", "UTC", "2024-07-27T10:00:00+00:00"},
        {"2014-09-26T18:30:15.250-0330", NULL, "2014-09-26T18:30:15-03:30"},
        {"2016-02-29T00:00Z", NULL, "2016-02-29T00:00:00+00:00"},
        {"2015-02-29T00:00Z", NULL, NULL},
        {"2024-02-30T10:00:00", NULL, NULL},
        {"2024-02-20T24:00:00", NULL, NULL},
        {"2024-02-20T10:60", NULL, NULL},
        {"2024-02-20T10:00:00+1", NULL, NULL},
        {"2024-02-20T10:00:00 CET", NULL, NULL},
        {"14-09-26T18:30", NULL, NULL},
        {"0000-01-01T00:00:00", NULL, NULL},
        {"99999-01-01T00:00:00", NULL, NULL},
        {"", NULL, NULL},
    };
    for (size_t i = 0; i < NB(rows); i++) {
        struct datetime when = {0};
        assert_row_int(rows[i].text, datetime_parse_iso(&when, rows[i].text), rows[i].want != NULL);
        datetime_set_zone(&when, rows[i].zone);
        AUTO_FREE char *got = datetime_format(&when);
        assert_row_str(rows[i].text, got ? got : "refused",
                       rows[i].want ? rows[i].want : "refused");
    }
    assert_true(datetime_is_zone("Europe/Berlin") && datetime_is_zone("UTC"));
    assert_false(datetime_is_zone("Europe/Nowhere") || datetime_is_zone("../../etc/passwd") ||
                 datetime_is_zone("") || datetime_is_zone("leapseconds") ||
                 datetime_is_zone("/etc/localtime"));
}

static void days(void **state)
{
    (void)state;
    struct datetime when = {.year = 2024, .month = 12, .day = 31, .hour = 23, .has_day = true};
    datetime_add_days(&when, 1);
    AUTO_FREE char *next = datetime_format_day(&when);
    assert_string_equal(next, "2025-01-01");
    assert_int_equal(when.hour, 23);
}

static void clocks(void **state)
{
    (void)state;
    static const char *const nine[] = {"9:00", "09:00:00", "9:00 AM", "9.00am", "9 a.m.", "9h00"};
    static const char *const none[] = {"9", "25:00", "9:60", "13 pm", "9:0", ""};
    for (size_t i = 0; i < NB(nine); i++) {
        struct datetime when = {0};
        assert_true(datetime_parse_clock(&when, nine[i]));
        assert_row_int(nine[i], datetime_clock_s(&when), 9 * 3600);
    }
    for (size_t i = 0; i < NB(none); i++) {
        struct datetime when = {0};
        assert_row_int(none[i], datetime_parse_clock(&when, none[i]), false);
    }
}

static void instants(void **state)
{
    (void)state;
    struct datetime here = {0}, there = {0};
    assert_true(datetime_parse_iso(&here, "2010-04-28T09:00:00-07:00"));
    assert_true(datetime_parse_iso(&there, "2010-04-28T16:00:00"));
    assert_int_equal(datetime_unix_s(&here), 1272470400);
    assert_int_equal(datetime_unix_s(&there), 1272470400);
}

static void calendar(void **state)
{
    (void)state;
    for (int month = 1; month <= 12; month++)
        assert_int_equal(datetime_month_by_name(datetime_month_name(month), 3), month);
    assert_null(datetime_month_name(0));
    assert_null(datetime_month_name(13));
    assert_int_equal(datetime_month_by_name("sept", 4), 9);
    assert_int_equal(datetime_month_by_name("SEPTEMBER", 9), 9);
    assert_int_equal(datetime_month_by_name("September 3", 9), 9);
    assert_int_equal(datetime_month_by_name("Ma", 2), 0);
    assert_int_equal(datetime_month_by_name("Mayor", 5), 0);
    assert_true(datetime_is_day(2000, 2, 29) && datetime_is_day(1, 1, 1));
    assert_false(datetime_is_day(1900, 2, 29) || datetime_is_day(2010, 4, 31) ||
                 datetime_is_day(0, 1, 1) || datetime_is_day(2010, 13, 1) ||
                 datetime_is_day(2010, 1, 257) || datetime_is_day(65536 + 2010, 1, 1));
}

static void durations(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int want;
    } rows[] = {
        {"00:50", 3000},    {"0:05", 300},    {"01:30:00", 5400}, {"36:00", 129600},
        {"168:00", 604800}, {"168:01", -1},   {"00:60", -1},      {"1:5", -1},
        {"50", -1},         {"-01:00", -1},   {"00:50 h", -1},    {"9999:00", -1},
        {"00:00", 0},       {"00:00:59", 59}, {"1:00:", -1},      {"1:00:00:", -1},
        {"", -1},
    };
    for (size_t i = 0; i < NB(rows); i++) {
        int s = -1;
        assert_row_int(rows[i].text, datetime_parse_duration(&s, rows[i].text), rows[i].want >= 0);
        assert_row_int(rows[i].text, s, rows[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times),    cmocka_unit_test(days),      cmocka_unit_test(clocks),
        cmocka_unit_test(instants), cmocka_unit_test(durations), cmocka_unit_test(calendar),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
