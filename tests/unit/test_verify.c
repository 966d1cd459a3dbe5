/* Every verdict and every cause, in one table. */
#include "support.h"

#include <string.h>

#include "talks.h"
#include "verify.h"

static const struct verify_limits LIMITS = {.tolerance_ms = 2000, .overrun_ms = 300000};

static const struct talk_row TALKS[] = {
    {1, "One", NULL, NULL, NULL, {600}},   {2, "Two", NULL, NULL, NULL, {726, 1461}},
    {3, "Three", NULL, NULL, NULL, {900}}, {4, "Unlisted", NULL, NULL, NULL, {-1}},
    {5, "Gone", NULL, NULL, NULL, {432}},
};

/* Nothing known but talk 1, listed with 10:00 and measured so, all of its recording. */
static struct verify_facts facts(void)
{
    return (struct verify_facts){
        .talk = 1,
        .part = 1,
        .listed_s = 600,
        .measured_ms = 600000,
        .recording_ms = 600000,
        .whole_recording = true,
        .runs_to_end = true,
        .silence_head_ms = -1,
        .silence_tail_ms = -1,
        .black_head_ms = -1,
        .black_tail_ms = -1,
        .sound_at_end = -1,
        .nb_damaged = -1,
        .damaged_at_ms = -1,
    };
}

static void assert_verdict(const char *row, const struct verify_facts *f, enum verdict verdict,
                           const char *cause)
{
    AUTO_PROGRAMME p = {0};
    talks_make(&p, TALKS, NB(TALKS));
    p.talks[4].gone = true;
    AUTO_FREE char *got = NULL;
    const enum verdict v = verify_part(&got, f, &p, &LIMITS);
    assert_row_str(row, verdict_name(v), verdict_name(verdict));
    assert_row_str(row, got, cause);
}

/* What is left counts, and what is left out is said. */
static void test_breaks(void **state)
{
    (void)state;
    struct verify_facts f = facts();
    f.nb_drops = 1;
    f.dropped_ms = 930000;
    assert_verdict("ok", &f, VERDICT_OK, "without 15:30 in 1 break");
    f.measured_ms = 500000;
    f.nb_drops = 2;
    assert_verdict("short", &f, VERDICT_SHORT, "without 15:30 in 2 breaks");
    f.measured_ms = 576000; /* as 24 pictures a second at 25 */
    assert_verdict("not faster", &f, VERDICT_SHORT, "without 15:30 in 2 breaks");
    f.cut_by_hand = true;
    assert_verdict("cut", &f, VERDICT_SHORT, "without 15:30 in 2 breaks; it was cut by hand");
    f.cut_by_hand = false;
    f.measured_ms = 900500;
    assert_verdict("no other talk", &f, VERDICT_LONG, "without 15:30 in 2 breaks");
    f.dropped_ms = 301;
    assert_verdict("a cough", &f, VERDICT_LONG, "without 0:00.301 in 2 breaks");
    f.dropped_ms = 3000;
    assert_verdict("3 s", &f, VERDICT_LONG, "without 0:03 in 2 breaks");
    f.dropped_ms = 10001;
    assert_verdict("10 s", &f, VERDICT_LONG, "without 0:10 in 2 breaks");
}

/* The sound needs a decision; pictures that are held are only said. */
static void test_sound(void **state)
{
    (void)state;
    struct verify_facts f = facts();
    f.sound_fault = "its sound is silent";
    assert_verdict("silent", &f, VERDICT_DAMAGED, "its sound is silent");
    f.black_head_ms = f.black_tail_ms = f.silence_head_ms = f.silence_tail_ms = 600000;
    assert_verdict("silent and black", &f, VERDICT_DAMAGED,
                   "its sound is silent; its picture is black throughout");
    f.black_head_ms = 300000;
    f.black_tail_ms = 0;
    assert_verdict("silent, black in front", &f, VERDICT_DAMAGED,
                   "its sound is silent; 5:00 of black at the start");
    f.black_head_ms = f.black_tail_ms = f.silence_head_ms = f.silence_tail_ms = -1;
    f.no_sound = true;
    assert_verdict("none", &f, VERDICT_DAMAGED, "no sound in it");
    f = facts();
    f.held_head_ms = 10000;
    f.held_tail_ms = 1500000;
    assert_verdict("held", &f, VERDICT_OK,
                   "its picture begins 0:10 after its sound: the first picture is shown from the "
                   "start; its picture ends 25:00 before its sound: the last picture is shown "
                   "until the end");
    f.held_head_ms = f.held_tail_ms = 499;
    assert_verdict("held for less", &f, VERDICT_OK, "");
}

