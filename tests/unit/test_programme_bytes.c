/*
 * A programme as bytes: each field survives, and bytes that no importer would have written are
 * refused, whatever a reader that was taken over makes of them.
 */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "programme.h"
#include "programme_bytes.h"
#include "programme_limits.h"
#include "str.h"

/* --- every field ------------------------------------------------------------------------------ */

static void fill(struct programme *p)
{
    p->name = mem_strdup("Tiny Conférence");
    p->place = mem_strdup("Ghent");
    p->begin = mem_strdup("2021-05-04");
    p->end = mem_strdup("2021-05-05");
    p->numbers_are_ids = true;
    programme_note(p, "'a.csv', line 3: left out");
    programme_note(p, "12:x;-;");
    struct talk *t = programme_add_talk(p, 15);
    t->ref = mem_strdup("guid-2");
    t->shared_ref = mem_strdup("guid");
    t->title = mem_strdup("5:Title; <b> & 世界");
    t->section = mem_strdup("Section");
    t->room = mem_strdup("Room");
    t->start = mem_strdup("2021-05-04T09:00:00+02:00");
    t->language = mem_strdup("en");
    t->url = mem_strdup("https://example.org/?a=1;2:3");
    t->abstract = mem_strdup("One\n\nTwo\tThree");
    talk_add_speaker(t, "Ann Lee");
    talk_add_speaker(t, "Bo; Chan");
    talk_add_part(t, 726)->slot_s = 2700;
    talk_add_part(t, 1461);
    t = programme_add_talk(p, 0);
    t->title = mem_strdup("Nothing else");
    t->start = mem_strdup("2021-05-04");
    talk_add_part(t, 0);
}

static void check_text(const char *what, const char *now, const char *was)
{
    assert_row_int(what, now == NULL, was == NULL);
    if (was)
        assert_row_str(what, now, was);
}

static void check_talk(const struct talk *now, const struct talk *was)
{
    assert_int_equal(now->number, was->number);
    check_text("ref", now->ref, was->ref);
    check_text("shared ref", now->shared_ref, was->shared_ref);
    check_text("title", now->title, was->title);
    check_text("section", now->section, was->section);
    check_text("room", now->room, was->room);
    check_text("start", now->start, was->start);
    check_text("language", now->language, was->language);
    check_text("url", now->url, was->url);
    check_text("abstract", now->abstract, was->abstract);
    assert_int_equal(now->nb_speakers, was->nb_speakers);
    for (size_t i = 0; i < was->nb_speakers; i++)
        check_text("speaker", now->speakers[i], was->speakers[i]);
    assert_int_equal(now->nb_parts, was->nb_parts);
    for (size_t i = 0; i < was->nb_parts; i++) {
        assert_int_equal(now->parts[i].number, was->parts[i].number);
        assert_int_equal(now->parts[i].listed_s, was->parts[i].listed_s);
        assert_int_equal(now->parts[i].slot_s, was->parts[i].slot_s);
    }
}

static void check(const struct programme *was)
{
    struct err err = {0};
    AUTO_STR bytes = {0};
    AUTO_PROGRAMME now = {0};
    programme_to_bytes(&bytes, was);
    assert_done(programme_from_bytes(&now, bytes.s, bytes.len, &err));
    check_text("name", now.name, was->name);
    check_text("place", now.place, was->place);
    check_text("begin", now.begin, was->begin);
    check_text("end", now.end, was->end);
    assert_int_equal(now.numbers_are_ids, was->numbers_are_ids);
    assert_int_equal(now.nb_notes, was->nb_notes);
    for (size_t i = 0; i < was->nb_notes; i++)
        check_text("note", now.notes[i], was->notes[i]);
    assert_int_equal(now.nb_talks, was->nb_talks);
    for (size_t i = 0; i < was->nb_talks; i++)
        check_talk(&now.talks[i], &was->talks[i]);
}

static void test_every_field(void **state)
{
    (void)state;
    AUTO_PROGRAMME full = {0}, empty = {0};
    fill(&full);
    check(&full);
    check(&empty);
}

/* A note names the file, which may be called anything; it is cleaned. */
static void test_notes(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_STR bytes = {0};
    AUTO_PROGRAMME p = {0}, now = {0};
    programme_note(&p, "'a\033[2J\xff.csv': odd");
    programme_to_bytes(&bytes, &p);
    assert_done(programme_from_bytes(&now, bytes.s, bytes.len, &err));
    assert_string_equal(now.notes[0], "'a[2J\xef\xbf\xbd.csv': odd");
}

/* --- damage ----------------------------------------------------------------------------------- */

/* A talk of this number, with this title, speakers and parts. */
#define EVENT "-;-;-;-;"
#define TALK(number, title, start, speakers, parts) \
    number "-;-;" title "-;-;" start "-;-;-;" speakers parts
#define GOOD TALK("1;", "1:T", "-;", "0;", "1;0;0;")

