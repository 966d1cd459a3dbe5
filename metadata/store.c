#include "store.h"

#include <sqlite3.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fs.h"
#include "json.h"
#include "mem.h"
#include "programme.h"
#include "schema.h"

enum {
    APPLICATION_ID = 0x74707273, /* "tprs" */
    SCHEMA_VERSION = 1,
    BUSY_MS = 10000,
};

struct store {
    sqlite3 *db;
    sqlite3_stmt *result, *has_result; /* asked thousands of times in a plan */
};

static int fail(struct store *s, struct err *err, const char *what)
{
    const int code = sqlite3_errcode(s->db);
    const enum err_code ours = code == SQLITE_FULL      ? ERR_NO_SPACE
                               : code == SQLITE_BUSY    ? ERR_BUSY
                               : code == SQLITE_NOMEM   ? ERR_NOMEM
                               : code == SQLITE_CORRUPT ? ERR_INVALID
                               : code == SQLITE_NOTADB  ? ERR_INVALID
                                                        : ERR_IO;
    return err_foreign(err, ours, ERR_SQLITE, code, "the store '%s': %s: %s",
                       sqlite3_db_filename(s->db, "main"), what, sqlite3_errmsg(s->db));
}

static int exec(struct store *s, const char *sql, struct err *err)
{
    return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0
                                                                   : fail(s, err, "cannot write");
}

static void finalize_p(sqlite3_stmt **stmt)
{
    sqlite3_finalize(*stmt);
}
#define AUTO_STMT ATTR_CLEANUP(finalize_p) sqlite3_stmt

/* Binds by the letters of types: i int, I int64_t, s text (NULL: null). */
static int bind(struct store *s, sqlite3_stmt *stmt, struct err *err, const char *types,
                va_list args)
{
    int ret = SQLITE_OK;
    for (int i = 1; ret == SQLITE_OK && types[i - 1]; i++) {
        if (types[i - 1] == 'i')
            ret = sqlite3_bind_int(stmt, i, va_arg(args, int));
        else if (types[i - 1] == 'I')
            ret = sqlite3_bind_int64(stmt, i, va_arg(args, int64_t));
        else
            ret = sqlite3_bind_text(stmt, i, va_arg(args, const char *), -1, SQLITE_TRANSIENT);
    }
    return ret == SQLITE_OK ? 0 : fail(s, err, "cannot bind");
}

static int prepare(sqlite3_stmt **out, struct store *s, struct err *err, const char *sql,
                   const char *types, ...)
{
    if (sqlite3_prepare_v2(s->db, sql, -1, out, NULL) != SQLITE_OK)
        return fail(s, err, "cannot read");
    va_list args;
    va_start(args, types);
    const int ret = bind(s, *out, err, types, args);
    va_end(args);
    return ret;
}

/* Runs a statement that gives no rows. */
static int run(struct store *s, struct err *err, const char *sql, const char *types, ...)
{
    AUTO_STMT *stmt = NULL;
    if (sqlite3_prepare_v2(s->db, sql, -1, &stmt, NULL) != SQLITE_OK)
        return fail(s, err, "cannot write");
    va_list args;
    va_start(args, types);
    const int ret = bind(s, stmt, err, types, args);
    va_end(args);
    if (ret < 0)
        return ret;
    return sqlite3_step(stmt) == SQLITE_DONE ? 0 : fail(s, err, "cannot write");
}

/* Steps to the next row. Returns 1, 0 at the end, or an error. */
static int step(struct store *s, sqlite3_stmt *stmt, struct err *err)
{
    const int ret = sqlite3_step(stmt);
    return ret == SQLITE_ROW ? 1 : ret == SQLITE_DONE ? 0 : fail(s, err, "cannot read");
}

static const char *text(sqlite3_stmt *stmt, int column)
{
    return (const char *)sqlite3_column_text(stmt, column);
}

static char *text_dup(sqlite3_stmt *stmt, int column)
{
    return mem_strdup(text(stmt, column));
}

static void copy_hex(char out[33], sqlite3_stmt *stmt, int column)
{
    const char *s = text(stmt, column);
    out[0] = '\0';
    strncat(out, s ? s : "", 32);
}

/* --- opening --------------------------------------------------------------------------------- */

/* Nothing is written here, nor when s->db is closed again without configure: the file may be
 * anybody's. */