static void test_slots(void **state)
{
    (void)state;
    static const struct {
        const char *row;
        int64_t measured_ms;
        int sound_at_end;
        bool whole; /* else a cut from the middle */
        enum verdict verdict;
        const char *cause;
    } cases[] = {
        {"as long as the slot", 2700000, 0, true, VERDICT_OK, ""},
        {"an early end", 1800000, 0, true, VERDICT_OK, ""},
        {"a stated overrun", 3000000, 0, true, VERDICT_OK, ""},
        {"more than that", 3000001, 0, true, VERDICT_LONG,
         "5:00 over its slot of 45:00: cut it to the talk"},
        {"less than half", 1349999, 0, true, VERDICT_SHORT,
         "it fills less than half of its slot of 45:00"},
        {"in mid-talk", 2400000, 1, true, VERDICT_SHORT,
         "speech or sound runs to the last second: look whether its end is missing"},
        {"a cut by hand may end in speech", 2400000, 1, false, VERDICT_OK, ""},
    };
    for (size_t i = 0; i < NB(cases); i++) {
        struct verify_facts f = facts();
        f.talk = 4;
        f.listed_s = 0;
        f.slot_s = 2700;
        f.measured_ms = f.recording_ms = cases[i].measured_ms;
        f.sound_at_end = cases[i].sound_at_end;
        f.whole_recording = f.runs_to_end = cases[i].whole;
        assert_verdict(cases[i].row, &f, cases[i].verdict, cases[i].cause);
    }
    struct verify_facts last =
        facts(); /* of several in one recording, and the talk continues after it */
    last.talk = 4;
    last.listed_s = 0;
    last.slot_s = 700;
    last.whole_recording = false;
    last.sound_at_end = 1;
    assert_verdict(
        "the last in a recording, in mid-talk", &last, VERDICT_SHORT,
        "speech or sound runs to the recording's last second: the talk may continue after it");
    last.sound_at_end = 0;
    assert_verdict("the last in a recording", &last, VERDICT_OK, "");
}

static void test_lengths(void **state)
{
    (void)state;
    static const char *const none = "no cause found: check both ends";
    static const struct {
        const char *row;
        int talk, part, listed_s;
        int64_t measured_ms, recording_ms;
        enum verdict verdict;
        const char *cause;
    } cases[] = {
        {"exact", 1, 1, 600, 600000, 600000, VERDICT_OK, ""},
        {"just short enough", 1, 1, 600, 598000, 598000, VERDICT_OK, ""},
        {"just long enough", 1, 1, 600, 602000, 602000, VERDICT_OK, ""},
        {"short", 1, 1, 600, 597999, 597999, VERDICT_SHORT, none},
        {"long", 1, 1, 600, 602001, 602001, VERDICT_LONG, none},
        {"nothing listed", 4, 1, 0, 1, 1, VERDICT_OK, ""},
        {"empty", 1, 1, 600, 0, 0, VERDICT_SHORT, none},
        {"another talk", 1, 1, 600, 900500, 900500, VERDICT_LONG,
         "equals the time of talk 3 ('Three')"},
        {"another talk's part", 1, 1, 600, 1461000, 1461000, VERDICT_LONG,
         "equals the time of talk 2, part 2"},
        {"a talk that is gone does not count", 1, 1, 600, 432000, 432000, VERDICT_SHORT, none},
        {"both parts in one", 2, 1, 726, 2187000, 2187000, VERDICT_LONG,
         "the recording's length equals the sum of the talk's 2 parts"},
        {"the talk's other part is no surprise", 2, 1, 726, 1461000, 1461000, VERDICT_LONG, none},
    };
    for (size_t i = 0; i < NB(cases); i++) {
        struct verify_facts f = facts();
        f.talk = cases[i].talk;
        f.part = cases[i].part;
        f.listed_s = cases[i].listed_s;
        f.measured_ms = cases[i].measured_ms;
        f.recording_ms = cases[i].recording_ms;
        assert_verdict(cases[i].row, &f, cases[i].verdict, cases[i].cause);
    }
}

