/* Decisions of users: matches, cuts, chapters, posters, sound, places, acceptances. */
#include <stdio.h>
#include <stdlib.h>

#include "mem.h"
#include "store_sql.h"

int store_chosen_matches(struct chosen_match **out, size_t *out_nb, struct store *s,
                         struct err *err)
{
    AUTO_STMT *stmt = NULL;
    if (sql_prepare(&stmt, s, err, "SELECT talk, part, recording FROM chosen_match", "") < 0)
        return err->code;
    struct chosen_match *list = NULL;
    size_t nb = 0;
    int got;
    while ((got = sql_step(s, stmt, "ncH", err)) > 0) {
        list = mem_grow(list, nb, sizeof *list);
        list[nb] = (struct chosen_match){.talk = sqlite3_column_int(stmt, 0),
                                         .part = sqlite3_column_int(stmt, 1)};
        sql_hex(list[nb++].recording, stmt, 2);
    }
    if (got < 0) {
        free(list);
        return got;
    }
    *out = list;
    *out_nb = nb;
    return 0;
}

int store_choose_match(struct store *s, int talk, int part, const char *recording, struct err *err)
{
    return sql_change(s, err, "INSERT OR REPLACE INTO chosen_match VALUES (?, ?, ?)", "iis", talk,
                      part, recording);
}

int store_clear_match(struct store *s, int talk, struct err *err)
{
    return sql_change(s, err, "DELETE FROM chosen_match WHERE talk = ?", "i", talk);
}

int store_chosen_cut(struct chosen_cut *out, bool *found, struct store *s, int talk, int part,
                     struct err *err)
{
    AUTO_STMT *stmt = NULL;
    if (sql_prepare(&stmt, s, err,
                    "SELECT recording, begin_frame, end_frame FROM chosen_cut "
                    "WHERE talk = ? AND part = ?",
                    "ii", talk, part) < 0)
        return err->code;
    const int got = sql_step(s, stmt, "hII", err);
    *found = got > 0;
    if (got > 0) {
        sql_hex(out->recording, stmt, 0);
        out->begin = sqlite3_column_int64(stmt, 1);
        out->end = sqlite3_column_int64(stmt, 2);
    }
    return got < 0 ? got : 0;
}

int store_choose_cut(struct store *s, int talk, int part, const struct chosen_cut *cut,
                     struct err *err)
{
    if (!cut)
        return sql_change(s, err, "DELETE FROM chosen_cut WHERE talk = ? AND part = ?", "ii", talk,
                          part);
    return sql_change(s, err, "INSERT OR REPLACE INTO chosen_cut VALUES (?, ?, ?, ?, ?)", "iisII",
                      talk, part, cut->recording, cut->begin, cut->end);
}

int store_chosen_chapters(struct chosen_chapter **out, size_t *out_nb, struct store *s, int talk,
                          int part, struct err *err)
{
    AUTO_STMT *stmt = NULL;
    if (sql_prepare(&stmt, s, err,
                    "SELECT recording, at_ms, title FROM chosen_chapter "
                    "WHERE talk = ? AND part = ? ORDER BY recording, at_ms",
                    "ii", talk, part) < 0)
        return err->code;
    struct chosen_chapter *list = NULL;
    size_t nb = 0;
    int got;
    while ((got = sql_step(s, stmt, "hIs", err)) > 0) {
        list = mem_grow(list, nb, sizeof *list);
        list[nb] = (struct chosen_chapter){.at_ms = sqlite3_column_int64(stmt, 1),
                                           .title = sql_text_dup(stmt, 2)};
        sql_hex(list[nb++].recording, stmt, 0);
    }
    if (got < 0) {
        chosen_chapters_free(list, nb);
        return got;
    }
    *out = list;
    *out_nb = nb;
    return 0;
}

void chosen_chapters_free(struct chosen_chapter *list, size_t nb)
{
    for (size_t i = 0; i < nb; i++)
        free(list[i].title);
    free(list);
}

int store_choose_chapter(struct store *s, int talk, int part, const struct chosen_chapter *c,
                         struct err *err)
{
    return sql_change(s, err, "INSERT OR REPLACE INTO chosen_chapter VALUES (?, ?, ?, ?, ?)",
                      "iisIs", talk, part, c->recording, c->at_ms, c->title);
}

int store_drop_chapter(struct store *s, int talk, int part, const struct chosen_chapter *c,
                       struct err *err)
{
    return sql_change(s, err,
                      "DELETE FROM chosen_chapter "
                      "WHERE talk = ? AND part = ? AND recording = ? AND at_ms = ?",
                      "iisI", talk, part, c->recording, c->at_ms);
}

