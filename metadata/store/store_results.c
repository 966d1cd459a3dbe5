/* What jobs came to, which failed, and what is in out/. */
#include "json.h"
#include "mem.h"
#include "store_sql.h"

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
    if (sql_prepare(&stmt, s, err,
                    "SELECT name, key, talk, part, recording FROM published ORDER BY name", "") < 0)
        return err->code;
    int got;
    while ((got = sql_step(s, stmt, err)) > 0) {
        const struct published f = {sql_text(stmt, 0), sql_text(stmt, 1),
                                    sqlite3_column_int(stmt, 2), sqlite3_column_int(stmt, 3),
                                    sql_text(stmt, 4)};
        if (each(opaque, &f))
            return 0;
    }
    return got;
}

int store_set_published(struct store *s, const struct published *f, struct err *err)
{
    return sql_run(s, err, "INSERT OR REPLACE INTO published VALUES (?, ?, ?, ?, ?)", "ssiis",
                   f->name, f->key, f->talk, f->part, f->recording);
}

int store_clear_published(struct store *s, const char *name, struct err *err)
{
    return sql_run(s, err, "DELETE FROM published WHERE name = ?", "s", name);
}
