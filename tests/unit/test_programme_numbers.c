/* Which talk of the former programme each talk of a new one is. A talk is written as
 * "ref|title|speakers|start|room", talks are separated by "/". */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "programme.h"
#include "programme_numbers.h"
#include "programme_refs.h"
#include "str.h"

static char *field(char **rest)
{
    char *text = *rest ? strsep(rest, "|") : NULL;
    return text && *text ? mem_strdup(text) : NULL;
}

static void make(struct programme *out, const char *talks)
{
    AUTO_FREE char *copy = mem_strdup(talks);
    char *rest = copy;
    for (char *row; (row = strsep(&rest, "/"));) {
        if (!*row)
            continue;
        struct talk *t = programme_add_talk(out, 0);
        t->ref = field(&row);
        t->title = field(&row);
        AUTO_FREE char *speakers = field(&row);
        char *names = speakers;
        for (char *name; names && (name = strsep(&names, "+"));)
            talk_add_speaker(t, name);
        t->start = field(&row);
        t->room = field(&row);
        talk_add_part(t, 0);
    }
    programme_settle_refs(out);
}

/* "1 Title, 2? Other": in order of the programme; "?" marks a doubt. */
static char *numbers(const struct programme *p)
{
    AUTO_STR s = {0};
    for (size_t i = 0; i < p->nb_talks; i++)
        str_addf(&s, "%s%d%s %s", i ? ", " : "", p->talks[i].number, p->talks[i].doubt ? "?" : "",
                 p->talks[i].title);
    return str_take(&s);
}

static void assert_distinct(const char *name, const struct programme *p)
{
    for (size_t i = 0; i < p->nb_talks; i++)
        for (size_t k = 0; k < i; k++) {
            assert_row_int(name, p->talks[i].number == p->talks[k].number, 0);
            if (p->talks[i].ref && p->talks[k].ref)
                assert_row_int(name, strcmp(p->talks[i].ref, p->talks[k].ref) == 0, 0);
        }
}

/* As the store does: talks that are gone stay. */
static void keep_gone(struct programme *p, const struct programme *before)
{
    for (size_t i = 0; i < before->nb_talks; i++) {
        const struct talk *was = &before->talks[i];
        if (programme_find(p, was->number))
            continue;
        struct talk *t = programme_add_talk(p, was->number);
        t->ref = mem_strdup(was->ref);
        t->identity = mem_strdup(was->identity);
        t->title = mem_strdup(was->title);
        t->start = mem_strdup(was->start);
        t->room = mem_strdup(was->room);
        t->gone = true;
    }
}

