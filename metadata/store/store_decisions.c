/* Decisions of users: matches, cuts, chapters, posters, breaks, sound, places, acceptances. */
#include <stdio.h>
#include <stdlib.h>

#include "json.h"
#include "mem.h"
#include "store_journal.h"

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

static int choose_match(struct store *s, const char *kind, int talk, int part,
                        const char *recording, struct err *err)
{
    return decision_set(s, (struct decision_change){.kind = kind, .talk = talk, .part = part},
                        json_pack("{s:o}", "recording", json_text(recording)), err);
}

int store_choose_match(struct store *s, int talk, int part, const char *recording, struct err *err)
{
    return choose_match(s, "match", talk, part, recording, err);
}

int store_exchange_match(struct store *s, int talk, int part, const char *recording,
                         struct err *err)
{
    return choose_match(s, "exchange", talk, part, recording, err);
}

static int clear_match(struct store *s, int talk, int part, struct err *err)
{
    return decision_set(s, (struct decision_change){.kind = "match", .talk = talk, .part = part},
                        NULL, err);
}

/* Returns 1, 0 if there is none, or an error. */
static int next_matched_part(int *part, struct store *s, int talk, int after, struct err *err)
{
    AUTO_STMT *stmt = NULL;
    if (sql_prepare(&stmt, s, err,
                    "SELECT part FROM chosen_match WHERE talk = ? AND part > ? ORDER BY part", "ii",
                    talk, after) < 0)
        return err->code;
    const int got = sql_step(s, stmt, "c", err);
    if (got > 0)
        *part = sqlite3_column_int(stmt, 0);
    return got;
}

static int clear_matches(struct store *s, int talk, struct err *err)
{
    int part = -1, got;
    while ((got = next_matched_part(&part, s, talk, part, err)) > 0)
        if (clear_match(s, talk, part, err) < 0)
            return err->code;
    return got;
}

int store_clear_match(struct store *s, int talk, struct err *err)
{
    if (sql_group_begin(s, err) < 0)
        return err->code;
    return sql_group_end(s, clear_matches(s, talk, err), err);
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
    return decision_set(s, (struct decision_change){.kind = "cut", .talk = talk, .part = part},
                        cut ? json_pack("{s:s, s:I, s:I}", "recording", cut->recording, "begin",
                                        (json_int_t)cut->begin, "end", (json_int_t)cut->end)
                            : NULL,
                        err);
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
    struct decision_change d = {
        .kind = "chapters", .talk = talk, .part = part, .recording = c->recording};
    if (decision_begin(&d, s, err) < 0)
        return err->code;
    return decision_end(&d, s,
                        sql_change(s, err,
                                   "INSERT OR REPLACE INTO chosen_chapter VALUES (?, ?, ?, ?, ?)",
                                   "iisIs", talk, part, c->recording, c->at_ms, c->title),
                        err);
}

int store_drop_chapter(struct store *s, int talk, int part, const struct chosen_chapter *c,
                       struct err *err)
{
    struct decision_change d = {
        .kind = "chapters", .talk = talk, .part = part, .recording = c->recording};
    if (decision_begin(&d, s, err) < 0)
        return err->code;
    return decision_end(&d, s,
                        sql_change(s, err,
                                   "DELETE FROM chosen_chapter "
                                   "WHERE talk = ? AND part = ? AND recording = ? AND at_ms = ?",
                                   "iisI", talk, part, c->recording, c->at_ms),
                        err);
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
    return decision_set(s, (struct decision_change){.kind = "poster", .talk = talk, .part = part},
                        poster ? json_pack("{s:s, s:I}", "recording", poster->recording, "frame",
                                           (json_int_t)poster->frame)
                               : NULL,
                        err);
}

int store_chosen_drops(struct chosen_drop **out, size_t *out_nb, struct store *s, int talk,
                       int part, struct err *err)
{
    AUTO_STMT *stmt = NULL;
    if (sql_prepare(&stmt, s, err,
                    "SELECT recording, begin_frame, end_frame FROM chosen_drop "
                    "WHERE talk = ? AND part = ? ORDER BY recording, begin_frame",
                    "ii", talk, part) < 0)
        return err->code;
    AUTO_FREE struct chosen_drop *list = NULL;
    size_t nb = 0;
    int got;
    while ((got = sql_step(s, stmt, "hII", err)) > 0) {
        list = mem_grow(list, nb, sizeof *list);
        list[nb] = (struct chosen_drop){.begin = sqlite3_column_int64(stmt, 1),
                                        .end = sqlite3_column_int64(stmt, 2)};
        sql_hex(list[nb++].recording, stmt, 0);
    }
    if (got < 0)
        return got;
    *out = mem_take(&list);
    *out_nb = nb;
    return 0;
}

