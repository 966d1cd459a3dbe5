/* The backup of facts and decisions beside the store. */
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs.h"
#include "mem.h"
#include "programme.h"
#include "store_sql.h"

enum { BETWEEN_S = 3600 };

bool store_has_changed(const struct store *s)
{
    return s->changed;
}

bool store_has_backup(const struct store *s)
{
    AUTO_FREE char *backup = mem_printf("%s" STORE_BACKUP, s->path);
    return fs_exists(backup);
}

/* --- copying ---------------------------------------------------------------------------------- */

/* Results are in work/ too. */
static bool is_copied(const char *table)
{
    return strcmp(table, "result") != 0 && strcmp(table, "result_cells") != 0 &&
           strcmp(table, "failure") != 0;
}

static int copy_table(struct store *b, const char *table, struct err *err)
{
    AUTO_FREE char *sql = mem_printf("INSERT INTO main.%s SELECT * FROM store.%s", table, table);
    return sql_quick_check(b, table, err) < 0 ? err->code : sql_run(b, err, sql, "");
}

/* Makes all tables and indexes of the store, and copies the rows. */
static int copy_all(struct store *b, struct err *err)
{
    AUTO_STMT *stmt = NULL;
    if (sql_prepare(&stmt, b, err,
                    "SELECT sql, name, type = 'table' FROM store.sqlite_schema WHERE sql NOT NULL "
                    "ORDER BY type = 'index', name",
                    "") < 0)
        return err->code;
    int got;
    while ((got = sql_step(b, stmt, "ttc", err)) > 0)
        if (sql_exec(b, sql_text(stmt, 0), err) < 0 ||
            (sqlite3_column_int(stmt, 2) && is_copied(sql_text(stmt, 1)) &&
             copy_table(b, sql_text(stmt, 1), err) < 0))
            return err->code;
    return got;
}

static int go_on(void *opaque, const struct decision *decision)
{
    (void)opaque;
    (void)decision;
    return 0;
}

/* Reads all facts and decisions of the copy, as commands do: no damage may get into the backup. */
static int check_copy(struct store *b, struct err *err)
{
    AUTO_PROGRAMME p = {0};
    struct recording *recordings = NULL;
    size_t nb = 0;
    int ret = store_programme(&p, b, err);
    if (ret == 0)
        ret = store_recordings(&recordings, &nb, b, err);
    recordings_free(recordings, nb);
    if (ret == 0)
        ret = store_check_decisions(b, err);
    return ret == 0 ? store_each_decision(b, go_on, NULL, err) : ret;
}

static int copy_to(const char *tmp, const struct store *s, struct err *err)
{
    AUTO_STORE *b = NULL;
    if (sql_open_new(&b, tmp, err) < 0)
        return err->code;
    free(b->path);
    b->path = mem_strdup(s->path); /* what is damaged is the store */
    /* The whole file is flushed at the end. */
    if (sql_exec(b, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF", err) < 0 ||
        sql_run(b, err, "ATTACH ? AS store", "s", s->path) < 0 || sql_exec(b, "BEGIN", err) < 0 ||
        copy_all(b, err) < 0 || check_copy(b, err) < 0)
        return err->code;
    return sql_mark(b, err) < 0 ? err->code : sql_exec(b, "COMMIT", err);
}

/* --- generations ------------------------------------------------------------------------------ */

/* The previous one is replaced only now and then: several decisions in a row are one change. */
static bool is_due(const char *backup, const char *before)
{
    struct stat now, then;
    return stat(backup, &now) == 0 &&
           (stat(before, &then) < 0 || now.st_mtim.tv_sec - then.st_mtim.tv_sec >= BETWEEN_S);
}

static int put_in_place(const char *tmp, const struct store *s, struct err *err)
{
    AUTO_FREE char *backup = mem_printf("%s" STORE_BACKUP, s->path);
    AUTO_FREE char *before = mem_printf("%s" STORE_BACKUP_BEFORE, s->path);
    AUTO_FREE char *usable = is_due(backup, before) ? store_backup_find(s->path) : NULL;
    if (usable && strcmp(usable, backup) == 0 && fs_link_atomic(backup, before, err) < 0)
        return err->code;
    return fs_commit(tmp, backup, err);
}

/* The store's write lock keeps another process from doing the same at the same time. */
int store_backup(struct store *s, struct err *err)
{
    AUTO_FREE char *tmp = mem_printf("%s" STORE_BACKUP ".tmp", s->path);
    if (store_begin(s, err) < 0)
        return err->code;
    int ret = fs_remove_all(tmp, err);
    if (ret == 0)
        ret = copy_to(tmp, s, err);
    if (ret == 0)
        ret = put_in_place(tmp, s, err);
    if (ret < 0)
        (void)unlink(tmp); /* the disk may be full */
    store_rollback(s);
    s->changed = s->changed && ret < 0;
    return ret;
}
