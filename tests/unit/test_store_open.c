/* Opening a store: earlier versions are migrated, other files and later versions are left alone. */
#include "support.h"

#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

#include "fs.h"
#include "hash.h"
#include "json.h"
#include "mem.h"
#include "programme.h"
#include "store.h"

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
    static const char *const versions[] = {"10", "99", "0"};
    for (size_t i = 0; i < NB(versions); i++) {
        struct err err = {0};
        AUTO_FREE char *path = folder_path("version-%s.db", versions[i]);
        AUTO_FREE char *sql = mem_printf("PRAGMA user_version = %s", versions[i]);
        assert_done(store_create(path, &err));
        run_sql(path, sql);
        assert_untouched(path, "another talkpress");
    }
}

#define PROBE "{\"cells\":[[0,-9],[250,1.5]],\"duration_ms\":7,\"error\":null,\"n\":2}"

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
    "CREATE TABLE result (key TEXT PRIMARY KEY, stage TEXT NOT NULL, value TEXT NOT NULL) STRICT,"
    " WITHOUT ROWID;"
    "CREATE TABLE published (name TEXT PRIMARY KEY, key TEXT NOT NULL, talk INTEGER NOT NULL,"
    " part INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE acceptance (talk INTEGER NOT NULL, part INTEGER NOT NULL,"
    " recording TEXT NOT NULL, begin_frame INTEGER NOT NULL, end_frame INTEGER NOT NULL,"
    " verdict TEXT NOT NULL, because TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (talk, part))"
    " STRICT, WITHOUT ROWID;"
    "INSERT INTO acceptance VALUES (7, 1, 'f3', 5, 25, 'short', 'lost tape', '2021-05-04');"
    "INSERT INTO published VALUES ('07-kept.mp4', 'k3', 7, 1);"
    "INSERT INTO result VALUES ('k2', 'probe', '" PROBE "'), ('k1', 'cell', '{\"n\":1}');"
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
    assert_int_equal(strlen(p.id), 36);
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

/* What makes a store of version 1 one of version 2, as far as the next one needs it. */
static const char version_2[] =
    "ALTER TABLE talk ADD COLUMN ref TEXT; ALTER TABLE talk ADD COLUMN room TEXT;"
    "ALTER TABLE talk ADD COLUMN start TEXT; ALTER TABLE talk ADD COLUMN language TEXT;"
    "ALTER TABLE talk ADD COLUMN url TEXT;"
    "ALTER TABLE part ADD COLUMN slot_s INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE recording ADD COLUMN by_hand INTEGER NOT NULL DEFAULT 0;"
    "CREATE TABLE recording_file (recording INTEGER NOT NULL, position INTEGER NOT NULL,"
    " path TEXT NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,"
    " fingerprint TEXT NOT NULL, PRIMARY KEY (recording, position)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE chosen_sound (recording TEXT PRIMARY KEY, stream INTEGER NOT NULL, use TEXT)"
    " STRICT, WITHOUT ROWID;"
    "INSERT INTO chosen_sound VALUES ('f3', 1, 'left');"
    "PRAGMA user_version = 2;";

/* And that, one of version 3. */
static const char version_3[] =
    "CREATE TABLE chosen_place (recording TEXT PRIMARY KEY, start TEXT, room TEXT) STRICT,"
    " WITHOUT ROWID;"
    "INSERT INTO chosen_place VALUES ('f4', NULL, 'Main');"
    "PRAGMA user_version = 3;";

/* And that, one of version 4. */
static const char version_4[] =
    "DROP TABLE result;"
    "CREATE TABLE result (is_cell INTEGER NOT NULL, key TEXT NOT NULL, stage TEXT NOT NULL,"
    "value TEXT NOT NULL, PRIMARY KEY (is_cell, key)) STRICT, WITHOUT ROWID;"
    "INSERT INTO result VALUES (0, 'k2', 'probe', '" PROBE "'), (1, 'k1', 'cell', '{\"n\":1}');"
    "PRAGMA user_version = 4;";

