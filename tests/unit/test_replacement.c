/* Whether a new programme is one by mistake. A talk is written as "number|ref|title|speaker|start",
 * talks are separated by "/"; "-" before the number: it is gone. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "programme.h"
#include "replacement.h"
#include "str.h"

static char *field(char **rest)
{
    char *text = *rest ? strsep(rest, "|") : NULL;
    return text && *text ? mem_strdup(text) : NULL;
}

/* The event as "name|begin|end". */
static void make(struct programme *out, const char *event, const char *talks)
{
    AUTO_FREE char *head = mem_strdup(event), *copy = mem_strdup(talks);
    char *rest = head;
    out->name = field(&rest);
    out->begin = field(&rest);
    out->end = field(&rest);
    rest = copy;
    for (char *row; (row = strsep(&rest, "/"));) {
        AUTO_FREE char *number = field(&row);
        struct talk *t = programme_add_talk(out, abs(atoi(number)));
        t->gone = *number == '-';
        t->ref = field(&row);
        t->title = field(&row);
        AUTO_FREE char *speaker = field(&row);
        if (speaker)
            talk_add_speaker(t, speaker);
        t->start = field(&row);
    }
}

/* "another event: 1 2 of 3 (large)" */
static char *describe(const struct replacement *r)
{
    AUTO_STR s = {0};
    if (r->other_event)
        str_add(&s, "another event:");
    for (size_t i = 0; i < r->nb_gone; i++)
        str_addf(&s, "%s%d", s.len ? " " : "", r->gone[i]);
    str_addf(&s, " of %zu%s", r->nb_before, replacement_is_large(r) ? " (large)" : "");
    return str_take(&s);
}

#define X "Conf X|2020-05-01|2020-05-02"

static const struct {
    const char *name, *event, *before, *new_event, *after, *wanted;
} cases[] = {
    {"nothing before", "", "-1||One", X, "1||Other", " of 0"},
    {"the same", X, "1||One/2||Two", X, "1||One/2||Two", " of 2"},
    {"a third goes", X, "1||One/2||Two/3||Three", X, "1||One/2||Two", "3 of 3"},
    {"more goes", X, "1||One/2||Two/3||Three/4||Four", X, "1||One/2||Two", "3 4 of 4 (large)"},
    {"those that were gone do not count", X, "1||One/-2||Two/-3||Three", X, "1||One", " of 1"},
    {"another event with refs", X, "1|a|One/2|b|Two", "Y|2021-01-01|2021-01-01", "3|c|Uno",
     "another event: 1 2 of 2 (large)"},
    {"its numbers are used again", X, "1||One/2||Two", X, "1||Uno/2||Due",
     "another event: 1 2 of 2 (large)"},
    {"so are its small ids", X, "1|1|Bees|Ann/2|2|Ants|Bo", X, "1|1|Keys|Cy/2|2|Disks|Di",
     "another event: 1 2 of 2 (large)"},
    {"titles are corrected, refs say so", X, "1|a|One/2|b|Two", X, "1|a|Uno/2|b|Due", " of 2"},
    {"speakers say so", X, "1||One|Ann/2||Two|Bo", X, "1||Uno|Ann/2||Due|BO", " of 2"},
    {"words say so", X, "1||Keynote: Free Software and You/2||Bees in Rust", X,
     "1||Free software, and you!/2||About bees", " of 2"},
    {"starts say so", X, "1||One||2020-05-01T09:00:00/2||Two||2020-05-01T10:00:00", X,
     "1||Uno||2020-05-01T09:00:00/2||Due||2020-05-01T10:00:00", " of 2"},
    {"not against the speakers", X, "1||One|Ann|2020-05-01T09:00:00", X,
     "1||Uno|Bo|2020-05-01T09:00:00", "another event: 1 of 1 (large)"},
    {"numbers shift", X, "1||One/2||Two/3||Three", X, "1||Zero/2||One/3||Two/4||Three", " of 3"},
    {"other name and days", X, "1||One", "Conf Y|2021-05-01|2021-05-02", "1||One",
     "another event: of 1 (large)"},
    {"a name is corrected", X, "1||One", "Conf Ten|2020-05-01|2020-05-03", "1||One", " of 1"},
    {"days are moved", X, "1||One", "conf x!|2020-09-01|2020-09-03", "1||One", " of 1"},
    {"without an event", "", "1||One", "Conf Y|2021-05-01|2021-05-02", "1||One", " of 1"},
    {"opening and closing are everywhere", X, "1||Opening/2||Bees/3||Ants/4||Closing", X,
     "1||Opening/2||Keys/3||Disks/4||Closing", "2 3 of 4 (large)"},
};

static void test_replacement(void **state)
{
    (void)state;
    for (size_t i = 0; i < NB(cases); i++) {
        AUTO_PROGRAMME before = {0}, after = {0};
        struct replacement r;
        make(&before, cases[i].event, cases[i].before);
        make(&after, cases[i].new_event, cases[i].after);
        replacement_find(&r, &before, &after);
        AUTO_FREE char *got = describe(&r);
        assert_row_str(cases[i].name, got, cases[i].wanted);
        replacement_finish(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_replacement)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
