/* Reading a store at once: while another process writes to it, and after that was killed. Nothing
 * beside the store changes, and nothing is waited for. */
#include "stores.h"

#include <signal.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fs.h"
#include "hash.h"

/* The store, its journal and the index of that; "-" for a file that is not there. */
struct files {
    char hashes[3][HASH_BYTES];
};

static struct files look(const char *path)
{
    static const char *const suffixes[] = {"", "-wal", "-shm"};
    struct files f = {{"-", "-", "-"}};
    for (size_t i = 0; i < NB(suffixes); i++) {
        struct err err = {0};
        AUTO_FREE char *name = mem_printf("%s%s", path, suffixes[i]), *bytes = NULL;
        size_t nb;
        if (!fs_exists(name))
            continue;
        assert_done(fs_read(&bytes, &nb, name, 1 << 24, &err));
        hash_bytes(bytes, nb, f.hashes[i]);
    }
    return f;
}

static void rename_talk(struct store *store, const char *title)
{
    const struct talk_row row = {1, title, NULL, NULL, NULL, {60}};
    set(store, &row, 1);
}

/* Checks the title of talk 1, and that reading it changed no file and took less time than a writer
 * would have been waited for. */
static void assert_title(const char *path, const char *title)
{
    struct err err = {0};
    const struct files before = look(path);
    const time_t begin = time(NULL);
    {
        AUTO_STORE *store = NULL;
        AUTO_PROGRAMME p = {0};
        assert_done(store_open_at_once(&store, path, &err));
        assert_done(store_programme(&p, store, &err));
        assert_int_equal(p.nb_talks, 1);
        assert_string_equal(p.talks[0].title, title);
    }
    assert_true(time(NULL) - begin < 8);
    const struct files after = look(path);
    for (size_t i = 0; i < NB(after.hashes); i++)
        assert_string_equal(after.hashes[i], before.hashes[i]);
}

/* A process that commits a title, writes another one without committing it, and keeps the store
 * open. Returns when it is there. */
static pid_t start_writer(const char *path)
{
    int ready[2];
    char byte = 0;
    assert_int_equal(pipe(ready), 0);
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct err err = {0};
        struct store *store = NULL;
        if (store_open(&store, path, &err) < 0)
            _exit(1);
        rename_talk(store, "committed");
        if (store_begin(store, &err) < 0)
            _exit(1);
        rename_talk(store, "never committed");
        (void)!write(ready[1], "x", 1);
        while (true)
            pause();
    }
    close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    return pid;
}

static void kill_writer(pid_t pid)
{
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void test_beside_a_writer(void **state)
{
    (void)state;
    AUTO_FREE char *path = folder_path("beside.db"), *index = folder_path("beside.db-shm");
    struct store *store = open_new("beside");
    rename_talk(store, "first");
    store_close_p(&store);
    assert_title(path, "first"); /* closed: there are no other files */
    assert_false(fs_exists(index));
    const pid_t pid = start_writer(path);
    assert_true(fs_exists(index));
    assert_title(path, "committed");
    kill_writer(pid);
    assert_title(path, "committed"); /* the journal is read without its writer */
    assert_int_equal(unlink(index), 0);
    assert_title(path, "first"); /* the journal cannot be read without writing the index */
    assert_false(fs_exists(index));
}

/* A process that reads does not keep others from writing, nor from closing the store. */
static void test_writers_go_on(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_FREE char *path = folder_path("go-on.db");
    struct store *writer = open_new("go-on");
    rename_talk(writer, "first");
    struct store *reader = NULL;
    AUTO_PROGRAMME p = {0};
    assert_done(store_open_at_once(&reader, path, &err));
    assert_done(store_begin_reading(reader, &err));
    assert_done(store_programme(&p, reader, &err));
    rename_talk(writer, "second");
    store_close_p(&writer);
    store_end_reading(reader);
    store_close_p(&reader);
    assert_done(store_open(&writer, path, &err));
    AUTO_PROGRAMME now = {0};
    assert_done(store_programme(&now, writer, &err));
    assert_string_equal(now.talks[0].title, "second");
    store_close_p(&writer);
}

/* SQLite would try again for 10 seconds. Whether it then reads the store does not matter here. */
static void test_damaged_journal(void **state)
{
    (void)state;
    static const char garbage[] = "This is no journal, but longer than its header would be.";
    static const char index[32768] = "";
    struct err err = {0};
    AUTO_STORE *store = NULL;
    AUTO_PROGRAMME p = {0};
    AUTO_FREE char *path = folder_path("damaged.db");
    AUTO_FREE char *wal = mem_printf("%s-wal", path), *shm = mem_printf("%s-shm", path);
    struct store *writer = open_new("damaged");
    rename_talk(writer, "first");
    store_close_p(&writer);
    assert_done(fs_write(wal, garbage, sizeof garbage, &err));
    assert_done(fs_write(shm, index, sizeof index, &err));
    const struct files before = look(path);
    const time_t begin = time(NULL);
    if (store_open_at_once(&store, path, &err) == 0)
        (void)!store_programme(&p, store, &err);
    assert_true(time(NULL) - begin < 5);
    const struct files after = look(path);
    assert_memory_equal(&after, &before, sizeof after);
}

/* In a URI, what follows "//" would be the name of a machine. */
static void test_path_with_two_slashes(void **state)
{
    (void)state;
    AUTO_FREE char *path = folder_path("slashes.db"), *slashes = mem_printf("/%s", path);
    struct store *store = open_new("slashes");
    rename_talk(store, "first");
    store_close_p(&store);
    assert_int_equal(path[0], '/');
    assert_title(slashes, "first");
}

/* Without abstracts, and else as store_programme reads it. */
static void test_brief(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_STORE *store = open_new("brief");
    AUTO_PROGRAMME whole = {0}, brief = {0};
    set(store, FULL, NB(FULL));
    assert_done(store_programme(&whole, store, &err));
    assert_done(store_programme_brief(&brief, store, &err));
    assert_non_null(whole.talks[0].abstract);
    for (size_t i = 0; i < whole.nb_talks; i++) {
        free(whole.talks[i].abstract);
        whole.talks[i].abstract = NULL;
    }
    AUTO_FREE char *wanted = talks_dump(&whole), *got = talks_dump(&brief);
    assert_string_equal(got, wanted);
}

static void test_other_versions(void **state)
{
    (void)state;
    static const char *const versions[] = {"1", "8", "10", "99"};
    for (size_t i = 0; i < NB(versions); i++) {
        struct err err = {0};
        sqlite3 *db = NULL;
        struct store *store = NULL;
        AUTO_FREE char *path = folder_path("at-once-%s.db", versions[i]);
        AUTO_FREE char *sql = mem_printf("PRAGMA user_version = %s", versions[i]);
        assert_done(store_create(path, &err));
        assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
        assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
        assert_int_equal(sqlite3_close(db), SQLITE_OK);
        const struct files before = look(path);
        assert_fails(store_open_at_once(&store, path, &err), ERR_INVALID, NULL);
        assert_null(store);
        const struct files after = look(path);
        assert_memory_equal(&after, &before, sizeof after);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_beside_a_writer), cmocka_unit_test(test_writers_go_on),
        cmocka_unit_test(test_damaged_journal), cmocka_unit_test(test_path_with_two_slashes),
        cmocka_unit_test(test_brief),           cmocka_unit_test(test_other_versions),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
