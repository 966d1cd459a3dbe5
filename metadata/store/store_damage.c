/* Finding damage before it does harm, and the way back from it. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "fs.h"
#include "mem.h"
#include "store_sql.h"

/* --- an unclean end --------------------------------------------------------------------------- */

/* Whether a process has the store open: SQLite locks a byte of the index of its journal then
 * (UNIX_SHM_DMS). */
static bool is_held(const char *index)
{
    enum { LOCKED_BYTE = 128 };
    struct flock lock = {
        .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = LOCKED_BYTE, .l_len = 1};
    const int fd = open(index, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    const bool held = fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
    close(fd);
    return held;
}

bool store_ended_badly(const char *path)
{
    AUTO_FREE char *journal = mem_printf("%s-wal", path), *index = mem_printf("%s-shm", path);
    return (fs_size(journal) > 0 || fs_exists(index)) && !is_held(index);
}

/* --- checks ----------------------------------------------------------------------------------- */

/* The first row of the statement, if there is one, is what is wrong, unless it is "ok". */
static int report(struct store *s, const char *sql, struct err *err)
{
    AUTO_STMT *stmt = NULL;
    if (sql_prepare(&stmt, s, err, sql, "") < 0)
        return err->code;
    const int got = sql_step(s, stmt, "-", err);
    const char *found = got > 0 ? sql_text(stmt, 0) : "ok";
    if (got < 0 || (found && strcmp(found, "ok") == 0))
        return err->code;
    const char *heading = found ? strrchr(found, '\n') : NULL; /* names the database */
    return sql_damaged(s, err, "%s", heading ? heading + 1 : found ? found : "?");
}

int sql_quick_check(struct store *s, const char *table, struct err *err)
{
    AUTO_FREE char *sql = table ? mem_printf("PRAGMA store.quick_check('%s')", table)
                                : mem_strdup("PRAGMA quick_check(1)");
    return report(s, sql, err);
}

/* Triggers and views would do something else than what talkpress asks for. */
int sql_check_schema(struct store *s, struct err *err)
{
    return report(s,
                  "SELECT 'talkpress makes no ' || type || ' ' || name FROM sqlite_schema "
                  "WHERE type NOT IN ('table', 'index') OR rootpage IS NULL OR rootpage < 1",
                  err);
}

static const struct {
    const char *sql, *columns;
} decisions[] = {
    {"SELECT talk, part, recording FROM chosen_match", "ncH"},
    {"SELECT talk, part, recording, begin_frame, end_frame FROM chosen_cut", "nnhII"},
    {"SELECT talk, part, recording, at_ms, title FROM chosen_chapter", "nnhIs"},
    {"SELECT talk, part, recording, frame FROM chosen_poster", "nnhI"},
    {"SELECT talk, part, recording, begin_frame, end_frame FROM chosen_drop", "nnhII"},
    {"SELECT talk, part, recording, sound_ms FROM chosen_offset", "nnhi"},
    {"SELECT talk, language FROM chosen_language", "ns"},
    {"SELECT talk, part, recording, language, text FROM chosen_captions", "nnhss"},
    {"SELECT recording, stream, use FROM chosen_sound", "hiT"},
    {"SELECT recording, start, room FROM chosen_place", "hTT"},
    {"SELECT talk, part, recording, begin_frame, end_frame, verdict, because, at, drops "
     "FROM acceptance",
     "nnHIItttt"},
    {"SELECT name, key, talk, part, recording FROM published", "thccH"},
};

int store_check_decisions(struct store *s, struct err *err)
{
    for (size_t i = 0; i < sizeof decisions / sizeof *decisions; i++) {
        AUTO_STMT *stmt = NULL;
        int got = sql_prepare(&stmt, s, err, decisions[i].sql, "");
        while (got == 0 && (got = sql_step(s, stmt, decisions[i].columns, err)) > 0)
            got = 0;
        if (got < 0)
            return got;
    }
    return 0;
}

/* --- the way back ----------------------------------------------------------------------------- */

static bool is_usable(const char *backup)
{
    struct err ignored = {0};
    int version;
    AUTO_STORE *s = NULL;
    return fs_check(backup, INT64_MAX, &ignored) == 0 && /* SQLite would wait for a pipe */
           sql_open_unchanging(&s, &version, backup, &ignored) == 0 &&
           sql_quick_check(s, NULL, &ignored) == 0;
}

char *store_backup_find(const char *path)
{
    static const char *const suffixes[] = {STORE_BACKUP, STORE_BACKUP_BEFORE};
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        AUTO_FREE char *backup = mem_printf("%s%s", path, suffixes[i]);
        if (is_usable(backup))
            return mem_take(&backup);
    }
    return NULL;
}

/* A name for a folder that is not there yet. */
static char *new_folder(const char *path)
{
    AUTO_FREE char *dir = fs_dirname(path);
    for (int i = 1;; i++) {
        AUTO_FREE char *name = i > 1 ? mem_printf("damaged-%d", i) : mem_strdup("damaged");
        AUTO_FREE char *whole = fs_join(dir, name);
        if (!fs_exists(whole))
            return mem_take(&name);
    }
}

char *store_way_back(const char *path)
{
    AUTO_FREE char *backup = store_backup_find(path);
    struct stat st;
    struct tm when;
    char time[32] = "";
    if (!backup || stat(backup, &st) < 0)
        return mem_strdup("talkpress has no backup of it: put yours in its place");
    strftime(time, sizeof time, "%Y-%m-%d %H:%M", gmtime_r(&st.st_mtim.tv_sec, &when));
    AUTO_FREE char *aside = new_folder(path);
    const char *name = fs_basename(path);
    /* A journal of the damaged store would damage the backup too: all goes. */
    return mem_printf("To go back to the backup of %s UTC, which has all decisions, run in its "
                      "folder: mkdir %s && mv %s* %s/ && cp %s/%s %s",
                      time, aside, name, aside, aside, fs_basename(backup), name);
}
