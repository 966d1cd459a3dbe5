/* The store: what is written comes back, imports keep what is gone, other files are left alone. */
#include "support.h"

#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

#include "diff.h"
#include "fs.h"
#include "hash.h"
#include "json.h"
#include "store.h"
#include "talks.h"

static const struct talk_row FULL[] = {
    {1, "Keynote: 大規模 & \"quotes\"", "Ian Pratt", "Opening", "One.\n\nTwo; 'three'.", {1800}},
    {15, "Two parts", "Dullor Rao|Jun Nakajima", "Memory", NULL, {726, 1461}},
    {7, "No times", NULL, NULL, NULL, {-1}},
    {8, "Half known", "A|B|C", NULL, "", {300, -1, 500}},
};

static struct store *open_new(const char *name)
{
    struct err err = {0};
    struct store *store = NULL;
    AUTO_FREE char *path = folder_path("%s.db", name);
    assert_done(store_create(path, &err));
    assert_done(store_open(&store, path, &err));
    return store;
}

static void set(struct store *store, const struct talk_row *rows, size_t nb)
{
    struct err err = {0};
    AUTO_PROGRAMME p = {0};
    talks_make(&p, rows, nb);
    assert_done(store_set_programme(store, &p, &err));
}

static char *dump(struct store *store)
{
    struct err err = {0};
    AUTO_PROGRAMME p = {0};
    assert_done(store_programme(&p, store, &err));
    return talks_dump(&p);
}

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

/* --- recordings and decisions ---------------------------------------------------------------- */

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

static void test_acceptances(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_STORE *store = open_new("acceptances");
    struct acceptance got;
    bool found;
    char verdict[] = "short", because[] = "the speaker says so";
    const struct acceptance given = {
        .recording = "f1", .begin = 75, .end = 1500, .verdict = verdict, .because = because};
    assert_done(store_accept(store, 2, 1, &given, &err));
    assert_done(store_acceptance(&got, &found, store, 2, 1, &err));
    assert_true(found);
    assert_string_equal(got.recording, "f1");
    assert_int_equal(got.begin, 75);
    assert_int_equal(got.end, 1500);
    assert_string_equal(got.verdict, "short");
    assert_string_equal(got.because, "the speaker says so");
    assert_int_equal(strlen(got.at), strlen("2010-04-28T12:00:00Z"));
    acceptance_finish(&got);
    assert_done(store_clear_acceptance(store, 2, 1, &err));
    assert_done(store_acceptance(&got, &found, store, 2, 1, &err));
    assert_false(found);
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
    assert_done(store_set_result(store, "a", "probe", one, &err));
    assert_done(store_set_result(store, "b", "cell", one, &err));
    assert_done(store_set_result(store, "b", "sound", two, &err));
    const struct {
        const char *key;
        const json_t *value;
    } cases[] = {{"a", one}, {"b", two}, {"c", NULL}, {"A", NULL}, {"", NULL}};
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
    assert_string_equal(keys.s, "a:probe b:sound ");
    assert_done(store_drop_result(store, "a", &err));
    AUTO_JSON *dropped = NULL;
    assert_done(store_result(&dropped, store, "a", &err));
    assert_null(dropped);
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
    str_addf(opaque, "%s:%s:%d.%d ", f->name, f->key, f->talk, f->part);
    return 0;
}

static void test_published(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_STORE *store = open_new("published");
    assert_done(store_set_published(store, &(struct published){"b.mp4", "k1", 1, 1}, &err));
    assert_done(store_set_published(store, &(struct published){"a.mp4", "k2", 2, 1}, &err));
    assert_done(store_set_published(store, &(struct published){"b.mp4", "k3", 1, 2}, &err));
    AUTO_STR text = {0};
    assert_done(store_each_published(store, collect_published, &text, &err));
    assert_string_equal(text.s, "a.mp4:k2:2.1 b.mp4:k3:1.2 ");
    assert_done(store_clear_published(store, "a.mp4", &err));
    str_clear(&text);
    assert_done(store_each_published(store, collect_published, &text, &err));
    assert_string_equal(text.s, "b.mp4:k3:1.2 ");
}

