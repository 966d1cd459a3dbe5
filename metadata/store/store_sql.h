/* SQL statements of the store. Private to the files store*.c. */
#pragma once

#include <sqlite3.h>

#include "attr.h"
#include "err.h"
#include "store.h"

/* An expression: a random UUID (RFC 4122, 4.4). */
#define SQL_UUID                                                                        \
    "lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || "                 \
    "substr(hex(randomblob(2)), 2) || '-a' || substr(hex(randomblob(2)), 2) || '-' || " \
    "hex(randomblob(6)))"

struct store {
    sqlite3 *db;
    char *path;             /* for messages */
    sqlite3_vfs *sleepless; /* of a store that is only read; NULL: the usual one */
    char sleepless_name[40];
    sqlite3_stmt **statements; /* prepared once: a plan runs some of them thousands of times */
    size_t nb_statements;
    const volatile sig_atomic_t *stop; /* see store_set_stop */
    bool reading;                      /* between store_begin_reading() and store_end_reading() */
    bool changed;                      /* see store_has_changed */
    bool changing;                     /* the same in the open transaction */
    const char *through;               /* see store_set_through; NULL: not said */
    char decided_at[32];               /* of the open transaction's decisions; "": none yet */
    int64_t decided_after, decided;    /* ids: the last before that transaction; its last, or 0 */
    struct err unwritable;             /* why it can only be read; empty if it can be written */
};

/* Sets err to SQLite's last error; what says what failed. Returns the code of err. */
int sql_fail(struct store *store, struct err *err, const char *what);
/* The store contains something that talkpress cannot have written: fmt says what. The message says
 * how to go back to the backup. Returns the code of err. */
int sql_damaged(struct store *store, struct err *err, const char *fmt, ...) ATTR_PRINTF(3, 4);
ATTR_NODISCARD int sql_exec(struct store *store, const char *sql, struct err *err);

/* Opens a new file for the tables of a store; sql_mark() says that it is one. */
ATTR_NODISCARD int sql_open_new(struct store **out, const char *path, struct err *err);
ATTR_NODISCARD int sql_mark(struct store *store, struct err *err);
/* Opens a store that no process writes to, only to read it. */
ATTR_NODISCARD int sql_open_unchanging(struct store **out, int *version, const char *path,
                                       struct err *err);

/* --- damage: each returns 0 or sql_damaged() --- */

/* Of a table of the attached database "store"; NULL: of the whole store. */
ATTR_NODISCARD int sql_quick_check(struct store *store, const char *table, struct err *err);
ATTR_NODISCARD int sql_check_schema(struct store *store, struct err *err);
/* Whether a process that had the store open did not close it, and none has it open now. To be
 * called before SQLite opens it. */
bool store_ended_badly(const char *path);
/* The newest usable backup: a new string, NULL if there is none. */
char *store_backup_find(const char *path);
/* How to replace the store at path by its backup, as a new string: a sentence. */
char *store_way_back(const char *path);

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
/* The same for a fact or decision: see store_has_changed. */
ATTR_NODISCARD int sql_change(struct store *store, struct err *err, const char *sql,
                              const char *types, ...);
/* To be called after a statement that may have ended a transaction successfully. */
void sql_note_committed(struct store *store);
/* Steps to the next row. Returns 1, 0 at the end, or an error. A damaged file may contain anything,
 * whatever the schema says: columns has a letter for each column, for what it must be, or the store
 * is damaged.
 *   n  a number from 1 that fits int    s  text in UTF-8
 *   c  a number from 0 that fits int    t  text, perhaps not in UTF-8: a path, what the user typed
 *   i  any number that fits int         h  a hash: at most 32 letters and digits
 *   I  a number from 0                  S, T, H  the same, or null; H may be empty
 *   L  any whole number                 -  anything */
ATTR_NODISCARD int sql_step(struct store *store, sqlite3_stmt *stmt, const char *columns,
                            struct err *err);
/* Whether the current row is like that. */
bool sql_row_is(sqlite3_stmt *stmt, const char *columns);

/* A column of the current row: as text (NULL: null), as a copy, as a hash. */
const char *sql_text(sqlite3_stmt *stmt, int column);
char *sql_text_dup(sqlite3_stmt *stmt, int column);
void sql_hex(char out[33], sqlite3_stmt *stmt, int column);

/* Runs several statements as one transaction, or as a part of one that can fail alone. ret is the
 * result of the statements: sql_group_end() commits if it is 0, else rolls back, and returns it, or
 * the error of the commit. */
ATTR_NODISCARD int sql_group_begin(struct store *store, struct err *err);
int sql_group_end(struct store *store, int ret, struct err *err);