static int open_db(struct store *s, const char *path, int flags, struct err *err)
{
    if (sqlite3_open_v2(path, &s->db, flags, NULL) != SQLITE_OK)
        return s->db ? fail(s, err, "cannot open") : err_set(err, ERR_NOMEM, "out of memory");
    sqlite3_busy_timeout(s->db, BUSY_MS);
    AUTO_FREE char *journal = mem_printf("%s-wal", path);
    if (fs_size(journal) > 0)
        sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    return 0;
}

static int configure(struct store *s, struct err *err)
{
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
    /* WAL: readers never wait. synchronous=FULL: what was committed survives a power cut. */
    return exec(s,
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
                "PRAGMA trusted_schema = OFF;",
                err);
}

static int pragma(int64_t *out, struct store *s, const char *sql, struct err *err)
{
    AUTO_STMT *stmt = NULL;
    if (prepare(&stmt, s, err, sql, "") < 0)
        return err->code;
    const int got = step(s, stmt, err);
    if (got > 0)
        *out = sqlite3_column_int64(stmt, 0);
    return got < 0 ? got : 0;
}

static int check_version(struct store *s, const char *path, struct err *err)
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
    if (version != SCHEMA_VERSION)
        return err_set(
            err, ERR_INVALID,
            "'%s' was made by another talkpress (store version %lld, this one knows %d): "
            "use a talkpress as new as the one that made it",
            path, (long long)version, SCHEMA_VERSION);
    return 0;
}

int store_create(const char *path, struct err *err)
{
    if (fs_exists(path))
        return err_set(err, ERR_INVALID, "'%s' exists already", path);
    AUTO_STORE *s = mem_zalloc(1, sizeof *s);
    if (open_db(s, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, err) < 0 ||
        configure(s, err) < 0)
        return err->code;
    AUTO_FREE char *sql =
        mem_printf("BEGIN; %s PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT;",
                   store_schema, APPLICATION_ID, SCHEMA_VERSION);
    return exec(s, sql, err);
}

int store_open(struct store **out, const char *path, struct err *err)
{
    AUTO_STORE *s = mem_zalloc(1, sizeof *s);
    if (!fs_exists(path))
        return err_set(err, ERR_NOT_FOUND,
                       "there is no '%s': 'talkpress init DIR' makes an event's folder, and all "
                       "other commands run in it (or with -C DIR)",
                       path);
    if (open_db(s, path, SQLITE_OPEN_READWRITE, err) < 0 || check_version(s, path, err) < 0 ||
        configure(s, err) < 0)
        return err->code;
    *out = mem_take(&s);
    return 0;
}

void store_close_p(struct store **store)
{
    struct store *s = *store;
    if (!s)
        return;
    sqlite3_finalize(s->result);
    sqlite3_finalize(s->has_result);
    sqlite3_close(s->db);
    free(s);
}

int store_begin(struct store *s, struct err *err)
{
    return exec(s, "BEGIN IMMEDIATE", err);
}

int store_commit(struct store *s, struct err *err)
{
    return exec(s, "COMMIT", err);
}

void store_rollback(struct store *s)
{
    if (!sqlite3_get_autocommit(s->db))
        sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
}

/* Several statements that hold together or not at all, within a transaction or as one. */
static int group_begin(struct store *s, struct err *err)
{
    return exec(s, "SAVEPOINT store_group", err);
}

/* ret: how the statements went. Returns the same, or what ending them met. */
static int group_end(struct store *s, int ret, struct err *err)
{
    if (ret == 0 && exec(s, "RELEASE store_group", err) == 0)
        return 0;
    sqlite3_exec(s->db, "ROLLBACK TO store_group; RELEASE store_group", NULL, NULL, NULL);
    return err->code;
}

/* --- programme ------------------------------------------------------------------------------- */

static int read_talks(struct programme *p, struct store *s, struct err *err)
{
    AUTO_STMT *stmt = NULL;
    if (prepare(&stmt, s, err,
                "SELECT number, title, section, abstract, gone FROM talk ORDER BY gone, position, "
                "number",
                "") < 0)
        return err->code;
    int got;
    while ((got = step(s, stmt, err)) > 0) {
        struct talk *t = programme_add_talk(p, sqlite3_column_int(stmt, 0));
        t->title = text_dup(stmt, 1);
        t->section = text_dup(stmt, 2);
        t->abstract = text_dup(stmt, 3);
        t->gone = sqlite3_column_int(stmt, 4) != 0;
    }
    return got;
}

