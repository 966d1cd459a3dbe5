#include <sqlite3.h>
#include <stdlib.h>

#include "mem.h"
#include "programme.h"
#include "store_sql.h"

#define TALKS_WITH(abstract)                                                               \
    "SELECT number, title, section, " abstract ", gone, ref, room, start, language, url, " \
    "identity FROM talk ORDER BY gone, position, number"

static int read_talks(struct programme *p, struct store *s, bool brief, struct err *err)
{
    AUTO_STMT *stmt = NULL;
    if (sql_prepare(&stmt, s, err, brief ? TALKS_WITH("NULL") : TALKS_WITH("abstract"), "") < 0)
        return err->code;
    int got;
    while ((got = sql_step(s, stmt, "nsSScSSSSSS", err)) > 0) {
        struct talk *t = programme_add_talk(p, sqlite3_column_int(stmt, 0));
        t->title = sql_text_dup(stmt, 1);
        t->section = sql_text_dup(stmt, 2);
        t->abstract = sql_text_dup(stmt, 3);
        t->gone = sqlite3_column_int(stmt, 4) != 0;
        t->ref = sql_text_dup(stmt, 5);
        t->room = sql_text_dup(stmt, 6);
        t->start = sql_text_dup(stmt, 7);
        t->language = sql_text_dup(stmt, 8);
        t->url = sql_text_dup(stmt, 9);
        t->identity = sql_text_dup(stmt, 10);
    }
    return got;
}

/* Reads all rows (talk, number in the talk from 1, …), which are in the order of the programme's
 * talks, and calls add for each. */
static int read_of_talks(struct programme *p, struct store *s, const char *sql, const char *columns,
                         void (*add)(struct talk *talk, sqlite3_stmt *stmt), struct err *err)
{
    AUTO_STMT *stmt = NULL;
    if (sql_prepare(&stmt, s, err, sql, "") < 0)
        return err->code;
    int got;
    size_t i = 0;
    for (int nb = 0; (got = sql_step(s, stmt, columns, err)) > 0;) {
        const int number = sqlite3_column_int(stmt, 0);
        for (; i < p->nb_talks && p->talks[i].number != number; i++)
            nb = 0;
        if (i == p->nb_talks || sqlite3_column_int(stmt, 1) != ++nb)
            return sql_damaged(s, err, "talk %d is not whole", number);
        add(&p->talks[i], stmt);
    }
    return got;
}

static void add_speaker(struct talk *talk, sqlite3_stmt *stmt)
{
    talk_add_speaker(talk, sql_text(stmt, 2));
}

static void add_part(struct talk *talk, sqlite3_stmt *stmt)
{
    talk_add_part(talk, sqlite3_column_int(stmt, 2))->slot_s = sqlite3_column_int(stmt, 3);
}

/* Returns 1 if there is one, 0 before the first import. */
static int read_event(struct programme *p, struct store *s, struct err *err)
{
    AUTO_STMT *stmt = NULL;
    if (sql_prepare(&stmt, s, err, "SELECT id, name, place, begin, \"end\", uuid FROM event", "") <
        0)
        return err->code;
    const int got = sql_step(s, stmt, "nSSSSS", err);
    if (got > 0) {
        p->name = sql_text_dup(stmt, 1);
        p->place = sql_text_dup(stmt, 2);
        p->begin = sql_text_dup(stmt, 3);
        p->end = sql_text_dup(stmt, 4);
        p->id = sql_text_dup(stmt, 5);
    }
    return got;
}

