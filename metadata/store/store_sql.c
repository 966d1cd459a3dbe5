#include "store_sql.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"

/* What the system said. SQLite does not keep it if a commit fails to write; errno still has it. */
static int system_error(struct store *s, int now)
{
    const int kept = sqlite3_system_errno(s->db), code = sqlite3_extended_errcode(s->db);
    const bool writing =
        code == SQLITE_IOERR_WRITE || code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_SHMSIZE;
    return kept || !writing ? kept : now;
}

int sql_fail(struct store *s, struct err *err, const char *what)
{
    const int code = sqlite3_errcode(s->db), cause = system_error(s, errno);
    const bool system = cause && (code == SQLITE_IOERR || code == SQLITE_CANTOPEN);
    const bool full = code == SQLITE_FULL || (system && (cause == ENOSPC || cause == EDQUOT));
    const enum err_code ours = full                     ? ERR_NO_SPACE
                               : code == SQLITE_BUSY    ? ERR_BUSY
                               : code == SQLITE_NOMEM   ? ERR_NOMEM
                               : code == SQLITE_CORRUPT ? ERR_INVALID
                               : code == SQLITE_NOTADB  ? ERR_INVALID
                                                        : ERR_IO;
    if (code == SQLITE_READONLY && s->unwritable.code && !err->code) {
        *err = s->unwritable;
        return err->code;
    }
    return err_foreign(
        err, ours, ERR_SQLITE, code, "the store '%s': %s: %s%s", sqlite3_db_filename(s->db, "main"),
        what, system ? strerror(cause) : sqlite3_errmsg(s->db), system ? err_advice(cause) : "");
}

int sql_exec(struct store *s, const char *sql, struct err *err)
{
    return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK
               ? 0
               : sql_fail(s, err, "cannot write");
}

void sql_finish(struct store *s)
{
    for (size_t i = 0; i < s->nb_statements; i++)
        sqlite3_finalize(s->statements[i]);
    free(s->statements);
}

void sql_release_p(sqlite3_stmt **stmt)
{
    if (!*stmt)
        return;
    sqlite3_reset(*stmt);
    sqlite3_clear_bindings(*stmt);
}

/* The prepared statement, or a new one if it is still returning rows. */
static int statement(sqlite3_stmt **out, struct store *s, const char *sql)
{
    for (size_t i = 0; i < s->nb_statements; i++)
        if (strcmp(sqlite3_sql(s->statements[i]), sql) == 0 &&
            !sqlite3_stmt_busy(s->statements[i])) {
            *out = s->statements[i];
            return SQLITE_OK;
        }
    const int ret = sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, out, NULL);
    if (ret == SQLITE_OK) {
        s->statements = mem_grow(s->statements, s->nb_statements, sizeof *s->statements);
        s->statements[s->nb_statements++] = *out;
    }
    return ret;
}

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
    return ret == SQLITE_OK ? 0 : sql_fail(s, err, "cannot bind");
}

int sql_prepare(sqlite3_stmt **out, struct store *s, struct err *err, const char *sql,
                const char *types, ...)
{
    if (statement(out, s, sql) != SQLITE_OK)
        return sql_fail(s, err, "cannot read");
    va_list args;
    va_start(args, types);
    const int ret = bind(s, *out, err, types, args);
    va_end(args);
    return ret;
}

int sql_run(struct store *s, struct err *err, const char *sql, const char *types, ...)
{
    AUTO_STMT *stmt = NULL;
    if (statement(&stmt, s, sql) != SQLITE_OK)
        return sql_fail(s, err, "cannot write");
    va_list args;
    va_start(args, types);
    const int ret = bind(s, stmt, err, types, args);
    va_end(args);
    if (ret < 0)
        return ret;
    return sqlite3_step(stmt) == SQLITE_DONE ? 0 : sql_fail(s, err, "cannot write");
}

int sql_step(struct store *s, sqlite3_stmt *stmt, struct err *err)
{
    const int ret = sqlite3_step(stmt);
    return ret == SQLITE_ROW ? 1 : ret == SQLITE_DONE ? 0 : sql_fail(s, err, "cannot read");
}

const char *sql_text(sqlite3_stmt *stmt, int column)
{
    return (const char *)sqlite3_column_text(stmt, column);
}

char *sql_text_dup(sqlite3_stmt *stmt, int column)
{
    return mem_strdup(sql_text(stmt, column));
}

void sql_hex(char out[33], sqlite3_stmt *stmt, int column)
{
    const char *s = sql_text(stmt, column);
    out[0] = '\0';
    strncat(out, s ? s : "", 32);
}

int sql_group_begin(struct store *s, struct err *err)
{
    return sql_exec(s, "SAVEPOINT store_group", err);
}

int sql_group_end(struct store *s, int ret, struct err *err)
{
    if (ret == 0 && sql_exec(s, "RELEASE store_group", err) == 0)
        return 0;
    sqlite3_exec(s->db, "ROLLBACK TO store_group; RELEASE store_group", NULL, NULL, NULL);
    return err->code;
}
