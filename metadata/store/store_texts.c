/* Decisions about texts: the language of a talk, captions that were corrected. */
#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "store_journal.h"

static void read_code(char out[4], sqlite3_stmt *stmt, int column)
{
    out[0] = '\0';
    strncat(out, sql_text(stmt, column), 3);
}

int store_chosen_languages(struct chosen_language **out, size_t *out_nb, struct store *s,
                           struct err *err)
{
    AUTO_STMT *stmt = NULL;
    AUTO_FREE struct chosen_language *list = NULL;
    size_t nb = 0;
    int got;
    if (sql_prepare(&stmt, s, err, "SELECT talk, language FROM chosen_language ORDER BY talk", "") <
        0)
        return err->code;
    while ((got = sql_step(s, stmt, "ns", err)) > 0) {
        list = mem_grow(list, nb, sizeof *list);
        list[nb].talk = sqlite3_column_int(stmt, 0);
        read_code(list[nb++].language, stmt, 1);
    }
    if (got < 0)
        return got;
    *out = mem_take(&list);
    *out_nb = nb;
    return 0;
}

int store_choose_language(struct store *s, int talk, const char *language, struct err *err)
{
    return decision_set(s, (struct decision_change){.kind = "language", .talk = talk},
                        language ? json_pack("{s:s}", "language", language) : NULL, err);
}

int store_chosen_captions(struct chosen_captions **out, size_t *out_nb, struct store *s, int talk,
                          int part, struct err *err)
{
    AUTO_STMT *stmt = NULL;
    struct chosen_captions *list = NULL;
    size_t nb = 0;
    int got;
    if (sql_prepare(&stmt, s, err,
                    "SELECT recording, language, text FROM chosen_captions "
                    "WHERE talk = ? AND part = ? ORDER BY recording, language",
                    "ii", talk, part) < 0)
        return err->code;
    while ((got = sql_step(s, stmt, "hss", err)) > 0) {
        list = mem_grow(list, nb, sizeof *list);
        list[nb] = (struct chosen_captions){.text = sql_text_dup(stmt, 2)};
        sql_hex(list[nb].recording, stmt, 0);
        read_code(list[nb++].language, stmt, 1);
    }
    if (got < 0) {
        chosen_captions_free(list, nb);
        return got;
    }
    *out = list;
    *out_nb = nb;
    return 0;
}

void chosen_captions_free(struct chosen_captions *captions, size_t nb)
{
    for (size_t i = 0; i < nb; i++)
        free(captions[i].text);
    free(captions);
}

int store_choose_captions(struct store *s, int talk, int part, const struct chosen_captions *c,
                          struct err *err)
{
    struct decision_change d = {
        .kind = "captions", .talk = talk, .part = part, .recording = c->recording};
    if (decision_begin(&d, s, err) < 0)
        return err->code;
    const int ret =
        c->text
            ? sql_change(s, err, "INSERT OR REPLACE INTO chosen_captions VALUES (?, ?, ?, ?, ?)",
                         "iisss", talk, part, c->recording, c->language, c->text)
            : sql_change(s, err,
                         "DELETE FROM chosen_captions WHERE talk = ? AND part = ? AND "
                         "recording = ? AND language = ?",
                         "iiss", talk, part, c->recording, c->language);
    return decision_end(&d, s, ret, err);
}
