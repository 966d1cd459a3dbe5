#include "store_journal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "mem.h"

/* --- decisions as JSON ------------------------------------------------------------------------ */

/* Parameters are ?1 talk, ?2 part, ?3 recording, as far as key has them; of set, also ?4 the value.
 * now gives one row with the value, or no row or an empty list if nothing is decided. */
struct decision_kind {
    const char *name, *key; /* key: for sql_prepare */
    const char *now, *clear, *set;
    const char *recordings; /* of a talk and part: those that something is decided about; or NULL */
};

#define BY_TALK      "i"
#define BY_PART      "ii"
#define BY_RECORDING "iis"

static const struct decision_kind kinds[] = {
    {"match", BY_PART,
     "SELECT json_object('recording', recording) FROM chosen_match WHERE talk = ?1 AND part = ?2",
     "DELETE FROM chosen_match WHERE talk = ?1 AND part = ?2",
     "INSERT INTO chosen_match SELECT ?1, ?2, json_extract(?4, '$.recording')", NULL},
    {"cut", BY_PART,
     "SELECT json_object('recording', recording, 'begin', begin_frame, 'end', end_frame) "
     "FROM chosen_cut WHERE talk = ?1 AND part = ?2",
     "DELETE FROM chosen_cut WHERE talk = ?1 AND part = ?2",
     "INSERT INTO chosen_cut SELECT ?1, ?2, json_extract(?4, '$.recording'), "
     "json_extract(?4, '$.begin'), json_extract(?4, '$.end')",
     NULL},
    {"drops", BY_RECORDING,
     "SELECT json_group_array(json_array(begin_frame, end_frame)) FROM (SELECT begin_frame, "
     "end_frame FROM chosen_drop WHERE talk = ?1 AND part = ?2 AND recording = ?3 "
     "ORDER BY begin_frame)",
     "DELETE FROM chosen_drop WHERE talk = ?1 AND part = ?2 AND recording = ?3",
     "INSERT INTO chosen_drop SELECT ?1, ?2, ?3, json_extract(value, '$[0]'), "
     "json_extract(value, '$[1]') FROM json_each(?4)",
     "SELECT DISTINCT recording FROM chosen_drop WHERE talk = ?1 AND part = ?2"},
    {"offset", BY_PART,
     "SELECT json_object('recording', recording, 'sound_ms', sound_ms) FROM chosen_offset "
     "WHERE talk = ?1 AND part = ?2",
     "DELETE FROM chosen_offset WHERE talk = ?1 AND part = ?2",
     "INSERT INTO chosen_offset SELECT ?1, ?2, json_extract(?4, '$.recording'), "
     "json_extract(?4, '$.sound_ms')",
     NULL},
    {"chapters", BY_RECORDING,
     "SELECT json_group_array(json_object('at_ms', at_ms, 'title', title)) FROM (SELECT at_ms, "
     "title FROM chosen_chapter WHERE talk = ?1 AND part = ?2 AND recording = ?3 ORDER BY at_ms)",
     "DELETE FROM chosen_chapter WHERE talk = ?1 AND part = ?2 AND recording = ?3",
     "INSERT INTO chosen_chapter SELECT ?1, ?2, ?3, json_extract(value, '$.at_ms'), "
     "json_extract(value, '$.title') FROM json_each(?4)",
     "SELECT DISTINCT recording FROM chosen_chapter WHERE talk = ?1 AND part = ?2"},
    {"poster", BY_PART,
     "SELECT json_object('recording', recording, 'frame', frame) FROM chosen_poster "
     "WHERE talk = ?1 AND part = ?2",
     "DELETE FROM chosen_poster WHERE talk = ?1 AND part = ?2",
     "INSERT INTO chosen_poster SELECT ?1, ?2, json_extract(?4, '$.recording'), "
     "json_extract(?4, '$.frame')",
     NULL},
    {"language", BY_TALK,
     "SELECT json_object('language', language) FROM chosen_language WHERE talk = ?1",
     "DELETE FROM chosen_language WHERE talk = ?1",
     "INSERT INTO chosen_language SELECT ?1, json_extract(?4, '$.language')", NULL},
    {"captions", BY_RECORDING,
     "SELECT json_group_array(json_object('language', language, 'text', text)) FROM (SELECT "
     "language, text FROM chosen_captions WHERE talk = ?1 AND part = ?2 AND recording = ?3 "
     "ORDER BY language)",
     "DELETE FROM chosen_captions WHERE talk = ?1 AND part = ?2 AND recording = ?3",
     "INSERT INTO chosen_captions SELECT ?1, ?2, ?3, json_extract(value, '$.language'), "
     "json_extract(value, '$.text') FROM json_each(?4)",
     "SELECT DISTINCT recording FROM chosen_captions WHERE talk = ?1 AND part = ?2"},
    {"sound", BY_RECORDING,
     "SELECT json_object('stream', stream, 'use', use) FROM chosen_sound WHERE recording = ?3",
     "DELETE FROM chosen_sound WHERE recording = ?3",
     "INSERT INTO chosen_sound SELECT ?3, json_extract(?4, '$.stream'), "
     "json_extract(?4, '$.use')",
     NULL},
    {"place", BY_RECORDING,
     "SELECT json_object('start', start, 'room', room) FROM chosen_place WHERE recording = ?3",
     "DELETE FROM chosen_place WHERE recording = ?3",
     "INSERT INTO chosen_place SELECT ?3, json_extract(?4, '$.start'), "
     "json_extract(?4, '$.room')",
     NULL},
    {"accept", BY_PART,
     "SELECT json_object('recording', recording, 'begin', begin_frame, 'end', end_frame, "
     "'verdict', verdict, 'because', because, 'at', at, 'drops', drops) FROM acceptance "
     "WHERE talk = ?1 AND part = ?2",
     "DELETE FROM acceptance WHERE talk = ?1 AND part = ?2",
     "INSERT INTO acceptance (talk, part, recording, begin_frame, end_frame, verdict, because, at, "
     "drops) SELECT ?1, ?2, json_extract(?4, '$.recording'), json_extract(?4, '$.begin'), "
     "json_extract(?4, '$.end'), json_extract(?4, '$.verdict'), json_extract(?4, '$.because'), "
     "json_extract(?4, '$.at'), json_extract(?4, '$.drops')",
     NULL},
};

