/* The results of jobs, the jobs that failed, and the files in out/. */
#include <string.h>

#include "json.h"
#include "mem.h"
#include "store_sql.h"

/* Looks among the few that are no cells first. For "is_cell IN (0, 1)" SQLite would make a table of
 * the two values each time. */
#define FIND_RESULT(what)                                                   \
    "SELECT " what " FROM result WHERE is_cell = 0 AND key = ?1 UNION ALL " \
    "SELECT " what " FROM result WHERE is_cell = 1 AND key = ?1"

/* The member that is most of a result and that planning does not read, so that it is stored apart
 * (in result_cells): the cells of a probe, the changes of a storyboard. NULL: there is none. */
static const char *apart_of(const char *stage)
{
    return strcmp(stage, "probe") == 0        ? "cells"
           : strcmp(stage, "storyboard") == 0 ? "changes"
                                              : NULL;
}

/* The first column of the current row. A text that is not JSON is no result: it can be made again.
 * Its size is limited, because earlier versions wrote whatever a worker said. */
static void take_json(json_t **out, sqlite3_stmt *stmt)
{
    enum { MAX_BYTES = 32 << 20, MAX_VALUES = 2 << 20 };
    struct err ignored = {0};
    const char *text = sql_text(stmt, 0);
    const size_t nb = (size_t)sqlite3_column_bytes(stmt, 0);
    if (nb <= MAX_BYTES)
        (void)!json_read_limited(out, text, nb, MAX_VALUES, "", &ignored);
}

/* Without what is stored apart. *apart: the member that is to be added; NULL: none. */
static int read_result(json_t **out, const char **apart, struct store *s, const char *key,
                       struct err *err)
{
    AUTO_STMT *stmt = NULL;
    *out = NULL;
    if (sql_prepare(&stmt, s, err, FIND_RESULT("value, stage"), "s", key) < 0)
        return err->code;
    const int got = sql_step(s, stmt, "--", err);
    if (got <= 0 || !sql_row_is(stmt, "ts"))
        return got < 0 ? got : 0;
    *apart = apart_of(sql_text(stmt, 1));
    take_json(out, stmt);
    return 0;
}

/* The result with the member, all members in order of their names, as they were before it was
 * stored apart. */
static json_t *with_member(json_t *brief, const char *member, json_t *item)
{
    json_t *all = json_object(), *value;
    const char *name;
    bool added = false;
    json_object_foreach(brief, name, value) {
        if (!added && strcmp(name, member) > 0)
            added = json_object_set(all, member, item) == 0;
        json_object_set(all, name, value);
    }
    if (!added)
        json_object_set(all, member, item);
    return all;
}

/* Puts what is stored apart into the result. Without it it is none, unless it is an error. */
static int add_apart(json_t **result, const char *member, struct store *s, const char *key,
                     struct err *err)
{
    AUTO_STMT *stmt = NULL;
    AUTO_JSON *apart = NULL;
    if (sql_prepare(&stmt, s, err, "SELECT value FROM result_cells WHERE key = ?", "s", key) < 0)
        return err->code;
    const int got = sql_step(s, stmt, "-", err);
    if (got < 0 || (got == 0 && json_object_get(*result, "error")))
        return got;
    if (got > 0 && sql_row_is(stmt, "t"))
        take_json(&apart, stmt);
    json_t *item = json_object_get(apart, member),
           *all = item ? with_member(*result, member, item) : NULL;
    json_decref(*result);
    *result = all;
    return 0;
}

int store_result_brief(json_t **out, struct store *s, const char *key, struct err *err)
{
    const char *apart;
    return read_result(out, &apart, s, key, err);
}

int store_result(json_t **out, struct store *s, const char *key, struct err *err)
{
    AUTO_JSON *result = NULL;
    const char *apart = NULL;
    *out = NULL;
    if (read_result(&result, &apart, s, key, err) < 0 ||
        (result && apart && add_apart(&result, apart, s, key, err) < 0))
        return err->code;
    *out = mem_take(&result);
    return 0;
}

/* The columns of the current row that are not null, as an object. */
static json_t *take_columns(sqlite3_stmt *stmt)
{
    json_t *object = json_object();
    for (int i = 0; i < sqlite3_column_count(stmt); i++) {
        const char *name = sqlite3_column_name(stmt, i);
        const int type = sqlite3_column_type(stmt, i);
        if (type == SQLITE_INTEGER)
            json_object_set_new(object, name, json_integer(sqlite3_column_int64(stmt, i)));
        else if (type == SQLITE_TEXT)
            json_object_set_new(object, name, json_string(sql_text(stmt, i)));
    }
    return object;
}