/* The ends are looked at where the length is off, and where the cut is all of the recording. */
static void test_ends(void **state)
{
    (void)state;
    static const struct {
        const char *row;
        int64_t black_head, silence_head, black_tail, silence_tail;
        int sound_at_end;
        const char *cause;
    } cases[] = {
        {"black in front", 3000, 0, 0, 0, 0, "0:03 of black at the start"},
        {"silence in front", 0, 55000, 0, 0, 0, "0:55 of silence at the start"},
        {"black at the end", 0, 0, 4000, 0, 0, "0:04 of black at the end"},
        {"silence at the end", 0, 0, 0, 59000, 0, "0:59 of silence at the end"},
        {"speech to the end", 0, 0, 0, 0, 1,
         "speech or sound runs to the last second: probably cut off while recording"},
        {"a pause is no cause", 2999, 2999, 2999, 2999, 0, "no cause found: check both ends"},
        {"not analysed", -1, -1, -1, -1, -1, "no cause found: check both ends"},
        {"all", 3000, 4000, 5000, 6000, 1,
         "0:03 of black at the start; 0:04 of silence at the start; 0:05 of black at the end; "
         "0:06 of silence at the end; speech or sound runs to the last second: probably cut off "
         "while recording"},
    };
    for (size_t i = 0; i < NB(cases); i++) {
        struct verify_facts f = facts();
        f.black_head_ms = cases[i].black_head;
        f.silence_head_ms = cases[i].silence_head;
        f.black_tail_ms = cases[i].black_tail;
        f.silence_tail_ms = cases[i].silence_tail;
        f.sound_at_end = cases[i].sound_at_end;
        assert_verdict(cases[i].row, &f, VERDICT_OK, ""); /* the length is right: nothing to say */
        f.measured_ms = f.recording_ms = 500000;
        assert_verdict(cases[i].row, &f, VERDICT_SHORT, cases[i].cause);
        f.whole_recording = f.runs_to_end = false;
        assert_verdict(cases[i].row, &f, VERDICT_SHORT, "no cause found: check both ends");
    }
}