/* An exchange is two matches that belong together. */
static const struct decision_kind *find_kind(const char *name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].name, strcmp(name, "exchange") == 0 ? "match" : name) == 0)
            return &kinds[i];
    return NULL;
}

/* A new string; NULL: an error. */
static char *read_now(struct store *s, const struct decision_kind *k, int talk, int part,
                      const char *recording, struct err *err)
{
    AUTO_STMT *stmt = NULL;
    if (sql_prepare(&stmt, s, err, k->now, k->key, talk, part, recording) < 0)
        return NULL;
    const int got = sql_step(s, stmt, "t", err);
    if (got < 0)
        return NULL;
    const char *text = got ? sql_text(stmt, 0) : "[]";
    return mem_strdup(strcmp(text, "[]") == 0 ? "null" : text);
}

/* --- writing the journal ---------------------------------------------------------------------- */

/* The time of the open transaction's rows: now, unless another one has it. */
static int begin_rows(struct store *s, struct err *err)
{
    AUTO_STMT *stmt = NULL;
    if (s->decided_at[0])
        return 0;
    if (sql_prepare(&stmt, s, err,
                    "WITH last AS (SELECT max(id) AS id FROM decision), "
                    "n AS (SELECT strftime('%Y-%m-%dT%H:%M:%fZ', 'now') AS t) "
                    "SELECT coalesce(last.id, 0), CASE WHEN t = (SELECT at FROM decision WHERE "
                    "decision.id = last.id) THEN strftime('%Y-%m-%dT%H:%M:%fZ', t, "
                    "'+0.001 seconds') ELSE t END FROM last, n",
                    "") < 0)
        return err->code;
    const int got = sql_step(s, stmt, "It", err);
    if (got <= 0)
        return got;
    s->decided_after = sqlite3_column_int64(stmt, 0);
    s->decided = 0;
    s->decided_at[0] = '\0';
    strncat(s->decided_at, sql_text(stmt, 1), sizeof s->decided_at - 1);
    return 0;
}