/* And that, one of version 5. */
static const char version_5[] =
    "ALTER TABLE published ADD COLUMN recording TEXT NOT NULL DEFAULT '';"
    "PRAGMA user_version = 5;";

/* And that, one of version 6. */
static const char version_6[] =
    "CREATE INDEX recording_fingerprint ON recording (fingerprint);"
    "CREATE INDEX recording_file_fingerprint ON recording_file (fingerprint);"
    "CREATE INDEX recording_file_path ON recording_file (path);"
    "CREATE TABLE result_cells (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    "INSERT INTO result_cells SELECT key, json_object('cells', json_extract(value, '$.cells'))"
    " FROM result WHERE key = 'k2';"
    "UPDATE result SET value = json_remove(value, '$.cells') WHERE key = 'k2';"
    "PRAGMA user_version = 6;";

/* And that, one of version 7. */
static const char version_7[] =
    "CREATE TABLE secret (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE file_proof (fingerprint TEXT PRIMARY KEY, proof TEXT NOT NULL) "
    "STRICT, WITHOUT ROWID;"
    "PRAGMA user_version = 7;";

/* And that, one of version 8. */
static const char version_8[] =
    "CREATE TABLE chosen_chapter (talk INTEGER NOT NULL, part INTEGER NOT NULL,"
    " recording TEXT NOT NULL, at_ms INTEGER NOT NULL, title TEXT NOT NULL,"
    " PRIMARY KEY (talk, part, recording, at_ms)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE chosen_poster (talk INTEGER NOT NULL, part INTEGER NOT NULL,"
    " recording TEXT NOT NULL, frame INTEGER NOT NULL, PRIMARY KEY (talk, part))"
    " STRICT, WITHOUT ROWID;"
    "ALTER TABLE event ADD COLUMN uuid TEXT;"
    "UPDATE event SET uuid = '0d5aa9d2-5b5f-4f1a-9b0e-2f6d0f6f3c11';"
    "ALTER TABLE talk ADD COLUMN identity TEXT;"
    "PRAGMA user_version = 8;";

static int is_kept(void *opaque, const struct published *f)
{
    int *nb = opaque;
    assert_string_equal(f->name, "07-kept.mp4");
    assert_string_equal(f->key, "k3");
    assert_int_equal(f->talk, 7);
    assert_string_equal(f->recording, "");
    return ++*nb, 0;
}

static void assert_old_published(struct store *store)
{
    struct err err = {0};
    int nb = 0;
    assert_done(store_each_published(store, is_kept, &nb, &err));
    assert_int_equal(nb, 1);
}

static void assert_old_results(struct store *store)
{
    for (int n = 1; n <= 2; n++) {
        struct err err = {0};
        AUTO_FREE char *key = mem_printf("k%d", n);
        AUTO_JSON *value = NULL;
        assert_done(store_result(&value, store, key, &err));
        assert_int_equal(json_get_int(value, "n", -1), n);
    }
}

static void assert_old_probe(struct store *store)
{
    struct err err = {0};
    AUTO_JSON *whole = NULL, *brief = NULL, *summary = NULL;
    assert_done(store_result(&whole, store, "k2", &err));
    assert_done(store_result_brief(&brief, store, "k2", &err));
    assert_done(store_probe_summary(&summary, store, "k2", &err));
    AUTO_FREE char *all = json_canonical(whole), *some = json_canonical(brief),
                   *few = json_canonical(summary);
    assert_string_equal(all, PROBE);
    assert_string_equal(some, "{\"duration_ms\":7,\"error\":null,\"n\":2}");
    assert_string_equal(few, "{\"duration_ms\":7}");
}

/* Tables that version 6 does not have: they are empty at first, and what is kept stays. */
static void assert_proofs_are_kept(struct store *store, bool again)
{
    struct err err = {0};
    char secret[65], proof[65];
    assert_done(store_secret(secret, store, &err));
    assert_int_equal(strlen(secret), 64);
    assert_done(store_proof(proof, store, "f3", &err));
    assert_string_equal(proof, again ? secret : "");
    assert_done(store_keep_proof(store, "f3", secret, &err));
    assert_done(store_keep_proof(store, "f3", "another", &err));
    assert_done(store_proof(proof, store, "f3", &err));
    assert_string_equal(proof, secret);
}