/* Rows of (talk, …) in the order of the programme's talks, handed to add. */
static int read_of_talks(struct programme *p, struct store *s, const char *sql,
                         void (*add)(struct talk *talk, sqlite3_stmt *stmt), struct err *err)
{
    AUTO_STMT *stmt = NULL;
    if (prepare(&stmt, s, err, sql, "") < 0)
        return err->code;
    int got;
    size_t i = 0;
    while ((got = step(s, stmt, err)) > 0) {
        while (i < p->nb_talks && p->talks[i].number != sqlite3_column_int(stmt, 0))
            i++;
        if (i < p->nb_talks)
            add(&p->talks[i], stmt);
    }
    return got;
}

static void add_speaker(struct talk *talk, sqlite3_stmt *stmt)
{
    talk_add_speaker(talk, text(stmt, 1));
}

static void add_part(struct talk *talk, sqlite3_stmt *stmt)
{
    talk_add_part(talk, sqlite3_column_int(stmt, 1));
}

static int read_event(struct programme *p, struct store *s, struct err *err)
{
    AUTO_STMT *stmt = NULL;
    if (prepare(&stmt, s, err, "SELECT name, place, begin, \"end\" FROM event", "") < 0)
        return err->code;
    const int got = step(s, stmt, err);
    if (got > 0) {
        p->name = text_dup(stmt, 0);
        p->place = text_dup(stmt, 1);
        p->begin = text_dup(stmt, 2);
        p->end = text_dup(stmt, 3);
    }
    return got < 0 ? got : 0;
}

int store_programme(struct programme *out, struct store *s, struct err *err)
{
    AUTO_PROGRAMME p = {0};
    if (read_event(&p, s, err) < 0 || read_talks(&p, s, err) < 0 ||
        read_of_talks(&p, s,
                      "SELECT number, name FROM talk JOIN speaker ON talk = number "
                      "ORDER BY gone, talk.position, number, speaker.position",
                      add_speaker, err) < 0 ||
        read_of_talks(&p, s,
                      "SELECT number, listed_s FROM talk JOIN part ON talk = number "
                      "ORDER BY gone, position, number, part",
                      add_part, err) < 0)
        return err->code;
    *out = p;
    p = (struct programme){0};
    return 0;
}

static int write_talk(struct store *s, const struct talk *t, int position, struct err *err)
{
    if (run(s, err,
            "INSERT INTO talk (number, position, title, section, abstract, gone) "
            "VALUES (?, ?, ?, ?, ?, 0) ON CONFLICT (number) DO UPDATE SET "
            "position = excluded.position, title = excluded.title, section = excluded.section, "
            "abstract = excluded.abstract, gone = 0",
            "iisss", t->number, position, t->title, t->section, t->abstract) < 0 ||
        run(s, err, "DELETE FROM speaker WHERE talk = ?", "i", t->number) < 0 ||
        run(s, err, "DELETE FROM part WHERE talk = ?", "i", t->number) < 0)
        return err->code;
    for (size_t i = 0; i < t->nb_speakers; i++)
        if (run(s, err, "INSERT INTO speaker VALUES (?, ?, ?)", "iis", t->number, (int)i + 1,
                t->speakers[i]) < 0)
            return err->code;
    for (size_t i = 0; i < t->nb_parts; i++)
        if (run(s, err, "INSERT INTO part VALUES (?, ?, ?)", "iii", t->number, t->parts[i].number,
                t->parts[i].listed_s) < 0)
            return err->code;
    return 0;
}

static int write_programme(struct store *s, const struct programme *p, struct err *err)
{
    if (run(s, err, "INSERT OR REPLACE INTO event VALUES (1, ?, ?, ?, ?)", "ssss", p->name,
            p->place, p->begin, p->end) < 0 ||
        run(s, err, "UPDATE talk SET gone = 1", "") < 0)
        return err->code;
    for (size_t i = 0; i < p->nb_talks; i++)
        if (write_talk(s, &p->talks[i], (int)i + 1, err) < 0)
            return err->code;
    return 0;
}

int store_set_programme(struct store *s, const struct programme *p, struct err *err)
{
    if (group_begin(s, err) < 0)
        return err->code;
    return group_end(s, write_programme(s, p, err), err);
}

/* --- recordings ------------------------------------------------------------------------------ */

int store_recordings(struct recording **out, size_t *out_nb, struct store *s, struct err *err)
{
    AUTO_STMT *stmt = NULL;
    if (prepare(&stmt, s, err,
                "SELECT id, path, size, mtime_ns, fingerprint FROM recording ORDER BY path",
                "") < 0)
        return err->code;
    struct recording *list = NULL;
    size_t nb = 0;
    int got;
    while ((got = step(s, stmt, err)) > 0) {
        list = mem_grow(list, nb, sizeof *list);
        struct recording *r = &list[nb++];
        *r = (struct recording){.id = sqlite3_column_int64(stmt, 0),
                                .path = text_dup(stmt, 1),
                                .size = sqlite3_column_int64(stmt, 2),
                                .mtime_ns = sqlite3_column_int64(stmt, 3)};
        copy_hex(r->fingerprint, stmt, 4);
    }
    if (got < 0) {
        recordings_free(list, nb);
        return got;
    }
    *out = list;
    *out_nb = nb;
    return 0;
}