static const struct {
    const char *name, *before, *after, *wanted;
} cases[] = {
    {"own refs", "a|One/b|Two", "b|Two/c|New/a|Uno", "2 Two, 3 New, 1 Uno"},
    {"one vanishes", "u|Close||9|A/u|Disks||7|A/u|Keys||6|A", "u|Disks||7|A/u|Keys||6|A",
     "2 Disks, 3 Keys"},
    {"one is left", "u|Close||9|A/u|Disks||7|A/u|Keys||6|A", "u|Keys||6|A", "3 Keys"},
    {"other order", "u|Close||9|A/u|Disks||7|A/u|Keys||6|A",
     "u|Keys||6|A/u|Close||9|A/u|Disks||7|A", "3 Keys, 1 Close, 2 Disks"},
    {"one comes in front", "u|Close||9|A/u|Disks||7|A", "u|Keys||6|A/u|Close||9|A/u|Disks||7|A",
     "3 Keys, 1 Close, 2 Disks"},
    {"one becomes several", "u|Close||9|A", "u|Keys||6|A/u|Close||9|A", "2 Keys, 1 Close"},
    {"all moved", "u|Close||9|A/u|Disks||7|A", "u|Disks||9|B/u|Close||7|B", "2 Disks, 1 Close"},
    {"a title is corrected, and names say so", "u|Close|Ann|9|A/u|Disks|Bo|7|A",
     "u|Discs|Bo|7|A/u|Close|Ann|9|A", "2 Discs, 1 Close"},
    {"a title is corrected, only the place says so", "u|Close||9|A/u|Disks||7|A",
     "u|Discs||7|A/u|Close||9|A", "2? Discs, 1 Close"},
    {"title and place changed, only the names are left", "u|Close|Ann|9|A/u|Disks|Bo|7|A",
     "u|Discs|Bo|5|B/u|Close|Ann|9|A", "2? Discs, 1 Close"},
    {"the order of speakers does not matter", "u|Close|Ann+Bo|9|A/u|Disks|Cy|7|A",
     "u|Discs|Cy|7|A/u|End|Bo+Ann|9|A", "2 Discs, 1 End"},
    {"another talk in its place", "u|Close|Ann|9|A/u|Disks|Bo|7|A", "u|Tape|Cy|7|A/u|Close|Ann|9|A",
     "3 Tape, 1 Close"},
    {"nothing agrees", "u|Close||9|A/u|Disks||7|A", "u|Tape||5|A/u|Close||9|A", "3 Tape, 1 Close"},
    {"two that nothing tells from each other", "u|Q+A||9|A/u|Q+A||7|A", "u|Q+A||8|B/u|Q+A||6|B",
     "1? Q+A, 2? Q+A"},
    {"slots of one talk", "u|Yoga|Ann|9|A/u|Yoga|Ann|7|B/u|Yoga|Ann|8|C",
     "u|Yoga|Ann|8|C/u|Yoga|Ann|9|A/u|Yoga|Ann|7|B", "3 Yoga, 1 Yoga, 2 Yoga"},
    {"slots of one talk, one moved", "u|Yoga|Ann|9|A/u|Yoga|Ann|7|B",
     "u|Yoga|Ann|8|A/u|Yoga|Ann|7|B", "1 Yoga, 2 Yoga"},
    {"a break without a ref", "|Break||9|A/|Break||7|A/|Break||5|A", "|Break||7|A/|Break||9|A",
     "2 Break, 1 Break"},
    {"refs that look like others", "s|One/s-2|Two", "s-2|Zwei/s|Eins", "2 Zwei, 1 Eins"},
    {"a new ref that looks like another's", "s-2|Two", "s|One/s-2|Two", "2 One, 1 Two"},
    {"new ids in each export", "a|One|Ann|9|A/b|Two|Bo|7|A/c|Three||8|B",
     "x|Two|Bo|7|A/y|One|Ann|5|C/z|Three||8|B/w|Four|Cy|1|A", "2 Two, 1 One, 3 Three, 4 Four"},
    {"a new id and a new title", "a|One|Ann|9|A/b|Two|Bo|7|A", "x|Two|Bo|7|A/y|Uno|Ann|9|B",
     "2 Two, 1? Uno"},
    {"ids by order", "e1|One|Ann|9|A/e2|Two|Bo|10|A/e3|Three|Cy|11|A",
     "e1|Two|Bo|10|A/e2|Three|Cy|12|A/e3|Four|Di|13|A", "2 Two, 3 Three, 4 Four"},
    {"a title that another talk had", "a|One/b|Two", "a|Two/b|Tape", "1? Two, 2 Tape"},
    {"ids of the place, and titles go round", "a|One||7|A/b|Two||8|A/c|Three||9|A",
     "a|Two||7|A/b|Three||8|A/c|One||9|A", "1? Two, 2? Three, 3? One"},
    {"other punctuation, and all one hour later",
     "u|Close up||7|A/u|Hard disks||8|A/u|Old keys||9|A",
     "u|Close-up!||8|A/u|Hard disks.||9|A/u|Old Keys?||10|A",
     "1 Close-up!, 2 Hard disks., 3 Old Keys?"},
    {"punctuation that counts", "u|Start with C||7|A/u|Start with C++||8|A",
     "u|Start with C++||7|A/u|Start with C||8|A", "2 Start with C++, 1 Start with C"},
    {"a subtitle and another room", "u|Close up||7|A/u|Hard disks||8|A",
     "u|Close up: once more||7|B/u|Hard disks||8|A", "1? Close up: once more, 2 Hard disks"},
    {"a remark in front, and a new id", "a|Close up||7|A/b|Hard disks||8|A",
     "x|[Moved] Close up||7|A/b|Hard disks||8|A", "1? [Moved] Close up, 2 Hard disks"},
    {"titles alone, from a table without ids", "u|Close||7|A/u|Disks||8|A", "|Disks/|New/|Close",
     "2 Disks, 3 New, 1 Close"},
    {"a keynote is not another one", "u|Keynote: Close||7|A/u|Hard disks||8|A",
     "u|Keynote: Tape||9|A/u|Hard disks||8|A", "3 Keynote: Tape, 2 Hard disks"},
    {"a second session of a talk whose title changes", "a|Yoga|Ann|9|A",
     "a|Advanced yoga|Ann|9|A/b|Yoga|Ann|11|A", "1 Advanced yoga, 2 Yoga"},
    {"speakers swap their titles", "u|One|Ann|9|A/u|Two|Bo|7|A", "u|Two|Ann|9|A/u|One|Bo|7|A",
     "1 Two, 2 One"},
    {"an id of its own, and nothing else agrees", "a|One|Ann|9|A", "a|Two|Bo|7|B", "1? Two"},
    {"the opening of another year", "a|Opening||2023|A", "b|Opening||2024|A", "2 Opening"},
    {"the same title of another speaker", "u|Intro|Ann|9|A/u|Disks|Bo|7|A",
     "u|Intro|Cy|5|B/u|Disks|Bo|7|A", "1? Intro, 2 Disks"},
};