int store_chosen_poster(struct chosen_poster *out, bool *found, struct store *s, int talk, int part,
                        struct err *err)
{
    AUTO_STMT *stmt = NULL;
    if (sql_prepare(&stmt, s, err,
                    "SELECT recording, frame FROM chosen_poster WHERE talk = ? AND part = ?", "ii",
                    talk, part) < 0)
        return err->code;
    const int got = sql_step(s, stmt, "hI", err);
    *found = got > 0;
    if (got > 0) {
        sql_hex(out->recording, stmt, 0);
        out->frame = sqlite3_column_int64(stmt, 1);
    }
    return got < 0 ? got : 0;
}

int store_choose_poster(struct store *s, int talk, int part, const struct chosen_poster *poster,
                        struct err *err)
{
    if (!poster)
        return sql_change(s, err, "DELETE FROM chosen_poster WHERE talk = ? AND part = ?", "ii",
                          talk, part);
    return sql_change(s, err, "INSERT OR REPLACE INTO chosen_poster VALUES (?, ?, ?, ?)", "iisI",
                      talk, part, poster->recording, poster->frame);
}

int store_chosen_sound(struct chosen_sound *out, struct store *s, const char *recording,
                       struct err *err)
{
    AUTO_STMT *stmt = NULL;
    *out = (struct chosen_sound){.stream = -1};
    if (sql_prepare(&stmt, s, err, "SELECT stream, use FROM chosen_sound WHERE recording = ?", "s",
                    recording) < 0)
        return err->code;
    const int got = sql_step(s, stmt, "iT", err);
    if (got > 0) {
        const char *use = sql_text(stmt, 1);
        out->stream = sqlite3_column_int(stmt, 0);
        snprintf(out->use, sizeof out->use, "%s", use ? use : "");
    }
    return got < 0 ? got : 0;
}

int store_choose_sound(struct store *s, const char *recording, const struct chosen_sound *sound,
                       struct err *err)
{
    if (sound->stream < 0 && !sound->use[0])
        return sql_change(s, err, "DELETE FROM chosen_sound WHERE recording = ?", "s", recording);
    return sql_change(s, err, "INSERT OR REPLACE INTO chosen_sound VALUES (?, ?, ?)", "sis",
                      recording, sound->stream, sound->use[0] ? sound->use : NULL);
}

int store_chosen_place(struct chosen_place *out, struct store *s, const char *recording,
                       struct err *err)
{
    AUTO_STMT *stmt = NULL;
    *out = (struct chosen_place){0};
    if (sql_prepare(&stmt, s, err, "SELECT start, room FROM chosen_place WHERE recording = ?", "s",
                    recording) < 0)
        return err->code;
    const int got = sql_step(s, stmt, "TT", err);
    if (got > 0) {
        out->start = sql_text_dup(stmt, 0);
        out->room = sql_text_dup(stmt, 1);
    }
    return got < 0 ? got : 0;
}

void chosen_place_finish(struct chosen_place *place)
{
    free(place->start);
    free(place->room);
    *place = (struct chosen_place){0};
}

int store_choose_place(struct store *s, const char *recording, const struct chosen_place *place,
                       struct err *err)
{
    if (!place->start && !place->room)
        return sql_change(s, err, "DELETE FROM chosen_place WHERE recording = ?", "s", recording);
    return sql_change(s, err, "INSERT OR REPLACE INTO chosen_place VALUES (?, ?, ?)", "sss",
                      recording, place->start, place->room);
}

int store_acceptance(struct acceptance *out, bool *found, struct store *s, int talk, int part,
                     struct err *err)
{
    AUTO_STMT *stmt = NULL;
    if (sql_prepare(
            &stmt, s, err,
            "SELECT recording, verdict, because, at, begin_frame, end_frame FROM acceptance "
            "WHERE talk = ? AND part = ?",
            "ii", talk, part) < 0)
        return err->code;
    const int got = sql_step(s, stmt, "HtttII", err);
    *found = got > 0;
    if (got > 0) {
        sql_hex(out->recording, stmt, 0);
        out->verdict = sql_text_dup(stmt, 1);
        out->because = sql_text_dup(stmt, 2);
        out->at = sql_text_dup(stmt, 3);
        out->begin = sqlite3_column_int64(stmt, 4);
        out->end = sqlite3_column_int64(stmt, 5);
    }
    return got < 0 ? got : 0;
}

void acceptance_finish(struct acceptance *a)
{
    free(a->verdict);
    free(a->because);
    free(a->at);
    *a = (struct acceptance){0};
}

int store_accept(struct store *s, int talk, int part, const struct acceptance *a, struct err *err)
{
    return sql_change(s, err,
                      "INSERT OR REPLACE INTO acceptance VALUES (?, ?, ?, ?, ?, ?, ?, "
                      "strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))",
                      "iisIIss", talk, part, a->recording, a->begin, a->end, a->verdict,
                      a->because);
}

int store_clear_acceptance(struct store *s, int talk, int part, struct err *err)
{
    return sql_change(s, err, "DELETE FROM acceptance WHERE talk = ? AND part = ?", "ii", talk,
                      part);
}
