#include "store_sql.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "str.h"

static enum err_code code_of(int code, bool full)
{
    return full                                              ? ERR_NO_SPACE
           : code == SQLITE_BUSY                             ? ERR_BUSY
           : code == SQLITE_NOMEM                            ? ERR_NOMEM
           : code == SQLITE_CORRUPT || code == SQLITE_NOTADB ? ERR_INVALID
                                                             : ERR_IO;
}

/* What the user can do about it; "" if the message says it or nothing is known. */
static const char *advice(int code)
{
    switch (code) {
    case SQLITE_BUSY:
        return ": another program has been writing to it for 10 s: try again when it is done";
    case SQLITE_IOERR:
        return ": look at the disk ('dmesg'); what was stored before is not lost by this";
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return ": look at the permissions of the file, and of its folder";
    default:
        return "";
    }
}

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
    if (code == SQLITE_READONLY && s->unwritable.code && !err->code) {
        *err = s->unwritable;
        return err->code;
    }
    if (code == SQLITE_CORRUPT)
        return sql_damaged(s, err, "%s", sqlite3_errmsg(s->db));
    return err_foreign(err, code_of(code, full), ERR_SQLITE, code, "the store '%s': %s: %s%s",
                       s->path, what, system ? strerror(cause) : sqlite3_errmsg(s->db),
                       full                           ? ""
                       : system && *err_advice(cause) ? err_advice(cause)
                                                      : advice(code));
}

int sql_damaged(struct store *s, struct err *err, const char *fmt, ...)
{
    if (err->code)
        return err->code;
    va_list args;
    va_start(args, fmt);
    AUTO_FREE char *how = mem_vprintf(fmt, args), *way_back = store_way_back(s->path);
    va_end(args);
    return err_foreign(err, ERR_INVALID, ERR_SQLITE, SQLITE_CORRUPT,
                       "the store '%s' is damaged (%s). %s", s->path, how, way_back);
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
static int find_statement(sqlite3_stmt **out, struct store *s, const char *sql)
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

/* Statements are fixed: one that cannot be prepared means that the schema is not talkpress's. */
static int statement(sqlite3_stmt **out, struct store *s, const char *sql, const char *what,
                     struct err *err)
{
    const int ret = find_statement(out, s, sql);
    return ret == SQLITE_OK      ? 0
           : ret == SQLITE_ERROR ? sql_damaged(s, err, "%s", sqlite3_errmsg(s->db))
                                 : sql_fail(s, err, what);
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
    if (statement(out, s, sql, "cannot read", err) < 0)
        return err->code;
    va_list args;
    va_start(args, types);
    const int ret = bind(s, *out, err, types, args);
    va_end(args);
    return ret;
}

static int run(struct store *s, struct err *err, const char *sql, const char *types, va_list args)
{
    AUTO_STMT *stmt = NULL;
    if (statement(&stmt, s, sql, "cannot write", err) < 0 || bind(s, stmt, err, types, args) < 0)
        return err->code;
    return sqlite3_step(stmt) == SQLITE_DONE ? 0 : sql_fail(s, err, "cannot write");
}

int sql_run(struct store *s, struct err *err, const char *sql, const char *types, ...)
{
    va_list args;
    va_start(args, types);
    const int ret = run(s, err, sql, types, args);
    va_end(args);
    return ret;
}

int sql_change(struct store *s, struct err *err, const char *sql, const char *types, ...)
{
    va_list args;
    va_start(args, types);
    const int ret = run(s, err, sql, types, args);
    va_end(args);
    s->changing = true;
    if (ret == 0)
        sql_note_committed(s);
    return ret;
}

void sql_note_committed(struct store *s)
{
    if (!sqlite3_get_autocommit(s->db))
        return;
    s->changed = s->changed || s->changing;
    s->changing = false;
    s->decided_at[0] = '\0';
}

/* --- rows ------------------------------------------------------------------------------------ */

static bool is_number(sqlite3_stmt *stmt, int column, int64_t least, int64_t most)
{
    const int64_t v = sqlite3_column_int64(stmt, column);
    return sqlite3_column_type(stmt, column) == SQLITE_INTEGER && v >= least && v <= most;
}

/* Without a NUL in it, which would hide the rest. */
static bool is_text(sqlite3_stmt *stmt, int column)
{
    if (sqlite3_column_type(stmt, column) != SQLITE_TEXT)
        return false;
    const char *text = sql_text(stmt, column);
    return text && strlen(text) == (size_t)sqlite3_column_bytes(stmt, column);
}

static bool is_hash(sqlite3_stmt *stmt, int column)
{
    if (!is_text(stmt, column))
        return false;
    const char *text = sql_text(stmt, column);
    const size_t nb =
        strspn(text, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
    return nb >= 1 && nb <= 32 && !text[nb];
}

static bool is_null(sqlite3_stmt *stmt, int column)
{
    return sqlite3_column_type(stmt, column) == SQLITE_NULL;
}

static bool column_is(sqlite3_stmt *stmt, int column, char kind)
{
    switch (kind) {
    case 'n':
        return is_number(stmt, column, 1, INT_MAX);
    case 'c':
        return is_number(stmt, column, 0, INT_MAX);
    case 'i':
        return is_number(stmt, column, INT_MIN, INT_MAX);
    case 'I':
        return is_number(stmt, column, 0, INT64_MAX);
    case 'L':
        return is_number(stmt, column, INT64_MIN, INT64_MAX);
    case 'S':
        return is_null(stmt, column) || column_is(stmt, column, 's');
    case 's':
        return is_text(stmt, column) && str_is_utf8(sql_text(stmt, column));
    case 'T':
        return is_null(stmt, column) || is_text(stmt, column);
    case 't':
        return is_text(stmt, column);
    case 'H':
        return is_null(stmt, column) || is_hash(stmt, column) ||
               (is_text(stmt, column) && !*sql_text(stmt, column));
    case 'h':
        return is_hash(stmt, column);
    default:
        return true;
    }
}

/* The first column that is not as it should be; -1: there is none. */
static int wrong_column(sqlite3_stmt *stmt, const char *columns)
{
    for (int i = 0; columns[i]; i++)
        if (!column_is(stmt, i, columns[i]))
            return i;
    return -1;
}

bool sql_row_is(sqlite3_stmt *stmt, const char *columns)
{
    return wrong_column(stmt, columns) < 0;
}

int sql_step(struct store *s, sqlite3_stmt *stmt, const char *columns, struct err *err)
{
    const int ret = sqlite3_step(stmt);
    if (ret != SQLITE_ROW)
        return ret == SQLITE_DONE ? 0 : sql_fail(s, err, "cannot read");
    const int wrong = wrong_column(stmt, columns);
    if (wrong >= 0)
        return sql_damaged(s, err, "a row has no sound '%s'", sqlite3_column_name(stmt, wrong));
    return 1;
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
    if (ret == 0 && sql_exec(s, "RELEASE store_group", err) == 0) {
        sql_note_committed(s);
        return 0;
    }
    sqlite3_exec(s->db, "ROLLBACK TO store_group; RELEASE store_group", NULL, NULL, NULL);
    return err->code;
}
