/* Decisions in the store: each is found again, replaced and taken back. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "store.h"
#include "stores.h"
#include "str.h"

static void test_matches(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_STORE *store = open_new("matches");
    assert_done(store_choose_match(store, 15, 1, "f1", &err));
    assert_done(store_choose_match(store, 15, 2, "f2", &err));
    assert_done(store_choose_match(store, 15, 1, NULL, &err)); /* thought better of it */
    assert_done(store_choose_match(store, 3, 0, "f3", &err));
    set(store, FULL, NB(FULL)); /* decisions outlive imports, also on talks not in them */
    struct chosen_match *list = NULL;
    size_t nb = 0;
    assert_done(store_chosen_matches(&list, &nb, store, &err));
    AUTO_STR text = {0};
    for (size_t i = 0; i < nb; i++)
        str_addf(&text, "%d.%d=%s ", list[i].talk, list[i].part, list[i].recording);
    free(list);
    assert_string_equal(text.s, "3.0=f3 15.1= 15.2=f2 ");
    assert_done(store_clear_match(store, 15, &err));
    assert_done(store_chosen_matches(&list, &nb, store, &err));
    assert_int_equal(nb, 1);
    assert_int_equal(list[0].talk, 3);
    free(list);
}

static void test_places(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_STORE *store = open_new("places");
    char start[] = "2010-04-28T09:02:00-07:00", room[] = "Main";
    const struct chosen_place choices[] = {{start, NULL}, {start, room}, {NULL, room}, {0}};
    for (size_t i = 0; i < NB(choices); i++) {
        struct chosen_place got;
        assert_done(store_choose_place(store, "f1", &choices[i], &err));
        assert_done(store_chosen_place(&got, store, "f1", &err));
        assert_int_equal(!got.start, !choices[i].start);
        assert_int_equal(!got.room, !choices[i].room);
        assert_string_equal(got.start ? got.start : start, start);
        assert_string_equal(got.room ? got.room : room, room);
        chosen_place_finish(&got);
        assert_done(store_chosen_place(&got, store, "f2", &err));
        assert_true(!got.start && !got.room);
    }
}

static void test_cuts(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_STORE *store = open_new("cuts");
    struct chosen_cut cut = {.recording = "f1", .begin = 100, .end = (int64_t)1 << 40}, got;
    bool found = true;
    assert_done(store_chosen_cut(&got, &found, store, 1, 1, &err));
    assert_false(found);
    assert_done(store_choose_cut(store, 1, 1, &cut, &err));
    cut.begin = 50;
    assert_done(store_choose_cut(store, 1, 1, &cut, &err));
    assert_done(store_chosen_cut(&got, &found, store, 1, 1, &err));
    assert_true(found && got.begin == 50 && got.end == (int64_t)1 << 40);
    assert_string_equal(got.recording, "f1");
    assert_done(store_chosen_cut(&got, &found, store, 1, 2, &err));
    assert_false(found);
    assert_done(store_choose_cut(store, 1, 1, NULL, &err));
    assert_done(store_chosen_cut(&got, &found, store, 1, 1, &err));
    assert_false(found);
}

/* "f1 100 Intro|f2 50 Other" */
static char *chapters_of(struct store *store, int part)
{
    struct err err = {0};
    struct chosen_chapter *list = NULL;
    size_t nb = 0;
    AUTO_STR s = {0};
    assert_done(store_chosen_chapters(&list, &nb, store, 1, part, &err));
    for (size_t i = 0; i < nb; i++)
        str_addf(&s, "%s%s %lld %s", i ? "|" : "", list[i].recording, (long long)list[i].at_ms,
                 list[i].title);
    chosen_chapters_free(list, nb);
    return str_take(&s);
}

static void test_chapters(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_STORE *store = open_new("chapters");
    char a[] = "Intro", b[] = "Other", c[] = "Again";
    const struct chosen_chapter chapters[] = {
        {"f2", 50, b}, {"f1", 200, b}, {"f1", 100, a}, {"f1", 200, c}};
    for (size_t i = 0; i < NB(chapters); i++)
        assert_done(store_choose_chapter(store, 1, 1, &chapters[i], &err));
    AUTO_FREE char *all = chapters_of(store, 1), *none = chapters_of(store, 2);
    assert_string_equal(all, "f1 100 Intro|f1 200 Again|f2 50 Other");
    assert_string_equal(none, "");
    assert_done(store_drop_chapter(store, 1, 1, &chapters[1], &err));
    assert_done(store_drop_chapter(store, 1, 2, &chapters[2], &err));
    AUTO_FREE char *left = chapters_of(store, 1);
    assert_string_equal(left, "f1 100 Intro|f2 50 Other");
}

static void test_posters(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_STORE *store = open_new("posters");
    struct chosen_poster poster = {"f1", 100};
    bool found;
    assert_done(store_choose_poster(store, 1, 2, &poster, &err));
    poster.frame = 200;
    assert_done(store_choose_poster(store, 1, 2, &poster, &err));
    poster = (struct chosen_poster){0};
    assert_done(store_chosen_poster(&poster, &found, store, 1, 1, &err));
    assert_false(found);
    assert_done(store_chosen_poster(&poster, &found, store, 1, 2, &err));
    assert_true(found);
    assert_string_equal(poster.recording, "f1");
    assert_int_equal(poster.frame, 200);
    assert_done(store_choose_poster(store, 1, 2, NULL, &err));
    assert_done(store_chosen_poster(&poster, &found, store, 1, 2, &err));
    assert_false(found);
}

