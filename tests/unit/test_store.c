/* The store: what is written comes back, and imports keep what is gone. */
#include "support.h"

#include <string.h>

#include "diff.h"
#include "json.h"
#include "mem.h"
#include "store.h"
#include "stores.h"
#include "str.h"
#include "talks.h"

/* --- programme ------------------------------------------------------------------------------- */

static void test_round_trip(void **state)
{
    (void)state;
    AUTO_STORE *store = open_new("round");
    AUTO_FREE char *blank = dump(store);
    assert_string_equal(blank, "-, -, - to -\n");
    AUTO_PROGRAMME p = {0};
    talks_make(&p, FULL, NB(FULL));
    AUTO_FREE char *wanted = talks_dump(&p);
    for (int i = 0; i < 2; i++) { /* again: nothing changes */
        set(store, FULL, NB(FULL));
        AUTO_FREE char *got = dump(store);
        assert_string_equal(got, wanted);
    }
    /* Closed and opened: it is on disk. */
    struct err err = {0};
    AUTO_FREE char *path = folder_path("round.db");
    AUTO_STORE *again = NULL;
    assert_done(store_open(&again, path, &err));
    AUTO_FREE char *read_again = dump(again);
    assert_string_equal(read_again, wanted);
}

static void test_shrinks(void **state)
{
    (void)state;
    static const struct talk_row one[] = {{8, "Half known", "B", NULL, NULL, {300}}};
    AUTO_STORE *store = open_new("shrinks");
    set(store, FULL, NB(FULL));
    set(store, one, NB(one));
    AUTO_FREE char *got = dump(store);
    assert_non_null(strstr(got, "\n8 Half known [-] (-); B; part 1: 300\n1 Keynote"));
}

static void test_gone_talks_stay(void **state)
{
    (void)state;
    /* Imported one after the other: talk 1 goes, then 2 goes, then 1 comes back. Those that are
     * gone had the same place in the programme when they went. */
    static const struct talk_row rows[] = {
        {1, "One", "A|B", "S", "a", {100, 101}},
        {2, "Two", "C|D", "T", "b", {200, 201}},
        {3, "Three", "E|F", NULL, NULL, {300}},
    };
    static const char *const one_gone = "1 One [S] (a) gone; A; B; part 1: 100; part 2: 101\n",
                             *const two_gone =
                                 "2 Two [T] (b) gone; C; D; part 1: 200; part 2: 201\n";
    AUTO_STORE *store = open_new("gone");
    set(store, rows, 3);
    set(store, rows + 1, 2);
    AUTO_FREE char *without_1 = dump(store);
    assert_non_null(strstr(without_1, one_gone));
    assert_null(strstr(without_1, "Two [T] (b) gone"));
    set(store, rows + 2, 1);
    AUTO_FREE char *without_2 = dump(store);
    if (!strstr(without_2, one_gone) || !strstr(without_2, two_gone))
        fail_msg("talks that are gone lost something:\n%s", without_2);
    assert_true(strstr(without_2, "3 Three") < strstr(without_2, one_gone));
    set(store, rows, 3);
    AUTO_FREE char *back = dump(store);
    assert_null(strstr(back, "gone"));
}

/* The change that an import would make, as "new 4" and so on; then makes it. */
static char *import(struct store *store, const struct talk_row *rows, size_t nb)
{
    static const char *const kinds[] = {"new", "changed", "gone", "back"};
    struct err err = {0};
    AUTO_PROGRAMME before = {0}, after = {0};
    assert_done(store_programme(&before, store, &err));
    talks_make(&after, rows, nb);
    struct diff d;
    diff_programmes(&d, &before, &after);
    AUTO_STR text = {0};
    for (size_t i = 0; i < d.nb; i++)
        str_addf(&text, "%s%s %d", i ? ", " : "", kinds[d.changes[i].kind], d.changes[i].talk);
    diff_finish(&d);
    assert_done(store_set_programme(store, &after, &err));
    return str_take(&text);
}