static void test_cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < NB(cases); i++) {
        AUTO_PROGRAMME before = {0}, after = {0};
        make(&before, cases[i].before);
        programme_number_talks(&before, &(struct programme){0});
        make(&after, cases[i].after);
        programme_number_talks(&after, &before);
        AUTO_FREE char *got = numbers(&after);
        assert_row_str(cases[i].name, got, cases[i].wanted);
        assert_distinct(cases[i].name, &after);
        /* The same again, from what is kept now. */
        AUTO_PROGRAMME again = {0};
        keep_gone(&after, &before);
        make(&again, cases[i].after);
        programme_number_talks(&again, &after);
        for (size_t k = 0; k < again.nb_talks; k++) {
            assert_row_int(cases[i].name, again.talks[k].number, after.talks[k].number);
            assert_row_str(cases[i].name, again.talks[k].ref, after.talks[k].ref);
        }
    }
}

/* A talk that is gone keeps its place: it comes back, and no new talk gets it. */
static void test_gone(void **state)
{
    (void)state;
    AUTO_PROGRAMME before = {0}, after = {0};
    make(&before, "u|Disks||7|A/u|Close||9|A");
    programme_number_talks(&before, &(struct programme){0});
    before.talks[1].gone = true;
    make(&after, "u|Tape||9|A/u|Close||8|B/u|Disks||7|A");
    programme_number_talks(&after, &before);
    AUTO_FREE char *got = numbers(&after);
    assert_string_equal(got, "3 Tape, 2 Close, 1 Disks");
}

/* An id is free after its talk is gone. Another talk that gets it is not that talk. */
static void test_gone_id(void **state)
{
    (void)state;
    AUTO_PROGRAMME before = {0}, after = {0};
    make(&before, "a|One|Ann|7|A/b|Two|Bo|9|A");
    programme_number_talks(&before, &(struct programme){0});
    before.talks[0].gone = before.talks[1].gone = true;
    make(&after, "a|Three|Cy|7|A/b|Zwei|Bo|8|A");
    programme_number_talks(&after, &before);
    AUTO_FREE char *got = numbers(&after);
    assert_string_equal(got, "3 Three, 2 Zwei");
}

/* A timetable's ids: another export has others, or has none for one talk. The refs decide. */
static void test_ids(void **state)
{
    (void)state;
    static const struct {
        const char *name, *talks;
        int ids[3];
        const char *wanted;
    } rows[] = {
        {"the same", "a|One/b|Two/c|Three", {11, 12, 13}, "11 One, 12 Two, 13 Three"},
        {"shifted", "b|Two/c|Three/d|Four", {11, 12, 13}, "12 Two, 13 Three, 14 Four"},
        {"other ids", "a|One/b|Two/d|Four", {21, 22, 24}, "11 One, 12 Two, 24 Four"},
        {"one is replaced", "a|One/b|Two/d|Four", {11, 12, 13}, "11 One, 12 Two, 14 Four"},
        {"new refs for the same talks",
         "x|One/y|Two/z|Three",
         {11, 12, 13},
         "11 One, 12 Two, 13 Three"},
    };
    for (size_t i = 0; i < NB(rows); i++) {
        AUTO_PROGRAMME before = {0}, after = {0};
        make(&before, rows[0].talks);
        make(&after, rows[i].talks);
        before.numbers_are_ids = after.numbers_are_ids = true;
        for (size_t k = 0; k < 3; k++) {
            before.talks[k].number = rows[0].ids[k];
            after.talks[k].number = rows[i].ids[k];
        }
        programme_number_talks(&after, &before);
        AUTO_FREE char *got = numbers(&after);
        assert_row_str(rows[i].name, got, rows[i].wanted);
    }
}