static char *drops_of(struct store *store, int part)
{
    struct err err = {0};
    AUTO_FREE struct chosen_drop *list = NULL;
    AUTO_STR s = {0};
    size_t nb = 0;
    assert_done(store_chosen_drops(&list, &nb, store, 15, part, &err));
    for (size_t i = 0; i < nb; i++)
        str_addf(&s, "%s%s %lld-%lld", i ? "|" : "", list[i].recording, (long long)list[i].begin,
                 (long long)list[i].end);
    return s.s ? str_take(&s) : mem_strdup("");
}

static void test_drops(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_STORE *store = open_new("drops");
    const struct chosen_drop drops[] = {{.begin = 900, .end = 950}, {.begin = 100, .end = 200}};
    assert_done(store_choose_drops(store, 15, 1, "f1", drops, 2, &err));
    assert_done(store_choose_drops(store, 15, 1, "f2", &drops[1], 1, &err));
    assert_done(store_choose_drops(store, 15, 2, "f1", drops, 1, &err));
    AUTO_FREE char *all = drops_of(store, 1);
    assert_string_equal(all, "f1 100-200|f1 900-950|f2 100-200");
    /* They replace what was there for the recording, or nothing changes. */
    const struct chosen_drop twice[] = {{.begin = 5, .end = 6}, {.begin = 5, .end = 7}};
    assert_true(store_choose_drops(store, 15, 1, "f1", twice, 2, &err) < 0);
    err = (struct err){0};
    assert_done(store_choose_drops(store, 15, 1, "f2", drops, 1, &err));
    AUTO_FREE char *replaced = drops_of(store, 1);
    assert_string_equal(replaced, "f1 100-200|f1 900-950|f2 900-950");
    assert_done(store_choose_drops(store, 15, 1, "f1", NULL, 0, &err));
    AUTO_FREE char *one = drops_of(store, 1);
    assert_string_equal(one, "f2 900-950");
    assert_done(store_choose_drops(store, 15, 1, NULL, NULL, 0, &err));
    AUTO_FREE char *none = drops_of(store, 1), *other = drops_of(store, 2);
    assert_string_equal(none, "");
    assert_string_equal(other, "f1 900-950");
    assert_done(store_check_decisions(store, &err));
}

static void test_offsets(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_STORE *store = open_new("offsets");
    struct chosen_offset offset = {"f1", 120};
    bool found;
    assert_done(store_choose_offset(store, 1, 2, &offset, &err));
    offset.sound_ms = -40;
    assert_done(store_choose_offset(store, 1, 2, &offset, &err));
    offset = (struct chosen_offset){0};
    assert_done(store_chosen_offset(&offset, &found, store, 1, 1, &err));
    assert_false(found);
    assert_done(store_chosen_offset(&offset, &found, store, 1, 2, &err));
    assert_true(found);
    assert_string_equal(offset.recording, "f1");
    assert_int_equal(offset.sound_ms, -40);
    assert_done(store_choose_offset(store, 1, 2, NULL, &err));
    assert_done(store_chosen_offset(&offset, &found, store, 1, 2, &err));
    assert_false(found);
}

static void test_acceptances(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_STORE *store = open_new("acceptances");
    struct acceptance got;
    bool found;
    char verdict[] = "short", because[] = "the speaker says so", drops[] = "100-200,300-400";
    struct acceptance given = {
        .recording = "f1", .begin = 75, .end = 1500, .verdict = verdict, .because = because};
    assert_done(store_accept(store, 2, 1, &given, &err));
    assert_done(store_acceptance(&got, &found, store, 2, 1, &err));
    assert_true(found);
    assert_string_equal(got.recording, "f1");
    assert_int_equal(got.begin, 75);
    assert_int_equal(got.end, 1500);
    assert_string_equal(got.verdict, "short");
    assert_string_equal(got.because, "the speaker says so");
    assert_string_equal(got.drops, "");
    assert_int_equal(strlen(got.at), strlen("2010-04-28T12:00:00Z"));
    acceptance_finish(&got);
    given.drops = drops;
    assert_done(store_accept(store, 2, 1, &given, &err));
    assert_done(store_acceptance(&got, &found, store, 2, 1, &err));
    assert_string_equal(got.drops, drops);
    acceptance_finish(&got);
    assert_done(store_clear_acceptance(store, 2, 1, &err));
    assert_done(store_acceptance(&got, &found, store, 2, 1, &err));
    assert_false(found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_matches),  cmocka_unit_test(test_cuts),
        cmocka_unit_test(test_chapters), cmocka_unit_test(test_posters),
        cmocka_unit_test(test_drops),    cmocka_unit_test(test_offsets),
        cmocka_unit_test(test_places),   cmocka_unit_test(test_acceptances),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