void recordings_free(struct recording *recordings, size_t nb)
{
    for (size_t i = 0; i < nb; i++)
        free(recordings[i].path);
    free(recordings);
}

int store_set_recording(struct store *s, const struct recording *r, struct err *err)
{
    return run(s, err,
               "INSERT INTO recording (path, size, mtime_ns, fingerprint) VALUES (?, ?, ?, ?) "
               "ON CONFLICT (path) DO UPDATE SET size = excluded.size, "
               "mtime_ns = excluded.mtime_ns, fingerprint = excluded.fingerprint",
               "sIIs", r->path, r->size, r->mtime_ns, r->fingerprint);
}

int store_remove_recording(struct store *s, const char *path, struct err *err)
{
    return run(s, err, "DELETE FROM recording WHERE path = ?", "s", path);
}

/* --- decisions ------------------------------------------------------------------------------- */

int store_chosen_matches(struct chosen_match **out, size_t *out_nb, struct store *s,
                         struct err *err)
{
    AUTO_STMT *stmt = NULL;
    if (prepare(&stmt, s, err, "SELECT talk, part, recording FROM chosen_match", "") < 0)
        return err->code;
    struct chosen_match *list = NULL;
    size_t nb = 0;
    int got;
    while ((got = step(s, stmt, err)) > 0) {
        list = mem_grow(list, nb, sizeof *list);
        list[nb] = (struct chosen_match){.talk = sqlite3_column_int(stmt, 0),
                                         .part = sqlite3_column_int(stmt, 1)};
        copy_hex(list[nb++].recording, stmt, 2);
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
    return run(s, err, "INSERT OR REPLACE INTO chosen_match VALUES (?, ?, ?)", "iis", talk, part,
               recording);
}

int store_clear_match(struct store *s, int talk, struct err *err)
{
    return run(s, err, "DELETE FROM chosen_match WHERE talk = ?", "i", talk);
}

int store_chosen_cut(struct chosen_cut *out, bool *found, struct store *s, int talk, int part,
                     struct err *err)
{
    AUTO_STMT *stmt = NULL;
    if (prepare(&stmt, s, err,
                "SELECT recording, begin_frame, end_frame FROM chosen_cut "
                "WHERE talk = ? AND part = ?",
                "ii", talk, part) < 0)
        return err->code;
    const int got = step(s, stmt, err);
    *found = got > 0;
    if (got > 0) {
        copy_hex(out->recording, stmt, 0);
        out->begin = sqlite3_column_int64(stmt, 1);
        out->end = sqlite3_column_int64(stmt, 2);
    }
    return got < 0 ? got : 0;
}

int store_choose_cut(struct store *s, int talk, int part, const struct chosen_cut *cut,
                     struct err *err)
{
    if (!cut)
        return run(s, err, "DELETE FROM chosen_cut WHERE talk = ? AND part = ?", "ii", talk, part);
    return run(s, err, "INSERT OR REPLACE INTO chosen_cut VALUES (?, ?, ?, ?, ?)", "iisII", talk,
               part, cut->recording, cut->begin, cut->end);
}

int store_acceptance(struct acceptance *out, bool *found, struct store *s, int talk, int part,
                     struct err *err)
{
    AUTO_STMT *stmt = NULL;
    if (prepare(&stmt, s, err,
                "SELECT recording, verdict, because, at, begin_frame, end_frame FROM acceptance "
                "WHERE talk = ? AND part = ?",
                "ii", talk, part) < 0)
        return err->code;
    const int got = step(s, stmt, err);
    *found = got > 0;
    if (got > 0) {
        copy_hex(out->recording, stmt, 0);
        out->verdict = text_dup(stmt, 1);
        out->because = text_dup(stmt, 2);
        out->at = text_dup(stmt, 3);
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
    return run(s, err,
               "INSERT OR REPLACE INTO acceptance VALUES (?, ?, ?, ?, ?, ?, ?, "
               "strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))",
               "iisIIss", talk, part, a->recording, a->begin, a->end, a->verdict, a->because);
}

int store_clear_acceptance(struct store *s, int talk, int part, struct err *err)
{
    return run(s, err, "DELETE FROM acceptance WHERE talk = ? AND part = ?", "ii", talk, part);
}

/* --- results --------------------------------------------------------------------------------- */

/* Binds the key to a statement that is kept; the caller resets it. */
static int ask(sqlite3_stmt **kept, struct store *s, const char *sql, const char *key,
               struct err *err)
{
    if (!*kept &&
        sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, kept, NULL) != SQLITE_OK)
        return fail(s, err, "cannot read");
    if (sqlite3_bind_text(*kept, 1, key, -1, SQLITE_STATIC) != SQLITE_OK)
        return fail(s, err, "cannot read");
    return step(s, *kept, err);
}

int store_result(json_t **out, struct store *s, const char *key, struct err *err)
{
    *out = NULL;
    int got = ask(&s->result, s, "SELECT value FROM result WHERE key = ?", key, err);
    if (got > 0)
        got = json_read_text(out, text(s->result, 0), "a result in the store", err);
    sqlite3_reset(s->result);
    return got < 0 ? got : 0;
}

int store_has_result(bool *out, struct store *s, const char *key, struct err *err)
{
    const int got = ask(&s->has_result, s, "SELECT 1 FROM result WHERE key = ?", key, err);
    sqlite3_reset(s->has_result);
    *out = got > 0;
    return got < 0 ? got : 0;
}

int store_set_result(struct store *s, const char *key, const char *stage, const json_t *value,
                     struct err *err)
{
    AUTO_FREE char *json = json_canonical(value);
    if (group_begin(s, err) < 0)
        return err->code;
    int ret =
        run(s, err, "INSERT OR REPLACE INTO result VALUES (?, ?, ?)", "sss", key, stage, json);
    if (ret == 0)
        ret = store_clear_failure(s, key, err);
    return group_end(s, ret, err);
}

int store_drop_result(struct store *s, const char *key, struct err *err)
{
    return run(s, err, "DELETE FROM result WHERE key = ?", "s", key);
}

int store_each_result(struct store *s,
                      int (*each)(void *opaque, const char *key, const char *stage), void *opaque,
                      struct err *err)
{
    AUTO_STMT *stmt = NULL;
    if (prepare(&stmt, s, err, "SELECT key, stage FROM result", "") < 0)
        return err->code;
    int got;
    while ((got = step(s, stmt, err)) > 0)
        if (each(opaque, text(stmt, 0), text(stmt, 1)))
            return 0;
    return got;
}

int store_set_failure(struct store *s, const struct failure *f, struct err *err)
{
    return run(s, err,
               "INSERT OR REPLACE INTO failure VALUES (?, ?, ?, ?, ?, ?, ?, "
               "strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))",
               "ssiisss", f->key, f->stage, f->talk, f->part, f->code, f->message, f->log);
}

int store_clear_failure(struct store *s, const char *key, struct err *err)
{
    return run(s, err, "DELETE FROM failure WHERE key = ?", "s", key);
}

int store_clear_failures(struct store *s, struct err *err)
{
    return run(s, err, "DELETE FROM failure", "");
}

int store_each_failure(struct store *s, int (*each)(void *opaque, const struct failure *failure),
                       void *opaque, struct err *err)
{
    AUTO_STMT *stmt = NULL;
    if (prepare(&stmt, s, err,
                "SELECT key, stage, code, message, log, at, talk, part FROM failure "
                "ORDER BY talk, part, at",
                "") < 0)
        return err->code;
    int got;
    while ((got = step(s, stmt, err)) > 0) {
        const struct failure f = {
            .key = text(stmt, 0),
            .stage = text(stmt, 1),
            .code = text(stmt, 2),
            .message = text(stmt, 3),
            .log = text(stmt, 4),
            .at = text(stmt, 5),
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
    if (prepare(&stmt, s, err, "SELECT name, key, talk, part FROM published ORDER BY name", "") < 0)
        return err->code;
    int got;
    while ((got = step(s, stmt, err)) > 0) {
        const struct published f = {text(stmt, 0), text(stmt, 1), sqlite3_column_int(stmt, 2),
                                    sqlite3_column_int(stmt, 3)};
        if (each(opaque, &f))
            return 0;
    }
    return got;
}

int store_set_published(struct store *s, const struct published *f, struct err *err)
{
    return run(s, err, "INSERT OR REPLACE INTO published VALUES (?, ?, ?, ?)", "ssii", f->name,
               f->key, f->talk, f->part);
}

int store_clear_published(struct store *s, const char *name, struct err *err)
{
    return run(s, err, "DELETE FROM published WHERE name = ?", "s", name);
}
