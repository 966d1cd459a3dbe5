#include "store.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fs.h"
#include "json.h"
#include "mem.h"
#include "schema.h"
#include "store_sql.h"
#include "str.h"

enum {
    APPLICATION_ID = 0x74707273, /* "tprs" */
    SCHEMA_VERSION = 4,
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

/* The cache holds the inner pages of a large event's results, which every look for one goes
 * through. */
#define READING_PRAGMAS "PRAGMA trusted_schema = OFF; PRAGMA cache_size = -16384;"

/* Nothing is written here, nor when s->db is closed again without configure: the file may be
 * anybody's. */
static int open_db(struct store *s, const char *path, int flags, struct err *err)
{
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
    /* WAL: readers never wait. synchronous=FULL: what was committed survives a power cut. */
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
    const int got = sql_step(s, stmt, err);
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
    if (!readable || id != APPLICATION_ID)
        return err_set(err, ERR_INVALID, "'%s' is no store of talkpress", path);
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
};

/* The store as it is, beside it: "talkpress.db.version-1". Read by a handle of its own, while the
 * transaction of the migration keeps all others from writing. */
static int back_up(const char *path, int version, struct err *err)
{
    AUTO_FREE char *to = mem_printf("%s.version-%d", path, version),
                   *tmp = mem_printf("%s.tmp", to);
    AUTO_STORE *reader = mem_zalloc(1, sizeof *reader);
    if (fs_remove_all(tmp, err) < 0 || open_db(reader, path, SQLITE_OPEN_READWRITE, err) < 0 ||
        sql_run(reader, err, "VACUUM INTO ?", "s", tmp) < 0)
        return err->code;
    return fs_commit(tmp, to, err);
}

static int migrate_within(struct store *s, const char *path, struct err *err)
{
    int64_t version = 0;
    if (pragma(&version, s, "PRAGMA user_version", err) < 0)
        return err->code;
    if (version == SCHEMA_VERSION) /* another process was first */
        return 0;
    if (back_up(path, (int)version, err) < 0)
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

static int create_at(const char *path, struct err *err)
{
    AUTO_STORE *s = mem_zalloc(1, sizeof *s);
    /* Pages that hold a probe whole: SQLite fetches what lies outside for each comparison. */
    if (open_db(s, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, err) < 0 ||
        sql_exec(s, "PRAGMA page_size = 16384", err) < 0 || configure(s, err) < 0)
        return err->code;
    AUTO_FREE char *sql =
        mem_printf("BEGIN; %s PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT;",
                   store_schema, APPLICATION_ID, SCHEMA_VERSION);
    return sql_exec(s, sql, err);
}

/* Under another name first: a store is there whole or not at all. */
int store_create(const char *path, struct err *err)
{
    if (fs_exists(path))
        return err_set(err, ERR_INVALID, "'%s' exists already", path);
    AUTO_FREE char *tmp = mem_printf("%s.tmp", path), *tmp_wal = mem_printf("%s-wal", tmp);
    if (fs_remove_all(tmp, err) < 0 || fs_remove_all(tmp_wal, err) < 0)
        return err->code;
    return create_at(tmp, err) < 0 ? err->code : fs_commit(tmp, path, err);
}

/* As a URI that says that the file does not change. */
static char *unchanging(const char *path)
{
    AUTO_STR uri = {0};
    str_add(&uri, "file:");
    for (; *path; path++)
        str_addf(&uri, strchr("%?#", *path) ? "%%%02X" : "%c", (unsigned char)*path);
    str_add(&uri, "?immutable=1");
    return str_take(&uri);
}

/* To read a store in WAL mode SQLite makes two small files beside it, which fails on a full disk
 * and a read-only one. Without such files nobody has the store open: it is read as it lies there.
 * Whoever wants to write is told what failed at first. */
static int open_to_read(struct store **out, const char *path, const struct err *why,
                        struct err *err)
{
    int version = 0;
    AUTO_STORE *s = mem_zalloc(1, sizeof *s);
    AUTO_FREE char *journal = mem_printf("%s-wal", path), *uri = unchanging(path);
    struct err ignored = {0};
    *err = *why;
    if (why->origin != ERR_SQLITE || fs_size(journal) > 0 ||
        (why->origin_code != SQLITE_CANTOPEN && why->origin_code != SQLITE_IOERR &&
         why->origin_code != SQLITE_READONLY && why->origin_code != SQLITE_FULL) ||
        open_db(s, uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, &ignored) < 0 ||
        check_version(&version, s, path, &ignored) < 0 || version < SCHEMA_VERSION ||
        sql_exec(s, READING_PRAGMAS, &ignored) < 0)
        return err->code;
    *err = (struct err){0};
    if (why->code == ERR_NO_SPACE)
        s->unwritable = *why;
    else
        err_set(&s->unwritable, ERR_IO,
                "the store '%s' can only be read: its folder takes no new files", path);
    *out = mem_take(&s);
    return 0;
}

int store_open(struct store **out, const char *path, struct err *err)
{
    int version = 0;
    struct err why = {0};
    AUTO_STORE *s = mem_zalloc(1, sizeof *s);
    if (!fs_exists(path))
        return err_set(err, ERR_NOT_FOUND,
                       "there is no '%s': 'talkpress init DIR' makes an event's folder, and all "
                       "other commands run in it (or with -C DIR)",
                       path);
    if (open_db(s, path, SQLITE_OPEN_READWRITE, &why) < 0 ||
        check_version(&version, s, path, &why) < 0 || configure(s, &why) < 0 ||
        (version < SCHEMA_VERSION && migrate(s, path, &why) < 0))
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
    free(s);
}

int store_begin(struct store *s, struct err *err)
{
    return sql_exec(s, "BEGIN IMMEDIATE", err);
}

int store_commit(struct store *s, struct err *err)
{
    return sql_exec(s, "COMMIT", err);
}

void store_rollback(struct store *s)
{
    if (!sqlite3_get_autocommit(s->db))
        sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
}

int store_begin_reading(struct store *s, struct err *err)
{
    if (!sqlite3_get_autocommit(s->db))
        return 0;
    s->reading = true;
    return sql_exec(s, "BEGIN", err);
}

void store_end_reading(struct store *s)
{
    if (s->reading)
        store_rollback(s);
    s->reading = false;
}

/* --- decisions ------------------------------------------------------------------------------- */

int store_chosen_matches(struct chosen_match **out, size_t *out_nb, struct store *s,
                         struct err *err)
{
    AUTO_STMT *stmt = NULL;
    if (sql_prepare(&stmt, s, err, "SELECT talk, part, recording FROM chosen_match", "") < 0)
        return err->code;
    struct chosen_match *list = NULL;
    size_t nb = 0;
    int got;
    while ((got = sql_step(s, stmt, err)) > 0) {
        list = mem_grow(list, nb, sizeof *list);
        list[nb] = (struct chosen_match){.talk = sqlite3_column_int(stmt, 0),
                                         .part = sqlite3_column_int(stmt, 1)};
        sql_hex(list[nb++].recording, stmt, 2);
    }
    if (got < 0) {
        free(list);
        return got;
    }
    *out = list;
    *out_nb = nb;
    return 0;
}

int store_choose_match(struct store *s, int talk, int part, const char *recording, struct err *err)
{
    return sql_run(s, err, "INSERT OR REPLACE INTO chosen_match VALUES (?, ?, ?)", "iis", talk,
                   part, recording);
}

int store_clear_match(struct store *s, int talk, struct err *err)
{
    return sql_run(s, err, "DELETE FROM chosen_match WHERE talk = ?", "i", talk);
}

int store_chosen_cut(struct chosen_cut *out, bool *found, struct store *s, int talk, int part,
                     struct err *err)
{
    AUTO_STMT *stmt = NULL;
    if (sql_prepare(&stmt, s, err,
                    "SELECT recording, begin_frame, end_frame FROM chosen_cut "
                    "WHERE talk = ? AND part = ?",
                    "ii", talk, part) < 0)
        return err->code;
    const int got = sql_step(s, stmt, err);
    *found = got > 0;
    if (got > 0) {
        sql_hex(out->recording, stmt, 0);
        out->begin = sqlite3_column_int64(stmt, 1);
        out->end = sqlite3_column_int64(stmt, 2);
    }
    return got < 0 ? got : 0;
}

int store_choose_cut(struct store *s, int talk, int part, const struct chosen_cut *cut,
                     struct err *err)
{
    if (!cut)
        return sql_run(s, err, "DELETE FROM chosen_cut WHERE talk = ? AND part = ?", "ii", talk,
                       part);
    return sql_run(s, err, "INSERT OR REPLACE INTO chosen_cut VALUES (?, ?, ?, ?, ?)", "iisII",
                   talk, part, cut->recording, cut->begin, cut->end);
}

int store_chosen_sound(struct chosen_sound *out, struct store *s, const char *recording,
                       struct err *err)
{
    AUTO_STMT *stmt = NULL;
    *out = (struct chosen_sound){.stream = -1};
    if (sql_prepare(&stmt, s, err, "SELECT stream, use FROM chosen_sound WHERE recording = ?", "s",
                    recording) < 0)
        return err->code;
    const int got = sql_step(s, stmt, err);
    if (got > 0) {
        const char *use = sql_text(stmt, 1);
        out->stream = sqlite3_column_int(stmt, 0);
        snprintf(out->use, sizeof out->use, "%s", use ? use : "");
    }
    return got < 0 ? got : 0;
}

int store_choose_sound(struct store *s, const char *recording, const struct chosen_sound *sound,
                       struct err *err)
{
    if (sound->stream < 0 && !sound->use[0])
        return sql_run(s, err, "DELETE FROM chosen_sound WHERE recording = ?", "s", recording);
    return sql_run(s, err, "INSERT OR REPLACE INTO chosen_sound VALUES (?, ?, ?)", "sis", recording,
                   sound->stream, sound->use[0] ? sound->use : NULL);
}

int store_chosen_place(struct chosen_place *out, struct store *s, const char *recording,
                       struct err *err)
{
    AUTO_STMT *stmt = NULL;
    *out = (struct chosen_place){0};
    if (sql_prepare(&stmt, s, err, "SELECT start, room FROM chosen_place WHERE recording = ?", "s",
                    recording) < 0)
        return err->code;
    const int got = sql_step(s, stmt, err);
    if (got > 0) {
        out->start = sql_text_dup(stmt, 0);
        out->room = sql_text_dup(stmt, 1);
    }
    return got < 0 ? got : 0;
}

void chosen_place_finish(struct chosen_place *place)
{
    free(place->start);
    free(place->room);
    *place = (struct chosen_place){0};
}

int store_choose_place(struct store *s, const char *recording, const struct chosen_place *place,
                       struct err *err)
{
    if (!place->start && !place->room)
        return sql_run(s, err, "DELETE FROM chosen_place WHERE recording = ?", "s", recording);
    return sql_run(s, err, "INSERT OR REPLACE INTO chosen_place VALUES (?, ?, ?)", "sss", recording,
                   place->start, place->room);
}

int store_acceptance(struct acceptance *out, bool *found, struct store *s, int talk, int part,
                     struct err *err)
{
    AUTO_STMT *stmt = NULL;
    if (sql_prepare(
            &stmt, s, err,
            "SELECT recording, verdict, because, at, begin_frame, end_frame FROM acceptance "
            "WHERE talk = ? AND part = ?",
            "ii", talk, part) < 0)
        return err->code;
    const int got = sql_step(s, stmt, err);
    *found = got > 0;
    if (got > 0) {
        sql_hex(out->recording, stmt, 0);
        out->verdict = sql_text_dup(stmt, 1);
        out->because = sql_text_dup(stmt, 2);
        out->at = sql_text_dup(stmt, 3);
        out->begin = sqlite3_column_int64(stmt, 4);
        out->end = sqlite3_column_int64(stmt, 5);
    }
    return got < 0 ? got : 0;
}

void acceptance_finish(struct acceptance *a)
{
    free(a->verdict);
    free(a->because);
    free(a->at);
    *a = (struct acceptance){0};
}

int store_accept(struct store *s, int talk, int part, const struct acceptance *a, struct err *err)
{
    return sql_run(s, err,
                   "INSERT OR REPLACE INTO acceptance VALUES (?, ?, ?, ?, ?, ?, ?, "
                   "strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))",
                   "iisIIss", talk, part, a->recording, a->begin, a->end, a->verdict, a->because);
}

int store_clear_acceptance(struct store *s, int talk, int part, struct err *err)
{
    return sql_run(s, err, "DELETE FROM acceptance WHERE talk = ? AND part = ?", "ii", talk, part);
}

/* --- results --------------------------------------------------------------------------------- */

/* Looked for among the few first. "is_cell IN (0, 1)" would make a table of the two each time. */
#define FIND_RESULT(what)                                                   \
    "SELECT " what " FROM result WHERE is_cell = 0 AND key = ?1 UNION ALL " \
    "SELECT " what " FROM result WHERE is_cell = 1 AND key = ?1"

/* The statement that finds it; *got is negative, 0 or 1 as sql_step says. */
static sqlite3_stmt *find_result(int *got, struct store *s, const char *key, struct err *err)
{
    sqlite3_stmt *stmt = NULL;
    *got = sql_prepare(&stmt, s, err, FIND_RESULT("value"), "s", key);
    if (*got == 0)
        *got = sql_step(s, stmt, err);
    return stmt;
}

int store_result(json_t **out, struct store *s, const char *key, struct err *err)
{
    int got;
    AUTO_STMT *stmt = find_result(&got, s, key, err);
    *out = NULL;
    return got > 0 ? json_read_text(out, sql_text(stmt, 0), "a result in the store", err) : got;
}

int store_result_text(char **out, struct store *s, const char *key, struct err *err)
{
    int got;
    AUTO_STMT *stmt = find_result(&got, s, key, err);
    *out = got > 0 ? sql_text_dup(stmt, 0) : NULL;
    return got < 0 ? got : 0;
}

int store_has_result(bool *out, struct store *s, const char *key, struct err *err)
{
    AUTO_STMT *stmt = NULL;
    if (sql_prepare(&stmt, s, err, FIND_RESULT("1"), "s", key) < 0)
        return err->code;
    const int got = sql_step(s, stmt, err);
    *out = got > 0;
    return got < 0 ? got : 0;
}

int store_set_result(struct store *s, const char *key, const char *stage, const json_t *value,
                     struct err *err)
{
    AUTO_FREE char *json = json_canonical(value);
    if (sql_group_begin(s, err) < 0)
        return err->code;
    int ret = sql_run(s, err,
                      "INSERT OR REPLACE INTO result (key, stage, value, is_cell) "
                      "VALUES (?1, ?2, ?3, ?2 = 'cell')",
                      "sss", key, stage, json);
    if (ret == 0)
        ret = store_clear_failure(s, key, err);
    return sql_group_end(s, ret, err);
}

int store_drop_result(struct store *s, const char *key, struct err *err)
{
    return sql_run(s, err, "DELETE FROM result WHERE is_cell IN (0, 1) AND key = ?", "s", key);
}

int store_each_result(struct store *s,
                      int (*each)(void *opaque, const char *key, const char *stage), void *opaque,
                      struct err *err)
{
    AUTO_STMT *stmt = NULL;
    if (sql_prepare(&stmt, s, err, "SELECT key, stage FROM result", "") < 0)
        return err->code;
    int got;
    while ((got = sql_step(s, stmt, err)) > 0)
        if (each(opaque, sql_text(stmt, 0), sql_text(stmt, 1)))
            return 0;
    return got;
}

int store_set_failure(struct store *s, const struct failure *f, struct err *err)
{
    return sql_run(s, err,
                   "INSERT OR REPLACE INTO failure VALUES (?, ?, ?, ?, ?, ?, ?, "
                   "strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))",
                   "ssiisss", f->key, f->stage, f->talk, f->part, f->code, f->message, f->log);
}

int store_clear_failure(struct store *s, const char *key, struct err *err)
{
    return sql_run(s, err, "DELETE FROM failure WHERE key = ?", "s", key);
}

int store_clear_failures(struct store *s, struct err *err)
{
    return sql_run(s, err, "DELETE FROM failure", "");
}

int store_each_failure(struct store *s, int (*each)(void *opaque, const struct failure *failure),
                       void *opaque, struct err *err)
{
    AUTO_STMT *stmt = NULL;
    if (sql_prepare(&stmt, s, err,
                    "SELECT key, stage, code, message, log, at, talk, part FROM failure "
                    "ORDER BY talk, part, at",
                    "") < 0)
        return err->code;
    int got;
    while ((got = sql_step(s, stmt, err)) > 0) {
        const struct failure f = {
            .key = sql_text(stmt, 0),
            .stage = sql_text(stmt, 1),
            .code = sql_text(stmt, 2),
            .message = sql_text(stmt, 3),
            .log = sql_text(stmt, 4),
            .at = sql_text(stmt, 5),
            .talk = sqlite3_column_int(stmt, 6),
            .part = sqlite3_column_int(stmt, 7),
        };
        if (each(opaque, &f))
            return 0;
    }
    return got;
}

/* --- what is in out/ ------------------------------------------------------------------------- */

int store_each_published(struct store *s, int (*each)(void *opaque, const struct published *file),
                         void *opaque, struct err *err)
{
    AUTO_STMT *stmt = NULL;
    if (sql_prepare(&stmt, s, err, "SELECT name, key, talk, part FROM published ORDER BY name",
                    "") < 0)
        return err->code;
    int got;
    while ((got = sql_step(s, stmt, err)) > 0) {
        const struct published f = {sql_text(stmt, 0), sql_text(stmt, 1),
                                    sqlite3_column_int(stmt, 2), sqlite3_column_int(stmt, 3)};
        if (each(opaque, &f))
            return 0;
    }
    return got;
}

int store_set_published(struct store *s, const struct published *f, struct err *err)
{
    return sql_run(s, err, "INSERT OR REPLACE INTO published VALUES (?, ?, ?, ?)", "ssii", f->name,
                   f->key, f->talk, f->part);
}

int store_clear_published(struct store *s, const char *name, struct err *err)
{
    return sql_run(s, err, "DELETE FROM published WHERE name = ?", "s", name);
}