/* A table that version 1 and 2 do not have. */
static void assert_place_is_kept(struct store *store, bool again)
{
    struct err err = {0};
    struct chosen_place place;
    char start[] = "2010-04-28T09:02:00", room[] = "Main";
    assert_done(store_chosen_place(&place, store, "f3", &err));
    assert_string_equal(place.start ? place.start : "-", again ? start : "-");
    assert_string_equal(place.room ? place.room : "-", again ? room : "-");
    chosen_place_finish(&place);
    assert_done(store_choose_place(store, "f3", &(struct chosen_place){start, room}, &err));
}

/* A table that version 7 does not have. */
static void assert_chapter_is_kept(struct store *store, bool again)
{
    struct err err = {0};
    struct chosen_chapter *list = NULL;
    char title[] = "Demo";
    size_t nb = 0;
    assert_done(store_chosen_chapters(&list, &nb, store, 7, 1, &err));
    assert_int_equal(nb, again);
    if (again)
        assert_string_equal(list[0].title, title);
    chosen_chapters_free(list, nb);
    assert_done(
        store_choose_chapter(store, 7, 1, &(struct chosen_chapter){"f3", 1500, title}, &err));
}

static void assert_acceptance_is_kept(struct store *store)
{
    struct err err = {0};
    struct acceptance accepted = {0};
    bool found = false;
    assert_done(store_acceptance(&accepted, &found, store, 7, 1, &err));
    assert_true(found);
    assert_string_equal(accepted.because, "lost tape");
    acceptance_finish(&accepted);
}

static void test_earlier_versions_are_migrated(void **state)
{
    (void)state;
    for (int version = 1; version <= 8; version++) {
        struct err err = {0};
        AUTO_FREE char *path = folder_path("old-%d.db", version),
                       *kept = folder_path("old-%d.db.version-%d", version, version);
        run_sql(path, version_1);
        if (version >= 2)
            run_sql(path, version_2);
        if (version >= 3)
            run_sql(path, version_3);
        if (version >= 4)
            run_sql(path, version_4);
        if (version >= 5)
            run_sql(path, version_5);
        if (version >= 6)
            run_sql(path, version_6);
        if (version >= 7)
            run_sql(path, version_7);
        if (version >= 8)
            run_sql(path, version_8);
        for (int i = 0; i < 2; i++) { /* the second time there is nothing to do */
            AUTO_STORE *store = NULL;
            struct chosen_sound sound;
            assert_int_equal(store_open(&store, path, &err), 0);
            assert_old_programme(store);
            assert_old_recording(store);
            assert_old_results(store);
            assert_old_probe(store);
            assert_old_published(store);
            assert_place_is_kept(store, i > 0);
            assert_chapter_is_kept(store, i > 0);
            assert_proofs_are_kept(store, i > 0);
            assert_acceptance_is_kept(store);
            assert_done(store_chosen_sound(&sound, store, "f3", &err));
            assert_string_equal(sound.use, version >= 2 ? "left" : "");
        }
        assert_int_equal(user_version(path), 9);
        assert_int_equal(user_version(kept), version);
    }
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
    assert_int_equal(sqlite3_exec(db, "PRAGMA user_version = 10", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    char before[2][HASH_BYTES], after[2][HASH_BYTES];
    hash_file(before[0], path);
    hash_file(before[1], wal);
    struct store *store = NULL;
    assert_fails(store_open(&store, path, &err), ERR_INVALID, "version 10");
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
        cmocka_unit_test(test_other_files_stay),
        cmocka_unit_test(test_other_versions_stay),
        cmocka_unit_test(test_earlier_versions_are_migrated),
        cmocka_unit_test(test_journal_stays),
        cmocka_unit_test(test_nowhere),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
