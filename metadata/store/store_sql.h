/* Statements of the store: what the files store*.c share, and nobody else. */
#pragma once

#include <sqlite3.h>

#include "attr.h"
#include "err.h"
#include "store.h"

struct store {
    sqlite3 *db;
    sqlite3_stmt **statements; /* each made once: a plan asks some of them thousands of times */
    size_t nb_statements;
    const volatile sig_atomic_t *stop; /* see store_set_stop */
    bool reading;                      /* between store_begin_reading and its end */
    struct err unwritable;             /* why it can only be read, where that is so */
};

/* What SQLite says, as an error of ours. Returns its code. */
int sql_fail(struct store *store, struct err *err, const char *what);
ATTR_NODISCARD int sql_exec(struct store *store, const char *sql, struct err *err);

/* Finalizes all statements; before the store is closed. */
void sql_finish(struct store *store);

/* A statement is the store's; whoever had it from sql_prepare gives it back by sql_release_p. */
void sql_release_p(sqlite3_stmt **stmt);
#define AUTO_STMT ATTR_CLEANUP(sql_release_p) sqlite3_stmt

/* Bound by the letters of types: i int, I int64_t, s text (NULL: null). */
ATTR_NODISCARD int sql_prepare(sqlite3_stmt **out, struct store *store, struct err *err,
                               const char *sql, const char *types, ...);
/* Runs a statement that gives no rows. */
ATTR_NODISCARD int sql_run(struct store *store, struct err *err, const char *sql, const char *types,
                           ...);
/* Steps to the next row. Returns 1, 0 at the end, or an error. */
ATTR_NODISCARD int sql_step(struct store *store, sqlite3_stmt *stmt, struct err *err);

/* Columns of the row: text (NULL: null), a copy of it, a hash. */
const char *sql_text(sqlite3_stmt *stmt, int column);
char *sql_text_dup(sqlite3_stmt *stmt, int column);
void sql_hex(char out[33], sqlite3_stmt *stmt, int column);

/* Several statements that hold together or not at all, within a transaction or as one. group_end
 * takes how they went, and returns that, or what ending them met. */
ATTR_NODISCARD int sql_group_begin(struct store *store, struct err *err);
int sql_group_end(struct store *store, int ret, struct err *err);