int store_probe_summary(json_t **out, struct store *s, const char *key, struct err *err)
{
    AUTO_STMT *stmt = NULL;
    *out = NULL;
    if (sql_prepare(&stmt, s, err,
                    "SELECT json_extract(value, '$.error') AS error,"
                    "json_extract(value, '$.duration_ms') AS duration_ms,"
                    "json_extract(value, '$.creation_time') AS creation_time,"
                    "json_extract(value, '$.video.width') AS width,"
                    "json_extract(value, '$.video.height') AS height,"
                    "json_extract(value, '$.audio.channels') AS channels,"
                    "json_extract(value, '$.hash') AS hash "
                    "FROM result WHERE is_cell = 0 AND key = ? AND json_type(value) = 'object'",
                    "s", key) < 0)
        return err->code;
    const int got = sqlite3_step(stmt);
    if (got == SQLITE_ROW)
        *out = take_columns(stmt);
    /* What is not JSON is no result. */
    return got == SQLITE_ROW || got == SQLITE_DONE || got == SQLITE_ERROR
               ? 0
               : sql_fail(s, err, "cannot read");
}

int store_has_result(bool *out, struct store *s, const char *key, struct err *err)
{
    AUTO_STMT *stmt = NULL;
    if (sql_prepare(&stmt, s, err, FIND_RESULT("1"), "s", key) < 0)
        return err->code;
    const int got = sql_step(s, stmt, "-", err);
    *out = got > 0;
    return got < 0 ? got : 0;
}

static int write_result(struct store *s, const char *key, const char *stage, const json_t *value,
                        struct err *err)
{
    AUTO_FREE char *json = json_canonical(value);
    return sql_run(s, err,
                   "INSERT OR REPLACE INTO result (key, stage, value, is_cell) "
                   "VALUES (?1, ?2, ?3, ?2 = 'cell')",
                   "sss", key, stage, json);
}

static int write_apart(struct store *s, const char *key, const char *member, json_t *item,
                       struct err *err)
{
    AUTO_JSON *apart = json_pack("{s:O}", member, item);
    AUTO_FREE char *json = json_canonical(apart);
    return sql_run(s, err, "INSERT OR REPLACE INTO result_cells (key, value) VALUES (?, ?)", "ss",
                   key, json);
}

static int set_in_two(struct store *s, const char *key, const char *stage, const json_t *value,
                      struct err *err)
{
    const char *member = apart_of(stage);
    json_t *item = json_object_get(value, member);
    AUTO_JSON *brief = json_object();
    json_object_update(brief, (json_t *)(uintptr_t)value);
    json_object_del(brief, member);
    if (sql_run(s, err, "DELETE FROM result_cells WHERE key = ?", "s", key) < 0 ||
        write_result(s, key, stage, brief, err) < 0)
        return err->code;
    return item ? write_apart(s, key, member, item, err) : 0;
}

int store_set_result(struct store *s, const char *key, const char *stage, const json_t *value,
                     struct err *err)
{
    if (sql_group_begin(s, err) < 0)
        return err->code;
    int ret = apart_of(stage) ? set_in_two(s, key, stage, value, err)
                              : write_result(s, key, stage, value, err);
    if (ret == 0)
        ret = store_clear_failure(s, key, err);
    return sql_group_end(s, ret, err);
}

static int drop_result(struct store *s, const char *key, struct err *err)
{
    return sql_run(s, err, "DELETE FROM result_cells WHERE key = ?", "s", key) < 0
               ? err->code
               : sql_run(s, err, "DELETE FROM result WHERE is_cell IN (0, 1) AND key = ?", "s",
                         key);
}

int store_drop_result(struct store *s, const char *key, struct err *err)
{
    if (sql_group_begin(s, err) < 0)
        return err->code;
    return sql_group_end(s, drop_result(s, key, err), err);
}

int store_each_result(struct store *s,
                      int (*each)(void *opaque, const char *key, const char *stage), void *opaque,
                      struct err *err)
{
    AUTO_STMT *stmt = NULL;
    if (sql_prepare(&stmt, s, err, "SELECT key, stage FROM result", "") < 0)
        return err->code;
    int got;
    while ((got = sql_step(s, stmt, "--", err)) > 0)
        if (sql_row_is(stmt, "tt") && each(opaque, sql_text(stmt, 0), sql_text(stmt, 1)))
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
    while ((got = sql_step(s, stmt, "--------", err)) > 0) {
        if (!sql_row_is(stmt, "hsttttII")) /* damaged: the job counts as not tried yet */
            continue;
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
    if (sql_prepare(&stmt, s, err,
                    "SELECT name, key, talk, part, recording FROM published ORDER BY name", "") < 0)
        return err->code;
    int got;
    while ((got = sql_step(s, stmt, "thccH", err)) > 0) {
        const char *recording = sql_text(stmt, 4);
        const struct published f = {sql_text(stmt, 0), sql_text(stmt, 1),
                                    sqlite3_column_int(stmt, 2), sqlite3_column_int(stmt, 3),
                                    recording ? recording : ""};
        if (each(opaque, &f))
            return 0;
    }
    return got;
}

int store_set_published(struct store *s, const struct published *f, struct err *err)
{
    return sql_change(s, err, "INSERT OR REPLACE INTO published VALUES (?, ?, ?, ?, ?)", "ssiis",
                      f->name, f->key, f->talk, f->part, f->recording);
}

int store_clear_published(struct store *s, const char *name, struct err *err)
{
    return sql_change(s, err, "DELETE FROM published WHERE name = ?", "s", name);
}