/* The row that the open transaction wrote about the same: its id, 0: none; and what was before. */
static int find_row(int64_t *id, char **was, struct store *s, const struct decision_change *c,
                    struct err *err)
{
    AUTO_STMT *stmt = NULL;
    *id = 0;
    if (sql_prepare(&stmt, s, err,
                    "SELECT id, was FROM decision WHERE talk = ?1 AND id > ?5 AND part = ?2 AND "
                    "recording = ?3 AND kind = ?4",
                    "iissI", c->talk, c->part, c->recording ? c->recording : "", c->kind,
                    s->decided_after) < 0)
        return err->code;
    const int got = sql_step(s, stmt, "It", err);
    if (got <= 0)
        return got;
    *id = sqlite3_column_int64(stmt, 0);
    *was = sql_text_dup(stmt, 1);
    return 0;
}

static int write_row(struct store *s, const struct decision_change *c, const char *became,
                     struct err *err)
{
    AUTO_FREE char *first = NULL;
    int64_t id = 0;
    if (begin_rows(s, err) < 0 || find_row(&id, &first, s, c, err) < 0)
        return err->code;
    if (id && strcmp(first, became) == 0)
        return sql_change(s, err, "DELETE FROM decision WHERE id = ?", "I", id);
    if (id)
        return sql_change(s, err, "UPDATE decision SET became = ? WHERE id = ?", "sI", became, id);
    if (sql_change(s, err,
                   "INSERT INTO decision (at, through, kind, talk, part, recording, was, became) "
                   "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                   "sssiisss", s->decided_at, s->through ? s->through : "talkpress", c->kind,
                   c->talk, c->part, c->recording ? c->recording : "", c->was, became) < 0)
        return err->code;
    s->decided = sqlite3_last_insert_rowid(s->db);
    return 0;
}

int decision_begin(struct decision_change *c, struct store *s, struct err *err)
{
    c->its = find_kind(c->kind);
    if (!c->its)
        return err_set(err, ERR_BUG, "there are no decisions of the kind '%s'", c->kind);
    if (sql_group_begin(s, err) < 0)
        return err->code;
    c->was = read_now(s, c->its, c->talk, c->part, c->recording, err);
    return c->was ? 0 : sql_group_end(s, err->code, err);
}

int decision_end(struct decision_change *c, struct store *s, int ret, struct err *err)
{
    assert(c->was);
    AUTO_FREE char *became =
        ret < 0 ? NULL : read_now(s, c->its, c->talk, c->part, c->recording, err);
    if (ret == 0 && !became)
        ret = err->code;
    if (became && strcmp(c->was, became) != 0)
        ret = write_row(s, c, became, err);
    free(mem_take(&c->was));
    return sql_group_end(s, ret, err);
}

/* value: JSON; NULL: nothing is decided. */
static int set(struct store *s, struct decision_change c, const char *value, struct err *err)
{
    if (decision_begin(&c, s, err) < 0)
        return err->code;
    int ret = sql_change(s, err, c.its->clear, c.its->key, c.talk, c.part, c.recording);
    if (ret == 0 && value)
        ret = sql_change(s, err, c.its->set, "iiss", c.talk, c.part, c.recording, value);
    return decision_end(&c, s, ret, err);
}

int decision_set(struct store *s, struct decision_change c, json_t *value, struct err *err)
{
    AUTO_JSON *taken = value;
    AUTO_FREE char *text = taken ? json_compact(taken) : NULL;
    return set(s, c, text, err);
}

void store_set_through(struct store *s, const char *through)
{
    s->through = through;
}

int64_t store_last_decision(const struct store *s)
{
    return s->decided;
}

/* --- reading it ------------------------------------------------------------------------------- */

