/* The recordings in the store, of one file or several. */
#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "store_sql.h"

void recording_finish(struct recording *r)
{
    for (size_t i = 0; i < r->nb_files; i++)
        free(r->files[i].path);
    free(r->files);
    free(r->path);
    *r = (struct recording){0};
}

void recordings_free(struct recording *recordings, size_t nb)
{
    for (size_t i = 0; i < nb; i++)
        recording_finish(&recordings[i]);
    free(recordings);
}

static void add_file(struct recording *r, const struct recording_file *file)
{
    r->files = mem_grow(r->files, r->nb_files, sizeof *r->files);
    r->files[r->nb_files++] = *file;
}

static void take_recording(struct recording *r, sqlite3_stmt *stmt)
{
    *r = (struct recording){.id = sqlite3_column_int64(stmt, 0),
                            .path = sql_text_dup(stmt, 1),
                            .size = sqlite3_column_int64(stmt, 2),
                            .mtime_ns = sqlite3_column_int64(stmt, 3),
                            .by_hand = sqlite3_column_int(stmt, 5)};
    sql_hex(r->fingerprint, stmt, 4);
}

static void take_file(struct recording *r, sqlite3_stmt *stmt)
{
    struct recording_file file = {.path = sql_text_dup(stmt, 1),
                                  .size = sqlite3_column_int64(stmt, 2),
                                  .mtime_ns = sqlite3_column_int64(stmt, 3)};
    sql_hex(file.fingerprint, stmt, 4);
    add_file(r, &file);
}

/* A recording without rows of files is one file. */
static void add_only_file(struct recording *r)
{
    struct recording_file file = {.size = r->size, .mtime_ns = r->mtime_ns};
    if (r->nb_files)
        return;
    file.path = mem_strdup(r->path);
    memcpy(file.fingerprint, r->fingerprint, sizeof file.fingerprint);
    add_file(r, &file);
}

#define RECORDING_COLUMNS "id, path, size, mtime_ns, fingerprint, by_hand"
static const char recording_kinds[] = "LtILhc", file_kinds[] = "LtILhc";

/* The current row is the next file of r. */
static int take_next_file(struct recording *r, sqlite3_stmt *stmt, struct store *s, struct err *err)
{
    if (sqlite3_column_int64(stmt, 5) != (int64_t)r->nb_files)
        return sql_damaged(s, err, "a file of '%s' is missing", r->path);
    take_file(r, stmt);
    return 0;
}

/* The files of recordings that have several; their rows are in the order of the list. Files of
 * recordings that do not exist have no ID. */
static int read_files(struct recording *list, size_t nb, struct store *s, struct err *err)
{
    AUTO_STMT *stmt = NULL;
    if (sql_prepare(&stmt, s, err,
                    "SELECT r.id, f.path, f.size, f.mtime_ns, f.fingerprint, f.position "
                    "FROM recording_file f LEFT JOIN recording r ON f.recording = r.id "
                    "ORDER BY r.path, f.position",
                    "") < 0)
        return err->code;
    size_t i = 0;
    int got;
    while ((got = sql_step(s, stmt, file_kinds, err)) > 0) {
        while (i < nb && list[i].id != sqlite3_column_int64(stmt, 0))
            i++;
        if (i == nb)
            return sql_damaged(s, err, "the recordings are not in order");
        if (take_next_file(&list[i], stmt, s, err) < 0)
            return err->code;
    }
    return got;
}

static int read_recordings(struct recording **list, size_t *nb, struct store *s, struct err *err)
{
    AUTO_STMT *stmt = NULL;
    if (sql_prepare(&stmt, s, err, "SELECT " RECORDING_COLUMNS " FROM recording ORDER BY path",
                    "") < 0)
        return err->code;
    int got;
    while ((got = sql_step(s, stmt, recording_kinds, err)) > 0) {
        *list = mem_grow(*list, *nb, sizeof **list);
        take_recording(&(*list)[(*nb)++], stmt);
    }
    return got;
}

int store_recordings(struct recording **out, size_t *out_nb, struct store *s, struct err *err)
{
    struct recording *list = NULL;
    size_t nb = 0;
    /* As one: another process may add files meanwhile. */
    int ret = sql_group_begin(s, err);
    if (ret == 0) {
        ret = read_recordings(&list, &nb, s, err);
        ret = sql_group_end(s, ret == 0 ? read_files(list, nb, s, err) : ret, err);
    }
    if (ret < 0) {
        recordings_free(list, nb);
        return ret;
    }
    for (size_t i = 0; i < nb; i++)
        add_only_file(&list[i]);
    *out = list;
    *out_nb = nb;
    return 0;
}