static void test_imports(void **state)
{
    (void)state;
    static const struct talk_row rows[] = {
        {1, "One", "A", NULL, NULL, {100}},
        {2, "Two", NULL, NULL, NULL, {200}},
        {3, "Three", "C", "S", "x\n\ny", {-1}},
        {1, "One!", "A", NULL, NULL, {100}},
    };
    const struct {
        size_t first, nb;
        const char *changes;
    } steps[] = {
        {0, 2, "new 0, new 1, new 2"},
        {0, 2, ""},
        {0, 3, "new 3"},
        {0, 3, ""},
        {1, 2, "gone 1"},
        {1, 2, ""}, /* what is gone is not told again */
        {1, 3, "back 1"},
        {1, 3, ""},
        {0, 3, "changed 1"},
        {0, 3, ""},
        {0, 0, "gone 1, gone 2, gone 3"},
        {0, 0, ""},
        {0, 3, "back 1, back 2, back 3"},
    };
    AUTO_STORE *store = open_new("imports");
    for (size_t i = 0; i < NB(steps); i++) {
        AUTO_FREE char *changes = import(store, rows + steps[i].first, steps[i].nb);
        assert_string_equal(changes, steps[i].changes);
    }
}

/* --- transactions ---------------------------------------------------------------------------- */

static void test_transactions(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_STORE *store = open_new("transactions");
    AUTO_JSON *value = json_pack("{s:i}", "a", 1);
    bool there;
    set(store, FULL, 1);
    AUTO_FREE char *before = dump(store);
    AUTO_PROGRAMME p = {0};
    talks_make(&p, FULL, NB(FULL));
    assert_done(store_begin(store, &err));
    assert_done(store_set_programme(store, &p, &err));
    assert_done(store_set_result(store, "k", "cell", value, &err));
    store_rollback(store);
    AUTO_FREE char *rolled_back = dump(store);
    assert_string_equal(rolled_back, before);
    assert_done(store_has_result(&there, store, "k", &err));
    assert_false(there);
    assert_done(store_begin(store, &err));
    assert_done(store_set_programme(store, &p, &err));
    assert_done(store_set_result(store, "k", "cell", value, &err));
    assert_done(store_commit(store, &err));
    store_rollback(store); /* none is open: nothing happens */
    AUTO_FREE char *after = dump(store), *wanted = talks_dump(&p);
    assert_string_equal(after, wanted);
}

/* A programme that cannot be stored leaves the one that is there. */
static void test_failed_import(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_STORE *store = open_new("failed");
    set(store, FULL, NB(FULL));
    AUTO_FREE char *before = dump(store);
    AUTO_PROGRAMME p = {0};
    talks_make(&p, FULL, 2);
    free(p.talks[1].title);
    p.talks[1].title = NULL;
    assert_true(store_set_programme(store, &p, &err) < 0);
    AUTO_FREE char *after = dump(store);
    assert_string_equal(after, before);
    set(store, FULL, 1); /* and no transaction is left open */
}

/* --- recordings ------------------------------------------------------------------------------ */

static void test_recordings(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_STORE *store = open_new("recordings");
    char b[] = "/r/b.mp4", a[] = "/r/ä 1.mkv";
    const struct recording rows[] = {
        {.path = b, .size = 5, .mtime_ns = 7, .fingerprint = "f1"},
        {.path = a,
         .size = INT64_MAX,
         .mtime_ns = INT64_MIN,
         .fingerprint = "0123456789abcdef0123456789abcdef"},
        {.path = b, .size = 6, .mtime_ns = 8, .fingerprint = "f2"}, /* the same path: renewed */
    };
    for (size_t i = 0; i < NB(rows); i++)
        assert_done(store_set_recording(store, &rows[i], &err));
    struct recording *list = NULL;
    size_t nb = 0;
    assert_done(store_recordings(&list, &nb, store, &err));
    assert_int_equal(nb, 2);
    for (size_t i = 0; i < 2; i++) {
        const struct recording *wanted = &rows[i == 0 ? 2 : 1];
        assert_string_equal(list[i].path, wanted->path);
        assert_true(list[i].size == wanted->size && list[i].mtime_ns == wanted->mtime_ns);
        assert_string_equal(list[i].fingerprint, wanted->fingerprint);
    }
    recordings_free(list, nb);
    assert_done(store_remove_recording(store, b, &err));
    assert_done(store_remove_recording(store, "/none", &err));
    assert_done(store_recordings(&list, &nb, store, &err));
    assert_int_equal(nb, 1);
    recordings_free(list, nb);
}