static int by_number(const void *a, const void *b)
{
    const int *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* What programme.h promises of every talk, as far as single rows do not show it. */
static int check_talks(const struct programme *p, struct store *s, struct err *err)
{
    AUTO_FREE int *numbers = mem_zalloc(p->nb_talks, sizeof *numbers);
    for (size_t i = 0; i < p->nb_talks; i++) {
        numbers[i] = p->talks[i].number;
        if (!p->talks[i].nb_parts)
            return sql_damaged(s, err, "talk %d has no part", numbers[i]);
    }
    qsort(numbers, p->nb_talks, sizeof *numbers, by_number);
    for (size_t i = 1; i < p->nb_talks; i++)
        if (numbers[i] == numbers[i - 1])
            return sql_damaged(s, err, "there are two talks %d", numbers[i]);
    return 0;
}

/* Speakers and parts of talks that do not exist have no number. */
static int read_programme(struct programme *p, struct store *s, bool brief, struct err *err)
{
    const int has_event = read_event(p, s, err);
    if (has_event < 0 || read_talks(p, s, brief, err) < 0)
        return err->code;
    if (p->nb_talks && !has_event)
        return sql_damaged(s, err, "it has talks, but no event");
    if (read_of_talks(p, s,
                      "SELECT number, speaker.position, name FROM speaker LEFT JOIN talk "
                      "ON number = talk ORDER BY gone, talk.position, number, speaker.position",
                      "nns", add_speaker, err) < 0 ||
        read_of_talks(p, s,
                      "SELECT number, part, listed_s, slot_s FROM part LEFT JOIN talk "
                      "ON number = talk ORDER BY gone, position, number, part",
                      "nncc", add_part, err) < 0)
        return err->code;
    return check_talks(p, s, err);
}

/* As one: another process may import meanwhile. */
static int programme(struct programme *out, struct store *s, bool brief, struct err *err)
{
    AUTO_PROGRAMME p = {0};
    if (sql_group_begin(s, err) < 0 || sql_group_end(s, read_programme(&p, s, brief, err), err) < 0)
        return err->code;
    *out = p;
    p = (struct programme){0};
    return 0;
}

int store_programme(struct programme *out, struct store *s, struct err *err)
{
    return programme(out, s, false, err);
}

int store_programme_brief(struct programme *out, struct store *s, struct err *err)
{
    return programme(out, s, true, err);
}

static int write_talk(struct store *s, const struct talk *t, int position, struct err *err)
{
    if (sql_change(
            s, err,
            "INSERT INTO talk (number, position, title, section, abstract, ref, room, start, "
            "language, url, identity, gone) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0) "
            "ON CONFLICT (number) DO UPDATE SET position = excluded.position, "
            "title = excluded.title, section = excluded.section, abstract = excluded.abstract, "
            "ref = excluded.ref, room = excluded.room, start = excluded.start, "
            "language = excluded.language, url = excluded.url, "
            "identity = excluded.identity, gone = 0",
            "iisssssssss", t->number, position, t->title, t->section, t->abstract, t->ref, t->room,
            t->start, t->language, t->url, t->identity) < 0 ||
        sql_change(s, err, "DELETE FROM speaker WHERE talk = ?", "i", t->number) < 0 ||
        sql_change(s, err, "DELETE FROM part WHERE talk = ?", "i", t->number) < 0)
        return err->code;
    for (size_t i = 0; i < t->nb_speakers; i++)
        if (sql_change(s, err, "INSERT INTO speaker VALUES (?, ?, ?)", "iis", t->number, (int)i + 1,
                       t->speakers[i]) < 0)
            return err->code;
    for (size_t i = 0; i < t->nb_parts; i++)
        if (sql_change(s, err,
                       "INSERT INTO part (talk, part, listed_s, slot_s) VALUES (?, ?, ?, ?)",
                       "iiii", t->number, t->parts[i].number, t->parts[i].listed_s,
                       t->parts[i].slot_s) < 0)
            return err->code;
    return 0;
}

static int write_programme(struct store *s, const struct programme *p, struct err *err)
{
    if (sql_change(s, err,
                   "INSERT INTO event VALUES (1, ?, ?, ?, ?, " SQL_UUID ") "
                   "ON CONFLICT (id) DO UPDATE SET name = excluded.name, place = excluded.place, "
                   "begin = excluded.begin, \"end\" = excluded.\"end\"",
                   "ssss", p->name, p->place, p->begin, p->end) < 0 ||
        sql_change(s, err, "UPDATE talk SET gone = 1", "") < 0)
        return err->code;
    for (size_t i = 0; i < p->nb_talks; i++)
        if (write_talk(s, &p->talks[i], (int)i + 1, err) < 0)
            return err->code;
    return 0;
}

int store_set_programme(struct store *s, const struct programme *p, struct err *err)
{
    if (sql_group_begin(s, err) < 0)
        return err->code;
    return sql_group_end(s, write_programme(s, p, err), err);
}