/* What else explains the length; sound to the end in all of them. */
static void test_speeds(void **state)
{
    (void)state;
    static const struct {
        const char *row;
        int64_t measured_ms;
        int nb_same;
        enum verdict verdict;
        const char *cause;
    } cases[] = {
        {"film as television", 2592000, 0, VERDICT_SHORT,
         "probably all of it is 4.2 % faster than listed: 24 pictures a second shown at 25"},
        {"and back", 2812500, 0, VERDICT_LONG,
         "probably all of it is 4.0 % slower than listed: 25 pictures a second shown at 24"},
        {"30 for 29.97", 2697303, 0, VERDICT_SHORT,
         "probably all of it is 0.1 % faster than listed: 29.97 pictures a second shown at 30, or "
         "23.976 at 24"},
        {"29.97 for 30", 2702700, 3, VERDICT_LONG,
         "all of it is 0.1 % slower than listed, like 3 other talks: 30 pictures a second shown at "
         "29.97, or 24 at 23.976"},
        {"a percent", 2673267, 0, VERDICT_SHORT, "probably all of it is 1.0 % faster than listed"},
        {"a speed of the whole archive", 2630000, 2, VERDICT_SHORT,
         "all of it is 2.7 % faster than listed, like 2 other talks"},
        {"44.1 kHz at 48", 2480625, 0, VERDICT_SHORT,
         "probably all of it is 8.8 % faster than listed: sound of 44.1 kHz played at 48"},
        {"by chance with one", 2630000, 1, VERDICT_SHORT,
         "speech or sound runs to the last second: probably cut off while recording"},
        {"too long is not cut off", 2790000, 0, VERDICT_LONG, "no cause found: check both ends"},
    };
    for (size_t i = 0; i < NB(cases); i++) {
        struct verify_facts f = facts();
        f.listed_s = 2700;
        f.measured_ms = f.recording_ms = cases[i].measured_ms;
        f.nb_same_speed = cases[i].nb_same;
        f.sound_at_end = 1;
        assert_verdict(cases[i].row, &f, cases[i].verdict, cases[i].cause);
    }
    struct verify_facts f = facts();
    f.sound_at_end = 1;
    f.measured_ms = f.recording_ms = 500000;
    f.gap_ms = 60000;
    f.gap_at_ms = 1000;
    assert_verdict("a hole explains it", &f, VERDICT_SHORT, "1:00 missing at 0:01");
    f = facts();
    f.talk = 4;
    f.listed_s = 0;
    f.slot_s = 600;
    f.sound_at_end = 1;
    assert_verdict("as long as the slot", &f, VERDICT_SHORT,
                   "speech or sound runs to the last second: look whether its end is missing");
    f.measured_ms = f.recording_ms = 901000;
    assert_verdict("over the slot", &f, VERDICT_LONG,
                   "5:01 over its slot of 10:00: cut it to the talk");
    f = facts();
    f.measured_ms = f.recording_ms = 606000;
    f.silence_head_ms = 5000;
    assert_verdict("silence explains it, not 1 %", &f, VERDICT_LONG,
                   "0:05 of silence at the start");
    f = facts();
    f.sound_at_end = 1;
    f.listed_s = 1000;
    f.measured_ms = f.recording_ms = 900000;
    assert_verdict("of a talk that lacks its recording", &f, VERDICT_SHORT,
                   "equals the time of talk 3 ('Three')");
    f.fitting = (const bool[NB(TALKS)]){[2] = true};
    assert_verdict("of a talk that has its own", &f, VERDICT_SHORT,
                   "equals the time of talk 3 ('Three'); speech or sound runs to the last second: "
                   "probably cut off while recording");
    assert_true(verify_same_speed(600, 594059, 1800, 1782178));
    assert_false(verify_same_speed(600, 594059, 1800, 1790000));
    /* Wrecks of two seconds are not played at 1350 times the speed. */
    assert_false(verify_same_speed(2700, 2000, 2700, 2000));
}

/* Of the right length, but nobody is heard or seen for a part of it. */
static void test_long_ends(void **state)
{
    (void)state;
    struct verify_facts f = facts();
    f.listed_s = 600;
    f.measured_ms = f.recording_ms = 600000;
    f.silence_tail_ms = 59000;
    f.black_head_ms = 59000;
    assert_verdict("short ends", &f, VERDICT_OK, "");
    f.silence_tail_ms = 61000;
    assert_verdict("a microphone that was switched off", &f, VERDICT_OK,
                   "1:01 of silence at the end");
    f.black_head_ms = 600000;
    assert_verdict("no picture is seen", &f, VERDICT_OK,
                   "10:00 of black at the start; 1:01 of silence at the end");
}

/* Places in a recording are never negative. */
static void test_places(void **state)
{
    (void)state;
    struct verify_facts f = facts();
    f.gap_ms = 2000;
    f.gap_at_ms = -85326000;
    assert_verdict("a hole before the picture", &f, VERDICT_DAMAGED, "0:02 missing at 0:00");
    f = facts();
    f.nb_damaged = 3;
    f.damaged_at_ms = -36000001;
    assert_verdict("packets without times", &f, VERDICT_DAMAGED, "3 packets do not decode");
    f.damaged_at_known = true;
    assert_verdict("packets before the picture", &f, VERDICT_DAMAGED,
                   "3 packets do not decode, the first at 0:00");
}