static void test_several_files(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_STORE *store = open_new("several");
    char a[] = "/r/1.mts", b[] = "/r/2.mts", c[] = "/r/3.mts";
    struct recording_file files[] = {{a, 10, 1, "f1"}, {b, 5, 2, "f2"}, {c, 2, 3, "f3"}};
    struct recording r = {.path = a,
                          .size = 17,
                          .mtime_ns = 3,
                          .fingerprint = "f123",
                          .by_hand = true,
                          .files = files,
                          .nb_files = 3};
    /* Written twice, then with one file less, then as one file: what was before is gone. */
    for (size_t nb = 4; nb-- > 1;) {
        struct recording *list = NULL;
        size_t nb_list = 0;
        r.nb_files = nb;
        assert_done(store_set_recording(store, &r, &err));
        assert_done(store_set_recording(store, &r, &err));
        assert_done(store_recordings(&list, &nb_list, store, &err));
        assert_int_equal(nb_list, 1);
        assert_true(list[0].by_hand);
        assert_int_equal(list[0].nb_files, nb);
        for (size_t i = 0; nb > 1 && i < nb; i++) {
            assert_string_equal(list[0].files[i].path, files[i].path);
            assert_string_equal(list[0].files[i].fingerprint, files[i].fingerprint);
            assert_true(list[0].files[i].size == files[i].size);
        }
        recordings_free(list, nb_list);
    }
}

static void assert_found(struct store *store, bool by_path, const char *text, const char *wanted)
{
    struct err err = {0};
    struct recording r = {0};
    bool found = false;
    assert_done(by_path ? store_recording_by_path(&r, &found, store, text, &err)
                        : store_recording_by_fingerprint(&r, &found, store, text, &err));
    assert_int_equal(found, wanted != NULL);
    if (wanted)
        assert_string_equal(r.path, wanted);
    for (size_t i = 0; wanted && i < r.nb_files; i++)
        if (strcmp(by_path ? r.files[i].path : r.files[i].fingerprint, text) == 0)
            wanted = NULL;
    assert_null(wanted); /* it has the file that was asked for */
    recording_finish(&r);
}

static void test_recordings_are_found(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_STORE *store = open_new("found");
    char a[] = "/r/1.mts", b[] = "/r/2.mts", c[] = "/r/3.mts";
    struct recording_file files[] = {{a, 10, 1, "f1"}, {b, 5, 2, "f2"}};
    const struct recording rows[] = {
        {.path = c, .size = 2, .fingerprint = "f2"},
        {.path = a, .size = 15, .fingerprint = "f12", .files = files, .nb_files = 2},
    };
    for (size_t i = 0; i < NB(rows); i++)
        assert_done(store_set_recording(store, &rows[i], &err));
    static const struct {
        bool by_path;
        const char *text, *wanted;
    } cases[] = {
        {true, "/r/1.mts", "/r/1.mts"},
        {true, "/r/2.mts", "/r/1.mts"},
        {true, "/r/3.mts", "/r/3.mts"},
        {true, "/r/4.mts", NULL},
        {false, "f1", "/r/1.mts"},
        {false, "f2", "/r/1.mts"}, /* the first in order of path */
        {false, "f3", NULL},
    };
    for (size_t i = 0; i < NB(cases); i++)
        assert_found(store, cases[i].by_path, cases[i].text, cases[i].wanted);
    assert_done(store_remove_recording(store, a, &err));
    assert_found(store, false, "f2", "/r/3.mts");
    assert_found(store, true, "/r/2.mts", NULL);
}

/* --- results, failures, published files ------------------------------------------------------- */

static int collect_key(void *opaque, const char *key, const char *stage)
{
    str_addf(opaque, "%s:%s ", key, stage);
    return 0;
}