int store_choose_drops(struct store *s, int talk, int part, const char *recording,
                       const struct chosen_drop *drops, size_t nb, struct err *err)
{
    if (!recording)
        return decision_clear(s, "drops", talk, part, err);
    json_t *list = json_array();
    for (size_t i = 0; i < nb; i++)
        json_array_append_new(
            list, json_pack("[I, I]", (json_int_t)drops[i].begin, (json_int_t)drops[i].end));
    return decision_set(s,
                        (struct decision_change){
                            .kind = "drops", .talk = talk, .part = part, .recording = recording},
                        list, err);
}

int store_chosen_offset(struct chosen_offset *out, bool *found, struct store *s, int talk, int part,
                        struct err *err)
{
    AUTO_STMT *stmt = NULL;
    if (sql_prepare(&stmt, s, err,
                    "SELECT recording, sound_ms FROM chosen_offset WHERE talk = ? AND part = ?",
                    "ii", talk, part) < 0)
        return err->code;
    const int got = sql_step(s, stmt, "hi", err);
    *found = got > 0;
    if (got > 0) {
        sql_hex(out->recording, stmt, 0);
        out->sound_ms = sqlite3_column_int(stmt, 1);
    }
    return got < 0 ? got : 0;
}

int store_choose_offset(struct store *s, int talk, int part, const struct chosen_offset *offset,
                        struct err *err)
{
    return decision_set(s, (struct decision_change){.kind = "offset", .talk = talk, .part = part},
                        offset ? json_pack("{s:s, s:i}", "recording", offset->recording, "sound_ms",
                                           offset->sound_ms)
                               : NULL,
                        err);
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
    const char *use = sound->use[0] ? sound->use : NULL;
    return decision_set(s, (struct decision_change){.kind = "sound", .recording = recording},
                        sound->stream >= 0 || use ? json_pack("{s:i, s:o}", "stream", sound->stream,
                                                              "use", json_text(use))
                                                  : NULL,
                        err);
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
    return decision_set(s, (struct decision_change){.kind = "place", .recording = recording},
                        place->start || place->room
                            ? json_pack("{s:o, s:o}", "start", json_text(place->start), "room",
                                        json_text(place->room))
                            : NULL,
                        err);
}

int store_acceptance(struct acceptance *out, bool *found, struct store *s, int talk, int part,
                     struct err *err)
{
    AUTO_STMT *stmt = NULL;
    if (sql_prepare(&stmt, s, err,
                    "SELECT recording, verdict, because, at, begin_frame, end_frame, drops "
                    "FROM acceptance WHERE talk = ? AND part = ?",
                    "ii", talk, part) < 0)
        return err->code;
    const int got = sql_step(s, stmt, "HtttIIt", err);
    *found = got > 0;
    if (got > 0) {
        sql_hex(out->recording, stmt, 0);
        out->verdict = sql_text_dup(stmt, 1);
        out->because = sql_text_dup(stmt, 2);
        out->at = sql_text_dup(stmt, 3);
        out->begin = sqlite3_column_int64(stmt, 4);
        out->end = sqlite3_column_int64(stmt, 5);
        out->drops = sql_text_dup(stmt, 6);
    }
    return got < 0 ? got : 0;
}

void acceptance_finish(struct acceptance *a)
{
    free(a->drops);
    free(a->verdict);
    free(a->because);
    free(a->at);
    *a = (struct acceptance){0};
}

int store_accept(struct store *s, int talk, int part, const struct acceptance *a, struct err *err)
{
    struct decision_change d = {.kind = "accept", .talk = talk, .part = part};
    if (decision_begin(&d, s, err) < 0)
        return err->code;
    return decision_end(
        &d, s,
        sql_change(s, err,
                   "INSERT OR REPLACE INTO acceptance (talk, part, recording, begin_frame, "
                   "end_frame, drops, verdict, because, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, "
                   "strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))",
                   "iisIIsss", talk, part, a->recording, a->begin, a->end, a->drops ? a->drops : "",
                   a->verdict, a->because),
        err);
}

int store_clear_acceptance(struct store *s, int talk, int part, struct err *err)
{
    return decision_set(s, (struct decision_change){.kind = "accept", .talk = talk, .part = part},
                        NULL, err);
}
