#include "store.h"

#include <assert.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "fs.h"
#include "mem.h"
#include "schema.h"
#include "store_sql.h"
#include "str.h"

enum {
    APPLICATION_ID = 0x74707273, /* "tprs" */
    SCHEMA_VERSION = 9,
    BUSY_MS = 10000,
    BUSY_STEP_MS = 20,
};

/* --- opening --------------------------------------------------------------------------------- */

static int wait_for_writer(void *opaque, int nb_waits)
{
    const struct store *s = opaque;
    if (nb_waits >= BUSY_MS / BUSY_STEP_MS || (s->stop && *s->stop))
        return 0;
    sqlite3_sleep(BUSY_STEP_MS);
    return 1;
}

void store_set_stop(struct store *s, const volatile sig_atomic_t *stop)
{
    s->stop = stop;
}

/* In KiB. The cache holds the inner pages of a large event's results, which every lookup reads;
 * while everything is planned, it holds all results of 20,000 talks but those of cells. */
#define CACHE           "PRAGMA cache_size = -16384;"
#define CACHE_READING   "PRAGMA cache_size = -163840;"
#define READING_PRAGMAS "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;" CACHE

/* SQLite would wait for a pipe, and write into whatever a file beside the store leads to. The store
 * itself may be a link: the user's, to another disk. */
static int check_files(const char *path, struct err *err)
{
    static const char *const beside[] = {"-wal", "-shm", "-journal"};
    if (fs_check(path, INT64_MAX, err) < 0)
        return err->code;
    AUTO_FREE char *real = realpath(path, NULL);
    for (size_t i = 0; i < sizeof beside / sizeof *beside; i++) {
        AUTO_FREE char *file = mem_printf("%s%s", real ? real : path, beside[i]);
        if (fs_is_taken(file) && !fs_is_regular(file))
            return err_set(err, ERR_INVALID,
                           "'%s' is not a file, as the store's own is: move it away", file);
    }
    return 0;
}

/* Writes nothing, not even if s->db is closed before configure(): the file may belong to another
 * program. */
