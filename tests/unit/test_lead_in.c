/* Which sets of recordings have a lead-in. */
#include "lead_in.h"

#include "support.h"

#include <math.h>
#include <stdlib.h>

static const int listed[] = {600, 1204, 1811, 455, 2710, 1502, 933, 3301, 1290, 2222};

enum { NB_LISTED = NB(listed) };

/* As a list in whole seconds shows it: off by up to half a second. */
static int64_t jitter(int i)
{
    return 137 * i % 1000 - 500;
}

static void assert_lead_in(const char *what, const struct lead_in_talk *talks, size_t nb,
                           int64_t ms, size_t nb_same)
{
    struct lead_in l;
    lead_in_find(&l, talks, nb);
    assert_row_int(what, l.ms, ms);
    assert_row_int(what, l.nb, nb_same);
    assert_row_int(what, l.nb_all, nb);
}

static void fill(struct lead_in_talk *talks, double speed, int64_t ms, int64_t noise)
{
    for (int i = 0; i < NB_LISTED; i++)
        talks[i] = (struct lead_in_talk){listed[i], llround(1000.0 * listed[i] * speed) + ms +
                                                        noise * jitter(i) / 500};
}

static void test_found(void **state)
{
    (void)state;
    struct lead_in_talk talks[NB_LISTED];
    fill(talks, 1, 5000, 0);
    assert_lead_in("exact", talks, NB_LISTED, 5000, NB_LISTED);
    assert_lead_in("five are enough", talks, 5, 5000, 5);
    fill(talks, 1, 12000, 500);
    assert_lead_in("rounded", talks, NB_LISTED, 11900, NB_LISTED);
    talks[3].measured_ms -= 70000;
    talks[7].measured_ms += 200000;
    talks[9].measured_ms = 1000LL * talks[9].listed_s;
    struct lead_in l;
    lead_in_find(&l, talks, NB_LISTED);
    assert_row_int("not all have it", l.nb, 7);
    assert_true(llabs(l.ms - 12000) <= 300);
    for (int i = 0; i < NB_LISTED; i++)
        talks[i] = (struct lead_in_talk){300, 308000 + jitter(i)};
    lead_in_find(&l, talks, NB_LISTED);
    assert_row_int("equally long talks", l.nb, NB_LISTED);
}

static void test_not_found(void **state)
{
    (void)state;
    struct lead_in_talk talks[NB_LISTED];
    assert_lead_in("nothing", NULL, 0, 0, 0);
    fill(talks, 1, 5000, 0);
    assert_lead_in("too few", talks, 4, 0, 0);
    for (int i = 0; i < 5; i++)
        talks[i].measured_ms = 1000LL * talks[i].listed_s;
    assert_lead_in("half of them", talks, NB_LISTED, 0, 0);
    fill(talks, 1, 300, 500);
    assert_lead_in("rounding", talks, NB_LISTED, 0, 0);
    fill(talks, 1, -5000, 0);
    assert_lead_in("shorter", talks, NB_LISTED, 0, 0);
    fill(talks, 1, 240000, 0);
    assert_lead_in("longer than a card", talks, NB_LISTED, 0, 0);
    fill(talks, 1, 30000, 30000);
    assert_lead_in("cameras that start at any time", talks, NB_LISTED, 0, 0);
    fill(talks, 1.01, 0, 500);
    assert_lead_in("a ratio", talks, NB_LISTED, 0, 0);
    for (int i = 0; i < NB_LISTED; i++)
        talks[i] =
            (struct lead_in_talk){500 + i, llround(1000.0 * (500 + i) * 25 / 24) + jitter(i)};
    assert_lead_in("a ratio, of talks about as long as each other", talks, NB_LISTED, 0, 0);
}

static void test_of_one(void **state)
{
    (void)state;
    const struct lead_in l = {.ms = 5000, .nb = 8, .nb_all = 10}, none = {.nb_all = 10};
    assert_int_equal(lead_in_of(&l, 600000, 605000, 2000), 5000);
    assert_int_equal(lead_in_of(&l, 600000, 531000, 2000), 5000);
    assert_int_equal(lead_in_of(&l, 600000, 601900, 2000), 0);
    assert_int_equal(lead_in_of(&none, 600000, 605000, 2000), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_found),
        cmocka_unit_test(test_not_found),
        cmocka_unit_test(test_of_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