/* --- other files ------------------------------------------------------------------------------ */

static void run_sql(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void hash_file(char out[HASH_BYTES], const char *path)
{
    struct err err = {0};
    AUTO_FREE char *bytes = NULL;
    size_t nb;
    assert_done(fs_read(&bytes, &nb, path, 1 << 24, &err));
    hash_bytes(bytes, nb, out);
}

static void assert_untouched(const char *path, const char *says)
{
    struct err err = {0};
    struct store *store = NULL;
    char before[HASH_BYTES], after[HASH_BYTES];
    hash_file(before, path);
    assert_fails(store_open(&store, path, &err), ERR_INVALID, says);
    assert_null(store);
    hash_file(after, path);
    if (strcmp(before, after) != 0)
        fail_msg("'%s' was written to", path);
    AUTO_FREE char *wal = mem_printf("%s-wal", path), *shm = mem_printf("%s-shm", path);
    assert_false(fs_exists(wal) || fs_exists(shm));
    assert_fails(store_create(path, &err), ERR_INVALID, "exists");
    hash_file(after, path);
    assert_string_equal(before, after);
}

static void test_other_files_stay(void **state)
{
    (void)state;
    static const struct {
        const char *name, *sql, *content, *says;
    } cases[] = {
        {"foreign.db", "CREATE TABLE precious (x); INSERT INTO precious VALUES (1)", NULL,
         "no store of talkpress"},
        {"foreign-wal.db", "PRAGMA journal_mode = WAL; CREATE TABLE precious (x)", NULL,
         "no store of talkpress"},
        {"claims.db", "CREATE TABLE t (x); PRAGMA application_id = 1; PRAGMA user_version = 1",
         NULL, "no store of talkpress"},
        {"text.db", NULL,
         "This is a shopping list, longer than any header of any file is, so "
         "that nobody can take it for a database that has just been begun.\n",
         "no store of talkpress"},
        {"empty.db", NULL, "", "no store of talkpress"},
    };
    for (size_t i = 0; i < NB(cases); i++) {
        struct err err = {0};
        AUTO_FREE char *path = folder_path("%s", cases[i].name);
        if (cases[i].sql)
            run_sql(path, cases[i].sql);
        else
            assert_done(fs_write_atomic(path, cases[i].content, strlen(cases[i].content), &err));
        assert_untouched(path, cases[i].says);
    }
}

static void test_other_versions_stay(void **state)
{
    (void)state;
    static const char *const versions[] = {"3", "99", "0"};
    for (size_t i = 0; i < NB(versions); i++) {
        struct err err = {0};
        AUTO_FREE char *path = folder_path("version-%s.db", versions[i]);
        AUTO_FREE char *sql = mem_printf("PRAGMA user_version = %s", versions[i]);
        assert_done(store_create(path, &err));
        run_sql(path, sql);
        assert_untouched(path, "another talkpress");
    }
}

/* The schema of version 1, as far as the next ones change it. */
static const char version_1[] =
    "CREATE TABLE event (id INTEGER PRIMARY KEY, name TEXT, place TEXT, begin TEXT, \"end\" TEXT);"
    "CREATE TABLE talk (number INTEGER PRIMARY KEY, position INTEGER NOT NULL, title TEXT NOT NULL,"
    " section TEXT, abstract TEXT, gone INTEGER NOT NULL DEFAULT 0) STRICT;"
    "CREATE TABLE speaker (talk INTEGER NOT NULL, position INTEGER NOT NULL, name TEXT NOT NULL,"
    " PRIMARY KEY (talk, position)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE part (talk INTEGER NOT NULL REFERENCES talk (number) ON DELETE CASCADE,"
    " part INTEGER NOT NULL, listed_s INTEGER NOT NULL, PRIMARY KEY (talk, part)) STRICT,"
    " WITHOUT ROWID;"
    "CREATE TABLE recording (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE,"
    " size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, fingerprint TEXT NOT NULL) STRICT;"
    "INSERT INTO recording VALUES (3, '/r/old.mp4', 5, 6, 'f3');"
    "INSERT INTO event VALUES (1, 'Old', NULL, NULL, NULL);"
    "INSERT INTO talk VALUES (7, 1, 'Kept', NULL, NULL, 0);"
    "INSERT INTO part VALUES (7, 1, 726);"
    "PRAGMA application_id = 1953526387; PRAGMA user_version = 1;";

static void assert_old_programme(struct store *store)
{
    struct err err = {0};
    AUTO_PROGRAMME p = {0};
    assert_int_equal(store_programme(&p, store, &err), 0);
    assert_int_equal(p.nb_talks, 1);
    assert_string_equal(p.talks[0].title, "Kept");
    assert_int_equal(p.talks[0].parts[0].listed_s, 726);
    assert_int_equal(p.talks[0].parts[0].slot_s, 0);
}

static void assert_old_recording(struct store *store)
{
    struct err err = {0};
    struct recording *list = NULL;
    size_t nb = 0;
    assert_done(store_recordings(&list, &nb, store, &err));
    assert_int_equal(nb, 1);
    assert_false(list[0].by_hand);
    assert_int_equal(list[0].nb_files, 1);
    assert_string_equal(list[0].files[0].path, "/r/old.mp4");
    assert_string_equal(list[0].files[0].fingerprint, "f3");
    recordings_free(list, nb);
}

static int64_t user_version(const char *path)
{
    sqlite3 *db;
    sqlite3_stmt *stmt;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    const int64_t version = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return version;
}

static void test_an_earlier_version_is_migrated(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_FREE char *path = folder_path("old.db"), *kept = folder_path("old.db.version-1");
    run_sql(path, version_1);
    for (int i = 0; i < 2; i++) { /* the second time there is nothing to do */
        AUTO_STORE *store = NULL;
        assert_int_equal(store_open(&store, path, &err), 0);
        assert_old_programme(store);
        assert_old_recording(store);
    }
    assert_int_equal(user_version(path), 2);
    assert_int_equal(user_version(kept), 1);
}

/* A later version's store with changes that are still in its journal. */
static void test_journal_stays(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_FREE char *path = folder_path("journal.db"), *wal = mem_printf("%s-wal", path);
    assert_done(store_create(path, &err));
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "PRAGMA user_version = 3", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    char before[2][HASH_BYTES], after[2][HASH_BYTES];
    hash_file(before[0], path);
    hash_file(before[1], wal);
    struct store *store = NULL;
    assert_fails(store_open(&store, path, &err), ERR_INVALID, "version 3");
    hash_file(after[0], path);
    hash_file(after[1], wal);
    assert_string_equal(before[0], after[0]);
    assert_string_equal(before[1], after[1]);
}

static void test_nowhere(void **state)
{
    (void)state;
    struct err err = {0};
    struct store *store = NULL;
    AUTO_FREE char *none = folder_path("none.db"), *lost = folder_path("no/none.db"),
                   *dir = folder_path(".");
    assert_fails(store_open(&store, none, &err), ERR_NOT_FOUND, "talkpress init");
    assert_false(fs_exists(none));
    assert_true(store_create(lost, &err) < 0);
    err = (struct err){0};
    assert_true(store_open(&store, dir, &err) < 0);
    assert_null(store);
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
        cmocka_unit_test(test_matches),
        cmocka_unit_test(test_cuts),
        cmocka_unit_test(test_acceptances),
        cmocka_unit_test(test_results),
        cmocka_unit_test(test_failures),
        cmocka_unit_test(test_published),
        cmocka_unit_test(test_other_files_stay),
        cmocka_unit_test(test_other_versions_stay),
        cmocka_unit_test(test_an_earlier_version_is_migrated),
        cmocka_unit_test(test_journal_stays),
        cmocka_unit_test(test_nowhere),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