static int collect_failure(void *opaque, const struct failure *f)
{
    str_addf(opaque, "%s:%s:%d.%d:%s:%s:%s ", f->key, f->stage, f->talk, f->part, f->code,
             f->message, f->log);
    return 0;
}

static int count_one(void *opaque, const struct failure *f)
{
    (void)f;
    ++*(int *)opaque;
    return 1;
}

static void test_results(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_STORE *store = open_new("results");
    AUTO_JSON *one = json_pack("{s:I, s:[s, n]}", "n", (json_int_t)INT64_MAX, "l", "ü"),
              *two = json_pack("{s:f}", "x", -16.02);
    assert_done(store_set_result(store, "a", "analyse", one, &err));
    assert_done(store_set_result(store, "d", "cell", two, &err));
    assert_done(store_set_result(store, "b", "sound", one, &err));
    assert_done(store_set_result(store, "b", "sound", two, &err));
    const struct {
        const char *key;
        const json_t *value;
    } cases[] = {{"a", one}, {"b", two}, {"d", two}, {"c", NULL}, {"A", NULL}, {"", NULL}};
    for (size_t i = 0; i < NB(cases); i++) {
        AUTO_JSON *got = NULL;
        bool there;
        assert_done(store_result(&got, store, cases[i].key, &err));
        assert_done(store_has_result(&there, store, cases[i].key, &err));
        assert_int_equal(there, cases[i].value != NULL);
        assert_true(cases[i].value ? json_equal(got, cases[i].value) : got == NULL);
    }
    AUTO_STR keys = {0};
    assert_done(store_each_result(store, collect_key, &keys, &err));
    assert_string_equal(keys.s, "a:analyse b:sound d:cell ");
    for (const char *key = "ad"; *key; key++) {
        AUTO_JSON *dropped = NULL;
        assert_done(store_drop_result(store, (const char[]){*key, '\0'}, &err));
        assert_done(store_result(&dropped, store, (const char[]){*key, '\0'}, &err));
        assert_null(dropped);
    }
}

static void assert_probe(struct store *store, const char *whole, const char *brief,
                         const char *summary)
{
    const struct {
        int (*read)(json_t **out, struct store *store, const char *key, struct err *err);
        const char *wanted;
    } cases[] = {
        {store_result, whole}, {store_result_brief, brief}, {store_probe_summary, summary}};
    for (size_t i = 0; i < NB(cases); i++) {
        struct err err = {0};
        AUTO_JSON *got = NULL;
        assert_done(cases[i].read(&got, store, "p", &err));
        AUTO_FREE char *text = got ? json_canonical(got) : NULL;
        assert_string_equal(text ? text : "none", cases[i].wanted);
    }
}

/* What a storyboard found is stored apart from what planning reads. */
static void test_storyboards(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_STORE *store = open_new("storyboards");
    AUTO_JSON *board =
        json_pack("{s:i, s:[[i, i]], s:s}", "bytes", 5, "changes", 9000, 400, "sha256", "ff");
    AUTO_JSON *whole = NULL, *brief = NULL;
    assert_done(store_set_result(store, "s", "storyboard", board, &err));
    assert_done(store_result(&whole, store, "s", &err));
    assert_done(store_result_brief(&brief, store, "s", &err));
    assert_true(json_equal(whole, board));
    json_object_del(board, "changes");
    assert_true(json_equal(brief, board));
}