static void test_damage(void **state)
{
    (void)state;
    static const struct {
        const char *row;
        const char *truncated, *damage;
        int64_t nb_damaged, damaged_at_ms, gap_at_ms, gap_ms;
        bool no_sound, no_picture;
        const char *cause;
    } cases[] = {
        {.row = "cut off", .truncated = "the file ends", .cause = "the file ends"},
        {.row = "one packet",
         .nb_damaged = 1,
         .damaged_at_ms = 61000,
         .cause = "1 packet does not decode, the first at 1:01"},
        {.row = "packets",
         .nb_damaged = 7,
         .damaged_at_ms = 0,
         .damage = "Invalid data",
         .cause = "7 packets do not decode, the first at 0:00: Invalid data"},
        {.row = "a gap", .gap_at_ms = 60000, .gap_ms = 1000, .cause = "0:01 missing at 1:00"},
        {.row = "the clock goes back",
         .gap_at_ms = 60000,
         .gap_ms = -3000,
         .cause =
             "the clock goes back by 0:03 at 1:00: the overlap is dropped (to keep it, rewrite "
             "the timestamps: 'ffmpeg -i FILE -map 0 -c copy NEW')"},
        {.row = "no sound", .no_sound = true, .cause = "no sound in it"},
        {.row = "all",
         .truncated = "cut",
         .nb_damaged = 2,
         .gap_ms = 5000,
         .no_sound = true,
         .no_picture = true,
         .cause = "cut; 2 packets do not decode, the first at 0:00; 0:05 missing at 0:00; no sound "
                  "in it; no picture in it: its card is shown instead"},
    };
    for (size_t i = 0; i < NB(cases); i++) {
        struct verify_facts f = facts();
        f.truncated = cases[i].truncated;
        f.damage = cases[i].damage;
        f.nb_damaged = cases[i].nb_damaged;
        f.damaged_at_ms = cases[i].damaged_at_ms;
        f.damaged_at_known = true;
        f.gap_at_ms = cases[i].gap_at_ms;
        f.gap_ms = cases[i].gap_ms;
        f.no_sound = cases[i].no_sound;
        f.no_picture = cases[i].no_picture;
        assert_verdict(cases[i].row, &f, VERDICT_DAMAGED, cases[i].cause);
        f.listed_s = 700; /* damage is the cause of a length that is off */
        assert_verdict(cases[i].row, &f, VERDICT_SHORT, cases[i].cause);
        f.listed_s = 500;
        assert_verdict(cases[i].row, &f, VERDICT_LONG, cases[i].cause);
    }
    struct verify_facts f = facts();
    f.gap_ms = 999;
    f.nb_damaged = 0;
    assert_verdict("a short gap", &f, VERDICT_OK, "");
}

/* Verdicts that need no measuring, in order of precedence. */
static void test_no_measure(void **state)
{
    (void)state;
    struct verify_facts f = facts();
    f.match_note = "its name says talk 3";
    assert_verdict("a remark", &f, VERDICT_OK, "its name says talk 3");
    f.listed_s = 700;
    assert_verdict("a remark and a cause", &f, VERDICT_SHORT,
                   "no cause found: check both ends; its name says talk 3");
    f.measured_ms = -1;
    f.match_note = NULL;
    assert_verdict("missing", &f, VERDICT_MISSING, "no recording found");
    f.unclear = true;
    assert_verdict("unclear", &f, VERDICT_UNCLEAR, "more than one recording could be it");
    f.match_note = "a.mp4 and b.mp4 are as likely";
    assert_verdict("unclear, with a reason", &f, VERDICT_UNCLEAR, "a.mp4 and b.mp4 are as likely");
    f.refusal = "'a.mp4' is empty";
    assert_verdict("refused", &f, VERDICT_DAMAGED, "'a.mp4' is empty");
}

static void test_long_causes(void **state)
{
    (void)state;
    AUTO_STR refusal = {0};
    while (refusal.len < 900)
        str_add(&refusal, "大");
    struct verify_facts f = facts();
    f.refusal = refusal.s;
    assert_verdict("long", &f, VERDICT_DAMAGED, refusal.s);
}

static void test_names(void **state)
{
    (void)state;
    static const char *const names[] = {"ok", "short", "long", "missing", "unclear", "damaged"};
    for (int v = VERDICT_OK; v <= VERDICT_DAMAGED; v++)
        assert_string_equal(verdict_name((enum verdict)v), names[v]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_breaks),     cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_sound),      cmocka_unit_test(test_slots),
        cmocka_unit_test(test_ends),       cmocka_unit_test(test_damage),
        cmocka_unit_test(test_no_measure), cmocka_unit_test(test_long_causes),
        cmocka_unit_test(test_names),      cmocka_unit_test(test_speeds),
        cmocka_unit_test(test_long_ends),  cmocka_unit_test(test_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