static int find_recording(struct recording *out, struct store *s, const char *sql, const char *text,
                          struct err *err)
{
    AUTO_STMT *stmt = NULL;
    if (sql_prepare(&stmt, s, err, sql, "s", text) < 0)
        return err->code;
    const int got = sql_step(s, stmt, recording_kinds, err);
    if (got > 0)
        take_recording(out, stmt);
    return got < 0 ? got : 0;
}

static int find_files(struct recording *r, struct store *s, struct err *err)
{
    AUTO_STMT *stmt = NULL;
    if (sql_prepare(
            &stmt, s, err,
            "SELECT recording, path, size, mtime_ns, fingerprint, position FROM recording_file "
            "WHERE recording = ? ORDER BY position",
            "I", r->id) < 0)
        return err->code;
    int got;
    while ((got = sql_step(s, stmt, file_kinds, err)) > 0)
        if (take_next_file(r, stmt, s, err) < 0)
            return err->code;
    return got;
}

static int find_whole(struct recording *out, bool *found, struct store *s, const char *sql,
                      const char *text, struct err *err)
{
    struct recording r = {0};
    if (find_recording(&r, s, sql, text, err) < 0 || (r.path && find_files(&r, s, err) < 0)) {
        recording_finish(&r);
        return err->code;
    }
    if (r.path)
        add_only_file(&r);
    *found = r.path != NULL;
    *out = r;
    return 0;
}

int store_recording_by_fingerprint(struct recording *out, bool *found, struct store *s,
                                   const char *fingerprint, struct err *err)
{
    return find_whole(out, found, s,
                      "SELECT " RECORDING_COLUMNS " FROM recording WHERE id IN "
                      "(SELECT id FROM recording WHERE fingerprint = ?1 UNION ALL "
                      "SELECT recording FROM recording_file WHERE fingerprint = ?1) "
                      "ORDER BY path LIMIT 1",
                      fingerprint, err);
}

int store_recording_by_path(struct recording *out, bool *found, struct store *s, const char *path,
                            struct err *err)
{
    return find_whole(out, found, s,
                      "SELECT " RECORDING_COLUMNS " FROM recording WHERE id IN "
                      "(SELECT id FROM recording WHERE path = ?1 UNION ALL "
                      "SELECT recording FROM recording_file WHERE path = ?1) "
                      "ORDER BY path LIMIT 1",
                      path, err);
}

static int write_recording(struct store *s, const struct recording *r, struct err *err)
{
    if (sql_change(s, err,
                   "INSERT INTO recording (path, size, mtime_ns, fingerprint, by_hand) "
                   "VALUES (?, ?, ?, ?, ?) ON CONFLICT (path) DO UPDATE SET size = excluded.size, "
                   "mtime_ns = excluded.mtime_ns, fingerprint = excluded.fingerprint, "
                   "by_hand = excluded.by_hand",
                   "sIIsi", r->path, r->size, r->mtime_ns, r->fingerprint, (int)r->by_hand) < 0 ||
        sql_change(s, err,
                   "DELETE FROM recording_file WHERE recording = "
                   "(SELECT id FROM recording WHERE path = ?)",
                   "s", r->path) < 0)
        return err->code;
    for (size_t i = 0; r->nb_files > 1 && i < r->nb_files; i++) {
        const struct recording_file *f = &r->files[i];
        if (sql_change(s, err,
                       "INSERT INTO recording_file SELECT id, ?, ?, ?, ?, ? FROM recording "
                       "WHERE path = ?",
                       "isIIss", (int)i, f->path, f->size, f->mtime_ns, f->fingerprint,
                       r->path) < 0)
            return err->code;
    }
    return 0;
}

int store_set_recording(struct store *s, const struct recording *r, struct err *err)
{
    if (sql_group_begin(s, err) < 0)
        return err->code;
    return sql_group_end(s, write_recording(s, r, err), err);
}

int store_remove_recording(struct store *s, const char *path, struct err *err)
{
    return sql_change(s, err, "DELETE FROM recording WHERE path = ?", "s", path);
}
