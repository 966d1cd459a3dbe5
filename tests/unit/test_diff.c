/* The changes that an import reports: each kind, in words. */
#include "support.h"

#include <string.h>

#include "diff.h"
#include "talks.h"

static const struct talk_row BASE = {1, "Title", "A|B", "Section", "Text", {100, 200}};

static void assert_change(const struct diff *d, enum change_kind kind, int talk, const char *text)
{
    assert_int_equal(d->nb, 1);
    assert_int_equal(d->changes[0].kind, kind);
    assert_int_equal(d->changes[0].talk, talk);
    assert_string_equal(d->changes[0].text, text);
}

static void test_fields(void **state)
{
    (void)state;
    static const struct {
        struct talk_row after;
        const char *text; /* NULL: no change */
    } cases[] = {
        {{1, "Title", "A|B", "Section", "Text", {100, 200}}, NULL},
        {{1, "Other", "A|B", "Section", "Text", {100, 200}}, "title: 'Title' -> 'Other'"},
        {{1, "Title", "B|A", "Section", "Text", {100, 200}}, "speakers: 'A, B' -> 'B, A'"},
        {{1, "Title", NULL, "Section", "Text", {100, 200}}, "speakers: 'A, B' -> ''"},
        {{1, "Title", "A|B", NULL, "Text", {100, 200}}, "section: 'Section' -> nothing"},
        {{1, "Title", "A|B", "Section", "Text.", {100, 200}}, "abstract"},
        {{1, "Title", "A|B", "Section", NULL, {100, 200}}, "abstract"},
        {{1, "Title", "A|B", "Section", "Text", {100, 201}},
         "listed: '1:40 / 3:20' -> '1:40 / 3:21'"},
        {{1, "Title", "A|B", "Section", "Text", {100}}, "listed: '1:40 / 3:20' -> '1:40'"},
        {{1, "Title", "A|B", "Section", "Text", {100, -1}}, "listed: '1:40 / 3:20' -> '1:40 / -'"},
        {{1, "T", "A", "S", "", {-1}},
         "title: 'Title' -> 'T'; speakers: 'A, B' -> 'A'; section: 'Section' -> 'S'; "
         "listed: '1:40 / 3:20' -> '-'; abstract"},
    };
    for (size_t i = 0; i < NB(cases); i++) {
        AUTO_PROGRAMME before = {0}, after = {0};
        talks_make(&before, &BASE, 1);
        talks_make(&after, &cases[i].after, 1);
        struct diff d;
        diff_programmes(&d, &before, &after);
        if (cases[i].text)
            assert_change(&d, CHANGE_CHANGED, 1, cases[i].text);
        else
            assert_int_equal(d.nb, 0);
        diff_finish(&d);
    }
}

static void test_come_and_go(void **state)
{
    (void)state;
    static const struct talk_row other = {2, "Second", NULL, NULL, NULL, {-1}};
    AUTO_PROGRAMME one = {0}, two = {0};
    talks_make(&one, &BASE, 1);
    talks_make(&two, (struct talk_row[]){other, BASE}, 2);
    struct diff d;
    diff_programmes(&d, &one, &two);
    assert_change(&d, CHANGE_NEW, 2, "Second");
    diff_finish(&d);
    diff_programmes(&d, &two, &one);
    assert_change(&d, CHANGE_GONE, 2, "Second");
    diff_finish(&d);
    two.talks[0].gone = true;
    diff_programmes(&d, &two, &one);
    assert_int_equal(d.nb, 0);
    diff_finish(&d);
    AUTO_PROGRAMME again = {0};
    talks_make(&again, (struct talk_row[]){BASE, other}, 2);
    diff_programmes(&d, &two, &again);
    assert_change(&d, CHANGE_BACK, 2, "Second");
    diff_finish(&d);
    AUTO_PROGRAMME renamed = {0};
    talks_make(&renamed, (struct talk_row[]){BASE, {2, "Zweitens", NULL, NULL, NULL, {-1}}}, 2);
    diff_programmes(&d, &two, &renamed);
    assert_change(&d, CHANGE_BACK, 2, "title: 'Second' -> 'Zweitens'");
    diff_finish(&d);
}

static void test_event(void **state)
{
    (void)state;
    AUTO_PROGRAMME nothing = {0}, before = {0}, after = {0};
    talks_make(&before, NULL, 0);
    talks_make(&after, NULL, 0);
    struct diff d;
    diff_programmes(&d, &nothing, &before);
    assert_change(&d, CHANGE_NEW, 0,
                  "event: nothing -> 'Xen Summit'; place: nothing -> 'AMD campus'; "
                  "begin: nothing -> '2010-04-28'; end: nothing -> '2010-04-29'");
    diff_finish(&d);
    free(after.end);
    after.end = mem_strdup("2010-04-30");
    diff_programmes(&d, &before, &after);
    assert_change(&d, CHANGE_CHANGED, 0, "end: '2010-04-29' -> '2010-04-30'");
    diff_finish(&d);
    free(after.end);
    after.end = NULL;
    diff_programmes(&d, &before, &after);
    assert_change(&d, CHANGE_CHANGED, 0, "end: '2010-04-29' -> nothing");
    diff_finish(&d);
}

/* Long texts are cut where a character ends. */
static void test_long_titles(void **state)
{
    (void)state;
    for (int shift = 0; shift < 3; shift++) {
        AUTO_STR title = {0};
        str_addf(&title, "%.*s", shift, "xx");
        for (int i = 0; i < 40; i++)
            str_add(&title, "大");
        const struct talk_row row = {1, title.s, "A|B", "Section", "Text", {100, 200}};
        AUTO_PROGRAMME before = {0}, after = {0};
        talks_make(&before, &BASE, 1);
        talks_make(&after, &row, 1);
        struct diff d;
        diff_programmes(&d, &before, &after);
        assert_int_equal(d.nb, 1);
        assert_true(str_is_utf8(d.changes[0].text));
        assert_non_null(strstr(d.changes[0].text, "...'"));
        assert_true(strlen(d.changes[0].text) < 100);
        diff_finish(&d);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_come_and_go),
        cmocka_unit_test(test_event),
        cmocka_unit_test(test_long_titles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