static void test_probes(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_STORE *store = open_new("probes");
    AUTO_JSON *probe =
        json_pack("{s:[[i, i]], s:i, s:s, s:n, s:s, s:{s:i}}", "cells", 0, 1, "duration_ms", 5,
                  "error", "ü\"", "creation_time", "hash", "ff", "video", "stream", 0);
    AUTO_JSON *refused = json_pack("{s:s}", "error", "no media");
    assert_probe(store, "none", "none", "none");
    assert_done(store_set_result(store, "p", "probe", probe, &err));
    assert_probe(store,
                 "{\"cells\":[[0,1]],\"creation_time\":null,\"duration_ms\":5,\"error\":\"ü\\\"\","
                 "\"hash\":\"ff\",\"video\":{\"stream\":0}}",
                 "{\"creation_time\":null,\"duration_ms\":5,\"error\":\"ü\\\"\","
                 "\"hash\":\"ff\",\"video\":{\"stream\":0}}",
                 "{\"duration_ms\":5,\"error\":\"ü\\\"\",\"hash\":\"ff\"}");
    /* Without cells: those of the one before go. */
    assert_done(store_set_result(store, "p", "probe", refused, &err));
    assert_probe(store, "{\"error\":\"no media\"}", "{\"error\":\"no media\"}",
                 "{\"error\":\"no media\"}");
    assert_done(store_set_result(store, "p", "probe", probe, &err));
    assert_done(store_drop_result(store, "p", &err));
    assert_probe(store, "none", "none", "none");
    assert_done(store_set_result(store, "p", "probe", refused, &err));
    assert_probe(store, "{\"error\":\"no media\"}", "{\"error\":\"no media\"}",
                 "{\"error\":\"no media\"}");
}

static void test_failures(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_STORE *store = open_new("failures");
    AUTO_JSON *value = json_pack("{}");
    const struct failure rows[] = {
        {"k1", "cell", "no space", "full", "log 1", NULL, 2, 1},
        {"k2", "sound", "invalid", "old", "old", NULL, 1, 1},
        {"k2", "sound", "invalid", "new", "log 2", NULL, 1, 2},
    };
    for (size_t i = 0; i < NB(rows); i++)
        assert_done(store_set_failure(store, &rows[i], &err));
    AUTO_STR text = {0};
    assert_done(store_each_failure(store, collect_failure, &text, &err));
    assert_string_equal(text.s, "k2:sound:1.2:invalid:new:log 2 k1:cell:2.1:no space:full:log 1 ");
    int nb = 0;
    assert_done(store_each_failure(store, count_one, &nb, &err));
    assert_int_equal(nb, 1);
    /* A result takes the failure of its key away. */
    assert_done(store_set_result(store, "k2", "sound", value, &err));
    str_clear(&text);
    assert_done(store_each_failure(store, collect_failure, &text, &err));
    assert_string_equal(text.s, "k1:cell:2.1:no space:full:log 1 ");
    assert_done(store_clear_failure(store, "k1", &err));
    str_clear(&text);
    assert_done(store_each_failure(store, collect_failure, &text, &err));
    assert_string_equal(text.s, "");
}

static int collect_published(void *opaque, const struct published *f)
{
    str_addf(opaque, "%s:%s:%d.%d:%s ", f->name, f->key, f->talk, f->part, f->recording);
    return 0;
}

static void test_published(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_STORE *store = open_new("published");
    assert_done(store_set_published(store, &(struct published){"b.mp4", "k1", 1, 1, "r1"}, &err));
    assert_done(store_set_published(store, &(struct published){"a.mp4", "k2", 2, 1, ""}, &err));
    assert_done(store_set_published(store, &(struct published){"b.mp4", "k3", 1, 2, "r3"}, &err));
    AUTO_STR text = {0};
    assert_done(store_each_published(store, collect_published, &text, &err));
    assert_string_equal(text.s, "a.mp4:k2:2.1: b.mp4:k3:1.2:r3 ");
    assert_done(store_clear_published(store, "a.mp4", &err));
    str_clear(&text);
    assert_done(store_each_published(store, collect_published, &text, &err));
    assert_string_equal(text.s, "b.mp4:k3:1.2:r3 ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_shrinks),
        cmocka_unit_test(test_gone_talks_stay),
        cmocka_unit_test(test_imports),
        cmocka_unit_test(test_transactions),
        cmocka_unit_test(test_failed_import),
        cmocka_unit_test(test_recordings),
        cmocka_unit_test(test_several_files),
        cmocka_unit_test(test_recordings_are_found),
        cmocka_unit_test(test_results),
        cmocka_unit_test(test_probes),
        cmocka_unit_test(test_storyboards),
        cmocka_unit_test(test_failures),
        cmocka_unit_test(test_published),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