int store_each_decision(struct store *s, int (*each)(void *opaque, const struct decision *decision),
                        void *opaque, struct err *err)
{
    AUTO_STMT *stmt = NULL;
    if (sql_prepare(&stmt, s, err,
                    "SELECT id, at, through, kind, talk, part, recording, was, became "
                    "FROM decision ORDER BY id DESC",
                    "") < 0)
        return err->code;
    int got;
    while ((got = sql_step(s, stmt, "ItttccHtt", err)) > 0) {
        const struct decision d = {.id = sqlite3_column_int64(stmt, 0),
                                   .at = sql_text(stmt, 1),
                                   .through = sql_text(stmt, 2),
                                   .kind = sql_text(stmt, 3),
                                   .talk = sqlite3_column_int(stmt, 4),
                                   .part = sqlite3_column_int(stmt, 5),
                                   .recording = sql_text(stmt, 6),
                                   .was = sql_text(stmt, 7),
                                   .became = sql_text(stmt, 8)};
        if (each(opaque, &d))
            return 0;
    }
    return got;
}

int store_newest_decision(int64_t *out, struct store *s, int talk, int part, struct err *err)
{
    AUTO_STMT *stmt = NULL;
    *out = 0;
    if (sql_prepare(&stmt, s, err,
                    "SELECT coalesce(max(id), 0) FROM decision WHERE talk = ?1 AND "
                    "(part = 0 OR part = ?2 OR ?2 = 0)",
                    "ii", talk, part) < 0)
        return err->code;
    const int got = sql_step(s, stmt, "I", err);
    if (got > 0)
        *out = sqlite3_column_int64(stmt, 0);
    return got < 0 ? got : 0;
}

int store_decision_unchanged(bool *out, struct store *s, const struct decision *d, struct err *err)
{
    const struct decision_kind *k = find_kind(d->kind);
    *out = false;
    if (!k)
        return 0;
    AUTO_FREE char *now = read_now(s, k, d->talk, d->part, d->recording, err);
    if (!now)
        return err->code;
    *out = strcmp(now, d->became) == 0;
    return 0;
}

int store_undo_decision(struct store *s, const struct decision *d, struct err *err)
{
    return set(s,
               (struct decision_change){
                   .kind = d->kind, .talk = d->talk, .part = d->part, .recording = d->recording},
               strcmp(d->was, "null") != 0 ? d->was : NULL, err);
}

/* --- a talk that is another one now ----------------------------------------------------------- */

/* Returns 1, 0 if nothing is decided about any recording, or an error. */
static int next_recording(char out[33], struct store *s, const struct decision_kind *k, int talk,
                          int part, struct err *err)
{
    AUTO_STMT *stmt = NULL;
    if (sql_prepare(&stmt, s, err, k->recordings, "ii", talk, part) < 0)
        return err->code;
    const int got = sql_step(s, stmt, "h", err);
    if (got > 0)
        sql_hex(out, stmt, 0);
    return got;
}

static int clear_kind(struct store *s, const struct decision_kind *k, int talk, int part,
                      struct err *err)
{
    char recording[33];
    int got = 0;
    struct decision_change c = {.kind = k->name, .talk = talk, .part = part};
    if (strcmp(k->key, BY_RECORDING) != 0)
        return set(s, c, NULL, err);
    c.recording = recording;
    while (k->recordings && (got = next_recording(recording, s, k, talk, part, err)) > 0)
        if (set(s, c, NULL, err) < 0)
            return err->code;
    return got;
}

int decision_clear(struct store *s, const char *kind, int talk, int part, struct err *err)
{
    if (sql_group_begin(s, err) < 0)
        return err->code;
    return sql_group_end(s, clear_kind(s, find_kind(kind), talk, part, err), err);
}

int store_clear_part(struct store *s, int talk, int part, struct err *err)
{
    int ret = 0;
    if (sql_group_begin(s, err) < 0)
        return err->code;
    for (size_t i = 0; ret == 0 && i < sizeof kinds / sizeof *kinds; i++)
        if ((strcmp(kinds[i].key, BY_TALK) == 0) == (part == 0) ||
            strcmp(kinds[i].name, "match") == 0)
            ret = clear_kind(s, &kinds[i], talk, part, err);
    return sql_group_end(s, ret, err);
}