static const struct {
    const char *name, *bytes, *words;
} damaged[] = {
    {"nothing", "", "byte 0"},
    {"cut off", EVENT "0;0;1;1;-;", "a number is missing"},
    {"no programme", "<html>", "a number is missing"},
    {"a text without its length", ":x", "a number is missing"},
    {"a negative length", "-5:x", "a number is missing"},
    {"a length beyond the end", "100:x", "too large"},
    {"a length that overflows", "18446744073709551615:x", "too large"},
    {"a length of many digits", "00000000000000000000000000000000000000000099:x", "too large"},
    {"something after it", EVENT "0;0;0;x", "something follows"},
    {"bad UTF-8", "1:\xff-;-;-;0;0;0;", "characters that none has"},
    {"overlong UTF-8", "2:\xc0\xaf-;-;-;0;0;0;", "characters that none has"},
    {"a terminal's escape", "4:\033[2J-;-;-;0;0;0;", "characters that none has"},
    {"another direction", "3:\xe2\x80\xae-;-;-;0;0;0;", "characters that none has"},
    {"two lines", "3:a\nb-;-;-;0;0;0;", "a text of one line"},
    {"a day that is none", "-;-;10:2021-02-31-;0;0;0;", "a day or a time is none"},
    {"a day with a time", "-;-;16:2021-02-03T10:00-;0;0;0;", "a day or a time is none"},
    {"ids neither true nor false", EVENT "2;0;0;", "too large"},
    {"more notes than bytes", EVENT "0;100000;", "a number is missing"},
    {"too many notes", EVENT "0;100001;", "too large"},
    {"a note that is missing", EVENT "0;1;-;0;", "is missing"},
    {"more talks than bytes", EVENT "0;0;20000;" GOOD, "a number is missing"},
    {"too many talks", EVENT "0;0;20001;" GOOD, "too large"},
    {"a number too large", EVENT "0;0;1;" TALK("10000000;", "1:T", "-;", "0;", "1;0;0;"),
     "too large"},
    {"one number twice", EVENT "0;0;2;" GOOD GOOD, "the same number"},
    {"no title", EVENT "0;0;1;" TALK("1;", "-;", "-;", "0;", "1;0;0;"), "no title"},
    {"an empty title", EVENT "0;0;1;" TALK("1;", "0:", "-;", "0;", "1;0;0;"), "no title"},
    {"a start that is none", EVENT "0;0;1;" TALK("1;", "1:T", "4:soon", "0;", "1;0;0;"),
     "a day or a time is none"},
    {"too many speakers", EVENT "0;0;1;" TALK("1;", "1:T", "-;", "200001;", "1;0;0;"), "too large"},
    {"an empty speaker", EVENT "0;0;1;" TALK("1;", "1:T", "-;", "1;0:", "1;0;0;"), "is missing"},
    {"no part", EVENT "0;0;1;" TALK("1;", "1:T", "-;", "0;", "0;"), "no part"},
    {"too many parts", EVENT "0;0;1;" TALK("1;", "1:T", "-;", "0;", "1001;0;0;"), "too large"},
    {"a part too long", EVENT "0;0;1;" TALK("1;", "1:T", "-;", "0;", "1;604801;0;"), "too large"},
    {"a slot too long", EVENT "0;0;1;" TALK("1;", "1:T", "-;", "0;", "1;0;604801;"), "too large"},
};

static void test_damage(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_PROGRAMME p = {0};
    const char good[] = EVENT "0;0;1;" GOOD, nul[] = "1:\0-;-;-;0;0;0;";
    assert_done(programme_from_bytes(&p, good, strlen(good), &err));
    programme_finish(&p);
    for (size_t i = 0; i < NB(damaged); i++) {
        const int ret = programme_from_bytes(&p, damaged[i].bytes, strlen(damaged[i].bytes), &err);
        support_check_error(ret, &err, ERR_INVALID, damaged[i].words, damaged[i].name);
        assert_null(p.talks);
        err = (struct err){0};
    }
    assert_fails(programme_from_bytes(&p, nul, sizeof nul - 1, &err), ERR_INVALID, "a NUL");
}

/* Every byte of a good one changed or left out: refused, or read as something else, which is a
 * programme too. */
static void test_each_byte(void **state)
{
    (void)state;
    AUTO_PROGRAMME p = {0};
    AUTO_STR bytes = {0};
    fill(&p);
    programme_to_bytes(&bytes, &p);
    for (size_t i = 0; i < bytes.len; i++)
        for (size_t k = 0; k < 4; k++) {
            struct err err = {0};
            AUTO_PROGRAMME now = {0};
            AUTO_FREE char *copy = mem_zalloc(bytes.len + 1, 1);
            memcpy(copy, bytes.s, bytes.len);
            copy[i] = "9;-\xff"[k];
            if (programme_from_bytes(&now, copy, bytes.len, &err) == 0)
                check(&now);
            assert_int_equal(programme_from_bytes(&now, bytes.s, i, &err), ERR_INVALID);
        }
}

/* As many speakers as there may be in all, over several talks. */
static void test_sums(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_PROGRAMME p = {0}, now = {0};
    AUTO_STR bytes = {0};
    for (int i = 0; i < 2; i++) {
        struct talk *t = programme_add_talk(&p, i + 1);
        t->title = mem_strdup("T");
        talk_add_part(t, 0);
        for (int k = 0; k <= PROGRAMME_MAX_SPEAKERS / 2; k++)
            talk_add_speaker(t, "A");
    }
    programme_to_bytes(&bytes, &p);
    assert_fails(programme_from_bytes(&now, bytes.s, bytes.len, &err), ERR_INVALID, "too large");
    assert_fails(programme_check(&p, "a.csv", &err), ERR_INVALID, "found 200002 speakers");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_field), cmocka_unit_test(test_notes),
        cmocka_unit_test(test_damage),      cmocka_unit_test(test_each_byte),
        cmocka_unit_test(test_sums),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
