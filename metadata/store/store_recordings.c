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

/* The files of those that are several. */
static int read_files(struct recording *list, size_t nb, struct store *s, struct err *err)
{
    AUTO_STMT *stmt = NULL;
    if (sql_prepare(&stmt, s, err,
                    "SELECT recording, path, size, mtime_ns, fingerprint FROM recording_file "
                    "ORDER BY recording, position",
                    "") < 0)
        return err->code;
    int got;
    while ((got = sql_step(s, stmt, err)) > 0) {
        struct recording_file file = {.size = sqlite3_column_int64(stmt, 2),
                                      .mtime_ns = sqlite3_column_int64(stmt, 3)};
        sql_hex(file.fingerprint, stmt, 4);
        for (size_t i = 0; i < nb; i++)
            if (list[i].id == sqlite3_column_int64(stmt, 0)) {
                file.path = sql_text_dup(stmt, 1);
                add_file(&list[i], &file);
            }
    }
    return got;
}

static int read_recordings(struct recording **list, size_t *nb, struct store *s, struct err *err)
{
    AUTO_STMT *stmt = NULL;
    if (sql_prepare(&stmt, s, err,
                    "SELECT id, path, size, mtime_ns, fingerprint, by_hand FROM recording "
                    "ORDER BY path",
                    "") < 0)
        return err->code;
    int got;
    while ((got = sql_step(s, stmt, err)) > 0) {
        *list = mem_grow(*list, *nb, sizeof **list);
        struct recording *r = &(*list)[(*nb)++];
        *r = (struct recording){.id = sqlite3_column_int64(stmt, 0),
                                .path = sql_text_dup(stmt, 1),
                                .size = sqlite3_column_int64(stmt, 2),
                                .mtime_ns = sqlite3_column_int64(stmt, 3),
                                .by_hand = sqlite3_column_int(stmt, 5)};
        sql_hex(r->fingerprint, stmt, 4);
    }
    return got;
}

int store_recordings(struct recording **out, size_t *out_nb, struct store *s, struct err *err)
{
    struct recording *list = NULL;
    size_t nb = 0;
    if (read_recordings(&list, &nb, s, err) < 0 || read_files(list, nb, s, err) < 0) {
        recordings_free(list, nb);
        return err->code;
    }
    for (size_t i = 0; i < nb; i++) {
        struct recording *r = &list[i];
        struct recording_file file = {.size = r->size, .mtime_ns = r->mtime_ns};
        if (r->nb_files)
            continue;
        file.path = mem_strdup(r->path);
        memcpy(file.fingerprint, r->fingerprint, sizeof file.fingerprint);
        add_file(r, &file);
    }
    *out = list;
    *out_nb = nb;
    return 0;
}

static int write_recording(struct store *s, const struct recording *r, struct err *err)
{
    if (sql_run(s, err,
                "INSERT INTO recording (path, size, mtime_ns, fingerprint, by_hand) "
                "VALUES (?, ?, ?, ?, ?) ON CONFLICT (path) DO UPDATE SET size = excluded.size, "
                "mtime_ns = excluded.mtime_ns, fingerprint = excluded.fingerprint, "
                "by_hand = excluded.by_hand",
                "sIIsi", r->path, r->size, r->mtime_ns, r->fingerprint, (int)r->by_hand) < 0 ||
        sql_run(s, err,
                "DELETE FROM recording_file WHERE recording = "
                "(SELECT id FROM recording WHERE path = ?)",
                "s", r->path) < 0)
        return err->code;
    for (size_t i = 0; r->nb_files > 1 && i < r->nb_files; i++) {
        const struct recording_file *f = &r->files[i];
        if (sql_run(s, err,
                    "INSERT INTO recording_file SELECT id, ?, ?, ?, ?, ? FROM recording "
                    "WHERE path = ?",
                    "isIIss", (int)i, f->path, f->size, f->mtime_ns, f->fingerprint, r->path) < 0)
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
    return sql_run(s, err, "DELETE FROM recording WHERE path = ?", "s", path);
}
