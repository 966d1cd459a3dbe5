/* SQL statements of the store. Private to the files store*.c. */
#pragma once

#include <sqlite3.h>

#include "attr.h"
#include "err.h"
#include "store.h"

struct store {
    sqlite3 *db;
    sqlite3_stmt **statements; /* prepared once: a plan runs some of them thousands of times */
    size_t nb_statements;
    const volatile sig_atomic_t *stop; /* see store_set_stop */
    bool reading;                      /* between store_begin_reading() and store_end_reading() */
    struct err unwritable;             /* why it can only be read; empty if it can be written */
};

/* Sets err to SQLite's last error; what says what failed. Returns the code of err. */
int sql_fail(struct store *store, struct err *err, const char *what);
ATTR_NODISCARD int sql_exec(struct store *store, const char *sql, struct err *err);

/* Finalizes all statements. Call it before the database is closed. */
void sql_finish(struct store *store);

/* Statements belong to the store: sql_release_p() gives back one that sql_prepare() returned. */
void sql_release_p(sqlite3_stmt **stmt);
#define AUTO_STMT ATTR_CLEANUP(sql_release_p) sqlite3_stmt

/* types has a letter for each parameter: i int, I int64_t, s text (NULL: null). */
ATTR_NODISCARD int sql_prepare(sqlite3_stmt **out, struct store *store, struct err *err,
                               const char *sql, const char *types, ...);
/* Runs a statement that returns no rows. */
ATTR_NODISCARD int sql_run(struct store *store, struct err *err, const char *sql, const char *types,
                           ...);
/* Steps to the next row. Returns 1, 0 at the end, or an error. */
ATTR_NODISCARD int sql_step(struct store *store, sqlite3_stmt *stmt, struct err *err);

/* A column of the current row: as text (NULL: null), as a copy, as a hash. */
const char *sql_text(sqlite3_stmt *stmt, int column);
char *sql_text_dup(sqlite3_stmt *stmt, int column);
void sql_hex(char out[33], sqlite3_stmt *stmt, int column);

/* Runs several statements as one transaction, or as a part of one that can fail alone. ret is the
 * result of the statements: sql_group_end() commits if it is 0, else rolls back, and returns it, or
 * the error of the commit. */
ATTR_NODISCARD int sql_group_begin(struct store *store, struct err *err);
int sql_group_end(struct store *store, int ret, struct err *err);