static int open_db(struct store *s, const char *path, int flags, struct err *err)
{
    s->path = mem_strdup(path);
    if (sqlite3_open_v2(path, &s->db, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
        return s->db ? sql_fail(s, err, "cannot open") : err_set(err, ERR_NOMEM, "out of memory");
    sqlite3_busy_handler(s->db, wait_for_writer, s);
    AUTO_FREE char *journal = mem_printf("%s-wal", path);
    if (fs_size(journal) > 0)
        sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    return 0;
}

static int configure(struct store *s, struct err *err)
{
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    /* WAL: readers never wait. synchronous=FULL: a commit survives a power cut. */
    return sql_exec(s,
                    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                    "PRAGMA foreign_keys = ON;" READING_PRAGMAS,
                    err);
}

static int pragma(int64_t *out, struct store *s, const char *sql, struct err *err)
{
    AUTO_STMT *stmt = NULL;
    if (sql_prepare(&stmt, s, err, sql, "") < 0)
        return err->code;
    const int got = sql_step(s, stmt, "-", err);
    if (got > 0)
        *out = sqlite3_column_int64(stmt, 0);
    return got < 0 ? got : 0;
}

static int check_version(int *out, struct store *s, const char *path, struct err *err)
{
    int64_t id = 0, version = 0;
    struct err why = {0};
    const bool readable = pragma(&id, s, "PRAGMA application_id", &why) == 0 &&
                          pragma(&version, s, "PRAGMA user_version", &why) == 0;
    if (!readable && why.origin_code != SQLITE_NOTADB) {
        *err = why;
        return err->code;
    }
    if (!readable || id != APPLICATION_ID) {
        AUTO_FREE char *backup = store_backup_find(path), *way_back = store_way_back(path);
        return err_set(err, ERR_INVALID, "'%s' is no store of talkpress%s%s", path,
                       backup ? ". " : "", backup ? way_back : "");
    }
    if (version < 1 || version > SCHEMA_VERSION)
        return err_set(
            err, ERR_INVALID,
            "'%s' was made by another talkpress (store version %lld, this one knows %d): "
            "use a talkpress as new as the one that made it",
            path, (long long)version, SCHEMA_VERSION);
    *out = (int)version;
    return 0;
}

/* From version i + 1 to i + 2. */
static const char *const migrations[SCHEMA_VERSION - 1] = {
    "ALTER TABLE talk ADD COLUMN ref TEXT; ALTER TABLE talk ADD COLUMN room TEXT;"
    "ALTER TABLE talk ADD COLUMN start TEXT; ALTER TABLE talk ADD COLUMN language TEXT;"
    "ALTER TABLE talk ADD COLUMN url TEXT;"
    "ALTER TABLE part ADD COLUMN slot_s INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE recording ADD COLUMN by_hand INTEGER NOT NULL DEFAULT 0;"
    "CREATE TABLE recording_file ("
    "recording INTEGER NOT NULL REFERENCES recording (id) ON DELETE CASCADE,"
    "position INTEGER NOT NULL, path TEXT NOT NULL, size INTEGER NOT NULL,"
    "mtime_ns INTEGER NOT NULL, fingerprint TEXT NOT NULL,"
    "PRIMARY KEY (recording, position)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE chosen_sound (recording TEXT PRIMARY KEY, stream INTEGER NOT NULL, use TEXT) "
    "STRICT, WITHOUT ROWID;",
    "CREATE TABLE chosen_place (recording TEXT PRIMARY KEY, start TEXT, room TEXT) "
    "STRICT, WITHOUT ROWID;",
    "ALTER TABLE result RENAME TO old_result;"
    "CREATE TABLE result (is_cell INTEGER NOT NULL, key TEXT NOT NULL, stage TEXT NOT NULL,"
    "value TEXT NOT NULL, PRIMARY KEY (is_cell, key)) STRICT, WITHOUT ROWID;"
    "INSERT INTO result SELECT stage = 'cell', key, stage, value FROM old_result ORDER BY 1, 2;"
    "DROP TABLE old_result;",
    "ALTER TABLE published ADD COLUMN recording TEXT NOT NULL DEFAULT '';",
    "CREATE INDEX recording_fingerprint ON recording (fingerprint);"
    "CREATE INDEX recording_file_fingerprint ON recording_file (fingerprint);"
    "CREATE INDEX recording_file_path ON recording_file (path);"
    "CREATE TABLE result_cells (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    "INSERT INTO result_cells SELECT key, json_object('cells', json_extract(value, '$.cells'))"
    " FROM result WHERE stage = 'probe' AND json_valid(value) AND json_type(value, '$.cells') "
    "NOT NULL ORDER BY key;"
    "UPDATE result SET value = json_remove(value, '$.cells') WHERE key IN "
    "(SELECT key FROM result_cells) AND is_cell = 0;",
    "CREATE TABLE secret (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE file_proof (fingerprint TEXT PRIMARY KEY, proof TEXT NOT NULL) "
    "STRICT, WITHOUT ROWID;",
    "CREATE TABLE chosen_chapter (talk INTEGER NOT NULL, part INTEGER NOT NULL,"
    "recording TEXT NOT NULL, at_ms INTEGER NOT NULL, title TEXT NOT NULL,"
    "PRIMARY KEY (talk, part, recording, at_ms)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE chosen_poster (talk INTEGER NOT NULL, part INTEGER NOT NULL,"
    "recording TEXT NOT NULL, frame INTEGER NOT NULL, PRIMARY KEY (talk, part)) "
    "STRICT, WITHOUT ROWID;"
    "ALTER TABLE event ADD COLUMN uuid TEXT; UPDATE event SET uuid = " SQL_UUID ";"
    "ALTER TABLE talk ADD COLUMN identity TEXT;",
    "CREATE TABLE chosen_drop (talk INTEGER NOT NULL, part INTEGER NOT NULL, recording "
    "TEXT NOT NULL, begin_frame INTEGER NOT NULL, end_frame INTEGER NOT NULL, PRIMARY "
    "KEY (talk, part, recording, begin_frame)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE chosen_offset (talk INTEGER NOT NULL, part INTEGER NOT NULL, recording "
    "TEXT NOT NULL, sound_ms INTEGER NOT NULL, PRIMARY KEY (talk, part)) STRICT, WITHOUT "
    "ROWID;"
    "CREATE TABLE chosen_language (talk INTEGER PRIMARY KEY, language TEXT NOT NULL) "
    "STRICT;"
    "CREATE TABLE chosen_captions (talk INTEGER NOT NULL, part INTEGER NOT NULL, "
    "recording TEXT NOT NULL, language TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY "
    "(talk, part, recording, language)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE decision (id INTEGER PRIMARY KEY, at TEXT NOT NULL, "
    "through TEXT NOT NULL, kind TEXT NOT NULL, talk INTEGER NOT NULL, part INTEGER NOT "
    "NULL, recording TEXT NOT NULL, was TEXT NOT NULL, became TEXT NOT NULL) STRICT;"
    "CREATE INDEX decision_talk ON decision (talk, id);"
    "ALTER TABLE acceptance ADD COLUMN drops TEXT NOT NULL DEFAULT '';",
};

int store_copy(const char *path, const char *to, struct err *err)
{
    AUTO_FREE char *tmp = mem_printf("%s.tmp", to);
    AUTO_STORE *reader = mem_zalloc(1, sizeof *reader);
    if (fs_remove_all(tmp, err) < 0 || open_db(reader, path, SQLITE_OPEN_READWRITE, err) < 0 ||
        sql_run(reader, err, "VACUUM INTO ?", "s", tmp) < 0)
        return err->code;
    return fs_commit(tmp, to, err);
}

static int migrate_within(struct store *s, const char *path, struct err *err)
{
    int version = 0;
    if (check_version(&version, s, path, err) < 0)
        return err->code;
    assert(version > 0);
    if (version == SCHEMA_VERSION) /* another process was first */
        return 0;
    /* The migration's transaction keeps other processes from writing. */
    AUTO_FREE char *copy = mem_printf("%s.version-%d", path, version);
    if (store_copy(path, copy, err) < 0)
        return err->code;
    for (; version < SCHEMA_VERSION; version++)
        if (sql_exec(s, migrations[version - 1], err) < 0)
            return err->code;
    AUTO_FREE char *done = mem_printf("PRAGMA user_version = %d", SCHEMA_VERSION);
    return sql_exec(s, done, err);
}

static int migrate(struct store *s, const char *path, struct err *err)
{
    if (store_begin(s, err) < 0)
        return err->code;
    int ret = migrate_within(s, path, err);
    if (ret == 0)
        ret = store_commit(s, err);
    store_rollback(s);
    return ret;
}

/* Pages are large enough for most rows: SQLite fetches the rest of a row for each comparison. */
int sql_open_new(struct store **out, const char *path, struct err *err)
{
    AUTO_STORE *s = mem_zalloc(1, sizeof *s);
    if (open_db(s, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, err) < 0 ||
        sql_exec(s, "PRAGMA page_size = 16384", err) < 0)
        return err->code;
    *out = mem_take(&s);
    return 0;
}

int sql_mark(struct store *s, struct err *err)
{
    AUTO_FREE char *sql = mem_printf("PRAGMA application_id = %d; PRAGMA user_version = %d;",
                                     APPLICATION_ID, SCHEMA_VERSION);
    return sql_exec(s, sql, err);
}

static int create_at(const char *path, struct err *err)
{
    AUTO_STORE *s = NULL;
    if (sql_open_new(&s, path, err) < 0)
        return err->code;
    assert(s);
    if (configure(s, err) < 0 || store_begin(s, err) < 0)
        return err->code;
    for (size_t i = 0; i < sizeof store_schema / sizeof *store_schema; i++)
        if (sql_exec(s, store_schema[i], err) < 0)
            return err->code;
    return sql_mark(s, err) < 0 ? err->code : store_commit(s, err);
}

/* Creates it under another name first, so that a store is never there half made. A backup would
 * soon be replaced by one of the new store. */
int store_create(const char *path, struct err *err)
{
    if (fs_exists(path))
        return err_set(err, ERR_INVALID, "'%s' exists already", path);
    AUTO_FREE char *backup = store_backup_find(path), *way_back = store_way_back(path);
    if (backup)
        return err_set(err, ERR_INVALID, "'%s' is gone, but '%s' is there. %s", path,
                       fs_basename(backup), way_back);
    AUTO_FREE char *tmp = mem_printf("%s.tmp", path), *tmp_wal = mem_printf("%s-wal", tmp);
    if (fs_remove_all(tmp, err) < 0 || fs_remove_all(tmp_wal, err) < 0)
        return err->code;
    return create_at(tmp, err) < 0 ? err->code : fs_commit(tmp, path, err);
}

/* The path as a URI, with what tells SQLite how to open it. What follows "//" is the name of a
 * machine, here empty: a path may begin so, too. */
static char *uri_of(const char *path, const char *how)
{
    AUTO_STR uri = {0};
    str_add(&uri, *path == '/' ? "file://" : "file:");
    for (; *path; path++)
        str_addf(&uri, strchr("%?#", *path) ? "%%%02X" : "%c", (unsigned char)*path);
    str_addf(&uri, "?%s", how);
    return str_take(&uri);
}

static int do_not_sleep(sqlite3_vfs *vfs, int us)
{
    (void)vfs;
    return us;
}

/* For up to 10 seconds, SQLite tries again to read a journal that it cannot read now, because it is
 * damaged or another process just begins it, and sleeps in between. Here it tries only. */
static int open_without_sleep(struct store *s, const char *uri, struct err *err)
{
    const sqlite3_vfs *usual = sqlite3_vfs_find(NULL);
    assert(usual);
    s->sleepless = mem_zalloc(1, sizeof *s->sleepless);
    *s->sleepless = *usual;
    snprintf(s->sleepless_name, sizeof s->sleepless_name, "sleepless-%p", (void *)s->sleepless);
    s->sleepless->zName = s->sleepless_name; /* another thread may have one, too */
    s->sleepless->pNext = NULL;
    s->sleepless->xSleep = do_not_sleep;
    if (sqlite3_vfs_register(s->sleepless, 0) != SQLITE_OK)
        return err_set(err, ERR_NOMEM, "out of memory");
    AUTO_FREE char *own = mem_printf("%s&vfs=%s", uri, s->sleepless_name);
    const int ret = open_db(s, own, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, err);
    sqlite3_vfs_unregister(s->sleepless);
    return ret;
}

/* Only to read. It never waits for another process. */
static int open_as(struct store **out, int *version, const char *path, const char *how,
                   struct err *err)
{
    AUTO_STORE *s = mem_zalloc(1, sizeof *s);
    AUTO_FREE char *uri = uri_of(path, how);
    if (open_without_sleep(s, uri, err) < 0)
        return err->code;
    sqlite3_busy_handler(s->db, NULL, NULL);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    if (check_version(version, s, path, err) < 0 || sql_exec(s, READING_PRAGMAS, err) < 0)
        return err->code;
    free(s->path);
    s->path = mem_strdup(path);
    *out = mem_take(&s);
    return 0;
}

int sql_open_unchanging(struct store **out, int *version, const char *path, struct err *err)
{
    return open_as(out, version, path, "immutable=1", err);
}

/* To read a store in WAL mode, SQLite creates two small files beside it, which fails on a full or
 * read-only disk. If there are no such files, no process has the store open, and it can be read as
 * an unchanging file. Attempts to write then report why. */
static int open_to_read(struct store **out, const char *path, const struct err *why,
                        struct err *err)
{
    AUTO_STORE *s = NULL;
    AUTO_FREE char *journal = mem_printf("%s-wal", path);
    int version = 0;
    struct err ignored = {0};
    *err = *why;
    if (why->origin != ERR_SQLITE || fs_size(journal) > 0 ||
        (why->origin_code != SQLITE_CANTOPEN && why->origin_code != SQLITE_IOERR &&
         why->origin_code != SQLITE_READONLY && why->origin_code != SQLITE_FULL) ||
        sql_open_unchanging(&s, &version, path, &ignored) < 0 || version < SCHEMA_VERSION ||
        sql_check_schema(s, &ignored) < 0)
        return err->code;
    assert(s);
    *err = (struct err){0};
    if (why->code == ERR_NO_SPACE || why->origin_code == SQLITE_IOERR)
        s->unwritable = *why;
    else
        err_set(&s->unwritable, ERR_IO,
                "the store '%s' can only be read: its folder takes no new files", path);
    *out = mem_take(&s);
    return 0;
}

/* Only while its journal and the index of it are there, a process can have the store open, or ended
 * without closing it; the index is then read, and never written. Else the store is read as an
 * unchanging file: SQLite would create both. */
int store_open_at_once(struct store **out, const char *path, struct err *err)
{
    AUTO_STORE *s = NULL;
    int version = 0;
    if (check_files(path, err) < 0)
        return err->code;
    AUTO_FREE char *real = realpath(path, NULL);
    AUTO_FREE char *journal = mem_printf("%s-wal", real ? real : path);
    AUTO_FREE char *index = mem_printf("%s-shm", real ? real : path);
    const char *how =
        fs_size(journal) > 0 && fs_exists(index) ? "mode=ro&readonly_shm=1" : "immutable=1";
    if (open_as(&s, &version, path, how, err) < 0)
        return err->code;
    if (version < SCHEMA_VERSION)
        return err_set(err, ERR_INVALID, "'%s' is of an earlier version", path);
    if (sql_check_schema(s, err) < 0)
        return err->code;
    *out = mem_take(&s);
    return 0;
}

static int missing(const char *path, struct err *err)
{
    AUTO_FREE char *backup = store_backup_find(path), *way_back = store_way_back(path);
    if (backup)
        return err_set(err, ERR_NOT_FOUND, "there is no '%s'. %s", path, way_back);
    return err_set(err, ERR_NOT_FOUND,
                   "there is no '%s': 'talkpress init DIR' makes an event's folder, and all "
                   "other commands run in it (or with -C DIR)",
                   path);
}

/* The journal of a damaged store stays as it is: what can be saved may be in it, and the next
 * command looks again. */
static int check(struct store *s, bool whole, struct err *err)
{
    if (sql_check_schema(s, err) == 0 && (!whole || sql_quick_check(s, NULL, err) == 0))
        return 0;
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    return err->code;
}

int store_open(struct store **out, const char *path, struct err *err)
{
    int version = 0;
    struct err why = {0};
    if (!fs_exists(path))
        return missing(path, err);
    if (check_files(path, err) < 0)
        return err->code;
    const bool ended_badly = store_ended_badly(path);
    AUTO_STORE *s = mem_zalloc(1, sizeof *s);
    if (open_db(s, path, SQLITE_OPEN_READWRITE, &why) < 0 ||
        check_version(&version, s, path, &why) < 0 || configure(s, &why) < 0 ||
        check(s, ended_badly, &why) < 0 || (version < SCHEMA_VERSION && migrate(s, path, &why) < 0))
        return open_to_read(out, path, &why, err);
    *out = mem_take(&s);
    return 0;
}

void store_close_p(struct store **store)
{
    struct store *s = *store;
    if (!s)
        return;
    sql_finish(s);
    sqlite3_close(s->db);
    free(s->sleepless);
    free(s->path);
    free(s);
}

int store_begin(struct store *s, struct err *err)
{
    s->decided = 0;
    return sql_exec(s, "BEGIN IMMEDIATE", err);
}

int store_commit(struct store *s, struct err *err)
{
    if (sql_exec(s, "COMMIT", err) < 0)
        return err->code;
    sql_note_committed(s);
    return 0;
}

void store_rollback(struct store *s)
{
    s->changing = false;
    s->decided_at[0] = '\0';
    s->decided = 0;
    if (!sqlite3_get_autocommit(s->db))
        sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
}

bool store_is_writing(const struct store *s)
{
    return !sqlite3_get_autocommit(s->db);
}

int store_begin_reading(struct store *s, struct err *err)
{
    if (!sqlite3_get_autocommit(s->db))
        return 0;
    s->reading = true;
    return sql_exec(s, CACHE_READING "BEGIN", err);
}

void store_end_reading(struct store *s)
{
    struct err ignored = {0};
    if (!s->reading)
        return;
    store_rollback(s);
    (void)!sql_exec(s, CACHE, &ignored);
    s->reading = false;
}

int store_version(int64_t *out, struct store *s, struct err *err)
{
    return pragma(out, s, "PRAGMA data_version", err);
}