/* One guid for all events, and ids by their order: neither says which talk it is. */
static void test_ids_by_order(void **state)
{
    (void)state;
    AUTO_PROGRAMME before = {0}, after = {0};
    make(&before, "u|One|Ann|9|A/u|Two|Bo|10|A/u|Three|Cy|11|A");
    make(&after, "u|Two|Bo|10|A/u|Three|Cy|12|A/u|Four|Di|13|A");
    before.numbers_are_ids = after.numbers_are_ids = true;
    for (int i = 0; i < 3; i++)
        before.talks[i].number = after.talks[i].number = i + 1;
    programme_number_talks(&after, &before);
    AUTO_FREE char *got = numbers(&after);
    assert_string_equal(got, "2 Two, 3 Three, 4 Four");
    assert_distinct("refs", &after);
}

/* Talks are "number|ref|title", "a|One" without a number. */
static void make_numbered(struct programme *out, const char *talks)
{
    AUTO_FREE char *copy = mem_strdup(talks);
    char *rest = copy;
    for (char *row; (row = strsep(&rest, "/"));) {
        struct talk *t = programme_add_talk(out, 0);
        if (*row >= '0' && *row <= '9')
            t->number = atoi(strsep(&row, "|"));
        t->ref = field(&row);
        t->title = field(&row);
        talk_add_part(t, 0);
    }
    programme_settle_refs(out);
}

static char *identities(const struct programme *p)
{
    AUTO_STR s = {0};
    for (size_t i = 0; i < p->nb_talks; i++)
        str_addf(&s, "%s%s", i ? ", " : "", p->talks[i].identity);
    return str_take(&s);
}

/* What identifies a talk stays, whatever changes, and is of no other talk. */
static void test_identities(void **state)
{
    (void)state;
    static const struct {
        const char *name, *before, *after, *wanted;
    } rows[] = {
        {"a title", "1||One/2||Two", "1||Uno/2||Two", "talk-1, talk-2"},
        {"the title that made the ref", "|One day/|Two", "|Two/|One night", "two, one-night"},
        {"a title that its ref was like", "1|one|One/2|two|Two", "1|one|Uno/2|two|Two", "one, two"},
        {"the numbers", "1|a|One/2|b|Two", "2|a|One/3|b|Two/1|c|New", "a, b, c"},
        {"two numbers", "1|a|One/2|b|Two", "2|a|One/1|b|Two", "a, b"},
        {"a ref", "1|a|One", "1|x|One", "a"},
        {"all refs", "a|One/b|Two", "x|Two/y|One", "b, a"},
        {"a ref is added", "1||One", "1|a|One", "talk-1"},
        {"another talk with its number", "1|a|One", "1|b|Two", "b"},
        {"a ref that was another's", "1|a|One/2|b|Two", "1|b|One", "b"},
        {"an identity that is in use", "1||One", "1|talk-1|One/2|talk-1|Two", "talk-1, talk-1-2"},
        {"a talk that was gone", "1|a|One/2|b|Two", "2|b|Two/3|talk-9|Three", "b, talk-9"},
    };
    for (size_t i = 0; i < NB(rows); i++) {
        AUTO_PROGRAMME before = {0}, after = {0}, again = {0};
        make_numbered(&before, rows[i].before);
        programme_number_talks(&before, &(struct programme){0});
        make_numbered(&after, rows[i].after);
        programme_number_talks(&after, &before);
        AUTO_FREE char *got = identities(&after);
        assert_row_str(rows[i].name, got, rows[i].wanted);
        keep_gone(&after, &before);
        make_numbered(&again, rows[i].before);
        programme_number_talks(&again, &after);
        for (size_t k = 0; k < again.nb_talks; k++)
            for (size_t m = 0; m < k; m++)
                assert_string_not_equal(again.talks[k].identity, again.talks[m].identity);
    }
}

/* One ref for a whole programme of the largest size: no round looks at all pairs. */
static void test_many(void **state)
{
    (void)state;
    enum { MANY = 20000 };
    AUTO_PROGRAMME before = {0}, after = {0};
    for (int i = 0; i < MANY; i++) {
        struct talk *old = programme_add_talk(&before, 0);
        old->ref = mem_strdup("u");
        old->title = mem_printf("Talk %d", i);
        struct talk *new = programme_add_talk(&after, 0);
        new->ref = mem_strdup("u");
        new->title = mem_printf("Talk %d", MANY - 1 - i);
    }
    programme_settle_refs(&before);
    programme_settle_refs(&after);
    programme_number_talks(&before, &(struct programme){0});
    programme_number_talks(&after, &before);
    for (int i = 0; i < MANY; i++)
        assert_int_equal(after.talks[i].number, MANY - i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),        cmocka_unit_test(test_gone),
        cmocka_unit_test(test_gone_id),      cmocka_unit_test(test_ids),
        cmocka_unit_test(test_ids_by_order), cmocka_unit_test(test_identities),
        cmocka_unit_test(test_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
